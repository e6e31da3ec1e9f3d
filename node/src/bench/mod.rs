//! `sillok bench`: how much one node carries, measured from outside: the node is a process of its own, and is
//! given transactions that were signed before, as its clients would give them.
//!
//! The parts: `accounts` are keys by number, `workload` and `market` say what is sent, `stage` makes the genesis,
//! `signed` the file of signed transactions, `load` sends, `audit` reads the chain afterwards and misses what was
//! lost, `totals` adds up what everybody has, `report` is what comes of it.

mod accounts;
mod audit;
mod error;
mod load;
mod market;
mod options;
mod report;
mod signed;
mod stage;
mod totals;
mod workload;

use std::time::Duration;

use sillok_client::rpc::{Client, ClientOptions};

pub(crate) use error::BenchError;
pub(crate) use options::BenchOptions;
pub(crate) use report::Report;

use crate::testnet::Nodes;
use signed::SignedFile;
use stage::Stage;

/// How long the node has to answer once it was started: it makes the accounts first.
const START: Duration = Duration::from_secs(600);

/// Runs a bench, in which clients reach the nodes like this; `tell` is given what goes on.
///
/// # Errors
/// If the node does not start or fails, or the machine has no room for the files.
pub(crate) async fn run(
    options: &BenchOptions,
    reach: &ClientOptions,
    tell: &dyn Fn(String),
) -> Result<Report, BenchError> {
    let stage = Stage::prepare(options)?;
    tell(format!("starting {} validators with {} accounts", options.validators, options.accounts));
    let mut nodes = stage.start(START)?;
    let clients = clients(&nodes, reach)?;
    let gas = workload::gas_limit(&clients[0], &stage).await?;
    tell(format!("signing {} transactions of {gas} gas each", options.transactions()));
    let file = SignedFile::write(&stage, options, gas)?;
    tell(format!("sending {} a second for {} s", options.rate, options.seconds));
    let load = load::run(&clients, &mut nodes, file, options).await?;
    let usage = nodes.usage();
    nodes.stop()?;
    tell("reading the chain from beginning to end".into());
    let audit = audit::read(&stage, options)?;
    Ok(Report::new(options, &load, &audit, &usage))
}

/// A client of each node. There is at least one.
fn clients(nodes: &Nodes, reach: &ClientOptions) -> Result<Vec<Client>, BenchError> {
    nodes.all().iter().map(|node| Ok(Client::with(node.url(), reach)?)).collect()
}
