//! The log's bytes in memory, with what disks do to them when a machine loses power.

use std::io;

use super::Medium;
use super::frame::SECTOR;

/// What becomes of the next append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppendFault {
    /// The machine stops before it returns: this many bytes reach the disk.
    Short(usize),
    /// The same, and the file is as long as it would have been, with zeros.
    Zeros(usize),
    /// The same, and only the sector with this byte is missing.
    Hole(usize),
}

/// Bytes in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryMedium {
    /// What a crash leaves.
    durable: Option<Vec<u8>>,
    /// What it takes away. Empty, unless [`MemoryMedium::lying`].
    volatile: Vec<u8>,
    /// What becomes of the next append.
    pub(crate) fault: Option<AppendFault>,
    /// Whether appends return before they are durable: the fault that a node without fsync has.
    pub(crate) lying: bool,
    /// How many appends there were.
    pub(crate) appends: u64,
}

impl MemoryMedium {
    /// What is left after the machine lost power.
    pub(crate) fn crash(&mut self) {
        self.volatile.clear();
        self.fault = None;
    }

    /// What would be read now.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.durable.clone().unwrap_or_default(), self.volatile.clone()].concat()
    }

    /// The bytes on disk, to damage them.
    pub(crate) fn durable_mut(&mut self) -> &mut Vec<u8> {
        self.durable.get_or_insert_default()
    }
}

impl Medium for MemoryMedium {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.durable.is_some().then(|| self.bytes()))
    }

    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.volatile.clear();
        self.durable = Some(bytes.to_vec());
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.appends += 1;
        if self.lying {
            self.volatile.extend_from_slice(bytes);
            return Ok(());
        }
        let durable = self.durable.get_or_insert_default();
        let Some(fault) = self.fault.take() else {
            durable.extend_from_slice(bytes);
            return Ok(());
        };
        let start = durable.len();
        durable.extend_from_slice(bytes);
        let end = durable.len();
        let at = |byte: usize| (start + byte).min(end);
        match fault {
            AppendFault::Short(kept) => durable.truncate(at(kept)),
            AppendFault::Zeros(kept) => durable[at(kept)..].fill(0),
            AppendFault::Hole(byte) => {
                let sector = at(byte) / SECTOR * SECTOR;
                durable[sector.max(start)..end.min(sector + SECTOR)].fill(0);
            }
        }
        Err(io::Error::other("the machine lost power"))
    }
}
