//! `sillok testnet`: a chain of several validators on this machine, each a process of its own, with known
//! accounts and sample companies.
//!
//! With `--chaos SEED` things go wrong on it: nodes are killed and paused, and the links between them, which then
//! go through proxies of the testnet's own, are cut and delayed. `--faults` has somebody else say what goes wrong.
//!
//! | what | where |
//! |---|---|
//! | the nodes' folders, their ports, and where they dial each other | `prepare`, `ports`, `wire` |
//! | the processes | `nodes` |
//! | the proxies | `links` |
//! | what can go wrong, which of it a seed comes to, and doing it | `fault`, `plan`, `trial` |
//! | what is shown | `banner`, `line` |

mod banner;
mod fault;
mod line;
mod links;
mod nodes;
mod plan;
mod ports;
mod prepare;
mod trial;
mod wire;

use std::future::pending;
use std::io::{self, BufRead};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sillok_client::rpc::RpcError;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::dev::DevGenesisError;
use crate::duration;
use crate::home::HomeError;
use crate::logging::{self, LogFormat};
use crate::process::ProcessError;
use crate::storage::StorageError;
pub(crate) use banner::TestnetBanner;
pub(crate) use line::Line;
pub(crate) use nodes::Nodes;
use prepare::prepare;
pub(crate) use prepare::{NodePlace, make};
use trial::Trial;

/// How often it is looked whether all nodes run, and what is due.
const WATCH: Duration = Duration::from_millis(50);

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
    /// Have things go wrong: kill, pause, cut off and delay nodes, as this seed has it.
    #[arg(long, value_name = "SEED", conflicts_with = "prepare")]
    pub(crate) chaos: Option<u64>,
    /// How many nodes may be faulty at a time; by default as many as the chain goes on without, one at least.
    #[arg(long, value_name = "N", requires = "chaos", value_parser = clap::value_parser!(u16).range(1..=32))]
    pub(crate) faulty: Option<u16>,
    /// End after this time (30s, 10m): heal everything, and fail unless all nodes come to the same blocks.
    #[arg(long, value_name = "TIME", requires = "chaos", value_parser = time)]
    pub(crate) chaos_for: Option<Duration>,
    /// Read from standard input what is to go wrong, one fault a line: `cut 1,2 for 5s`.
    #[arg(long, conflicts_with_all = ["prepare", "chaos"])]
    pub(crate) faults: bool,
    /// The form of the log on stderr. Nodes log into their folders.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
}

impl TestnetOptions {
    /// How many nodes may be faulty at a time.
    fn faulty(&self) -> usize {
        self.faulty.unwrap_or((self.validators - 1) / 3).max(1).into()
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let malformed = || "a time is a number and a unit: 30s, 10m, 2h".to_owned();
    duration::milliseconds(text).map(Duration::from_millis).ok_or_else(malformed)
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
    /// A node's answer.
    #[error("a node does not answer: {0}")]
    Answer(Box<RpcError>),
    /// A node has ended that should run.
    #[error("node {0} has ended by itself")]
    Ended(usize),
    /// Nodes have different blocks.
    #[error("nodes 1 and {number} have different blocks at height {height}")]
    Fork {
        /// The height.
        height: u64,
        /// The node that differs from the first.
        number: usize,
    },
    /// Nodes did not come to the same height.
    #[error("the nodes did not all come to height {target}: they are at {heights:?}")]
    Behind {
        /// The height that one of them had.
        target: u64,
        /// Where they are.
        heights: Vec<u64>,
    },
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
            TestnetError::Answer(_) | TestnetError::Ended(_) | TestnetError::Behind { .. } => {
                "see the file `log` in the nodes' folders; the same seed has the same faults"
            }
            TestnetError::Fork { .. } => "keep the folder: this must not happen",
            TestnetError::OtherCount { .. } => "give --validators as before, or start afresh with --reset",
            TestnetError::NotATestnet(_) => "choose another folder with --data",
            TestnetError::System { .. } => "look at the folder's permissions and space",
        }
    }

    fn answer(error: RpcError) -> Self {
        TestnetError::Answer(Box::new(error))
    }

    fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| TestnetError::System { what, source }
    }
}

/// Runs a testnet until SIGINT or SIGTERM, or the end of `--chaos-for`. `announce` is given what to show once all
/// nodes answer, `tell` what goes wrong.
///
/// # Errors
/// If it can't be made or started, or a node does not come back; with `--chaos-for`, if the nodes don't agree.
pub(crate) async fn run(
    options: &TestnetOptions,
    announce: impl FnOnce(&TestnetBanner),
    tell: &dyn Fn(&Line),
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
    let links = match options.chaos.is_some() || options.faults {
        true => Some(wire::through_links(&places)?),
        false => wire::directly(&places).map(|()| None)?,
    };
    let nodes = Nodes::start(&places, false)?;
    announce(&TestnetBanner::new(&nodes, &options.data));
    let mut trial = Trial::new(places, nodes, links, tell)?;
    if let Some(seed) = options.chaos {
        trial.follow(seed, options.faulty());
    }
    let mut written = options.faults.then(read_lines);
    let end = over(options.chaos_for);
    tokio::pin!(end);
    loop {
        tokio::select! {
            // First: Ctrl-C on a terminal ends the nodes too, which is no finding then.
            biased;
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            () = &mut end => {
                trial.heal()?;
                trial.agree().await?;
                break;
            }
            line = next(&mut written) => trial.obey(&line)?,
            () = tokio::time::sleep(WATCH) => trial.turn().await?,
        }
    }
    trial.stop()
}

/// Waits so long; for ever without a time.
async fn over(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => pending().await,
    }
}

/// The lines of the standard input.
fn read_lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let read = io::stdin().lock().lines().map_while(Result::ok);
        // Nobody takes them any more when the testnet stops.
        read.map(|line| sender.send(line)).take_while(Result::is_ok).for_each(drop);
    });
    lines
}

/// The next line; none comes if nobody writes any.
async fn next(lines: &mut Option<mpsc::UnboundedReceiver<String>>) -> String {
    let line = match lines {
        Some(lines) => lines.recv().await,
        None => None,
    };
    match line {
        Some(line) => line,
        None => pending().await,
    }
}
