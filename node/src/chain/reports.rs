//! Evidence that reports itself: what this node has seen of validators that equivocate, on its way onto the chain.
//!
//! A report is a transaction that the governance module itself submits: its evidence stands for it, and nobody signs.
//! All nodes that hold evidence of the same equivocation send one with the same nonce, of which a block takes one.
//! What does not get into a block before it expires is sent again, until the chain knows of the equivocation. Until
//! then it is on disk too: a node that is killed has seen what it has seen.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Mutex;

use codec::Encode;
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Account, Call, Credential, Equivocation, Outcome, Time, Transaction, TransactionBody};
use sillok_runtime::{Fault, Refusal};

use super::{Chain, SubmitError};
use crate::limits;
use crate::lock::lock;

/// How long a report may wait for a block before it is sent again.
const LIFETIME_MS: u64 = 60_000;
/// What a report costs beside what its call uses.
const GAS_AROUND: u64 = 10_000_000;

/// The evidence that is not on chain yet, by its report's nonce, with the time until which its report is good.
#[derive(Default)]
pub(super) struct Reports(Mutex<BTreeMap<u64, (Equivocation, Time)>>);

impl Chain {
    /// Reports an equivocation, and sees to it that it is reported.
    pub(crate) fn report(&self, evidence: Equivocation) {
        let mut held = lock(&self.reports.0);
        if held.len() >= limits::HELD_EVIDENCE {
            return tracing::warn!("too much evidence is on its way onto the chain: report this yourself");
        }
        if let Entry::Vacant(place) = held.entry(evidence.nonce()) {
            place.insert((evidence, Time(0)));
            self.keep_evidence(&held);
        }
        drop(held);
        self.report_again();
    }

    /// Holds the evidence again that was held when the node ended; [`Chain::report_again`] sends it.
    pub(super) fn take_up_evidence(&self) -> Result<(), Fault> {
        let kept = self.ledger.evidence()?.into_iter();
        *lock(&self.reports.0) = kept.map(|evidence| (evidence.nonce(), (evidence, Time(0)))).collect();
        Ok(())
    }

    fn keep_evidence(&self, held: &BTreeMap<u64, (Equivocation, Time)>) {
        let evidence: Vec<&Equivocation> = held.values().map(|(evidence, _)| evidence).collect();
        if let Err(error) = self.ledger.keep_evidence(&evidence) {
            // It is still held, and in the log.
            tracing::error!(%error, "evidence can't be written down");
        }
    }

    /// Sends the reports that no block has taken in time.
    pub(crate) fn report_again(&self) {
        let now = self.clock.now();
        let mut held = lock(&self.reports.0);
        let before = held.len();
        held.retain(|_, (evidence, until)| {
            if now < *until {
                return true;
            }
            *until = now.plus(LIFETIME_MS);
            match self.send_report(evidence, *until) {
                Ok(()) | Err(SubmitError::Refused(Refusal::Replayed) | SubmitError::Pool(_)) => true,
                Err(SubmitError::Refused(refusal)) => {
                    tracing::info!(height = evidence.height(), %refusal, "evidence is no longer held");
                    false
                }
                Err(SubmitError::Fault(fault)) => {
                    tracing::error!(%fault, "evidence can't be reported");
                    true
                }
            }
        });
        if held.len() < before {
            self.keep_evidence(&held);
        }
    }

    fn send_report(&self, evidence: &Equivocation, expiry: Time) -> Result<(), SubmitError> {
        let parameters = self.runtime.parameters(&*self.latest().state)?;
        let call = Call { contract: GOVERNANCE, method: "report".into(), args: evidence.encode() };
        let mut body = TransactionBody {
            chain: self.id,
            submitter: Account::Contract(GOVERNANCE),
            nonce: evidence.nonce(),
            expiry,
            gas_limit: parameters.max_transaction_gas,
            call,
            authorisations: Vec::new(),
        };
        let receipt = self.simulate(&body)?.receipt;
        if !matches!(receipt.outcome, Outcome::Success(_)) {
            return Err(Refusal::BadEvidence.into());
        }
        body.gas_limit = receipt.gas_used.saturating_mul(2).saturating_add(GAS_AROUND);
        let credential = Credential::Contract(Vec::new());
        let id = self.submit(Transaction { body, credential })?;
        tracing::info!(height = evidence.height(), id = %hex::encode(id), "an equivocation is reported");
        Ok(())
    }
}
