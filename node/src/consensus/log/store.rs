//! A log over bytes that can be appended to and replaced.

use sillok_abi::Hash;

use super::frame::{HEADER, frame, header, scan};
use super::{Entry, Log, LogError, Recorded};
use crate::limits;

/// Where a log's bytes are.
pub(crate) trait Medium {
    /// All bytes; none if there is no log yet.
    ///
    /// # Errors
    /// If they can't be read.
    fn read(&mut self) -> std::io::Result<Option<Vec<u8>>>;

    /// Puts these bytes in place of all: after a crash either the old or the new ones are there, whole.
    ///
    /// # Errors
    /// If that can't be promised.
    fn replace(&mut self, bytes: &[u8]) -> std::io::Result<()>;

    /// Appends bytes and syncs. After a crash on the way, some of them may be there.
    ///
    /// # Errors
    /// If they may not be on disk. What is on disk is not known then: an fsync that failed can't be repeated.
    fn append(&mut self, bytes: &[u8]) -> std::io::Result<()>;
}

/// A log of frames on a medium.
pub(crate) struct LogStore<M> {
    chain: Hash,
    medium: M,
    height: u64,
    sequence: u64,
    length: usize,
    failed: bool,
}

impl<M: Medium> LogStore<M> {
    /// Opens the log of a chain, or makes one, and says what it holds. What a crash cut short is removed.
    ///
    /// # Errors
    /// If the log is damaged, or another chain's. Nobody may sign with this key then: see
    /// `docs/architecture.md`, "When the log is damaged".
    pub(crate) fn open(chain: Hash, mut medium: M) -> Result<(Self, Recorded), LogError> {
        let Some(bytes) = medium.read()? else {
            medium.replace(&header(&chain))?;
            let log = LogStore { chain, medium, height: 0, sequence: 0, length: HEADER, failed: false };
            return Ok((log, Recorded::default()));
        };
        let scan = scan(&chain, &bytes)?;
        if scan.recorded.torn_bytes > 0 {
            medium.replace(&bytes[..scan.whole_bytes])?;
        }
        let log = LogStore {
            chain,
            medium,
            height: scan.recorded.height,
            sequence: scan.next_sequence,
            length: scan.whole_bytes,
            failed: false,
        };
        Ok((log, scan.recorded))
    }

    /// The bytes' place.
    pub(crate) fn into_medium(self) -> M {
        self.medium
    }

    /// The bytes' place, to have it fail.
    pub(crate) fn medium_mut(&mut self) -> &mut M {
        &mut self.medium
    }

    fn write(&mut self, height: u64, entries: &[Entry]) -> Result<(), LogError> {
        // Only what is of lower heights may go: that is so at a height's first entries alone.
        if height > self.height && self.length > limits::LOG_ROTATE_BYTES {
            let frame = frame(&self.chain, 0, height, entries)?;
            let bytes = [header(&self.chain), frame].concat();
            self.medium.replace(&bytes)?;
            (self.sequence, self.length) = (1, bytes.len());
        } else {
            let frame = frame(&self.chain, self.sequence, height, entries)?;
            self.medium.append(&frame)?;
            self.sequence += 1;
            self.length += frame.len();
        }
        self.height = height;
        Ok(())
    }
}

impl<M: Medium> Log for LogStore<M> {
    fn append(&mut self, height: u64, entries: &[Entry]) -> Result<(), LogError> {
        if self.failed {
            return Err(LogError::Failed);
        }
        if height < self.height {
            return Err(LogError::WrongHeight { height, last: self.height });
        }
        self.write(height, entries).inspect_err(|_| self.failed = true)
    }
}
