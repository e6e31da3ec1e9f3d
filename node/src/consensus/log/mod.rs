//! The write-ahead log of consensus: what a validator has seen and signed at the height it is deciding.
//!
//! It exists for one reason: a validator that comes back must not sign something else than before. So what
//! it signs is in the log, synced, before anybody else sees it, and when it starts again the entries go
//! through the same state machine in the same order. Invariant: [`Log::append`] returns only when its
//! entries outlive a crash; entries of a height that is no longer the last may be forgotten.

mod entry;
mod file;
mod frame;
mod memory;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use entry::{Entry, Step};
pub(crate) use file::FileMedium;
pub(crate) use memory::{AppendFault, MemoryMedium};
pub(crate) use store::{LogStore, Medium};

use sillok_abi::Hash;

/// Why the log can't be used. The node must halt: without its log it must not sign.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    /// Reading or writing failed.
    #[error("the consensus log can't be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// An entry is damaged, and it is not one that a crash cut short.
    #[error("the consensus log is damaged at byte {offset}: {damage}")]
    Damaged {
        /// Where.
        offset: usize,
        /// How it shows.
        damage: &'static str,
    },
    /// It belongs to another chain.
    #[error("the consensus log belongs to the chain {}", hex::encode(.0))]
    OtherChain(Hash),
    /// It was written by a version with another format.
    #[error("the consensus log has format {0}, which this version does not know")]
    OtherVersion(u32),
    /// Entries for a lower height than the last: a bug of the node.
    #[error("entries for height {height} after entries for height {last}")]
    WrongHeight {
        /// The height of the entries.
        height: u64,
        /// The height of those before.
        last: u64,
    },
    /// More entries at once than fit into a frame: a bug of the node.
    #[error("more entries at once than fit into a frame of the log")]
    TooLarge,
    /// An earlier write failed; what is on disk is not known.
    #[error("the consensus log failed before")]
    Failed,
}

/// What a log holds when it is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// The last height that it has entries of; 0 if it is empty.
    pub(crate) height: u64,
    /// The entries of that height, in order.
    pub(crate) entries: Vec<Entry>,
    /// How many bytes were cut off the end: of a write that a crash interrupted, and of which therefore
    /// nobody else knows.
    pub(crate) torn_bytes: usize,
}

/// What the bytes of a chain's log come to, without touching it: to look at a log that a node may be using.
///
/// # Errors
/// If a node would not start with it.
pub(crate) fn inspect(chain: &Hash, bytes: &[u8]) -> Result<Recorded, LogError> {
    Ok(frame::scan(chain, bytes)?.recorded)
}

/// A write-ahead log.
pub(crate) trait Log {
    /// Appends entries of a height. When it returns they outlive a crash; entries of lower heights need no
    /// longer be kept.
    ///
    /// # Errors
    /// If that can't be promised. The log is of no use then, and the node halts.
    fn append(&mut self, height: u64, entries: &[Entry]) -> Result<(), LogError>;
}
