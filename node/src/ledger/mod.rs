//! The ledger: genesis, blocks, receipts and every version of state, on [`Storage`].
//!
//! One block is one batch: the flat state's changes, their versions, what undoing needs, body (if it is not
//! there yet), certificate, receipts, the transactions' places and the tip. Readers see the state of one height
//! throughout, whatever is committed meanwhile.
//!
//! Invariant: the tip only moves forward, by one block at a time, and only after its batch is on disk.

mod bodies;
mod cache;
mod commit;
mod effects;
mod export;
mod held;
mod keys;
mod known;
mod prune;
mod records;
mod restore;
#[cfg(test)]
mod tests;
mod trees;
mod unwritten;
mod versions;
mod view;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};

use codec::{DecodeAll, Encode};
use foldhash::quality::RandomState;
use sillok_abi::{Block, Hash, Transaction};
use sillok_client::trust::SetChange;
use sillok_runtime::{Direction, Execution, Genesis, PageLimit, StateReader};

use crate::limits;
use crate::storage::{Batch, Entry, Storage, StorageError, Table, Tables};
use bodies::Undecided;
use cache::StateCache;
pub(crate) use effects::Change;
pub(crate) use export::FrozenLedger;
use known::KnownKeys;
pub(crate) use records::{Base, BlockReceipts, Place, Tip};
pub(crate) use restore::Restore;
use view::{Source, View};

/// The key of the chain's id in the meta table.
const CHAIN: &[u8] = b"chain";
/// The key, in the meta table, of the lowest height whose state is kept.
const PRUNED: &[u8] = b"pruned";
/// The key, in the meta table, of where a chain that was restored from a snapshot begins here.
const BASE: &[u8] = b"base";
/// The key, in the meta table, that is there while a snapshot is being restored.
const RESTORING: &[u8] = b"restoring";
/// The key of the tip in the meta table.
const TIP: &[u8] = b"tip";

/// A chain on disk.
pub(crate) struct Ledger {
    storage: Arc<dyn Storage>,
    /// The same, and what else views need.
    source: Arc<Source>,
    undecided: Undecided,
    /// Where it begins, if not with genesis.
    base: Option<Base>,
    tip: RwLock<Tip>,
}

impl Ledger {
    /// The id of the chain that `storage` holds; none if it is empty.
    ///
    /// # Errors
    /// If it can't be read, or a snapshot was being restored into it and that was not finished.
    pub(crate) fn stored_chain(storage: &dyn Tables) -> Result<Option<Hash>, StorageError> {
        if storage.get(Table::Meta, RESTORING)?.is_some() {
            return Err(StorageError::Unfinished);
        }
        read(storage, Table::Meta, CHAIN)
    }

    /// Writes the first batch of a chain into empty `storage`.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn create(
        storage: Arc<dyn Storage>,
        genesis: &Genesis,
        execution: &Execution,
    ) -> Result<Self, StorageError> {
        let tip = Tip {
            height: 0,
            block: genesis.hash(),
            time: genesis.time,
            receipts_root: execution.receipts_root,
            empty: false,
        };
        let mut batch = Batch::default();
        commit::state(&mut batch, 0, &execution.changes);
        batch.put(Table::Meta, CHAIN, tip.block.encode());
        batch.put(Table::Meta, TIP, tip.encode());
        storage.write(batch)?;
        Ok(Ledger::at_tip(storage, tip, 0, None, Undecided::default()))
    }

    /// Opens the chain that `storage` holds.
    ///
    /// # Errors
    /// If it holds none, or can't be read.
    pub(crate) fn open(storage: Arc<dyn Storage>) -> Result<Self, StorageError> {
        let tip: Option<Tip> = read(&*storage, Table::Meta, TIP)?;
        let tip = tip.ok_or_else(|| StorageError::Corrupt("it has a genesis and no tip".into()))?;
        let lowest = read(&*storage, Table::Meta, PRUNED)?.unwrap_or(0);
        let undecided = Undecided::read(&*storage, tip.height)?;
        let base = read(&*storage, Table::Meta, BASE)?;
        Ok(Ledger::at_tip(storage, tip, lowest, base, undecided))
    }

    fn at_tip(
        storage: Arc<dyn Storage>,
        tip: Tip,
        lowest: u64,
        base: Option<Base>,
        undecided: Undecided,
    ) -> Self {
        let (begun, lowest) = (AtomicU64::new(tip.height), AtomicU64::new(lowest));
        let (cache, known) = (StateCache::new(limits::STATE_CACHE_MIB), KnownKeys::new());
        let hasher = RandomState::default();
        let source = Source { storage: storage.clone(), begun, lowest, cache, known, hasher };
        Ledger { storage, source: Arc::new(source), undecided, base, tip: RwLock::new(tip) }
    }

    /// From now on keeps at most so many MiB of state in memory.
    pub(crate) fn bound_cache(&self, mib: u32) {
        self.source.cache.bound(mib);
    }

    /// Whether storage holds blocks back.
    pub(crate) fn is_held_back(&self) -> bool {
        self.storage.holds_back()
    }

    /// The last block.
    pub(crate) fn tip(&self) -> Tip {
        self.tip.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the chain begins here, if it was restored from a snapshot: blocks up to that height are not served,
    /// and neither is the state before it.
    pub(crate) fn base(&self) -> Option<&Base> {
        self.base.as_ref()
    }

    /// The last block and the state after it, which stays that when blocks follow.
    pub(crate) fn latest(&self) -> (Tip, Arc<dyn StateReader>) {
        let tip = self.tip();
        let state = self.view(tip.height);
        (tip, state)
    }

    /// The same for the thread that commits blocks, and for it alone: what it reads is kept in memory.
    pub(crate) fn to_build_on(&self) -> (Tip, Arc<dyn StateReader>) {
        let tip = self.tip();
        let state = Arc::new(View { fills: true, ..self.view_at(tip.height) });
        (tip, state)
    }

    /// The state after the block at `height`; none if there is no such block yet, or it is no longer kept.
    pub(crate) fn at(&self, height: u64) -> Option<Arc<dyn StateReader>> {
        (self.lowest()..=self.tip().height).contains(&height).then(|| self.view(height))
    }

    fn view(&self, height: u64) -> Arc<dyn StateReader> {
        Arc::new(self.view_at(height))
    }

    fn view_at(&self, height: u64) -> View {
        View { source: self.source.clone(), unwritten: None, fills: false, height }
    }

    /// The changes of validators that blocks from this height on announce, at most `count`, and from where to
    /// ask on if there may be more.
    ///
    /// # Errors
    /// If storage fails, or a block is missing.
    pub(crate) fn validator_changes(
        &self,
        from: u64,
        count: usize,
    ) -> Result<(Vec<SetChange>, Option<u64>), StorageError> {
        let (from, to) = (keys::height(from), keys::height(u64::MAX));
        let limit = PageLimit::entries(count);
        let page = self.storage.page(Table::ValidatorChanges, &from, &to, Direction::Ascending, limit)?;
        let damaged = |_| StorageError::Corrupt("a change of validators is damaged".into());
        let decode = |(_, value): Entry| SetChange::decode_all(&mut value.as_slice()).map_err(damaged);
        let changes: Vec<SetChange> = page.into_iter().map(decode).collect::<Result<_, _>>()?;
        let next = changes.last().filter(|_| changes.len() == count).map(|last| last.header.height + 1);
        Ok((changes, next))
    }

    /// All of them up to this height.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn all_validator_changes(&self, last: u64) -> Result<Vec<SetChange>, StorageError> {
        let (mut changes, mut next) = (Vec::new(), Some(0));
        while let Some(from) = next.filter(|from| *from <= last) {
            let (page, more) = self.validator_changes(from, limits::VALIDATOR_CHANGES)?;
            changes.extend(page.into_iter().filter(|change| change.header.height <= last));
            next = more;
        }
        Ok(changes)
    }

    /// The receipts of the block at `height`.
    ///
    /// # Errors
    /// If they can't be read.
    pub(crate) fn receipts(&self, height: u64) -> Result<Option<BlockReceipts>, StorageError> {
        read(&*self.storage, Table::Receipts, &keys::height(height))
    }

    /// The height of the block with this id.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn height_of(&self, block: &Hash) -> Result<Option<u64>, StorageError> {
        read(&*self.storage, Table::BlockIds, block)
    }

    /// Where the transaction with this id is.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn place_of(&self, transaction: &Hash) -> Result<Option<Place>, StorageError> {
        read(&*self.storage, Table::Transactions, transaction)
    }

    /// The transactions of the blocks that are less than `age_ms` older than the tip, newest block
    /// first. Blocks are read one at a time. A chain that was restored from a snapshot ends with the oldest block
    /// that came with it: what was in earlier ones had expired then.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn recent_transactions(
        &self,
        age_ms: u64,
    ) -> Result<impl Iterator<Item = Result<Transaction, StorageError>> + '_, StorageError> {
        let ledger = self.freeze()?;
        let tip = ledger.tip().clone();
        let heights = (ledger.first_block()..=tip.height).rev();
        let blocks = heights.map(move |height| ledger.block(height));
        let young = blocks.take_while(move |block: &Result<Block, StorageError>| {
            block.as_ref().map_or(true, |block| block.header.time.plus(age_ms) > tip.time)
        });
        Ok(young.flat_map(|block| {
            let (transactions, error) = match block {
                Ok(block) => (block.transactions, None),
                Err(error) => (Vec::new(), Some(Err(error))),
            };
            transactions.into_iter().map(Ok).chain(error)
        }))
    }
}

fn read<T: DecodeAll>(storage: &dyn Tables, table: Table, key: &[u8]) -> Result<Option<T>, StorageError> {
    let damaged = |_| StorageError::Corrupt(format!("an entry of `{}` does not decode", table.name()));
    let bytes = storage.get(table, key)?;
    bytes.map(|bytes| T::decode_all(&mut bytes.as_slice()).map_err(damaged)).transpose()
}
