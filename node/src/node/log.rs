//! Opening the consensus log.
//!
//! A validator whose log is gone does not know what it has signed. So a log is begun with a new chain, and one
//! that is missing later is not begun anew without being told from which height on that is safe.

use crate::chain::Chain;
use crate::consensus::{FileMedium, LogError, LogStore, Recorded};
use crate::storage::DataFolder;

/// Why the log can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogOpenError {
    /// It is damaged, or another's.
    #[error(transparent)]
    Log(#[from] LogError),
    /// It is gone.
    #[error(
        "the consensus log {0} is missing, and the chain has blocks: what this validator has signed is not known"
    )]
    Missing(std::path::PathBuf),
}

impl LogOpenError {
    /// What the user can do now.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            LogOpenError::Log(LogError::OtherChain(_)) => "is this the data folder of another chain?",
            _ => {
                "never restore it from a backup: move what is left of it away, and start with --votes-from, two heights above the highest block that any validator has"
            }
        }
    }
}

/// Opens the log in the folder; begins it if the chain is new, or if it is known from where to vote.
pub(super) fn open(
    folder: &DataFolder,
    chain: &Chain,
    votes_from: Option<u64>,
) -> Result<(LogStore<FileMedium>, Recorded), LogOpenError> {
    let path = folder.consensus_log();
    if !path.exists() && chain.tip().height > 0 && votes_from.is_none() {
        return Err(LogOpenError::Missing(path));
    }
    Ok(LogStore::open(chain.id(), FileMedium::new(path))?)
}
