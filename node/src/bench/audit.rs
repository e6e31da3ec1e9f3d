//! What the chain holds afterwards, read from its disk: every transaction once, and no money more or less.

use std::sync::Arc;

use codec::Decode;
use sillok_abi::Outcome;
use sillok_client::extract::field_key;
use sillok_runtime::{Direction, PageLimit, state_key};

use super::BenchError;
use super::options::{BenchOptions, Workload};
use super::stage::Stage;
use crate::ledger::Ledger;
use crate::storage::DataFolder;

/// How much of state is read at a time.
const PAGE: PageLimit = PageLimit { entries: 65_536, bytes: 16 * 1024 * 1024 };

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
    /// What all accounts have together.
    pub(super) total: u128,
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
    audit.total = total(stage, &ledger)?;
    Ok(audit)
}

/// What all accounts have: cash that is available or held, or shares.
fn total(stage: &Stage, ledger: &Ledger) -> Result<u128, BenchError> {
    let (field, numbers) = match stage.workload {
        Workload::Cash => ("balances", 2),
        Workload::Lots => ("holdings", 1),
    };
    let (_, state) = ledger.latest();
    let mut from = state_key(&stage.contract, &field_key(field));
    let beyond = [from.as_slice(), &[0xFF; 256]].concat();
    let mut total = 0;
    loop {
        let page = state.page(&from, &beyond, Direction::Ascending, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(total) };
        from = [last.as_slice(), &[0]].concat();
        for (_, value) in &page {
            let mut value = value.as_slice();
            for _ in 0..numbers {
                total += u128::from(u64::decode(&mut value).unwrap_or(0));
            }
        }
    }
}
