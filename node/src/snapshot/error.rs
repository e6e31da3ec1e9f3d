//! What can be wrong with a snapshot, and what to do about it.

use std::path::PathBuf;

use sillok_abi::{CertificateError, Hash};
use sillok_client::trust::SetChangeError;
use sillok_runtime::Fault;

use crate::limits;
use crate::storage::StorageError;

/// Why a snapshot can't be made, or is not to be relied on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    /// The file system refused.
    #[error("can't {action} {}: {source}", path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The folder is there and holds something.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// The folder has no manifest: it is no snapshot, or one that was not finished.
    #[error("{} is not a snapshot: it has no manifest", .0.display())]
    NoManifest(PathBuf),
    /// The manifest is of another version of the format.
    #[error("the snapshot has format {found}; this version reads {expected}")]
    Version {
        /// What it says.
        found: u32,
        /// What it should say.
        expected: u32,
    },
    /// The manifest does not decode, or says what none can.
    #[error("the manifest is damaged")]
    Manifest,
    /// There is nothing that makes its header final, or it does not decode.
    #[error("the file `finality` is missing or damaged")]
    Finality,
    /// It is of another chain.
    #[error("the snapshot is of chain 0x{}, not 0x{}", hex::encode(.found), hex::encode(.expected))]
    OtherChain {
        /// The trusted chain.
        expected: Hash,
        /// Its own.
        found: Hash,
    },
    /// Its header names other validators than the trusted ones.
    #[error("the header of block {0} is of other validators than the trusted ones")]
    OtherValidators(u64),
    /// A change of validators does not follow from those that are trusted.
    #[error("the change of validators at height {height} does not follow: {error}")]
    Change {
        /// The height of the header that announces it.
        height: u64,
        /// Why.
        error: SetChangeError,
    },
    /// Its header is not final.
    #[error("the header of block {height} is not final: {error}")]
    NotFinal {
        /// The header's height.
        height: u64,
        /// Why.
        error: CertificateError,
    },
    /// A chunk is not there.
    #[error("chunk {0} is missing")]
    MissingChunk(u32),
    /// There is a file among the chunks that the manifest does not name.
    #[error("{} is no chunk of this snapshot", .0.display())]
    ForeignFile(PathBuf),
    /// A chunk is longer or shorter than the manifest says.
    #[error("chunk {chunk} has {found} bytes, not {expected}")]
    ChunkLength {
        /// Which.
        chunk: u32,
        /// What the manifest says.
        expected: u32,
        /// How many it has.
        found: u64,
    },
    /// A chunk is not the one that the manifest names.
    #[error("chunk {0} is damaged: it is not what the manifest says")]
    ChunkDigest(u32),
    /// A chunk has the right digest, and is not made of records.
    #[error("chunk {0} does not decode")]
    Record(u32),
    /// The keys of entries do not grow.
    #[error("an entry in chunk {0} is not in the order of keys")]
    Unsorted(u32),
    /// A record stands where none of its kind can.
    #[error("a record in chunk {0} is out of its place")]
    Misplaced(u32),
    /// There are more or fewer entries than the manifest says.
    #[error("there are {found} entries of state, not {expected}")]
    Entries {
        /// What the manifest says.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The entries are not the state that the header commits to.
    #[error("the state's root is 0x{}, and the header commits to 0x{}", hex::encode(.found), hex::encode(.expected))]
    Root {
        /// The header's.
        expected: Hash,
        /// That of the entries.
        found: Hash,
    },
    /// A block of those that guard against replays is not the one of the chain.
    #[error("block {height} of the snapshot is not one of the chain: {why}")]
    Block {
        /// Its height.
        height: u64,
        /// Why not.
        why: &'static str,
    },
    /// Blocks are missing whose transactions could be replayed.
    #[error("blocks before {0} are missing whose transactions could be replayed")]
    Window(u64),
    /// The state after this height can't be put into a snapshot.
    #[error("there is no snapshot of block {height}: {why}")]
    NoSuchHeight {
        /// The height.
        height: u64,
        /// Why not.
        why: String,
    },
    /// It would have more chunks than a snapshot can have.
    #[error("the state takes more than {} chunks", limits::SNAPSHOT_CHUNKS)]
    TooLarge,
    /// The data folder has a chain.
    #[error("{} holds a chain already", .0.display())]
    NotFresh(PathBuf),
    /// The node stops.
    #[error("the node stops")]
    Stopped,
    /// Storage.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// This node failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl SnapshotError {
    /// Whether the snapshot is to blame, and not this machine.
    pub(crate) fn is_of_content(&self) -> bool {
        !matches!(
            self,
            SnapshotError::File { .. }
                | SnapshotError::NotEmpty(_)
                | SnapshotError::NoSuchHeight { .. }
                | SnapshotError::TooLarge
                | SnapshotError::NotFresh(_)
                | SnapshotError::Stopped
                | SnapshotError::Storage(_)
                | SnapshotError::Fault(_)
        )
    }

    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            SnapshotError::File { .. } => "check the path, its permissions and the free space",
            SnapshotError::NotEmpty(_) => "choose a new or empty folder",
            SnapshotError::NoManifest(_) => {
                "is it the right folder? One whose making was interrupted has none: make the snapshot again"
            }
            SnapshotError::Version { .. } => "use the version of sillok that made it",
            SnapshotError::OtherChain { .. } => "take a snapshot of the chain that you trust",
            SnapshotError::OtherValidators(_) => {
                "the trusted validators are of another time of the chain: leave the trust file out, or get one of now from a member that you trust"
            }
            SnapshotError::NoSuchHeight { .. } => "without --at it is the newest that can be",
            SnapshotError::NotFresh(_) => {
                "a snapshot is only restored into an empty data folder: move the old one away"
            }
            SnapshotError::Stopped => "make it again once the node runs",
            SnapshotError::Storage(error) => error.hint(),
            SnapshotError::TooLarge | SnapshotError::Fault(_) => {
                "keep a copy of the folder for the bug report"
            }
            _ => "do not rely on this snapshot: copy it again, or take one from somebody else",
        }
    }
}
