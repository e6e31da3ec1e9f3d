//! A connection on which both nodes have accepted each other, as the rest of the network sees it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use libp2p::Multiaddr;
use sillok_abi::{Hash, PublicKey};
use tokio::sync::{oneshot, watch};

use super::config::Sizes;
use super::frame::seal;
use super::identity::NodeId;
use super::outbox::Outbox;
use super::roster::Member;
use super::wire::{Ask, BlockFrame, Goodbye, RequestFrame};
use crate::consensus::Peer;
use crate::limits;
use crate::lock::lock;

/// What is known of a connected node.
#[derive(Clone, Debug)]
pub(crate) struct PeerState {
    /// The connection's number.
    pub(crate) peer: Peer,
    /// The node.
    pub(crate) node: NodeId,
    /// The key that it votes with; none for an observer.
    pub(crate) validator: Option<PublicKey>,
    /// Its software, by its own word.
    pub(crate) agent: String,
    /// Where it is.
    pub(crate) address: Multiaddr,
    /// Whether this node dialled.
    pub(crate) dialled: bool,
    /// How long it has been connected.
    pub(crate) connected: Duration,
    /// Its score, from 0 to [`limits::SCORE`].
    pub(crate) score: u32,
    /// Bytes of frames that came.
    pub(crate) received: u64,
    /// Bytes of frames that went.
    pub(crate) sent: u64,
    /// Frames that were dropped because it was too slow.
    pub(crate) dropped: u64,
    /// How long the last ping took there and back; none before the first.
    pub(crate) round_trip: Option<Duration>,
}

/// Who is at the other end, from the handshake.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    pub(super) member: Member,
    pub(super) agent: String,
    pub(super) address: Multiaddr,
    pub(super) dialled: bool,
}

/// A question to a peer that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// For decided blocks.
    Decided,
    /// For something of a snapshot.
    Snapshot,
}

/// A block that the peer was asked for, and who waits to hear that it has answered.
type Wanted = (Hash, oneshot::Sender<bool>);

/// The shared state of one connection.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) peer: Peer,
    pub(super) remote: Remote,
    pub(super) since: Instant,
    pub(super) control: Outbox,
    pub(super) messages: Outbox,
    pub(super) blocks: Outbox,
    pub(super) requests: Outbox,
    pub(super) transactions: Outbox,
    pub(super) received: AtomicU64,
    pub(super) sent: AtomicU64,
    /// In microseconds; 0 before the first ping came back.
    pub(super) round_trip_us: AtomicU64,
    /// Why the connection is to end, once it is.
    closing: watch::Sender<Option<Goodbye>>,
    /// Blocks that the peer was asked for, oldest first, and who waits to hear that it has answered. None
    /// once the connection has ended.
    wanted: Mutex<Option<VecDeque<Wanted>>>,
    asked: Mutex<BTreeMap<u32, (Asked, Instant)>>,
    next_question: AtomicU32,
}

impl Link {
    pub(super) fn new(peer: Peer, remote: Remote, sizes: &Sizes) -> Self {
        let large = |frames, largest| Outbox::new(frames, limits::OUTBOX_LARGEST * largest);
        Link {
            peer,
            remote,
            since: Instant::now(),
            control: Outbox::new(limits::OUTBOX_CONTROL, limits::OUTBOX_CONTROL_BYTES),
            messages: Outbox::new(limits::OUTBOX_MESSAGES, limits::OUTBOX_MESSAGE_BYTES),
            blocks: large(limits::OUTBOX_BLOCKS, sizes.block),
            requests: large(limits::OUTBOX_BLOCKS, sizes.answer),
            transactions: Outbox::new(limits::OUTBOX_BATCHES, limits::OUTBOX_BATCH_BYTES),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            round_trip_us: AtomicU64::new(0),
            closing: watch::Sender::new(None),
            wanted: Mutex::new(Some(VecDeque::new())),
            asked: Mutex::default(),
            next_question: AtomicU32::new(0),
        }
    }

    /// Ends the connection. The first reason is what the peer hears.
    pub(super) fn close(&self, why: Goodbye) {
        self.closing.send_if_modified(|reason| {
            let is_first = reason.is_none();
            reason.get_or_insert(why);
            is_first
        });
    }

    /// Waits until the connection is to end; returns why.
    pub(super) async fn to_close(&self) -> Goodbye {
        let mut closing = self.closing.subscribe();
        let why = closing.wait_for(Option::is_some).await.ok().and_then(|why| *why);
        why.unwrap_or(Goodbye::Stopping)
    }

    /// Asks the peer for a block. The receiver hears whether it had it, or is dropped if it doesn't say.
    pub(super) fn want(&self, block: Hash) -> oneshot::Receiver<bool> {
        let (answer, answered) = oneshot::channel();
        if let Some(wanted) = lock(&self.wanted).as_mut() {
            if wanted.len() >= limits::ASKED_BLOCKS {
                wanted.pop_front();
            }
            wanted.push_back((block, answer));
            self.blocks.push(seal(&BlockFrame::Fetch(block)));
        }
        answered
    }

    /// The peer has answered. Returns whether it was asked.
    pub(super) fn answered(&self, block: &Hash, had_it: bool) -> bool {
        let mut wanted = lock(&self.wanted);
        let Some(wanted) = wanted.as_mut() else { return false };
        let Some(place) = wanted.iter().position(|(id, _)| id == block) else { return false };
        if let Some((_, waiting)) = wanted.remove(place) {
            // Nobody waits any more if it took too long.
            let _ = waiting.send(had_it);
        }
        true
    }

    /// The connection has ended: nobody waits for its answers any more.
    pub(super) fn abandon(&self) {
        lock(&self.wanted).take();
    }

    /// Asks the peer something else; returns the question's number, or none if it owes too many answers.
    pub(super) fn ask(&self, what: Ask) -> Option<u32> {
        let mut asked = lock(&self.asked);
        asked.retain(|_, (_, at)| at.elapsed() < limits::REQUEST_TIMEOUT);
        if asked.len() >= limits::REQUESTS {
            return None;
        }
        let number = self.next_question.fetch_add(1, Ordering::Relaxed);
        let kind = if matches!(what, Ask::Decided { .. }) { Asked::Decided } else { Asked::Snapshot };
        asked.insert(number, (kind, Instant::now()));
        drop(asked);
        self.requests.push(seal(&RequestFrame::Ask(number, what)));
        Some(number)
    }

    /// What this question was, if it was asked and not answered.
    pub(super) fn question(&self, number: u32) -> Option<Asked> {
        lock(&self.asked).remove(&number).map(|(kind, _)| kind)
    }

    /// What is known of the peer.
    pub(super) fn state(&self, score: u32) -> PeerState {
        let round_trip = self.round_trip_us.load(Ordering::Relaxed);
        let lanes = [&self.messages, &self.blocks, &self.requests, &self.transactions];
        PeerState {
            peer: self.peer,
            node: self.remote.member.node,
            validator: self.remote.member.validator,
            agent: self.remote.agent.clone(),
            address: self.remote.address.clone(),
            dialled: self.remote.dialled,
            connected: self.since.elapsed(),
            score,
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
            dropped: lanes.iter().map(|lane| lane.dropped()).sum(),
            round_trip: (round_trip > 0).then(|| Duration::from_micros(round_trip)),
        }
    }
}
