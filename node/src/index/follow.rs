//! The thread that reads blocks: from where the index ends, and then each as soon as it is final.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use codec::{Decode, Encode};
use sillok_abi::Hash;
use sillok_runtime::Fault;
use tokio::sync::broadcast::error::RecvError;

use super::Settings;
use super::ask::Index;
use super::describe::Descriptions;
use super::fold::{self, Fold};
use super::read;
use crate::chain::Chain;
use crate::limits;
use crate::storage::{DataFolder, Storage, StorageError, Table};
use crate::threads::{give_way, spawn_for_contracts};

/// The key of how far it has read.
const CURSOR: &[u8] = b"cursor";

/// How far an index has read, and of which chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Cursor {
    chain: Hash,
    height: u64,
}

/// Why there can be no index.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    /// Its storage.
    #[error("the index can't be opened: {0}")]
    Storage(#[from] StorageError),
    /// It is not of this chain, or not of this copy of it.
    #[error("the index in {} is of another chain, or of later blocks than the chain has", .0.display())]
    Foreign(PathBuf),
    /// The system has no more threads.
    #[error("the system refuses a thread: {0}")]
    Thread(#[from] std::io::Error),
}

impl IndexError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            IndexError::Storage(error @ StorageError::Locked(_)) => error.hint(),
            IndexError::Thread(_) => "see the limits of processes and memory (ulimit -a)",
            _ => "remove it with `sillok history rebuild --data DIR`: it is made anew from blocks",
        }
    }
}

/// Opens a chain's index and has it follow the chain; none if that is switched off. It ends with the chain.
///
/// # Errors
/// If it can't be opened, is not of this chain, or there is no thread.
pub(crate) fn start(
    chain: &Arc<Chain>,
    folder: &DataFolder,
    settings: Settings,
) -> Result<Option<Arc<Index>>, IndexError> {
    if !settings.enabled {
        return Ok(None);
    }
    let index = Arc::new(open(chain, Arc::new(folder.open_index()?), folder.path())?);
    let mut blocks = chain.subscribe();
    let (chain, followed) = (Arc::downgrade(chain), index.clone());
    spawn_for_contracts("index", move || {
        give_way();
        let mut descriptions = Descriptions::default();
        loop {
            match catch_up(&chain, &followed, &mut descriptions) {
                Ok(true) => {}
                Ok(false) => return,
                Err(fault) => {
                    tracing::error!(%fault, "the index has stopped; `sillok history rebuild` makes it anew");
                    return;
                }
            }
            // Whatever comes is a reason to look how far the chain is.
            if matches!(blocks.blocking_recv(), Err(RecvError::Closed)) {
                return;
            }
        }
    })?;
    Ok(Some(index))
}

/// The index in a storage, as far as it has read.
fn open(chain: &Chain, storage: Arc<dyn Storage>, path: &Path) -> Result<Index, IndexError> {
    let cursor: Option<Cursor> = fold::read(&*storage, Table::Meta, CURSOR)?;
    let height = match cursor {
        Some(Cursor { chain: id, height }) if id != chain.id() || height > chain.tip().height => {
            return Err(IndexError::Foreign(path.to_path_buf()));
        }
        Some(Cursor { height, .. }) => height,
        None => chain.lowest_block().saturating_sub(1),
    };
    Ok(Index { storage, height: AtomicU64::new(height) })
}

/// Reads on to the last block; answers whether the chain goes on.
fn catch_up(chain: &Weak<Chain>, index: &Index, descriptions: &mut Descriptions) -> Result<bool, Fault> {
    loop {
        // Held for one batch at a time, so that a chain that stops is let go of.
        let Some(chain) = chain.upgrade().filter(|chain| !chain.is_stopping()) else { return Ok(false) };
        let (from, tip) = (index.height() + 1, chain.tip().height);
        if from > tip {
            return Ok(true);
        }
        let mut fold = Fold::new(&*index.storage);
        let mut height = from - 1;
        while height < tip && fold.len() < limits::INDEX_BATCH_CHANGES && !chain.is_stopping() {
            height += 1;
            if let Some(block) = chain.committed(height)? {
                read::take(&mut fold, descriptions, &chain, &block)?;
            }
        }
        fold.put(Table::Meta, CURSOR.to_vec(), &Cursor { chain: chain.id(), height });
        index.storage.write_lazily(fold.into_batch())?;
        index.height.store(height, Ordering::SeqCst);
    }
}
