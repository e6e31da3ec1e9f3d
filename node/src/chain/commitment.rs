//! The state's commitment: the tree that proves what state holds, kept up by a thread of its own, so that
//! hashing a block goes on while it is written and the next one is executed.
//!
//! Invariant: the tree is at the height of the last block that was handed over, or on its way there.

use std::io;
use std::mem;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use prometheus_client::metrics::histogram::Histogram;
use sillok_abi::Hash;
use sillok_runtime::{Changes, Fault, FieldRoots, StateTree};

use crate::lock::lock;
use crate::metrics::Metrics;

/// The tree, and the way to it.
pub(crate) struct Commitment {
    shared: Arc<Shared>,
    blocks: SyncSender<Block>,
}

/// What a block has changed.
struct Block {
    height: u64,
    changes: Arc<Changes>,
}

struct Shared {
    tree: Mutex<Committed>,
    moved: Condvar,
}

/// The tree after a block.
pub(crate) struct Committed {
    /// The block's height.
    pub(crate) height: u64,
    /// The state after it.
    pub(crate) tree: StateTree,
    /// The root before the block; none if the tree was made after it.
    root_before: Option<Hash>,
    /// What the block has changed in the tree of fields.
    roots: FieldRoots,
    /// Why it stands still.
    fault: Option<Fault>,
}

impl Commitment {
    /// Starts with the tree after the block at `height`, and what that block has changed in it. `hashing` measures
    /// how long a block takes.
    ///
    /// # Errors
    /// If there can be no thread for it.
    pub(crate) fn start(
        height: u64,
        tree: StateTree,
        roots: FieldRoots,
        hashing: Histogram,
    ) -> io::Result<Self> {
        let committed = Committed { height, tree, root_before: None, roots, fault: None };
        let shared = Arc::new(Shared { tree: Mutex::new(committed), moved: Condvar::new() });
        // One block at a time: the next one's header waits for its root.
        let (blocks, queue) = sync_channel(1);
        let worker = shared.clone();
        thread::Builder::new().name("commitment".into()).spawn(move || keep_up(&worker, &queue, &hashing))?;
        Ok(Commitment { shared, blocks })
    }

    /// Hands over the block that follows.
    ///
    /// # Errors
    /// If the thread is gone.
    pub(crate) fn follow(&self, height: u64, changes: Arc<Changes>) -> Result<(), Fault> {
        let gone = |_| Fault::new("the thread that hashes state has ended");
        self.blocks.send(Block { height, changes }).map_err(gone)
    }

    /// Waits for the tree after the block at `height`, the last that was handed over, and looks at it.
    ///
    /// # Errors
    /// If a block can't be hashed.
    pub(crate) fn at<T>(&self, height: u64, look: impl FnOnce(&mut Committed) -> T) -> Result<T, Fault> {
        let behind = |committed: &mut Committed| committed.height < height && committed.fault.is_none();
        let waited = self.shared.moved.wait_while(lock(&self.shared.tree), behind);
        let mut committed = waited.unwrap_or_else(PoisonError::into_inner);
        match &committed.fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(look(&mut committed)),
        }
    }
}

impl Committed {
    /// What the block has changed in the tree of fields; to be asked once.
    pub(crate) fn take_roots(&mut self) -> FieldRoots {
        mem::take(&mut self.roots)
    }

    /// The root.
    pub(crate) fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The root after the block at `height`: the tree's own, or the one before it. None if that is longer ago.
    pub(crate) fn root_at(&self, height: u64) -> Option<Hash> {
        if height == self.height {
            Some(self.root())
        } else {
            self.root_before.filter(|_| height + 1 == self.height)
        }
    }
}

fn keep_up(shared: &Shared, queue: &Receiver<Block>, hashing: &Histogram) {
    while let Ok(Block { height, changes }) = queue.recv() {
        let mut committed = lock(&shared.tree);
        committed.root_before = Some(committed.root());
        match Metrics::time(hashing, || committed.tree.update(&changes)) {
            Ok(roots) => (committed.height, committed.roots) = (height, roots),
            Err(fault) => committed.fault = Some(fault),
        }
        drop(committed);
        shared.moved.notify_all();
    }
}
