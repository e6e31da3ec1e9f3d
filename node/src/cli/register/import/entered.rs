//! What a register's history holds: which events of the files stand on the chain already.

use std::collections::BTreeMap;

use serde_json::json;

use crate::cli::Result;
use crate::cli::register::Company;
use crate::cli::register::types::HistoryEntry;

/// A register's history, by lot.
pub(super) struct Entered {
    /// What happened to each lot.
    by_lot: BTreeMap<u64, Vec<HistoryEntry>>,
    /// What each lot came from, if from another holder's.
    by_result: BTreeMap<u64, HistoryEntry>,
}

impl Entered {
    /// Reads the whole history.
    pub(super) async fn load(company: &Company<'_>) -> Result<Self> {
        let mut entered = Entered { by_lot: BTreeMap::new(), by_result: BTreeMap::new() };
        let entries: Vec<HistoryEntry> = company.all("history", json!({}), None).await?;
        for entry in entries {
            if let Some(result) = entry.result {
                entered.by_result.insert(result, entry.clone());
            }
            entered.by_lot.entry(entry.lot).or_default().push(entry);
        }
        Ok(entered)
    }

    /// The entry of this kind about the lot.
    pub(super) fn of_kind(&self, lot: u64, kind: &str) -> Option<&HistoryEntry> {
        self.by_lot.get(&lot)?.iter().find(|entry| entry.kind == kind)
    }

    /// The entry of the transfer from which the lot came.
    pub(super) fn origin(&self, lot: u64) -> Option<&HistoryEntry> {
        self.by_result.get(&lot)
    }
}
