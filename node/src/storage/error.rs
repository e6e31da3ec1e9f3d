//! What can be wrong with a data folder, and what to do about it.

use std::path::PathBuf;

use sillok_runtime::Fault;

/// Why storage can't be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StorageError {
    /// Another process holds the folder.
    #[error("the data folder {} is in use by another process", .0.display())]
    Locked(PathBuf),
    /// The folder holds something else.
    #[error("{} is not a Sillok data folder, and not empty", .0.display())]
    NotADataFolder(PathBuf),
    /// The folder was written by a version that this one does not know.
    #[error("the data folder {} has format `{found}`; this version reads `{expected}`", .path.display())]
    UnknownFormat {
        /// The folder.
        path: PathBuf,
        /// What its format file says.
        found: String,
        /// What it should say.
        expected: &'static str,
    },
    /// The folder holds another chain.
    #[error("the data folder holds chain 0x{}, not 0x{}", hex::encode(.found), hex::encode(.expected))]
    OtherChain {
        /// The chain that was expected.
        expected: [u8; 32],
        /// The chain that it holds.
        found: [u8; 32],
    },
    /// The file system refused.
    #[error("can't {action} {}: {source}", .path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The storage engine failed.
    #[error("the storage engine failed: {0}")]
    Engine(String),
    /// What is stored can't be what was written.
    #[error("the data folder is damaged: {0}")]
    Corrupt(String),
    /// A snapshot was being restored, and the restore has not come to its end.
    #[error("a snapshot was being restored into the data folder, and that was not finished")]
    Unfinished,
    /// A block that does not follow the tip was to be committed.
    #[error("block {height} does not follow the tip at height {tip}")]
    NotNext {
        /// The height of that block.
        height: u64,
        /// The tip's height.
        tip: u64,
    },
}

impl StorageError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            StorageError::Locked(_) => "stop the other node, or choose another folder with --data",
            StorageError::NotADataFolder(_) => "choose an empty or new folder with --data",
            StorageError::UnknownFormat { .. } => {
                "use the version of sillok that wrote it; a development chain can start afresh with --reset"
            }
            StorageError::OtherChain { .. } => {
                "give each chain its own folder; the genesis of a development chain changes with its contracts: \
                 start it afresh with --reset, or keep the old one and choose another folder with --data"
            }
            StorageError::Unfinished => {
                "restore it again with `sillok snapshot restore`: it begins anew by itself"
            }
            StorageError::File { .. } => "check the path, its permissions and the free space",
            StorageError::Engine(_) | StorageError::Corrupt(_) | StorageError::NotNext { .. } => {
                "keep a copy of the folder for the bug report; a development chain starts afresh with --reset, a \
                 member's node as docs/operating.md has it for a lost disk"
            }
        }
    }
}

impl From<rocksdb::Error> for StorageError {
    fn from(error: rocksdb::Error) -> Self {
        StorageError::Engine(error.into_string())
    }
}

impl From<StorageError> for Fault {
    fn from(error: StorageError) -> Self {
        Fault::new(error)
    }
}
