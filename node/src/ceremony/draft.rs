//! The draft's text: TOML that people write, send round and agree on.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{CeremonyError, Plan};

/// What a chain is to be, in the words of its draft.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    /// The chain's name.
    pub(crate) name: String,
    /// The time that the first block's must exceed: `2026-12-01T00:00:00Z`.
    pub(crate) time: String,
    /// Whether keys may be in it that everybody knows: a chain for development, which protects nothing.
    #[serde(default)]
    pub(crate) dev: bool,
    /// Parameters that are not as usual, by the names of `sillok gov parameters`.
    #[serde(default)]
    pub(crate) parameters: Map<String, Value>,
    /// The member organisations.
    #[serde(default)]
    pub(crate) organisations: Vec<Organisation>,
    /// Contracts that are there from the start.
    #[serde(default)]
    pub(crate) contracts: Vec<DraftContract>,
    /// Calls that are made at the start, with everybody's authority.
    #[serde(default)]
    pub(crate) calls: Vec<DraftCall>,
    /// Where the draft is: code that it names by a path is looked for from there.
    #[serde(skip)]
    pub(super) folder: PathBuf,
}

/// A member organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organisation {
    /// Its name.
    pub(crate) name: String,
    /// The address of the key that signs its entries, and that admits accounts for it later.
    pub(crate) admin: String,
    /// Its share of a block's gas, in thousandths.
    pub(crate) gas_share: u32,
    /// How many bytes of state its accounts' transactions may keep.
    pub(crate) state_quota: u64,
    /// Accounts that it admits from the start, beside its admin's and its nodes' operators'.
    #[serde(default)]
    pub(crate) admitted: Vec<String>,
}

/// A contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftContract {
    /// The name that tools know it by.
    pub(crate) name: String,
    /// Its code: the name of one that comes with this program, or the path of a `.wasm` file.
    pub(crate) code: String,
    /// The code's hash. Members whose program has other code notice by it.
    pub(crate) hash: Option<String>,
    /// Who pays for its scheduled calls: an organisation or an account.
    pub(crate) deployer: String,
    /// Who may change its code: an organisation, an account, `governance`; nobody, for ever, if none.
    pub(crate) admin: Option<String>,
    /// The constructor's arguments by name.
    #[serde(default)]
    pub(crate) arguments: Map<String, Value>,
}

/// A call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftCall {
    /// The contract's name.
    pub(crate) contract: String,
    /// Its method.
    pub(crate) method: String,
    /// The arguments by name.
    #[serde(default)]
    pub(crate) arguments: Map<String, Value>,
}

impl Draft {
    /// Reads a draft.
    ///
    /// # Errors
    /// If the file can't be read, or is none.
    pub(crate) fn read(path: &Path) -> Result<Self, CeremonyError> {
        let text = fs::read_to_string(path)
            .map_err(|source| CeremonyError::File { path: path.to_owned(), source })?;
        Self::of_text(&text, path)
    }

    /// The draft of this text, which is in the file `path` or will be.
    ///
    /// # Errors
    /// If it is none.
    pub(crate) fn of_text(text: &str, path: &Path) -> Result<Self, CeremonyError> {
        let malformed = |error: toml::de::Error| CeremonyError::Malformed {
            path: path.to_owned(),
            what: "draft of a genesis",
            reason: error.to_string(),
        };
        let draft: Draft = toml::from_str(text).map_err(malformed)?;
        Ok(Draft { folder: path.parent().unwrap_or(Path::new("")).to_owned(), ..draft })
    }

    /// What the draft means.
    ///
    /// # Errors
    /// If it can't be meant so.
    pub(crate) fn plan(&self) -> Result<Plan, CeremonyError> {
        Plan::of(self)
    }
}
