//! What the ledger stores, in SCALE.

use codec::{Decode, Encode};
use sillok_abi::{Hash, Header, Receipt, Time};

/// The last block, and what the next one needs of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Tip {
    /// Its height; zero for genesis.
    pub(crate) height: u64,
    /// Its id; the genesis hash for genesis.
    pub(crate) block: Hash,
    /// Its time.
    pub(crate) time: Time,
    /// The root of its receipts.
    pub(crate) receipts_root: Hash,
    /// Whether nothing was executed in it.
    pub(crate) empty: bool,
}

/// Where a chain begins that was restored from a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Base {
    /// The header of the block after which the snapshot was made.
    pub(crate) header: Header,
    /// The root of the state after it.
    pub(crate) state_root: Hash,
    /// The oldest block that came with the snapshot.
    pub(crate) first: u64,
    /// The header of the one before that; none if it is genesis.
    pub(crate) before: Option<Header>,
}

impl Base {
    /// The height of the block after which the snapshot was made.
    pub(crate) fn height(&self) -> u64 {
        self.header.height
    }
}

/// What became of a block's calls.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct BlockReceipts {
    /// How many of the receipts, from the first, are of scheduled calls.
    pub(crate) scheduled: u32,
    /// The receipts: scheduled calls', then one for each transaction in order.
    pub(crate) receipts: Vec<Receipt>,
}

impl BlockReceipts {
    /// SCALE of what these parts make, without a copy of them. A block has fewer scheduled calls than
    /// `u32` can count, by the runtime's limits.
    pub(super) fn encode_parts(scheduled: usize, receipts: &[Receipt]) -> Vec<u8> {
        (u32::try_from(scheduled).unwrap_or(u32::MAX), receipts).encode()
    }

    /// The receipts of scheduled calls.
    pub(crate) fn of_scheduled(&self) -> &[Receipt] {
        self.receipts.split_at_checked(self.scheduled as usize).map_or(&[], |(scheduled, _)| scheduled)
    }

    /// The receipts of transactions, in their order.
    pub(crate) fn of_transactions(&self) -> &[Receipt] {
        self.receipts.get(self.scheduled as usize..).unwrap_or_default()
    }
}

/// Where a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Place {
    /// The height of its block.
    pub(crate) height: u64,
    /// Its index among the block's transactions.
    pub(crate) index: u32,
}
