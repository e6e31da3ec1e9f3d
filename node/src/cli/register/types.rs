//! What a register answers, as far as the command line uses it. Accounts and dates stay texts.

use serde::Deserialize;
use serde_json::Value;

/// The company.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Issuer {
    pub(crate) name: String,
    pub(crate) identifier: String,
    pub(crate) sample: bool,
    pub(crate) formed: Option<String>,
}

/// A class of shares.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Class {
    pub(crate) id: u32,
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) kind: Value,
    pub(crate) authorised: u64,
    pub(crate) issued: u64,
    pub(crate) outstanding: u64,
    pub(crate) votes_per_share: u32,
    pub(crate) seniority: u32,
    pub(crate) par: u64,
}

/// Shares that one holder acquired at once.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Lot {
    pub(crate) id: u64,
    pub(crate) root: u64,
    pub(crate) holder: String,
    pub(crate) quantity: u64,
    pub(crate) locked: u64,
    pub(crate) acquired: String,
    pub(crate) accepted: Option<String>,
    pub(crate) reference: String,
}

impl Lot {
    /// How many of its shares are not locked.
    pub(crate) fn free(&self) -> u64 {
        self.quantity.saturating_sub(self.locked)
    }
}

/// A row of the cap table.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HolderRow {
    pub(crate) holder: String,
    pub(crate) class: u32,
    pub(crate) shares: u64,
    pub(crate) locked: u64,
}

/// An entry of the history.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HistoryEntry {
    pub(crate) number: u64,
    pub(crate) kind: String,
    pub(crate) class: u32,
    pub(crate) lot: u64,
    pub(crate) holder: String,
    pub(crate) counterpart: Option<String>,
    pub(crate) quantity: u64,
    pub(crate) result: Option<u64>,
    pub(crate) balance: Option<u64>,
    pub(crate) date: String,
    pub(crate) note: String,
    pub(crate) time: String,
}
