//! What the chain holds afterwards, read from its disk: every transaction once, and no money and no share more
//! or less.

use std::sync::Arc;

use sillok_abi::Outcome;

use super::BenchError;
use super::options::BenchOptions;
use super::stage::Stage;
use super::totals::Totals;
use crate::ledger::Ledger;
use crate::storage::DataFolder;

/// What the chain holds.
#[derive(Debug, Default)]
pub(super) struct Audit {
    /// Which transactions are in it, by number.
    pub(super) included: Vec<bool>,
    /// How many are in it more than once.
    pub(super) duplicated: u64,
    /// How many failed.
    pub(super) failed: u64,
    /// How many blocks there are.
    pub(super) blocks: u64,
    /// What all accounts have together in the end.
    pub(super) totals: Totals,
    /// What they had in the beginning.
    pub(super) totals_before: Totals,
}

/// Reads the whole chain.
pub(super) fn read(stage: &Stage, options: &BenchOptions) -> Result<Audit, BenchError> {
    let storage = Arc::new(DataFolder::prepare(&stage.chain_folder())?.open()?);
    let ledger = Ledger::open(storage)?;
    let tip = ledger.tip().height;
    let transactions = usize::try_from(options.transactions()).unwrap_or(usize::MAX);
    let mut audit = Audit { included: vec![false; transactions], blocks: tip, ..Audit::default() };
    for height in 1..=tip {
        let (block, receipts) = (ledger.block(height)?, ledger.receipts(height)?);
        let block = block.ok_or_else(|| BenchError::Node(format!("has lost block {height}")))?;
        for transaction in &block.block.transactions {
            let number = usize::try_from(transaction.body.nonce).unwrap_or(usize::MAX);
            match audit.included.get_mut(number) {
                Some(included) if !*included => *included = true,
                _ => audit.duplicated += 1,
            }
        }
        let receipts = receipts.map(|receipts| receipts.receipts).unwrap_or_default();
        audit.failed +=
            receipts.iter().filter(|receipt| matches!(receipt.outcome, Outcome::Failed(_))).count() as u64;
    }
    let (_, latest) = ledger.latest();
    audit.totals = Totals::read(&stage.scene, stage.workload, &*latest)?;
    let genesis = ledger.at(0).ok_or_else(|| BenchError::Node("no longer keeps its first state".into()))?;
    audit.totals_before = Totals::read(&stage.scene, stage.workload, &*genesis)?;
    Ok(audit)
}
