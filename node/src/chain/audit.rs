//! Looking at signatures afterwards.
//!
//! A node that catches up executes blocks that come with their certificates: more than two thirds of the validators have
//! seen that all transactions are signed. It looks for itself too, once it is level, so that it is level sooner; a
//! block that does not hold then halts it. Invariant: where it still has to look is on disk before a block at which it
//! has not looked is.

use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::{io, thread};

use sillok_runtime::{Fault, Identified};
use tokio::sync::broadcast::error::RecvError;

use super::Chain;
use crate::lock::lock;
use crate::threads::give_way;

/// So many blocks are looked at before it is written down.
const NOTED_EVERY: u64 = 64;

/// What is still to be looked at, and what was found.
#[derive(Default)]
pub(super) struct Audit {
    owed: Mutex<Option<Owed>>,
    fault: OnceLock<Fault>,
}

/// The blocks at which nobody has looked: from which height on, and to which.
#[derive(Clone, Copy)]
struct Owed {
    next: u64,
    last: u64,
}

impl Chain {
    /// Goes on where the node ended.
    pub(super) fn take_up_audit(&self) -> Result<(), Fault> {
        let last = self.tip().height;
        *lock(&self.audit.owed) = self.ledger.unaudited()?.map(|next| Owed { next, last });
        Ok(())
    }

    /// Notes that nobody here has looked at the signatures of the block at this height, which is about to be written.
    pub(super) fn owe_audit(&self, height: u64) -> Result<(), Fault> {
        let mut owed = lock(&self.audit.owed);
        let next = owed.map(|owed| owed.next);
        if next.is_none() {
            self.ledger.keep_unaudited(Some(height))?;
        }
        *owed = Some(Owed { next: next.unwrap_or(height), last: height });
        Ok(())
    }

    /// Looks at the lowest block at which nobody has; answers whether there was one.
    ///
    /// # Errors
    /// If it holds a transaction that is not signed, or can't be read.
    pub(super) fn audit_next(&self) -> Result<bool, Fault> {
        let owed = *lock(&self.audit.owed);
        let Some(Owed { next, last }) = owed else { return Ok(false) };
        if next > self.tip().height && next <= last {
            // It is being written.
            return Ok(false);
        }
        if next <= last {
            self.audit_block(next)?;
        }
        self.audited(next)?;
        Ok(true)
    }

    fn audit_block(&self, height: u64) -> Result<(), Fault> {
        let Some(block) = self.committed(height)? else { return Ok(()) };
        let damaged = || Fault::new(format!("block {height} is not that of its header"));
        let identified = Identified::of(&block.stored.block).ok_or_else(damaged)?;
        let transactions: Vec<_> = identified.transactions().collect();
        if self.signatures.are_signed(&transactions) {
            return Ok(());
        }
        Err(Fault::new(format!(
            "block {height} is final and holds a transaction that its submitter has not signed: validators with more \
             than two thirds of the power have signed what no rule allows. Keep this node's data folder and log, and show them to the other members"
        )))
    }

    /// Notes that the block at this height holds.
    fn audited(&self, height: u64) -> Result<(), Fault> {
        let mut owed = lock(&self.audit.owed);
        let left = owed.filter(|owed| owed.last > height).map(|owed| Owed { next: height + 1, ..owed });
        if left.is_none_or(|owed| owed.next.is_multiple_of(NOTED_EVERY)) {
            self.ledger.keep_unaudited(left.map(|owed| owed.next))?;
        }
        *owed = left;
        let blocks = left.map_or(0, |owed| owed.last - owed.next + 1);
        self.metrics.unaudited_blocks.set(i64::try_from(blocks).unwrap_or(i64::MAX));
        Ok(())
    }

    /// Why the node has to halt, if a block does not hold.
    pub(crate) fn audit_fault(&self) -> Option<&Fault> {
        self.audit.fault.get()
    }
}

/// Starts the thread that looks at signatures afterwards. It ends with the chain.
///
/// # Errors
/// If the system has no more threads.
pub(crate) fn audit(chain: &Arc<Chain>) -> io::Result<()> {
    let mut blocks = chain.subscribe();
    let chain = Arc::downgrade(chain);
    let work = move || {
        give_way();
        while look(&chain) {
            // Whatever comes is a reason to look whether the node is level.
            if matches!(blocks.blocking_recv(), Err(RecvError::Closed)) {
                return;
            }
        }
    };
    thread::Builder::new().name("audit".into()).spawn(work).map(drop)
}

/// Looks at what there is, unless the node has blocks to catch up with; answers whether the chain goes on.
fn look(chain: &Weak<Chain>) -> bool {
    loop {
        // Held for one block at a time, so that a chain that stops is let go of.
        let Some(chain) = chain.upgrade().filter(|chain| !chain.is_stopping()) else { return false };
        if chain.is_behind() {
            return true;
        }
        match chain.audit_next() {
            Ok(true) => {}
            Ok(false) => return true,
            Err(fault) => {
                tracing::error!(%fault, "signatures were looked at afterwards");
                // The first one is enough.
                let _ = chain.audit.fault.set(fault);
                chain.pool.wake();
                return false;
            }
        }
    }
}
