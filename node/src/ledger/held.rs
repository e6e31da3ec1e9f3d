//! What a node holds that is in no block, for its next start: transactions that wait, evidence, and from where on it
//! still has to look at signatures.

use codec::Encode;
use sillok_abi::{Equivocation, Transaction};

use super::{Ledger, read};
use crate::storage::{Batch, StorageError, Table};

/// The key, in the meta table, of the transactions that waited when the node stopped.
const WAITING: &[u8] = b"waiting";
/// The key, in the meta table, of the evidence that is not on chain.
const EVIDENCE: &[u8] = b"evidence";
/// The key, in the meta table, of the lowest height whose transactions' signatures were not looked at.
const UNAUDITED: &[u8] = b"unaudited";

impl Ledger {
    /// Writes down transactions that wait for a block.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn keep_waiting(&self, transactions: &[&Transaction]) -> Result<(), StorageError> {
        let mut batch = Batch::default();
        batch.put(Table::Meta, WAITING, transactions.encode());
        self.storage.write(batch)
    }

    /// The transactions that were written down, once.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn take_waiting(&self) -> Result<Vec<Transaction>, StorageError> {
        let waiting = read(&*self.storage, Table::Meta, WAITING)?.unwrap_or_default();
        let mut batch = Batch::default();
        batch.remove(Table::Meta, WAITING);
        self.storage.write(batch)?;
        Ok(waiting)
    }

    /// Writes down all evidence that is not on chain, in place of what was written before.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn keep_evidence(&self, evidence: &[&Equivocation]) -> Result<(), StorageError> {
        let mut batch = Batch::default();
        batch.put(Table::Meta, EVIDENCE, evidence.encode());
        self.storage.write(batch)
    }

    /// The evidence that was written down.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn evidence(&self) -> Result<Vec<Equivocation>, StorageError> {
        Ok(read(&*self.storage, Table::Meta, EVIDENCE)?.unwrap_or_default())
    }

    /// Writes down from which height on signatures were not looked at; none if all were.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn keep_unaudited(&self, height: Option<u64>) -> Result<(), StorageError> {
        let mut batch = Batch::default();
        match height {
            Some(height) => batch.put(Table::Meta, UNAUDITED, height.encode()),
            None => batch.remove(Table::Meta, UNAUDITED),
        }
        self.storage.write(batch)
    }

    /// From which height on they were not; none if all were.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn unaudited(&self) -> Result<Option<u64>, StorageError> {
        read(&*self.storage, Table::Meta, UNAUDITED)
    }
}
