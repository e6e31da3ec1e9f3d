//! What is said on one connection: first the hello, then each lane on tasks of its own.
//!
//! ```text
//! streams ──► hello: each accepts the other ──► Connected ──► lanes ──► any of them ends ──► Disconnected
//! ```
//!
//! Invariants: nothing but the hello is read from who is not accepted; a frame is decoded only if its lane's
//! limit, the peer's rate and the room for all peers allow; when a connection ends, all its tasks have ended
//! before the node hears of it.

mod blocks;
mod control;
mod hello;
mod inlet;
mod messages;
mod requests;
mod transactions;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use libp2p::futures::io::WriteHalf;
use libp2p::futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, Stream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use self::inlet::Inlet;
use super::frame::FrameError;
use super::identity::NodeId;
use super::lanes::Streams;
use super::link::{Link, Remote};
use super::outbox::Outbox;
use super::roster::Misdeed;
use super::shared::{Command, Shared};
use super::wire::{Goodbye, Lane};
use crate::limits;

/// A connection that was just made: the node's key is proven, and it is a member.
pub(super) struct Arrival {
    pub(super) id: ConnectionId,
    pub(super) node: NodeId,
    pub(super) address: Multiaddr,
    pub(super) dialled: bool,
    pub(super) streams: Streams,
}

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
enum Ended {
    /// A stream broke, or carried what it must not.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The peer says why.
    #[error("it says: {0}")]
    Told(Goodbye),
    /// This node says why.
    #[error("{0}")]
    Closed(Goodbye),
    /// The streams are not those of a node.
    #[error("it has not the five lanes of a node")]
    Lanes,
    /// Nothing comes any more.
    #[error("it does not answer")]
    Silent,
    /// The connection is gone.
    #[error("the connection is gone")]
    Gone,
}

/// Talks on a connection until it ends.
pub(super) async fn run(shared: Arc<Shared>, mut arrival: Arrival) {
    let (id, node) = (arrival.id, arrival.node);
    let opened =
        timeout(limits::HELLO_TIMEOUT, open(&shared, &mut arrival)).await.unwrap_or(Err(Ended::Silent));
    match opened {
        Ok((remote, lanes)) => {
            shared.command(Command::Welcomed(node));
            let ended = talk(&shared, remote, lanes, arrival.streams).await;
            tracing::info!(%node, "disconnected: {ended}");
        }
        Err(why @ (Ended::Told(_) | Ended::Closed(_) | Ended::Lanes)) => {
            tracing::warn!(%node, address = %arrival.address, "not connected: {why}");
        }
        Err(why) => tracing::debug!(%node, address = %arrival.address, "not connected: {why}"),
    }
    shared.command(Command::Ended(id));
}

/// One stream for each lane, in the order of [`Lane::ALL`].
#[derive(Default)]
struct Lanes([Option<Stream>; Lane::ALL.len()]);

impl Lanes {
    /// Waits for a lane's stream; keeps those of others that come before it.
    async fn wait(&mut self, lane: Lane, streams: &mut Streams) -> Result<Stream, Ended> {
        loop {
            if let Some(stream) = self.0[lane as usize].take() {
                return Ok(stream);
            }
            let (of, stream) = streams.recv().await.ok_or(Ended::Gone)?;
            if self.0[of as usize].replace(stream).is_some() {
                return Err(Ended::Lanes);
            }
        }
    }
}

/// The hello, and then the other lanes' streams.
async fn open(shared: &Arc<Shared>, arrival: &mut Arrival) -> Result<(Remote, [Stream; 5]), Ended> {
    let mut lanes = Lanes::default();
    let streams = &mut arrival.streams;
    let mut control = lanes.wait(Lane::Control, streams).await?;
    let (member, agent) = hello::exchange(shared, &arrival.node, &mut control).await?;
    let messages = lanes.wait(Lane::Messages, streams).await?;
    let blocks = lanes.wait(Lane::Blocks, streams).await?;
    let requests = lanes.wait(Lane::Requests, streams).await?;
    let transactions = lanes.wait(Lane::Transactions, streams).await?;
    let remote = Remote { member, agent, address: arrival.address.clone(), dialled: arrival.dialled };
    Ok((remote, [control, messages, blocks, requests, transactions]))
}

/// Runs all lanes until one ends, or the connection does.
async fn talk(shared: &Arc<Shared>, remote: Remote, lanes: [Stream; 5], mut streams: Streams) -> Ended {
    let node = remote.member.node;
    tracing::info!(%node, address = %remote.address, agent = remote.agent, "connected");
    let link = shared.join(remote);
    let mut tasks = JoinSet::new();
    start(shared, &link, lanes, &mut tasks);
    let ended = tokio::select! {
        Some(ended) = tasks.join_next() => ended.unwrap_or_else(|error| {
            tracing::error!(%node, %error, "a lane's task failed");
            Ended::Gone
        }),
        more = streams.recv() => match more {
            Some(_) => {
                shared.charge(&link, Misdeed::Lanes);
                Ended::Lanes
            }
            None => Ended::Gone,
        },
    };
    tasks.shutdown().await;
    shared.leave(&link);
    ended
}

fn start(shared: &Arc<Shared>, link: &Arc<Link>, lanes: [Stream; 5], tasks: &mut JoinSet<Ended>) {
    let [control, messages, blocks, requests, transactions] = lanes.map(|stream| stream.split());
    let inlet = |stream, limit| Inlet::new(shared.clone(), link.clone(), stream, limit);
    let sizes = &shared.sizes;
    control::start(inlet(control.0, limits::CONTROL_BYTES), control.1, tasks);
    messages::start(inlet(messages.0, limits::MESSAGE_BYTES), messages.1, tasks);
    blocks::start(inlet(blocks.0, sizes.block), blocks.1, tasks);
    requests::start(inlet(requests.0, sizes.answer), requests.1, tasks);
    transactions::start(inlet(transactions.0, sizes.batch), transactions.1, tasks);
}

/// Writes what waits for one lane until the stream breaks.
async fn pump(link: Arc<Link>, outbox: impl Fn(&Link) -> &Outbox, mut stream: WriteHalf<Stream>) -> Ended {
    loop {
        let first = outbox(&link).next().await;
        if let Err(error) = write_all(&link, outbox(&link), first, &mut stream).await {
            return Ended::Frame(error.into());
        }
    }
}

/// Writes a frame and all that wait behind it.
async fn write_all(
    link: &Link,
    outbox: &Outbox,
    first: libp2p::bytes::Bytes,
    stream: &mut WriteHalf<Stream>,
) -> std::io::Result<()> {
    let mut next = Some(first);
    while let Some(frame) = next {
        stream.write_all(&frame).await?;
        link.sent.fetch_add(frame.len() as u64, Ordering::Relaxed);
        next = outbox.pop();
    }
    stream.flush().await
}
