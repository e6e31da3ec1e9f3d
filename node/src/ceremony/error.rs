//! Why a genesis can't be made of a draft and entries.

use std::path::PathBuf;

use sillok_runtime::{BadParameter, Fault, GenesisError};

/// Why a genesis can't be made of a draft and entries.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CeremonyError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// It is not what a draft or an entry looks like.
    #[error("{} is no {what}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// Where and why.
        reason: String,
    },
    /// The draft can't be meant so.
    #[error("the draft: {0}")]
    Draft(String),
    /// A parameter of the draft.
    #[error("the draft: {0}")]
    Parameter(#[from] BadParameter),
    /// A contract's code is not the one that the draft was written for.
    #[error("the contract `{name}`: its code `{code}` is {found} here, and the draft says {expected}")]
    OtherCode {
        /// The contract.
        name: String,
        /// What the draft calls its code.
        code: String,
        /// Its hash here.
        found: String,
        /// Its hash in the draft.
        expected: String,
    },
    /// It has keys that everybody knows.
    #[error("everybody knows the secret key of {key}, which is in it: {place}")]
    KnownKey {
        /// What the key is called.
        key: String,
        /// Where it was found.
        place: String,
    },
    /// The draft is one for development, and nobody asked for that.
    #[error("the draft is of a chain for development: keys that everybody knows may be in it")]
    Development,
    /// An entry is for another draft.
    #[error("the entry {entry} was made for the draft {theirs}, and this is the draft {ours}")]
    OtherDraft {
        /// The entry.
        entry: String,
        /// The draft that it is for.
        theirs: String,
        /// The draft at hand.
        ours: String,
    },
    /// An entry can't be meant so.
    #[error("the entry {entry}: {reason}")]
    Entry {
        /// The entry.
        entry: String,
        /// Why.
        reason: String,
    },
    /// A signature of an entry does not fit.
    #[error(
        "the entry {entry}: the signature of its {key} does not fit: something in it was changed, or it was not signed by that key"
    )]
    Signature {
        /// The entry.
        entry: String,
        /// Whose signature.
        key: &'static str,
    },
    /// Two entries have the same.
    #[error("the entries {one} and {other} have the same {what}: {value}")]
    Twice {
        /// One.
        one: String,
        /// The other.
        other: String,
        /// What they share.
        what: &'static str,
        /// What it is.
        value: String,
    },
    /// Nobody votes.
    #[error("no entry has a validator: nobody would make blocks")]
    NoValidator,
    /// The runtime refuses the genesis.
    #[error("the chain can't begin so: {0}")]
    Genesis(#[from] GenesisError),
    /// The machine fails.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The system has no thread for it.
    #[error("the system refuses a thread: {0}")]
    System(#[from] std::io::Error),
}

impl CeremonyError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            CeremonyError::File { .. } => "look at the path and its permissions",
            CeremonyError::Malformed { .. } => "ask for the file again, as it was made",
            CeremonyError::Draft(_) | CeremonyError::Parameter(_) | CeremonyError::Genesis(_) => {
                "correct the draft, and send it to all members: entries for the old one are of no use then"
            }
            CeremonyError::OtherCode { .. } => "all members need the same build of sillok",
            CeremonyError::KnownKey { .. } => {
                "put a key of the member's own there (`sillok keys new`); for a trial, say `dev = true` in the draft"
            }
            CeremonyError::Development => {
                "for a trial give --with-known-keys; otherwise take `dev = true` out of the draft"
            }
            CeremonyError::OtherDraft { .. } => {
                "compare the drafts; the entry has to be made anew (`sillok genesis add`) for the one that is agreed on"
            }
            CeremonyError::Entry { .. } | CeremonyError::Signature { .. } => {
                "ask the member for the entry again, as `sillok genesis add` wrote it"
            }
            CeremonyError::Twice { .. } => {
                "every node has keys and a name of its own: leave one out, or have it made anew with --label or another folder"
            }
            CeremonyError::NoValidator => "at least one member has to add a node with a validator key",
            CeremonyError::Fault(_) | CeremonyError::System(_) => "look at the machine's memory and limits",
        }
    }
}
