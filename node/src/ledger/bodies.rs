//! Blocks on disk: each body once, from when it may be decided on.
//!
//! Invariant: beside decided blocks there are only those of the height after the tip; a commit removes the
//! others of its height in its own batch.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use codec::{DecodeAll, Encode};
use sillok_abi::{Block, Certificate, Hash};

use super::{Ledger, keys, read};
use crate::consensus::CertifiedBlock;
use crate::lock::lock;
use crate::storage::{Batch, Storage, StorageError, Table, Tables};

/// How many undecided blocks a height can have on disk: rounds without end have few of them.
const MOST: usize = 1_024;

/// The ids of the blocks on disk that are not decided.
#[derive(Default)]
pub(super) struct Undecided(Mutex<BTreeSet<(u64, Hash)>>);

impl Undecided {
    /// What storage holds above the tip.
    pub(super) fn read(storage: &dyn Storage, tip: u64) -> Result<Self, StorageError> {
        let entries = storage.range(Table::Bodies, &keys::height(tip + 1), &[u8::MAX; 41], MOST)?;
        let damaged = || StorageError::Corrupt("a block's key is damaged".into());
        let ids: Option<BTreeSet<(u64, Hash)>> =
            entries.iter().map(|(key, _)| keys::split_body(key)).collect();
        Ok(Undecided(Mutex::new(ids.ok_or_else(damaged)?)))
    }
}

impl Ledger {
    /// Makes a block durable that may be decided on at the height after the tip.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn store_body(&self, id: &Hash, block: &Block) -> Result<(), StorageError> {
        let height = block.header.height;
        let mut batch = Batch::default();
        batch.put(Table::Bodies, keys::body(height, id).to_vec(), block.encode());
        self.storage.write(batch)?;
        lock(&self.undecided.0).insert((height, *id));
        Ok(())
    }

    /// The ids of the undecided blocks of this height.
    pub(crate) fn undecided(&self, height: u64) -> BTreeSet<Hash> {
        let undecided = lock(&self.undecided.0);
        undecided.range((height, [0; 32])..=(height, [u8::MAX; 32])).map(|(_, id)| *id).collect()
    }

    /// A block with this id, decided or not.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn block_of(&self, id: &Hash) -> Result<Option<Arc<Block>>, StorageError> {
        let undecided =
            lock(&self.undecided.0).iter().find(|(_, other)| other == id).map(|(height, _)| *height);
        let height = match undecided {
            Some(height) => Some(height),
            None => self.height_of(id)?,
        };
        height.map_or(Ok(None), |height| self.body(height, id))
    }

    /// The decided block at `height`; genesis has none.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn block(&self, height: u64) -> Result<Option<CertifiedBlock>, StorageError> {
        let Some(certificate) = self.certificate(height)? else { return Ok(None) };
        let block = self.body(height, &certificate.block)?.ok_or_else(|| missing(height))?;
        Ok(Some(CertifiedBlock { block, certificate }))
    }

    /// The decided block at `height`, as [`CertifiedBlock`] is encoded.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn encoded_block(&self, height: u64) -> Result<Option<Vec<u8>>, StorageError> {
        let Some(certificate) = self.certificate(height)? else { return Ok(None) };
        let body = self.storage.get(Table::Bodies, &keys::body(height, &certificate.block))?;
        let mut bytes = body.ok_or_else(|| missing(height))?;
        certificate.encode_to(&mut bytes);
        Ok(Some(bytes))
    }

    fn certificate(&self, height: u64) -> Result<Option<Certificate>, StorageError> {
        read(&*self.storage, Table::Certificates, &keys::height(height))
    }

    fn body(&self, height: u64, id: &Hash) -> Result<Option<Arc<Block>>, StorageError> {
        let bytes = self.storage.get(Table::Bodies, &keys::body(height, id))?;
        let damaged = |_| StorageError::Corrupt(format!("the body of block {height} does not decode"));
        bytes.map(|bytes| DecodeAll::decode_all(&mut bytes.as_slice()).map_err(damaged)).transpose()
    }

    /// Adds to a commit's batch what it does to bodies: its own is written if it was not before, and the
    /// others of its height go.
    pub(super) fn settle_bodies(&self, batch: &mut Batch<'_>, decided: &CertifiedBlock) {
        let (height, id) = (decided.certificate.height, decided.certificate.block);
        let mut undecided = self.undecided(height);
        if !undecided.remove(&id) {
            batch.put(Table::Bodies, keys::body(height, &id).to_vec(), decided.block.encode());
        }
        for other in undecided {
            batch.remove(Table::Bodies, keys::body(height, &other).to_vec());
        }
    }

    /// Forgets the undecided blocks of a height that is decided.
    pub(super) fn forget_undecided(&self, height: u64) {
        lock(&self.undecided.0).retain(|(other, _)| *other > height);
    }
}

fn missing(height: u64) -> StorageError {
    StorageError::Corrupt(format!("the body of block {height} is missing"))
}

/// The decided block at `height`, with a certificate or, if it came with a snapshot, without: it is the only one
/// of its height then.
pub(super) fn recent_block(tables: &dyn Tables, height: u64) -> Result<Block, StorageError> {
    let damaged = || StorageError::Corrupt(format!("the body of block {height} does not decode"));
    let certificate: Option<Certificate> = read(tables, Table::Certificates, &keys::height(height))?;
    let bytes = match certificate {
        Some(certificate) => tables.get(Table::Bodies, &keys::body(height, &certificate.block))?,
        None => {
            let (from, to) = (keys::height(height), keys::height(height + 1));
            tables.range(Table::Bodies, &from, &to, 1)?.pop().map(|(_, body)| body)
        }
    };
    let bytes = bytes.ok_or_else(|| missing(height))?;
    DecodeAll::decode_all(&mut bytes.as_slice()).map_err(|_| damaged())
}
