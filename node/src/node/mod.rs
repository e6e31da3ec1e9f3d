//! A node that runs: the producer, the reactor and requests, each on threads of its own, until told to stop.

mod intake;
mod log;
mod peering;
#[cfg(test)]
mod tests;

use std::future::pending;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use sillok_abi::governance::NodeInfo;
use sillok_runtime::{Fault, Genesis, Outside};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::chain::{self, Chain, Next, OpenError, Pace, Producer, Retention};
use crate::clock::Clock;
use crate::consensus::{Config, Timeouts, ValidatorKey};
use crate::limits;
use crate::network::StartError;
use crate::reactor::{self, Inbox, Network, Order, Reactor};
use crate::rpc::{self, Front, ServeError};
use crate::snapshot::{self, KeepSnapshots, Shelf, SnapshotError};
use crate::storage::{DataFolder, Storage};
use crate::threads::spawn_for_contracts;
use crate::{index, surveillance};
pub(crate) use log::LogOpenError;
pub(crate) use peering::Peers;

/// What a node is made of.
pub(crate) struct Parts {
    /// Where the consensus log is.
    pub(crate) folder: DataFolder,
    /// Where the rest is.
    pub(crate) storage: Arc<dyn Storage>,
    /// How many MiB of state are kept in memory.
    pub(crate) state_cache_mib: u32,
    /// What the runtime needs of its surroundings.
    pub(crate) outside: Outside,
    /// The chain.
    pub(crate) genesis: Genesis,
    /// The clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// The key that it votes with, if it is a validator.
    pub(crate) key: ValidatorKey,
    /// How long steps of consensus may take.
    pub(crate) timeouts: Timeouts,
    /// The first height at which it votes, if its log was lost.
    pub(crate) votes_from: Option<u64>,
    /// When blocks are made.
    pub(crate) pace: Pace,
    /// How much of the past is kept.
    pub(crate) retention: Retention,
    /// Which snapshots are made.
    pub(crate) snapshots: KeepSnapshots,
    /// What is looked for in the market's trading.
    pub(crate) surveillance: surveillance::Settings,
    /// What can be asked of the past.
    pub(crate) index: index::Settings,
}

/// Why a node ends without being asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NodeError {
    /// The chain.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The snapshots that it keeps.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Surveillance.
    #[error(transparent)]
    Surveillance(#[from] surveillance::SurveillanceError),
    /// The index.
    #[error(transparent)]
    Index(#[from] index::IndexError),
    /// The consensus log.
    #[error(transparent)]
    Log(#[from] LogOpenError),
    /// The network.
    #[error(transparent)]
    Network(#[from] StartError),
    /// The RPC server.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The system refuses threads, signals or memory.
    #[error("the system refuses what the node needs: {0}")]
    System(#[from] std::io::Error),
    /// The node failed while it ran.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The node came to another state than the others.
    #[error(transparent)]
    Disagrees(Fault),
}

impl NodeError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            NodeError::Open(OpenError::Storage(error)) => error.hint(),
            NodeError::Snapshot(error) => error.hint(),
            NodeError::Open(_) => "the contracts and the genesis do not fit together",
            NodeError::Log(error) => error.hint(),
            NodeError::Surveillance(_) => "see [surveillance] in node.toml",
            NodeError::Index(error) => error.hint(),
            NodeError::Network(_) => "is the address in use? See `listen` in node.toml",
            NodeError::Serve(error) => error.hint(),
            NodeError::System(_) => "see the limits of processes and memory (ulimit -a)",
            NodeError::Disagrees(_) => {
                "have another node tell what the block did there (`sillok query effects HEIGHT --node URL --out FILE`), compare the two files with `diff`, and keep this node's log and data folder: see \"A node that disagrees\" in docs/operating.md"
            }
            NodeError::Fault(_) => {
                "what is final is on disk: start again, and keep the log and the data folder if it happens again"
            }
        }
    }
}

/// A node whose threads run.
pub(crate) struct Node {
    chain: Arc<Chain>,
    inbox: Inbox,
    network: Arc<dyn Network>,
    producer: JoinHandle<Result<(), Fault>>,
    reactor: JoinHandle<Result<(), Fault>>,
    /// Closes when the reactor ends, by a fault or a panic too.
    ended: oneshot::Receiver<()>,
}

/// What opening comes to: the chain, and what follows its last block.
type Opened = Result<(Arc<Chain>, Next), OpenError>;

impl Node {
    /// Opens chain and log, and starts the threads. `connect` makes the network, given the chain, its nodes,
    /// the way to the reactor, and the snapshots to offer.
    ///
    /// # Errors
    /// If something can't be opened or started.
    pub(crate) fn start(
        parts: Parts,
        connect: impl FnOnce(&Arc<Chain>, &[NodeInfo], &Inbox, &Arc<Shelf>) -> Result<Arc<dyn Network>, NodeError>,
    ) -> Result<Self, NodeError> {
        let Parts {
            folder,
            storage,
            state_cache_mib,
            outside,
            genesis,
            clock,
            key,
            timeouts,
            votes_from,
            pace,
            ..
        } = parts;
        let (retention, snapshots, survey) = (parts.retention, parts.snapshots, parts.surveillance);
        let (inbox, events) = Inbox::new();
        let (opened, chain) = channel();
        let (orders, queue) = channel();
        let own = key.public();
        let way = inbox.clone();
        let producer = spawn_for_contracts("producer", move || {
            let open = chain::open(storage, state_cache_mib, outside, genesis, clock, own);
            produce(open, &opened, &queue, &way)
        })?;
        let failed = |_| OpenError::Fault(Fault::new("opening the chain panicked"));
        let (chain, next) = chain.recv().map_err(failed)??;
        chain.leave_disagreements_in(folder.path());
        let log = log::open(&folder, &chain, votes_from)?;
        chain::keep(&chain, retention)?;
        chain::audit(&chain)?;
        let shelf = Arc::new(Shelf::open(&folder.snapshots())?);
        snapshot::keep(&chain, &shelf, snapshots)?;
        if let Some(surveillance) = surveillance::start(&chain, folder.surveillance(), &survey)? {
            chain.read_models().survey(surveillance);
        }
        if let Some(index) = index::start(&chain, &folder, parts.index)? {
            chain.read_models().index(index);
        }
        let network = connect(&chain, &next.nodes, &inbox, &shelf)?;
        let (chain_id, signatures) = (chain.id(), Arc::new(key));
        let votes_from = votes_from.unwrap_or(0);
        let config = Config { chain: chain_id, signatures, timeouts, votes_from, quorum: Config::QUORUM };
        let (ways, others) = ((inbox.clone(), events), network.clone());
        let parts = reactor::Parts {
            chain: chain.clone(),
            config,
            log,
            next,
            pace,
            orders,
            inbox: ways,
            network: others,
        };
        let (running, ended) = oneshot::channel();
        let reactor = thread::Builder::new().name("reactor".into()).spawn(move || react(parts, running))?;
        Ok(Node { chain, inbox, network, producer, reactor, ended })
    }

    /// Answers requests until `asked`, a signal or a fault; then ends what runs, in order.
    ///
    /// # Errors
    /// If requests can't be answered, or the node fails.
    pub(crate) fn serve(
        mut self,
        front: Front,
        asked: impl Future<Output = ()>,
        announce: impl FnOnce(&Chain, &str),
    ) -> Result<(), NodeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("rpc")
            .enable_all()
            .build()?;
        let served = runtime.block_on(self.serve_until_stopped(front, asked, announce));
        let chain = self.chain.clone();
        let stopped = self.stop().map_err(|error| match error {
            NodeError::Fault(fault) if chain.disagreement().is_some() => NodeError::Disagrees(fault),
            other => other,
        });
        runtime.shutdown_timeout(limits::SHUTDOWN_GRACE);
        stopped.and(served)
    }

    async fn serve_until_stopped(
        &mut self,
        front: Front,
        asked: impl Future<Output = ()>,
        announce: impl FnOnce(&Chain, &str),
    ) -> Result<(), NodeError> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let service = rpc::Watched { inbox: self.inbox.clone(), network: self.network.clone() };
        // Without anything to read again it ends the process, as ever.
        let mut hangup = front.can_change().then(|| signal(SignalKind::hangup())).transpose()?;
        let server = rpc::serve(front, self.chain.clone(), service).await?;
        tracing::info!(url = server.url(), height = self.chain.tip().height, "started");
        announce(&self.chain, &server.url());
        tokio::pin!(asked);
        loop {
            tokio::select! {
                _ = interrupt.recv() => break tracing::info!("interrupted: stopping"),
                _ = terminate.recv() => break tracing::info!("terminated: stopping"),
                () = &mut asked => break tracing::info!("asked to: stopping"),
                _ = &mut self.ended => break tracing::error!("consensus ended: stopping"),
                () = heard(&mut hangup) => server.read_again(),
            }
        }
        server.stop().await;
        Ok(())
    }

    /// Ends what runs, in order, and keeps what waits for a block.
    ///
    /// # Errors
    /// If the node has failed, or fails now.
    fn stop(self) -> Result<(), NodeError> {
        self.chain.stop();
        // The reactor first: it holds the way to the producer, which ends with it.
        let (reacted, produced) = (self.reactor.join(), self.producer.join());
        self.network.stop();
        produced.unwrap_or_else(|_| Err(Fault::new("the producer panicked")))?;
        reacted.unwrap_or_else(|_| Err(Fault::new("consensus panicked")))?;
        self.chain.keep_waiting()?;
        if let Some(surveillance) = self.chain.read_models().surveillance() {
            surveillance.save();
        }
        tracing::info!(height = self.chain.tip().height, "stopped");
        Ok(())
    }
}

/// Waits for a signal; for ever if it is not listened for.
async fn heard(signal: &mut Option<Signal>) {
    let heard = match signal {
        Some(signal) => signal.recv().await,
        None => None,
    };
    // No more will come.
    if heard.is_none() {
        pending::<()>().await;
    }
}

/// The producer's thread: it has the stack that opening the chain needs too.
fn produce(
    open: Result<(Arc<Chain>, Producer), OpenError>,
    opened: &mpsc::Sender<Opened>,
    orders: &Receiver<Order>,
    inbox: &Inbox,
) -> Result<(), Fault> {
    let open = open.and_then(|(chain, producer)| Ok((chain, producer.next()?, producer)));
    // The one who waits for it is there: it waits for nothing else.
    let producer = match open {
        Ok((chain, next, producer)) => {
            let _ = opened.send(Ok((chain, next)));
            producer
        }
        Err(error) => {
            let _ = opened.send(Err(error));
            return Ok(());
        }
    };
    let ended = reactor::work(producer, orders, inbox);
    if let Err(fault) = &ended {
        tracing::error!(%fault, "the node halts");
    }
    ended
}

/// The reactor's thread. `_running` is held as long as it runs.
fn react(parts: reactor::Parts, _running: oneshot::Sender<()>) -> Result<(), Fault> {
    let ended = Reactor::start(parts).and_then(Reactor::run);
    if let Err(fault) = &ended {
        tracing::error!(%fault, "the node halts");
    }
    ended
}
