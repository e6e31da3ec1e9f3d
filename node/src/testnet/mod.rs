//! `sillok testnet`: a chain of several validators on this machine, each a process of its own, with known
//! accounts and sample companies.

mod banner;
mod nodes;
mod prepare;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::dev::DevGenesisError;
use crate::home::HomeError;
use crate::logging::{self, LogFormat};
use crate::process::ProcessError;
use crate::storage::StorageError;
pub(crate) use banner::TestnetBanner;
pub(crate) use nodes::Nodes;
use prepare::prepare;
pub(crate) use prepare::{NodePlace, make};

/// How often it is looked whether all nodes run.
const WATCH: Duration = Duration::from_millis(200);

/// The options of `sillok testnet`.
#[derive(Args, Clone, Debug)]
pub(crate) struct TestnetOptions {
    /// How many validators.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub(crate) validators: u16,
    /// Keep the nodes in this folder.
    #[arg(long, value_name = "DIR", default_value = "./data/testnet")]
    pub(crate) data: PathBuf,
    /// Start afresh: remove the network that the folder holds.
    #[arg(long)]
    pub(crate) reset: bool,
    /// The first node answers requests on this port, the others on the next ones; 0 takes free ones.
    #[arg(long, value_name = "PORT", default_value_t = 9944)]
    pub(crate) rpc_port: u16,
    /// The first node listens for others on this port, the others on the next ones; 0 takes free ones.
    #[arg(long, value_name = "PORT", default_value_t = 30333)]
    pub(crate) p2p_port: u16,
    /// Make the nodes' folders and start nothing: `sillok start` runs each.
    #[arg(long)]
    pub(crate) prepare: bool,
    /// The form of the log on stderr. Nodes log into their folders.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
}

/// Why a testnet ends without being asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TestnetError {
    /// A node's folder.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A data folder.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The genesis.
    #[error(transparent)]
    Genesis(#[from] DevGenesisError),
    /// A node's process.
    #[error("node {number}: {error}")]
    Process {
        /// Its number, from 1.
        number: usize,
        /// What happened to it.
        error: ProcessError,
    },
    /// The folder holds something else.
    #[error("{} holds {found} nodes, not {wanted}", path.display())]
    OtherCount {
        /// The folder.
        path: PathBuf,
        /// How many it holds.
        found: usize,
        /// How many were asked for.
        wanted: usize,
    },
    /// The folder is not a testnet's.
    #[error("{} is not a testnet's folder: it is left alone", .0.display())]
    NotATestnet(PathBuf),
    /// The system.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// What it says.
        source: io::Error,
    },
}

impl TestnetError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            TestnetError::Home(error) => error.hint(),
            TestnetError::Storage(error) => error.hint(),
            TestnetError::Genesis(_) => "the contracts and the dev genesis do not fit together",
            TestnetError::Process { .. } => "see the file `log` in the node's folder; are the ports free?",
            TestnetError::OtherCount { .. } => "give --validators as before, or start afresh with --reset",
            TestnetError::NotATestnet(_) => "choose another folder with --data",
            TestnetError::System { .. } => "look at the folder's permissions and space",
        }
    }

    fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| TestnetError::System { what, source }
    }
}

/// Runs a testnet until SIGINT or SIGTERM. `announce` is given what to show once all nodes answer.
///
/// # Errors
/// If it can't be made or started.
pub(crate) async fn run(
    options: &TestnetOptions,
    announce: impl FnOnce(&TestnetBanner),
) -> Result<(), TestnetError> {
    logging::start(options.log_format);
    let places = prepare(options)?;
    if options.prepare {
        announce(&TestnetBanner::prepared(&places));
        return Ok(());
    }
    let failed = || TestnetError::system("can't listen for signals");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed())?;
    let mut nodes = Nodes::start(&places)?;
    announce(&TestnetBanner::new(&nodes, &options.data));
    loop {
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            () = tokio::time::sleep(WATCH) => nodes.watch(),
        }
    }
    nodes.stop()
}
