//! Certified extracts: what a register says, in a file that anyone can verify without a node.

use std::path::PathBuf;

use clap::Args;
use codec::Encode;
use serde_json::{Value, json};
use sillok_abi::native::SYSTEM;
use sillok_abi::{Account, ContractId};
use sillok_client::extract::{Evidence, Extract, Subject, contract_key, field_key};
use sillok_client::rpc::{At, ProofAnswer, Wanted};

use super::types::{Class, Lot};
use super::{Company, CompanyArg};
use crate::cli::moment::parse_at;
use crate::cli::session::from_rpc;
use crate::cli::{CliError, Result, Session, verify};

/// The fields that an extract of a whole register is made of.
const FIELDS: [&str; 5] = ["registrar", "issuer", "classes", "lots", "locks"];

/// Writes a certified extract.
#[derive(Args, Debug)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    company: CompanyArg,
    /// Only what this holder has; it tells nothing of others.
    #[arg(long, value_name = "ACCOUNT")]
    holder: Option<String>,
    /// As of this height, time (2026-03-31T09:00:00Z), or end of this day in Korea (2026-03-31).
    #[arg(long, value_name = "WHEN", value_parser = parse_at)]
    at: Option<At>,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(args: ExtractArgs, session: &Session) -> Result<()> {
    let company = args.company.find(session).await?;
    let layout = company.contract.metadata.storage.clone();
    if layout.is_empty() {
        let message =
            format!("the contract of {} does not tell how it stores its register", company.issuer.name);
        return Err(
            CliError::failed("no-layout", message).hint("deploy a register that was built with this SDK")
        );
    }
    let register = company.contract.id;
    let holder = args.holder.as_deref().map(|holder| session.account(holder)).transpose()?;
    let ProofAnswer { proof, before, .. } = match &holder {
        None => prove(&whole(register), args.at, session).await?,
        Some(holder) => {
            // The holder's lots are looked up at one height, and proven at the same.
            let first = prove(&whole(register)[..1], args.at, session).await?.height;
            let at = At::Height(first);
            prove(&of_holder(&company, holder, at).await?, Some(at), session).await?
        }
    };
    let trust = verify::node_trust(session)?;
    let extract = Extract::make(Subject { register, holder }, Evidence { layout, before, proof }, &trust)
        .map_err(|error| CliError::failed("not-proven", error).hint("try again; or ask another node"))?;
    verify::write(&args.out, &extract.to_text())?;
    let (file, statement) = (args.out.display(), &extract.statement);
    let human = format!(
        "{}\n\nwritten to {file}; whoever trusts this chain's validators can check it offline:\n  \
         sillok trust --out trust.json\n  sillok verify {file} --trust trust.json",
        verify::summary(statement)
    );
    session.result(human, json!({ "file": file.to_string(), "statement": statement }));
    Ok(())
}

async fn prove(wanted: &[Wanted], at: Option<At>, session: &Session) -> Result<ProofAnswer> {
    session.client().state_proof(wanted, at).await.map_err(from_rpc)
}

/// All that a whole register's extract rests on.
fn whole(register: ContractId) -> Vec<Wanted> {
    let fields = FIELDS.map(|name| Wanted::Field(register, field_key(name)));
    std::iter::once(contract_record(register)).chain(fields).collect()
}

/// All that the extract of one holder rests on: the classes, and of the rest only the holder's entries.
async fn of_holder(company: &Company<'_>, holder: &Account, at: At) -> Result<Vec<Wanted>> {
    let register = company.contract.id;
    let key = |name: &str, rest: Vec<u8>| Wanted::Key(register, [field_key(name).as_slice(), &rest].concat());
    let mut wanted = vec![
        contract_record(register),
        key("registrar", Vec::new()),
        key("issuer", Vec::new()),
        Wanted::Field(register, field_key("classes")),
    ];
    for Class { id, .. } in company.classes(Some(at)).await? {
        wanted.push(key("holdings", (id, holder).encode()));
        let query = json!({ "holder": holder.to_string(), "class": id });
        let lots: Vec<Value> = company.all("lots_of", query, Some(at)).await?;
        for lot in lots {
            let lot: Lot = crate::cli::typed::read(&company.contract, "lots_of", lot)?;
            wanted.push(key("lots", lot.root.encode()));
            wanted.push(key("locks", lot.root.encode()));
        }
    }
    Ok(wanted)
}

/// What the chain keeps of the contract: its code, and how it stores things.
fn contract_record(register: ContractId) -> Wanted {
    Wanted::Key(SYSTEM, contract_key(&register))
}
