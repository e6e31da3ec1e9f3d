//! `sillok tx`: prepare and send transactions, and show what became of them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use codec::DecodeAll;
use serde_json::{Value, json};
use sillok_abi::{Account, Authoriser, Hash, Time, Transaction};
use sillok_client::explain::Explanation;
use sillok_client::rpc::{TxStatus, from_hex, to_hex};
use sillok_client::transaction::now;
use sillok_client::value::decode_fields;

use super::agreement::{self, Agreement, party_json, party_line};
use super::arguments::parse;
use super::session::from_rpc;
use super::{CliError, ContractHandle, Result, Session};

const MS_PER_DAY: u64 = 86_400_000;

/// The verbs of `sillok tx`.
#[derive(Subcommand, Debug)]
pub(super) enum TxCommand {
    /// Call a method, or send what others have agreed to or signed already; waits until it is final.
    Send(SendOptions),
    /// Write down what others have to sign of a call, for them to sign at their own time and place.
    Prepare(PrepareOptions),
    /// Show a transaction and what became of it.
    Show {
        /// Its id.
        id: String,
    },
}

/// What to send.
#[derive(Args, Debug)]
pub(super) struct SendOptions {
    /// What to call: CONTRACT.METHOD.
    #[arg(required_unless_present_any = ["raw", "agreed"])]
    target: Option<String>,
    /// The arguments: param=value or --param value.
    args: Vec<String>,
    /// Send this signed transaction instead: SCALE in hexadecimal, or a file that holds it.
    #[arg(long, value_name = "HEX|FILE", conflicts_with = "target")]
    raw: Option<String>,
    /// Send what this file of `tx prepare` holds, once all have signed. Several are copies of one
    /// agreement, with different signatures.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["target", "raw"])]
    agreed: Vec<PathBuf>,
}

/// What to have signed.
#[derive(Args, Debug)]
pub(super) struct PrepareOptions {
    /// What to call: CONTRACT.METHOD.
    target: String,
    /// The arguments: param=value or --param value.
    args: Vec<String>,
    /// For how many days the signatures are good.
    #[arg(long, default_value_t = 7)]
    days: u64,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(command: TxCommand, session: &Session) -> Result<()> {
    match command {
        TxCommand::Prepare(options) => prepare(&options, session).await,
        TxCommand::Send(SendOptions { raw: Some(raw), .. }) => send_raw(&raw, session).await,
        TxCommand::Send(SendOptions { agreed, .. }) if !agreed.is_empty() => {
            send_agreed(&agreed, session).await
        }
        TxCommand::Send(SendOptions { target, args, .. }) => {
            send(&target.unwrap_or_default(), &args, session).await
        }
        TxCommand::Show { id } => show(&id, session).await,
    }
}

/// The contract and method of CONTRACT.METHOD, with the arguments.
async fn target<'a>(
    target: &'a str,
    args: &[String],
    session: &Session,
) -> Result<(ContractHandle, &'a str, Value)> {
    let (contract, method) = target.split_once('.').ok_or_else(|| {
        CliError::usage(format!("`{target}` is not CONTRACT.METHOD")).hint("for example cash.transfer")
    })?;
    let contract = session.contract(contract).await?;
    let args = parse(contract.method(method)?, args)?;
    Ok((contract, method, args))
}

async fn send(call: &str, args: &[String], session: &Session) -> Result<()> {
    let (contract, method, args) = target(call, args, session).await?;
    let result = session.call(&contract, method, args).await?;
    session.result(&result, result.to_json());
    Ok(())
}

async fn prepare(options: &PrepareOptions, session: &Session) -> Result<()> {
    let (contract, method, args) = target(&options.target, &options.args, session).await?;
    let clock = now().max(Time(session.status().time_ms));
    let expiry = clock.plus(options.days.saturating_mul(MS_PER_DAY));
    let agreement = agreement::prepare(session, &contract, method, args, expiry).await?;
    agreement.write(&options.out)?;
    let parties: Vec<_> = agreement.parties.iter().map(party_json).collect();
    let lines: Vec<_> = agreement.parties.iter().map(party_line).collect();
    let out = options.out.display();
    let human = format!(
        "{}\nuntil     {expiry}\nnext      sillok keys sign {out} KEY, by each\n          \
         sillok tx send --agreed {out}",
        lines.join("\n")
    );
    session
        .result(human, json!({ "file": out.to_string(), "expiry": expiry.to_string(), "parties": parties }));
    Ok(())
}

/// Sends an agreement that everybody has signed.
async fn send_agreed(files: &[PathBuf], session: &Session) -> Result<()> {
    let mut copies = files.iter().map(|file| Agreement::read(file)).collect::<Result<Vec<_>>>()?.into_iter();
    let mut agreement = copies.next().ok_or_else(|| CliError::usage("which agreement?"))?;
    copies.try_for_each(|copy| agreement.merge(&copy))?;
    if agreement.chain()? != session.chain() {
        return Err(CliError::usage("this is an agreement for another chain"));
    }
    let authorisations = agreement.authorisations()?;
    let call = agreement.root_call()?;
    let contract = session.contract_by_id(call.contract).await?;
    let returns = contract.method(&call.method)?.returns.clone();
    let prepared = session.prepare_call(call, returns, authorisations).await?;
    session.submit(&prepared).await?;
    let result = session.wait(&prepared).await?;
    session.result(&result, result.to_json());
    Ok(())
}

async fn send_raw(raw: &str, session: &Session) -> Result<()> {
    let bytes = raw_bytes(raw)?;
    let id = session.client().tx_submit_raw(&bytes).await.map_err(from_rpc)?;
    // The node has accepted it, so it decodes; what it returns may be of a method that is not known.
    let returns = match Transaction::decode_all(&mut bytes.as_slice()) {
        Ok(transaction) => {
            let call = transaction.body.call;
            let contract = session.contract_by_id(call.contract).await?;
            contract.metadata.method(&call.method).map(|method| method.returns.clone())
        }
        Err(_) => None,
    };
    let result = session.wait_for(&id, returns.as_ref()).await?;
    session.result(&result, result.to_json());
    Ok(())
}

/// Hexadecimal on the command line, or a file: hexadecimal text, a JSON string or object with
/// `transaction`, or the bytes themselves.
fn raw_bytes(raw: &str) -> Result<Vec<u8>> {
    if let Ok(bytes) = from_hex(raw) {
        return Ok(bytes);
    }
    let content = std::fs::read(raw).map_err(|error| {
        CliError::usage(format!("--raw {raw}: neither hexadecimal nor a file that can be read: {error}"))
    })?;
    let text = std::str::from_utf8(&content).unwrap_or_default().trim();
    if let Ok(bytes) = from_hex(text) {
        return Ok(bytes);
    }
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let text = json.as_str().or_else(|| json["transaction"].as_str());
    Ok(text.and_then(|text| from_hex(text).ok()).unwrap_or(content))
}

async fn show(id: &str, session: &Session) -> Result<()> {
    let hash: Option<Hash> = from_hex(id).ok().and_then(|bytes| bytes.try_into().ok());
    let hash = hash.ok_or_else(|| {
        CliError::usage(format!("`{id}` is not a transaction's id"))
            .hint("an id is 0x and 64 hexadecimal digits")
    })?;
    match session.client().tx_get(&hash).await.map_err(from_rpc)? {
        TxStatus::Final { height, index, receipt, transaction } => {
            let contract = match &transaction {
                Some(transaction) => session.contract_by_id(transaction.body.call.contract).await.ok(),
                None => None,
            };
            let method = transaction
                .as_ref()
                .and_then(|transaction| contract.as_ref()?.metadata.method(&transaction.body.call.method));
            let explained = session.explain(&receipt, method.map(|method| &method.returns)).await;
            let transaction =
                transaction.map(|transaction| transaction_json(&transaction, contract.as_ref()));
            show_final(id, (height, index), &explained, transaction, session);
            Ok(())
        }
        TxStatus::Pending => {
            session.result("pending: it waits for a block", json!({ "id": id, "status": "pending" }));
            Ok(())
        }
        TxStatus::Dropped { reason, code } => {
            let value = json!({ "id": id, "status": "dropped", "reason": reason, "code": code });
            session.result(format!("dropped: {reason}"), value);
            Ok(())
        }
        TxStatus::Unknown => {
            Err(CliError::refused("NoSuchTransaction", format!("the node knows no transaction {id}"))
                .hint("check the id; was it sent to another chain?"))
        }
    }
}

fn show_final(
    id: &str,
    (height, index): (u64, u32),
    explained: &Explanation,
    transaction: Option<Value>,
    session: &Session,
) {
    let mut human = format!("final     in block {height}, place {index}");
    if let Some(transaction) = &transaction {
        let text = |key: &str| transaction[key].as_str().unwrap_or_default().to_owned();
        human.push_str(&format!(
            "\ncall      {}.{} {}",
            text("contract"),
            text("method"),
            transaction["args"]
        ));
        human.push_str(&format!("\nsubmitter {}, nonce {}", text("submitter"), transaction["nonce"]));
        for by in transaction["authorised_by"].as_array().into_iter().flatten() {
            human.push_str(&format!("\nsigned by {}", by.as_str().unwrap_or_default()));
        }
    }
    human.push_str(&format!("\n{explained}"));
    let value = json!({
        "id": id, "status": "final", "height": height, "index": index,
        "transaction": transaction, "receipt": explained.to_json(),
    });
    session.result(human, value);
}

fn transaction_json(transaction: &Transaction, contract: Option<&ContractHandle>) -> Value {
    let body = &transaction.body;
    let method = contract.and_then(|contract| contract.metadata.method(&body.call.method));
    let args = method.and_then(|method| decode_fields(&method.params, &body.call.args).ok());
    let by = |by: &Authoriser| -> Account {
        match by {
            Authoriser::Submitter => body.submitter,
            Authoriser::Signer { account, .. } => *account,
        }
    };
    let authorised: Vec<_> = body.authorisations.iter().map(|entry| by(&entry.by).to_string()).collect();
    json!({
        "submitter": body.submitter.to_string(),
        "nonce": body.nonce,
        "expiry": body.expiry.to_string(),
        "gas_limit": body.gas_limit,
        "contract": contract.map_or_else(|| body.call.contract.to_string(), |contract| contract.name.clone()),
        "contract_id": body.call.contract.to_string(),
        "method": body.call.method,
        "args": args.unwrap_or_else(|| json!(to_hex(&body.call.args))),
        "authorised_by": authorised,
    })
}
