//! `sillok query`: facts about the chain.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};
use sillok_abi::{Account, ContractId};
use sillok_client::bundle::ProofFile;
use sillok_client::rpc::{At, BlockInfo, BlockRef, Wanted, from_hex, to_hex};

use super::moment::parse_at;
use super::session::from_rpc;
use super::{CliError, Result, Session, verify};

/// The native module of member organisations.
const MEMBERSHIP: &str = "membership";

/// The verbs of `sillok query`.
#[derive(Subcommand, Debug)]
pub(super) enum QueryCommand {
    /// A block, its transactions and its certificate.
    Block {
        /// A height, an id, or `latest`.
        #[arg(default_value = "latest")]
        block: String,
    },
    /// An account: what it is, and which member admitted it.
    Account {
        /// //Alice, a key's name, an address, a contract or a DID.
        account: String,
    },
    /// What a block did on the node: roots, changed keys with their values before and after, receipts.
    Effects {
        /// The block's height; that of the last one if left out.
        height: Option<u64>,
        /// Write it to this file, in the form of the file that a node leaves which disagrees with the others.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// All contracts and native modules.
    Contracts,
    /// One stored value of a contract.
    Storage {
        /// A contract's name or id.
        contract: String,
        /// The key in hexadecimal: four bytes of the field, then SCALE of the map's key.
        #[arg(value_name = "KEY")]
        storage_key: String,
        /// As of this height, time (2026-03-31T09:00:00Z), or end of this day in Korea (2026-03-31).
        #[arg(long, value_name = "WHEN", value_parser = parse_at)]
        at: Option<At>,
        /// Write a proof to this file, for `sillok verify`.
        #[arg(long, value_name = "FILE")]
        proof: Option<PathBuf>,
    },
}

pub(super) async fn run(command: QueryCommand, session: &Session) -> Result<()> {
    match command {
        QueryCommand::Block { block } => self::block(&block, session).await,
        QueryCommand::Account { account } => self::account(&account, session).await,
        QueryCommand::Effects { height, out } => effects(height, out.as_deref(), session).await,
        QueryCommand::Contracts => contracts(session).await,
        QueryCommand::Storage { contract, storage_key, at, proof } => {
            let contract = session.names().find_contract(&contract)?;
            let key = from_hex(&storage_key).map_err(|why| CliError::usage(format!("the key: {why}")))?;
            match proof {
                None => storage(&contract, &key, at, session).await,
                Some(file) => prove(contract, key, at, &file, session).await,
            }
        }
    }
}

async fn block(which: &str, session: &Session) -> Result<()> {
    let block = session.client().chain_block(block_ref(which)?).await.map_err(from_rpc)?;
    let value = serde_json::to_value(&block).map_err(|error| CliError::failed("json", error))?;
    session.result(block_text(&block), value);
    Ok(())
}

async fn effects(height: Option<u64>, out: Option<&Path>, session: &Session) -> Result<()> {
    let value = session.client().node_effects(height).await.map_err(from_rpc)?;
    let text = format!("{value:#}");
    let Some(file) = out else {
        session.result(text, value);
        return Ok(());
    };
    let failed = |error| CliError::failed("file", format!("{}: {error}", file.display()));
    std::fs::write(file, format!("{text}\n")).map_err(failed)?;
    session.result(format!("wrote {}", file.display()), json!({ "file": file, "height": value["height"] }));
    Ok(())
}

fn block_ref(text: &str) -> Result<BlockRef> {
    if text == "latest" {
        return Ok(BlockRef::Latest);
    }
    if let Ok(height) = text.parse() {
        return Ok(BlockRef::Height(height));
    }
    let id = from_hex(text).ok().and_then(|bytes| bytes.try_into().ok());
    id.map(BlockRef::Id).ok_or_else(|| {
        CliError::usage(format!("`{text}` is not a block"))
            .hint("give a height, 0x and 64 digits, or `latest`")
    })
}

fn block_text(block: &BlockInfo) -> String {
    let mut lines = vec![
        format!("block       {} of {}", block.height, block.time),
        format!("id          {}", block.hash),
        format!("parent      {}", block.parent),
        format!("proposer    {} in round {}", block.proposer, block.round),
        format!("state root  {} (after the parent)", block.state_root),
    ];
    if let Some(certificate) = &block.certificate {
        let signers: Vec<_> = certificate.signatures.iter().map(|vote| vote.validator.as_str()).collect();
        lines.push(format!("certified   by {}", signers.join(", ")));
    }
    let ok = |ok| if ok { "ok    " } else { "failed" };
    lines.extend(block.scheduled.iter().map(|call| format!("  {} {} scheduled call", ok(call.ok), call.id)));
    lines.extend(block.transactions.iter().map(|transaction| {
        let what = format!("{}.{}", transaction.contract, transaction.method);
        format!("  {} {} {what} by {}", ok(transaction.ok), transaction.id, transaction.submitter)
    }));
    lines.join("\n")
}

async fn account(text: &str, session: &Session) -> Result<()> {
    let account = session.account(text)?;
    let membership = session.contract(MEMBERSHIP).await?;
    let number =
        session.query(&membership, "member_of", json!({ "account": account.to_string() }), None).await?;
    let member = match &number {
        Value::Null => Value::Null,
        number => session.query(&membership, "member", json!({ "member": number }), None).await?,
    };
    let (kind, contract) = match account {
        Account::Key(_) => ("key", None),
        Account::Contract(id) => ("contract", Some(id)),
        Account::Managed { contract, .. } => ("managed", Some(contract)),
    };
    let contract =
        contract.map(|id| session.names().contract_name(&id).map_or_else(|| id.to_string(), str::to_owned));
    let admitted = match member["name"].as_str() {
        Some(name) => format!("admitted by member {number}, {name}: may submit transactions"),
        None => "admitted by no member: can authorise calls, but not submit transactions".to_owned(),
    };
    let of = contract.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let value = json!({
        "account": account.to_string(), "kind": kind, "contract": contract, "member": number,
        "member_name": member["name"],
    });
    session.result(format!("{account}\n{kind}{of}\n{admitted}"), value);
    Ok(())
}

async fn contracts(session: &Session) -> Result<()> {
    let entries = session.client().contract_list().await.map_err(from_rpc)?;
    let line = |name: &Option<String>, id: &str| format!("{:<24} {id}", name.as_deref().unwrap_or("-"));
    let human: Vec<_> = entries.iter().map(|entry| line(&entry.name, &entry.id)).collect();
    session.result(human.join("\n"), json!({ "contracts": entries }));
    Ok(())
}

async fn storage(contract: &ContractId, key: &[u8], at: Option<At>, session: &Session) -> Result<()> {
    let answer = session.client().state_storage(contract, key, at).await.map_err(from_rpc)?;
    let stored = answer.value.map(to_hex);
    let human = stored.clone().unwrap_or_else(|| "nothing is stored there".to_owned());
    session.result(human, json!({ "height": answer.height, "value": stored }));
    Ok(())
}

async fn prove(
    contract: ContractId,
    key: Vec<u8>,
    at: Option<At>,
    file: &Path,
    session: &Session,
) -> Result<()> {
    let wanted = [Wanted::Key(contract, key)];
    let answer = session.client().state_proof(&wanted, at).await.map_err(from_rpc)?;
    let proof = ProofFile::of(&answer.proof);
    let checked = proof.check(&verify::node_trust(session)?);
    checked.map_err(|error| CliError::network("not-proven", error).hint("ask another node"))?;
    verify::write(file, &proof.to_text())?;
    let value = proof.keys.first().and_then(|key| key.value.clone());
    let stored = value.as_deref().unwrap_or("nothing is stored there");
    let human = format!("{stored}\nproven as of block {}, written to {}", answer.height, file.display());
    session.result(
        human,
        json!({ "height": answer.height, "value": value, "file": file.display().to_string() }),
    );
    Ok(())
}
