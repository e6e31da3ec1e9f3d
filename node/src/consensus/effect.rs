//! What goes into the driver and what comes out.
//!
//! [`Driver::step`](super::Driver::step) returns effects in the order in which they have to be done, one
//! after the other: what makes something durable stands before what lets others know of it. Invariant: if an
//! effect can't be done, none after it is, and the node halts.

use std::sync::Arc;
use std::time::Duration;

use codec::{Decode, Encode};
use sillok_abi::{Block, Certificate, Equivocation, Hash, PublicKey, Validator};

use super::log::{Entry, LogError};
use super::members::SetError;
use super::message::Message;
use super::timeouts::TimerId;

/// A peer, by the number that the network gave its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Peer(pub(crate) u64);

/// Whom something is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// All nodes that are connected: who has no vote follows by the same messages.
    All,
    /// One peer.
    One(Peer),
}

/// What the application found of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It can be decided: every honest validator with the same state finds so too.
    Valid,
    /// It can't be decided, whoever brings it: what its id commits to breaks a rule.
    Invalid,
    /// This is not the block of that id, or not its transactions' true signatures: what the id does not
    /// commit to is wrong. Whoever brought it is to blame; another may bring the true one.
    Forged,
}

/// How far a block that is to be judged has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is proposed for the first time: its time is held against this node's clock.
    Fresh,
    /// It is of a round that is past.
    Old,
    /// It is decided: a certificate came with it, and holds.
    Decided,
}

/// A decided block: what a ledger is made of, and what peers hand to those who are behind.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct CertifiedBlock {
    /// The block.
    pub(crate) block: Arc<Block>,
    /// Why it is final.
    pub(crate) certificate: Certificate,
}

/// What the driver is told.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// There is something to decide: transactions wait, a root needs certifying, a scheduled call is due.
    Begin,
    /// A message of a peer.
    Message {
        /// The peer.
        from: Peer,
        /// What it says; nothing of it has been checked.
        message: Message,
    },
    /// A peer brings a block, asked or not.
    Block {
        /// The peer.
        from: Peer,
        /// The block; nothing of it has been checked.
        block: Arc<Block>,
    },
    /// A peer brings decided blocks, asked or not.
    Blocks {
        /// The peer.
        from: Peer,
        /// The blocks, lowest first; nothing of them has been checked.
        blocks: Vec<CertifiedBlock>,
    },
    /// The answer to [`Effect::Build`].
    Built {
        /// The block, whose header has the height and the round that were asked for.
        block: Arc<Block>,
    },
    /// The answer to [`Effect::Validate`].
    Validated {
        /// The block's id.
        block: Hash,
        /// What was found.
        verdict: Verdict,
    },
    /// The answer to [`Effect::Commit`]: the block is executed, and what the driver has done of the next height before
    /// it is durable waits for that.
    Committed {
        /// Its height.
        height: u64,
        /// The validators of the next height, in the order of their turns.
        validators: Vec<Validator>,
    },
    /// The time of [`Effect::SetTimer`] is over. Timers that no longer matter may be left to fire.
    Timer(TimerId),
    /// A peer is connected.
    Connected {
        /// The peer.
        peer: Peer,
        /// The key that it votes with; none for an observer.
        validator: Option<PublicKey>,
    },
    /// It no longer is.
    Disconnected(Peer),
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Make this block's body durable, by its id, until a block of its height is committed.
    StoreBody(Arc<Block>),
    /// Append to the log; durable before the next effect is done.
    Append {
        /// The height of the entries.
        height: u64,
        /// The entries.
        entries: Vec<Entry>,
    },
    /// Send a message.
    Send {
        /// To whom.
        to: To,
        /// The message.
        message: Message,
    },
    /// Send the body of this block, which was stored.
    SendBlock {
        /// To whom.
        to: To,
        /// The block's id.
        block: Hash,
    },
    /// Get the body of this block: from the node's own store, or else from peers. It comes as
    /// [`Input::Block`], or never.
    FetchBlock {
        /// The block's id.
        block: Hash,
    },
    /// Ask a peer for decided blocks, which come as [`Input::Blocks`].
    RequestBlocks {
        /// The peer.
        from: Peer,
        /// The first height that is wanted.
        height: u64,
        /// How many at most.
        count: usize,
    },
    /// After this time, [`Input::Timer`].
    SetTimer {
        /// The timer.
        timer: TimerId,
        /// How long.
        after: Duration,
    },
    /// Make a block of this height and round, and answer with [`Input::Built`]. It may be late, or never
    /// come: the round passes then.
    Build {
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// How long others wait for it.
        within: Duration,
    },
    /// Judge a block, and answer with [`Input::Validated`].
    Validate {
        /// The block. Its height, chain, proposer and validator set are right.
        block: Arc<Block>,
        /// How far it has come.
        stage: Stage,
    },
    /// This block is decided: execute it, make all durable in one step; [`Input::Committed`] tells of it.
    /// The bodies of all other blocks of its height may go. If it is committed already, only answer.
    Commit {
        /// Why, and which.
        certificate: Certificate,
        /// The body, if it was never stored: that of a block that came with its certificate.
        body: Option<Arc<Block>>,
    },
    /// A validator signed two things that exclude each other.
    Evidence(Equivocation),
    /// A peer sent what no honest node sends.
    Blame {
        /// The peer.
        peer: Peer,
        /// What.
        offence: Offence,
    },
    /// A round has begun. For those who watch.
    Round {
        /// The height.
        height: u64,
        /// The round.
        round: u32,
        /// Whose turn it is.
        proposer: PublicKey,
    },
    /// The consensus core failed at an input, and went on. It should not; for the log.
    Anomaly(String),
}

/// What no honest node sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offence {
    /// Another block than the id says, or its transactions with wrong signatures.
    ForgedBlock,
    /// A decided block whose certificate does not hold.
    FalseCertificate,
}

/// Why the driver can't go on. The node halts; it must not sign anything any more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Halt {
    /// The log can't be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The validators of the next height can't decide anything.
    #[error("height {height} can't be decided: {error}")]
    Validators {
        /// The height.
        height: u64,
        /// Why.
        error: SetError,
    },
    /// The log is of a height above the next: blocks were lost, or it is another node's.
    #[error(
        "the log is at height {log}, the chain at {chain}: the log is of another node or blocks are lost"
    )]
    LogAhead {
        /// The log's height.
        log: u64,
        /// The height to decide.
        chain: u64,
    },
    /// The log says that a block is valid whose body is not in the store.
    #[error("the log has judged block {}, which is not in the store", hex::encode(.0))]
    BodyMissing(Hash),
    /// Replaying the log came to something else than what was signed.
    #[error("replaying the log failed: {0}")]
    Replay(String),
    /// This validator was about to sign two things that exclude each other.
    #[error("about to sign a second {what} at height {height}, round {round}")]
    WouldEquivocate {
        /// What.
        what: &'static str,
        /// The height.
        height: u64,
        /// The round.
        round: u32,
    },
    /// More than two thirds decided a block that this node finds invalid.
    #[error("block {} of height {height} is certified, and this node finds it invalid", hex::encode(.block))]
    CertifiedInvalid {
        /// The height.
        height: u64,
        /// The block's id.
        block: Hash,
    },
    /// The node answered what was not asked: a bug.
    #[error("an input that does not fit: {0}")]
    Unexpected(&'static str),
}
