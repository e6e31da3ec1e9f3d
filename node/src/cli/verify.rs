//! `sillok verify`: extracts and proofs checked offline. `sillok trust`: what they are checked against.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sillok_client::bundle::ProofFile;
use sillok_client::extract::Extract;
use sillok_client::rpc::{ValidatorInfo, to_hex};
use sillok_client::trust::Trust;

use super::session::from_rpc;
use super::table::{Align, Table, grouped};
use super::{CliError, GlobalOptions, Result, Session, output};

/// Check an extract or a proof. Needs no node.
#[derive(Args, Debug)]
pub(super) struct VerifyOptions {
    /// The extract or proof.
    file: PathBuf,
    /// The validators that you trust; `sillok trust` writes such a file.
    #[arg(long, value_name = "FILE", env = "SILLOK_TRUST")]
    trust: PathBuf,
}

/// Show which validators the node's chain has, and write them down.
#[derive(Args, Debug)]
pub(super) struct TrustOptions {
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Trust the node for nothing: follow the changes of validators from those of this file on, each signed by
    /// more than two thirds of the set before.
    #[arg(long, value_name = "FILE")]
    follow: Option<PathBuf>,
}

pub(super) fn run(options: &VerifyOptions, global: &GlobalOptions) -> Result<()> {
    let trust = read_trust(&options.trust)?;
    let text = read(&options.file)?;
    let kind = serde_json::from_str::<Value>(&text).ok().map(|file| file["sillok"].clone());
    match kind.as_ref().and_then(Value::as_str) {
        Some("state-proof") => verify_proof(&text, &trust, global),
        _ => verify_extract(&text, &trust, global),
    }
}

/// The trust file at this path.
pub(super) fn read_trust(file: &Path) -> Result<Trust> {
    Trust::parse(&read(file)?).map_err(|why| {
        let message = format!("{} is not a trust file: {why}", file.display());
        CliError::usage(message).hint("`sillok trust --out FILE` writes one, from a node that you trust")
    })
}

fn verify_extract(text: &str, trust: &Trust, global: &GlobalOptions) -> Result<()> {
    let extract = Extract::parse(text).map_err(not_verified)?;
    extract.check(trust).map_err(not_verified)?;
    let human = format!(
        "verified: more than two thirds of the validators of {} have signed for this\n\n{}",
        trust.name,
        summary(&extract.statement)
    );
    output::result(global.json, human, json!({ "verified": true, "statement": extract.statement }));
    Ok(())
}

fn verify_proof(text: &str, trust: &Trust, global: &GlobalOptions) -> Result<()> {
    let file = ProofFile::parse(text).map_err(not_verified)?;
    file.check(trust).map_err(not_verified)?;
    let mut human = format!("verified: so it was on {} after block {}\n", trust.name, file.height);
    for key in &file.keys {
        let value = key.value.as_deref().unwrap_or("nothing");
        human += &format!("\ncontract  {}\nkey       {}\nholds     {value}\n", key.contract, key.key);
    }
    output::result(global.json, human, json!({ "verified": true, "height": file.height, "keys": file.keys }));
    Ok(())
}

fn not_verified(error: impl std::fmt::Display) -> CliError {
    CliError::failed("not-verified", error)
        .hint("do not rely on this file: ask whoever gave it to you, or make the extract again")
}

pub(super) async fn trust(options: &TrustOptions, session: &Session) -> Result<()> {
    let trust = match &options.follow {
        Some(file) => followed(&read_trust(file)?, session).await?,
        None => node_trust(session)?,
    };
    let validators: Vec<_> = trust.validators.iter().map(ValidatorInfo::of).collect();
    let fingerprint = to_hex(trust.fingerprint());
    let mut human = format!("chain        {} {}\n", trust.name, to_hex(trust.chain));
    for validator in &validators {
        human += &format!("validator    {}\n", validator.address);
    }
    human += &format!("fingerprint  {fingerprint}\n");
    if let Some(out) = &options.out {
        write(out, &trust.to_text())?;
        human += &format!("\nwritten to {}. ", out.display());
    }
    human += match &options.follow {
        Some(_) => "These follow from the validators that you trust.",
        None => {
            "This is what one node says: compare the chain's id and the fingerprint with another member's."
        }
    };
    let value = json!({ "chain": to_hex(trust.chain), "name": trust.name, "validators": validators,
        "fingerprint": fingerprint });
    session.result(human, value);
    Ok(())
}

/// What follows from `trust` by the changes of validators that the node has.
async fn followed(trust: &Trust, session: &Session) -> Result<Trust> {
    let failed = |why: String| CliError::failed("not-verified", why);
    let changes = session.client().validator_changes(0).await.map_err(from_rpc)?;
    let latest = trust.follow_all(&changes).map_err(|(height, error)| {
        failed(format!("the change of validators at height {height} does not follow: {error}"))
            .hint("ask another node; if it says the same, the file is not of this chain's validators")
    })?;
    if latest.fingerprint() == node_trust(session)?.fingerprint() {
        return Ok(latest);
    }
    let why = "the chain's validators don't follow from those of the file by the changes that the node knows";
    Err(failed(why.into()).hint("is the file of this chain? has the node been asked while they changed?"))
}

/// The validators of the chain of this session, as its node names them.
pub(super) fn node_trust(session: &Session) -> Result<Trust> {
    let status = session.status();
    Trust::of(&status.chain_id, &status.name, &status.validators)
        .map_err(|why| CliError::network("unexpected-answer", why))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file)
        .map_err(|error| CliError::failed("file", format!("can't read {}: {error}", file.display())))
}

/// Writes a file whole or not at all.
pub(super) fn write(file: &Path, text: &str) -> Result<()> {
    let failed = |error| {
        CliError::failed("file", format!("can't write {}: {error}", file.display()))
            .hint("is there such a folder, and may you write to it?")
    };
    let draft = file.with_added_extension("draft");
    fs::write(&draft, text).and_then(|()| fs::rename(&draft, file)).map_err(failed)
}

/// A statement for people.
pub(super) fn summary(statement: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let company = &statement["company"];
    let number = company["identifier"].as_str().filter(|number| !number.is_empty());
    let number = number.map(|number| format!(", no. {number}")).unwrap_or_default();
    let sample = if company["sample"] == true { ", a sample company" } else { "" };
    let columns =
        [("holder", Align::Left), ("class", Align::Left), ("shares", Align::Right), ("locked", Align::Right)];
    let mut table = Table::new(&columns, "no shares");
    for row in statement["holders"].as_array().into_iter().flatten() {
        let class = class_name(statement, &row["class"]);
        let count = |name: &str| grouped(row[name].as_u64().unwrap_or_default());
        table.row([text(&row["holder"]), class, count("shares"), count("locked")]);
    }
    format!(
        "{}{number}{sample}\nregister   {}\nregistrar  {}\nas of      block {}, {}\n\n{table}",
        text(&company["name"]),
        text(&statement["register"]),
        text(&statement["registrar"]),
        statement["height"],
        statement["time"].as_str().unwrap_or("the chain's beginning"),
    )
}

fn class_name(statement: &Value, id: &Value) -> String {
    let classes = statement["classes"].as_array();
    let found = classes.into_iter().flatten().find(|class| class["id"] == *id);
    found.and_then(|class| class["name"].as_str()).map_or_else(|| id.to_string(), str::to_owned)
}
