//! A node that runs: the producer on its own thread, requests on theirs, until told to stop.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use sillok_runtime::{Fault, Genesis, Outside};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::DevError;
use crate::chain::{self, Chain, OpenError, Pace, Retention};
use crate::clock::Clock;
use crate::consensus::ValidatorKey;
use crate::limits;
use crate::rpc;
use crate::storage::Storage;
use crate::threads::spawn_for_contracts;

/// What a node is made of.
pub(super) struct Parts {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) outside: Outside,
    pub(super) genesis: Genesis,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) key: ValidatorKey,
    pub(super) pace: Pace,
    pub(super) retention: Retention,
}

/// A node whose producer runs.
pub(super) struct Node {
    chain: Arc<Chain>,
    producer: JoinHandle<Result<(), Fault>>,
    /// Closes when the producer ends, by a fault or a panic too.
    ended: oneshot::Receiver<()>,
}

impl Node {
    /// Opens the chain and starts the producer.
    pub(super) fn start(parts: Parts) -> Result<Self, DevError> {
        let (opened, chain) = mpsc::channel();
        let (running, ended) = oneshot::channel();
        let retention = parts.retention;
        let producer = spawn_for_contracts("producer", move || produce(parts, &opened, running))?;
        let failed = |_| OpenError::Fault(Fault::new("opening the chain panicked"));
        let chain = chain.recv().map_err(failed)??;
        chain::keep(&chain, retention)?;
        Ok(Node { chain, producer, ended })
    }

    /// Answers requests until a signal or a fault; then ends what runs, in order.
    pub(super) fn serve(
        self,
        address: SocketAddr,
        announce: impl FnOnce(&Chain, SocketAddr),
    ) -> Result<(), DevError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("rpc")
            .enable_all()
            .build()?;
        let served = runtime.block_on(serve_until_stopped(&self.chain, address, self.ended, announce));
        self.chain.stop();
        let produced = self.producer.join();
        runtime.shutdown_timeout(limits::SHUTDOWN_GRACE);
        produced.unwrap_or_else(|_| Err(Fault::new("the producer panicked")))?;
        self.chain.keep_waiting()?;
        served?;
        tracing::info!(height = self.chain.tip().height, "stopped");
        Ok(())
    }
}

/// The producer's thread: it has the stack that opening the chain needs too. `_running` is held as
/// long as it runs.
fn produce(
    parts: Parts,
    opened: &mpsc::Sender<Result<Arc<Chain>, OpenError>>,
    _running: oneshot::Sender<()>,
) -> Result<(), Fault> {
    let Parts { storage, outside, genesis, clock, key, pace, .. } = parts;
    let (chain, producer) = match chain::open(storage, outside, genesis, clock, key, pace) {
        Ok(open) => open,
        Err(error) => {
            // The one who waits for it is there: it waits for nothing else.
            let _ = opened.send(Err(error));
            return Ok(());
        }
    };
    let _ = opened.send(Ok(chain));
    let ended = producer.run();
    if let Err(fault) = &ended {
        tracing::error!(%fault, "the node halts");
    }
    ended
}

async fn serve_until_stopped(
    chain: &Arc<Chain>,
    address: SocketAddr,
    ended: oneshot::Receiver<()>,
    announce: impl FnOnce(&Chain, SocketAddr),
) -> Result<(), DevError> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let server = rpc::serve(address, chain.clone()).await?;
    tracing::info!(address = %server.address(), height = chain.tip().height, "started");
    announce(chain, server.address());
    tokio::select! {
        _ = interrupt.recv() => tracing::info!("interrupted: stopping"),
        _ = terminate.recv() => tracing::info!("terminated: stopping"),
        _ = ended => tracing::error!("the producer ended: stopping"),
    }
    server.stop().await;
    Ok(())
}
