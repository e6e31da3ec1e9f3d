//! Storage: named tables of bytes, changed by atomic synced batches.
//!
//! What the tables mean is [`crate::ledger`]'s business; here they are only bytes in order. The trait
//! has two implementations: RocksDB in a data folder, and memory for tests and simulation.
//! Invariant: a batch is seen whole or not at all, and outlives a crash once `write` has returned.

mod artefacts;
mod error;
mod folder;
mod memory;
mod rocks;
mod whole;

use std::borrow::Cow;

use sillok_runtime::{Direction, PageLimit};

pub(crate) use artefacts::ArtefactFolder;
pub(crate) use error::StorageError;
pub(crate) use folder::DataFolder;
pub(crate) use memory::MemoryStorage;
pub(crate) use rocks::{RocksStorage, wait_until_closed};
pub(crate) use whole::write_whole;

/// A table, each with keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    /// The flat state at the tip: state key to value.
    State,
    /// Every version of every state key.
    History,
    /// The keys that each block changed, whose former values are in the history: what undoing it needs.
    Undo,
    /// Blocks, decided or not, by height and id.
    Bodies,
    /// The certificates of decided blocks, by height.
    Certificates,
    /// Heights by block id.
    BlockIds,
    /// Each block's receipts, by height.
    Receipts,
    /// Where a transaction is, by its id.
    Transactions,
    /// The roots of the state tree's fields, each with its versions.
    FieldRoots,
    /// The changes of validators, with what proves them, by the height of the block that announces them.
    ValidatorChanges,
    /// Small things that there is one of: the chain and its tip; of the index, how far it has read.
    Meta,
    /// Of the index: where an account is named.
    Accounts,
    /// Of the index: where a contract is called or tells something.
    Contracts,
    /// Of the index: the trades of each listing.
    Trades,
    /// Of the index: prices of each listing, by intervals of time.
    Candles,
    /// Of the index: what each holder had of each class, with every change.
    Holdings,
    /// Of the index: how many holders each class had, with every change.
    Classes,
}

impl Table {
    /// The tables of a chain.
    pub(crate) const CHAIN: &[Table] = &[
        Table::State,
        Table::History,
        Table::Undo,
        Table::Bodies,
        Table::Certificates,
        Table::BlockIds,
        Table::Receipts,
        Table::Transactions,
        Table::FieldRoots,
        Table::ValidatorChanges,
        Table::Meta,
    ];

    /// The tables of an index.
    pub(crate) const INDEX: &[Table] = &[
        Table::Accounts,
        Table::Contracts,
        Table::Trades,
        Table::Candles,
        Table::Holdings,
        Table::Classes,
        Table::Meta,
    ];

    /// Its name on disk.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Table::State => "state",
            Table::History => "history",
            Table::Undo => "undo",
            Table::Bodies => "bodies",
            Table::Certificates => "certificates",
            Table::BlockIds => "block_ids",
            Table::Receipts => "receipts",
            Table::Transactions => "transactions",
            Table::FieldRoots => "field_roots",
            Table::ValidatorChanges => "validator_changes",
            Table::Meta => "meta",
            Table::Accounts => "accounts",
            Table::Contracts => "contracts",
            Table::Trades => "trades",
            Table::Candles => "candles",
            Table::Holdings => "holdings",
            Table::Classes => "classes",
        }
    }
}

/// One change of a batch.
pub(crate) struct Change<'a> {
    /// The table.
    pub(crate) table: Table,
    /// The key.
    pub(crate) key: Cow<'a, [u8]>,
    /// Its new value; none removes it.
    pub(crate) value: Option<Cow<'a, [u8]>>,
}

/// Changes that are made together. A later change of a key wins over an earlier one.
#[derive(Default)]
pub(crate) struct Batch<'a> {
    /// The changes, in order.
    pub(crate) changes: Vec<Change<'a>>,
}

impl<'a> Batch<'a> {
    /// Sets a key's value.
    pub(crate) fn put(
        &mut self,
        table: Table,
        key: impl Into<Cow<'a, [u8]>>,
        value: impl Into<Cow<'a, [u8]>>,
    ) {
        self.changes.push(Change { table, key: key.into(), value: Some(value.into()) });
    }

    /// Removes a key.
    pub(crate) fn remove(&mut self, table: Table, key: impl Into<Cow<'a, [u8]>>) {
        self.changes.push(Change { table, key: key.into(), value: None });
    }
}

/// An entry of a table.
pub(crate) type Entry = (Vec<u8>, Vec<u8>);

/// Tables of bytes, to be read.
pub(crate) trait Tables: Send + Sync {
    /// The value of `key`.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError>;

    /// The first entries with `from <= key < to` in this direction, as many as fill a page.
    fn page(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> Result<Vec<Entry>, StorageError>;

    /// The first `limit` entries with `from <= key < to`, in the order of their keys.
    fn range(&self, table: Table, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Entry>, StorageError> {
        self.page(table, from, to, Direction::Ascending, PageLimit::entries(limit))
    }
}

/// Tables of bytes with atomic synced batches.
pub(crate) trait Storage: Tables + 'static {
    /// All tables as they are now, whatever is written meanwhile.
    fn freeze(&self) -> Result<Box<dyn Tables + '_>, StorageError>;

    /// Makes all changes or none; when it returns they are on disk.
    fn write(&self, batch: Batch<'_>) -> Result<(), StorageError>;

    /// Makes all changes or none; they are on disk with the next `write` or `sync` at the latest. For what can be
    /// done again if it is lost.
    fn write_lazily(&self, batch: Batch<'_>) -> Result<(), StorageError>;

    /// When it returns, all that was written is on disk.
    fn sync(&self) -> Result<(), StorageError>;

    /// Whether it holds writes back, as its own work has not caught up with them.
    fn holds_back(&self) -> bool {
        false
    }
}
