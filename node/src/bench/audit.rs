//! What the chain holds afterwards, read from its disk: every transaction once, and no money and no share more
//! or less.

use std::sync::Arc;

use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Account, Event, Outcome, Time, Transaction, TransactionBody};

use super::BenchError;
use super::gas::{TRIAL_DEALS, TRIALS};
use super::kind::Kind;
use super::options::Workload;
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
    /// How many equivocations of validators it records.
    pub(super) offences: u64,
    /// How many orders were placed.
    pub(super) orders: u64,
    /// The time of each block, and how many of the load's transactions it has.
    pub(super) times: Vec<(Time, u64)>,
    /// How many blocks there are.
    pub(super) blocks: u64,
    /// What all accounts had together in the beginning, and have in the end, if the chain is on this machine.
    pub(super) totals: Option<(Totals, Totals)>,
}

/// Reads the whole chain, on which so many numbers were to be.
pub(super) fn read(stage: &Stage, transactions: usize) -> Result<Audit, BenchError> {
    let storage = Arc::new(DataFolder::prepare(&stage.chain_folder())?.open()?);
    let ledger = Ledger::open(storage)?;
    let tip = ledger.tip().height;
    let mut audit = Audit::of(transactions);
    for height in 1..=tip {
        let (block, receipts) = (ledger.block(height)?, ledger.receipts(height)?);
        let block = block.ok_or_else(|| BenchError::Node(format!("has lost block {height}")))?;
        let receipts = receipts.map(|receipts| receipts.receipts).unwrap_or_default();
        let failed = receipts.iter().filter(|it| matches!(it.outcome, Outcome::Failed(_))).count() as u64;
        audit.see_block(stage.workload, &block.block.transactions, block.block.header.time, failed);
        audit.offences +=
            receipts.iter().flat_map(|receipt| &receipt.events).filter(is_offence).count() as u64;
    }
    let genesis = ledger.at(0).ok_or_else(|| BenchError::Node("no longer keeps its first state".into()))?;
    let (_, latest) = ledger.latest();
    audit.totals = Some((Totals::read(&stage.scene, &*genesis)?, Totals::read(&stage.scene, &*latest)?));
    Ok(audit)
}

/// The number of a transaction of the load. Trials are none of it, and neither are reports of equivocations, which submit
/// themselves.
fn number(transaction: &Transaction) -> Option<u64> {
    let TransactionBody { submitter, nonce, .. } = &transaction.body;
    (*nonce < TRIALS && *submitter != Account::Contract(GOVERNANCE)).then_some(*nonce)
}

/// Whether an event says that a validator equivocated.
fn is_offence(event: &&Event) -> bool {
    event.contract == GOVERNANCE && event.name == "Equivocated"
}

impl Audit {
    /// Of a chain on which so many numbers are to be, of which nothing is read yet.
    pub(super) fn of(transactions: usize) -> Self {
        Audit { included: vec![false; transactions], ..Audit::default() }
    }

    /// Counts a block with these transactions, of which so many failed.
    pub(super) fn see_block(
        &mut self,
        workload: Workload,
        transactions: &[Transaction],
        time: Time,
        failed: u64,
    ) {
        let numbers: Vec<u64> = transactions.iter().filter_map(number).collect();
        numbers.iter().for_each(|number| self.see(workload, *number));
        self.times.push((time, numbers.len() as u64));
        self.failed += failed;
        self.blocks += 1;
    }

    /// How many deals in escrow settled, if the workload has any; those of trials don't count.
    pub(super) fn deals(&self, workload: Workload) -> Option<u64> {
        workload
            .has(|kind| matches!(kind, Kind::Deal(_)))
            .then(|| self.totals.map(|(_, last)| last.settled.saturating_sub(TRIAL_DEALS)))
            .flatten()
    }

    /// Counts a transaction that is in the chain.
    fn see(&mut self, workload: Workload, number: u64) {
        match usize::try_from(number).ok().and_then(|number| self.included.get_mut(number)) {
            Some(included) if !*included => {
                *included = true;
                self.orders += workload.kind(number).orders();
            }
            _ => self.duplicated += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use sillok_abi::{Call, Credential};

    use super::*;

    #[test]
    fn what_is_there_twice_or_was_never_sent_counts_and_trials_and_reports_do_not() {
        let mut audit = Audit::of(3);
        let of = |submitter, nonce| Transaction {
            body: TransactionBody {
                chain: [0; 32],
                submitter,
                nonce,
                expiry: Time(0),
                gas_limit: 0,
                call: Call { contract: GOVERNANCE, method: "report".into(), args: Vec::new() },
                authorisations: Vec::new(),
            },
            credential: Credential::Contract(Vec::new()),
        };
        let mut block: Vec<Transaction> =
            [0, 2, TRIALS, TRIALS + 2, 2, 3].map(|number| of(Account::Key([1; 32]), number)).into();
        block.push(of(Account::Contract(GOVERNANCE), 1));
        audit.see_block(Workload::MarketBatch, &block, Time(7), 0);
        assert_eq!(audit.times, [(Time(7), 4)]);
        assert_eq!(audit.included, [true, false, true]);
        assert_eq!((audit.duplicated, audit.orders), (2, 32));
    }
}
