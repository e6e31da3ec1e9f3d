//! `sillok init`, `peers`, `consensus`, `config`, `log-level`: a node's folder, and what a node does.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use sillok_abi::Account;

use super::table::{Align, Table};
use super::{CliError, GlobalOptions, Result, Session, output};
use crate::home::{HomeError, KeyKind, NodeConfig, NodeHome, Passwords};
use crate::logging;
use crate::network::NodeId;

/// The options of `sillok init`.
#[derive(Args, Clone, Debug)]
pub(super) struct InitOptions {
    /// Make the node's folder here.
    #[arg(value_name = "DIR", default_value = "./data/node")]
    home: PathBuf,
    /// Make no key to vote with: the node follows the chain.
    #[arg(long)]
    observer: bool,
    /// The file that holds the password of the node's keys; asked for if neither it nor SILLOK_PASSWORD is
    /// given. node.toml will name it.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// The options of `sillok config`.
#[derive(Args, Clone, Debug)]
pub(super) struct ConfigOptions {
    /// The node's folder.
    #[arg(value_name = "DIR", default_value = "./data/node")]
    home: PathBuf,
}

fn failed(error: &HomeError) -> CliError {
    CliError::failed("node-folder", error).hint(error.hint())
}

/// Makes a node's folder, and shows what others have to know of it.
pub(super) fn init(init: &InitOptions, options: &GlobalOptions) -> Result<()> {
    let here = std::env::current_dir().map_err(|error| CliError::failed("folder", error))?;
    let file = init.password_file.as_ref().map(|file| here.join(file));
    let password = Passwords::of(&here, file.as_deref()).choose().map_err(HomeError::from);
    let password = password.map_err(|error| failed(&error))?;
    let config = NodeConfig { password_file: file, ..NodeConfig::default() };
    let home =
        NodeHome::create(&init.home, &config, &password, !init.observer).map_err(|error| failed(&error))?;
    let public = |kind| home.public(kind).map_err(|error| failed(&error));
    let peer = public(KeyKind::Network)?.unwrap_or_default();
    let validator = public(KeyKind::Validator)?.map(|key| Account::Key(key).to_string());
    let node = NodeId(peer).to_string();
    let human = format!(
        "made {}\n  node       {node}\n  validator  {}\n\nnext: adapt node.toml (listen, peers), enter the node into a genesis (`sillok genesis add`) or have it voted in, \
         put genesis.scale there, `sillok start {}`",
        home.path().display(),
        validator.as_deref().unwrap_or("none: it follows without a vote"),
        home.path().display(),
    );
    output::note(
        options.quiet,
        "keep copies of the folder `keys` and of the password: a lost key can't be made again",
    );
    let value =
        json!({ "home": home.path(), "node": node, "peer": hex::encode(peer), "validator": validator });
    output::result(options.json, human, value);
    Ok(())
}

/// Shows a node's settings, with those that its file leaves out.
pub(super) fn config(config: &ConfigOptions, options: &GlobalOptions) -> Result<()> {
    let settings =
        NodeHome::open(&config.home).and_then(|home| home.config()).map_err(|error| failed(&error))?;
    let text = settings.to_toml().map_err(|error| CliError::failed("config", error))?;
    let value = serde_json::to_value(&settings).map_err(|error| CliError::failed("json", error))?;
    output::result(options.json, text.trim_end(), value);
    Ok(())
}

/// The options of `sillok log-level`.
#[derive(Args, Clone, Debug)]
pub(super) struct LogLevelOptions {
    /// A level (off, error, warn, info, debug, trace), or levels of parts: sillok=debug,warn.
    #[arg(value_name = "FILTER")]
    filter: String,
}

/// Has the node log more or less, until it is told otherwise or ends.
pub(super) async fn log_level(level: &LogLevelOptions, session: &Session) -> Result<()> {
    logging::parse(&level.filter).map_err(|error| CliError::usage(&error).hint(error.hint()))?;
    let answer = session.client().node_set_log_level(&level.filter).await;
    let value = answer.map_err(super::session::from_rpc)?;
    let before = value["before"].as_str().unwrap_or_default();
    session.result(format!("the node logs {} (before: {before})", level.filter), value.clone());
    Ok(())
}

/// Shows who is connected to the node.
pub(super) async fn peers(session: &Session) -> Result<()> {
    let value = session.client().node_peers().await.map_err(super::session::from_rpc)?;
    let columns = [
        ("node", Align::Left),
        ("validator", Align::Left),
        ("address", Align::Left),
        ("score", Align::Right),
        ("since", Align::Right),
        ("round trip", Align::Right),
    ];
    let mut table = Table::new(&columns, "nobody is connected");
    let text = |peer: &Value, field: &str| peer[field].as_str().unwrap_or("-").to_owned();
    for peer in value["peers"].as_array().into_iter().flatten() {
        let trip = peer["round_trip_us"].as_u64().map_or("-".into(), |micros| format!("{micros} µs"));
        let since = format!("{} s", peer["connected_s"].as_u64().unwrap_or(0));
        let score = peer["score"].as_u64().unwrap_or(0).to_string();
        table.row([text(peer, "node"), text(peer, "validator"), text(peer, "address"), score, since, trip]);
    }
    session.result(table.to_string(), value);
    Ok(())
}

/// Shows the round that is going on, and who has voted.
pub(super) async fn consensus(session: &Session) -> Result<()> {
    let value = session.client().node_consensus().await.map_err(super::session::from_rpc)?;
    let columns = [
        ("validator", Align::Left),
        ("power", Align::Right),
        ("prevote", Align::Left),
        ("precommit", Align::Left),
    ];
    let mut table = Table::new(&columns, "no validators");
    let proposer = value["proposer"].as_str().unwrap_or_default();
    let ballot = |seat: &Value, field: &str| match seat[field].as_str() {
        None => "-".to_owned(),
        Some(block) => block.chars().take(10).collect(),
    };
    for seat in value["validators"].as_array().into_iter().flatten() {
        let address = seat["address"].as_str().unwrap_or_default();
        let name = if address == proposer { format!("{address} *") } else { address.to_owned() };
        let power = seat["power"].as_u64().unwrap_or(0).to_string();
        table.row([name, power, ballot(seat, "prevote"), ballot(seat, "precommit")]);
    }
    let what = if value["idle"] == true { "nothing to decide" } else { "being decided; * proposes" };
    let human = format!("height {}, round {}: {what}\n{table}", value["height"], value["round"]);
    session.result(human, value);
    Ok(())
}
