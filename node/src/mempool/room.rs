//! How much waits and may wait, and how much a block has room for.

use crate::limits;

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PoolSize {
    /// How many transactions.
    pub(crate) transactions: usize,
    /// How many bytes.
    pub(crate) bytes: usize,
}

impl PoolSize {
    /// Adds a transaction of so many bytes.
    pub(super) fn add(&mut self, bytes: usize) {
        self.transactions += 1;
        self.bytes += bytes;
    }

    /// Takes one off.
    pub(super) fn subtract(&mut self, bytes: usize) {
        self.transactions -= 1;
        self.bytes -= bytes;
    }

    /// A share of it, in thousandths.
    pub(super) fn share(self, thousandths: u32) -> Self {
        let share = |whole: usize| whole * thousandths as usize / 1_000;
        PoolSize { transactions: share(self.transactions), bytes: share(self.bytes) }
    }

    /// Whether a transaction of so many bytes can come to it.
    pub(super) fn has_room(self, bytes: usize, most: PoolSize) -> bool {
        self.transactions < most.transactions && self.bytes + bytes <= most.bytes
    }
}

/// The most that may wait.
pub(super) const MOST: PoolSize =
    PoolSize { transactions: limits::MEMPOOL_TRANSACTIONS, bytes: limits::MEMPOOL_BYTES };
/// The most of one submitter.
pub(super) const MOST_OF_SUBMITTER: PoolSize =
    PoolSize { transactions: limits::SUBMITTER_TRANSACTIONS, bytes: limits::SUBMITTER_BYTES };

/// How much room a block has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockRoom {
    /// How many transactions are tried for it.
    pub(crate) transactions: usize,
    /// Their bytes.
    pub(crate) bytes: usize,
    /// Their gas limits.
    pub(crate) gas: u64,
}

impl BlockRoom {
    /// Takes room for a transaction; answers whether there was enough.
    pub(super) fn take(&mut self, bytes: usize, gas_limit: u64) -> bool {
        let transactions = self.transactions.checked_sub(1);
        let bytes = self.bytes.checked_sub(bytes);
        let gas = self.gas.checked_sub(gas_limit);
        match (transactions, bytes, gas) {
            (Some(transactions), Some(bytes), Some(gas)) => {
                *self = BlockRoom { transactions, bytes, gas };
                true
            }
            _ => false,
        }
    }
}
