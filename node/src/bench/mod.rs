//! `sillok bench`: how much one node carries, measured from outside: the node is a process of its own, and is
//! given transactions that were signed before, as its clients would give them.
//!
//! The parts: `accounts` are keys by number and `did` their DIDs; `kind` says what the transaction of a number is
//! about, `workload`, `market` and `deal` what it does, `gas` what it may use; `scene` makes the genesis, `stage` the
//! folder and the nodes, `signed` the file of signed transactions; `load` sends, while `absence` has a validator go
//! away and come back; `audit` reads the chain afterwards and misses what was lost, `elsewhere` asks nodes that run
//! elsewhere, `totals` adds up what everybody has; `ramp` judges steps, `latency` and `timeline` add up what was seen;
//! `report` is what comes of it, and `html` with `chart` its page.

mod absence;
mod accounts;
mod audit;
mod chart;
mod deal;
mod did;
mod elsewhere;
mod error;
mod gas;
mod html;
mod kind;
mod latency;
mod load;
mod market;
mod options;
mod ramp;
mod report;
mod scene;
mod signed;
mod stage;
mod timeline;
mod totals;
mod workload;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sillok_client::rpc::{Client, ClientOptions};

pub(crate) use error::BenchError;
pub(crate) use options::BenchOptions;
pub(crate) use report::Report;

use crate::lock::lock;
use crate::testnet::{Nodes, TestnetBanner};
use absence::Absence;
use gas::GasLimits;
use load::Load;
use ramp::Step;
use signed::SignedFile;
use stage::Stage;

/// How long the node has to answer once it was started: it makes the accounts first.
const START: Duration = Duration::from_secs(600);

/// Makes what a bench begins with, for nodes that somebody else starts; answers their folders.
///
/// # Errors
/// If the machine has no room for it.
pub(crate) fn prepare(options: &BenchOptions) -> Result<TestnetBanner, BenchError> {
    Ok(TestnetBanner::Prepared { homes: Stage::prepare(options)?.homes() })
}

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
    let here = options.url.is_empty();
    let (mut nodes, clients, above) = if here {
        tell(format!("starting {} validators with {} accounts", options.validators, options.accounts));
        let nodes = stage.start(START)?;
        let clients = clients(&nodes, reach)?;
        (nodes, clients, 0)
    } else {
        let (clients, height) = elsewhere::clients(options, reach, &stage).await?;
        (Nodes::elsewhere(), clients, height)
    };
    let gas = GasLimits::measure(&clients[0], &stage).await?;
    let load = Arc::new(Mutex::new(Load::default()));
    let mut absence = Absence::of(options, stage.last(), reach);
    let (mut steps, mut next) = (Vec::new(), Some(Step::first(options)));
    while let Some(step) = next {
        tell(format!("signing {} transactions of at most {} gas each", step.transactions(), gas.most()));
        let file = SignedFile::write(&stage, options, &step, &gas)?;
        tell(format!("sending {} a second for {} s", step.rate, step.seconds));
        let outcome = load::run(&clients, (&mut nodes, &mut absence), file, (&step, options), &load).await?;
        if options.ramp {
            tell(outcome.line());
        }
        next = step.next(options, &outcome);
        steps.push(outcome);
    }
    let load = std::mem::take(&mut *lock(&load));
    let usage = nodes.usage();
    nodes.stop()?;
    tell("reading the chain from beginning to end".into());
    let audit = match here {
        true => audit::read(&stage, load.accepted.len())?,
        false => elsewhere::audit(&clients, &stage, above, load.accepted.len()).await?,
    };
    Ok(Report::new(options, (steps, &load), &audit, &usage))
}

/// A client of each node. There is at least one.
fn clients(nodes: &Nodes, reach: &ClientOptions) -> Result<Vec<Client>, BenchError> {
    nodes.all().iter().map(|node| Ok(Client::with(node.url(), reach)?)).collect()
}
