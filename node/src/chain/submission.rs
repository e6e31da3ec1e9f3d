//! Submission: transactions checked and taken into the pool, one by one, many at a time, or from peers.

use sillok_abi::{Hash, Transaction};
use sillok_runtime::{Checked, Fault, Refusal};

use super::Chain;
use crate::limits;
use crate::lock::lock;
use crate::mempool::PoolRefusal;

/// Why a transaction is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubmitError {
    /// It is not valid, or not now.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is valid, and the pool has no place for it.
    #[error(transparent)]
    Pool(#[from] PoolRefusal),
    /// The node failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Chain {
    /// Takes a transaction into the pool. Runs contracts when the submitter is not a key.
    ///
    /// # Errors
    /// If it is not valid, was included before, or has no place in the pool.
    pub(crate) fn submit(&self, transaction: Transaction) -> Result<Hash, SubmitError> {
        self.require_room()?;
        let (tip, state) = self.ledger.latest();
        let checked = self.runtime.check(state, self.next_env(&tip), &transaction)??;
        let id = checked.id;
        if self.ledger.place_of(&id).map_err(Fault::from)?.is_some() {
            return Err(SubmitError::Refused(Refusal::Replayed));
        }
        let copy = self.pool.is_relayed().then(|| transaction.clone());
        self.pool.insert(checked, transaction)?;
        self.pool.relay(copy.into_iter().collect());
        Ok(id)
    }

    fn require_room(&self) -> Result<(), PoolRefusal> {
        if lock(self.pool.mempool()).has_room() { Ok(()) } else { Err(PoolRefusal::Full) }
    }

    /// Takes many transactions into the pool; answers each one's id or refusal, in their order. Signatures
    /// are verified together. One that was included before is not refused here but by the executor.
    ///
    /// # Errors
    /// If the node fails.
    pub(crate) fn submit_many(
        &self,
        transactions: Vec<Transaction>,
    ) -> Result<Vec<Result<Hash, SubmitError>>, Fault> {
        let mut copies = if self.pool.is_relayed() { transactions.clone() } else { Vec::new() };
        let ids = ids_of(&transactions);
        let taken = self.take_many(transactions, &ids)?;
        let mut verdicts = taken.iter();
        copies.retain(|_| verdicts.next().is_some_and(Result::is_ok));
        self.pool.relay(copies);
        Ok(taken)
    }

    /// Takes transactions that a peer passes on. What is known, or can't be taken, is left out: whoever has
    /// submitted it to the peer has been told.
    ///
    /// # Errors
    /// If the node fails.
    pub(crate) fn take_from_peer(&self, mut transactions: Vec<Transaction>) -> Result<(), Fault> {
        // They are in blocks by the time this node is level, and it is sooner without them.
        if self.is_behind() {
            return Ok(());
        }
        let mut ids = ids_of(&transactions);
        let mut known = {
            let pool = lock(self.pool.mempool());
            ids.iter().map(|id| pool.get(id).is_some()).collect::<Vec<bool>>()
        };
        for (known, id) in known.iter_mut().zip(&ids).filter(|(known, _)| !**known) {
            *known = self.ledger.place_of(id)?.is_some();
        }
        let mut of_transaction = known.iter();
        transactions.retain(|_| of_transaction.next() == Some(&false));
        let mut of_id = known.iter();
        ids.retain(|_| of_id.next() == Some(&false));
        self.take_many(transactions, &ids)?;
        Ok(())
    }

    /// Passes on the first of what waits here, as others may not know of it.
    pub(crate) fn pass_on_waiting(&self) {
        let waiting = lock(self.pool.mempool()).all().take(limits::PASSED_ON).cloned().collect();
        self.pool.relay(waiting);
    }

    /// Checks many, which have these ids, and takes those that pass.
    fn take_many(
        &self,
        transactions: Vec<Transaction>,
        ids: &[Hash],
    ) -> Result<Vec<Result<Hash, SubmitError>>, Fault> {
        if self.require_room().is_err() {
            return Ok(transactions.iter().map(|_| Err(PoolRefusal::Full.into())).collect());
        }
        let (tip, state) = self.ledger.latest();
        let mut checker = self.runtime.checker(state, self.next_env(&tip))?;
        let identified = transactions.iter().zip(ids);
        let checked: Vec<Result<Checked, Refusal>> =
            identified.map(|(transaction, id)| checker.check(transaction, *id)).collect::<Result<_, _>>()?;
        let good = transactions.iter().zip(&checked).filter_map(|(transaction, checked)| {
            checked.as_ref().ok().map(|checked| (transaction, &checked.id))
        });
        let mut signed = self.signatures.verify(good).into_iter();
        let admitted = transactions.into_iter().zip(checked).map(|(transaction, checked)| {
            let checked = checked?;
            if signed.next() == Some(true) { Ok((checked, transaction)) } else { Err(Refusal::BadSignature) }
        });
        Ok(self.pool.insert_all(admitted))
    }

    /// Writes down what waits for a block, so that the next start goes on with it. To be called once nothing
    /// runs any more.
    ///
    /// # Errors
    /// If it can't be written.
    pub(crate) fn keep_waiting(&self) -> Result<(), Fault> {
        let pool = lock(self.pool.mempool());
        let waiting: Vec<&Transaction> = pool.all().collect();
        Ok(self.ledger.keep_waiting(&waiting)?)
    }

    /// Takes up again what waited when the node stopped. What is no longer valid is left out.
    pub(super) fn take_up_waiting(&self) -> Result<(), Fault> {
        let waiting = self.ledger.take_waiting()?;
        let count = waiting.len();
        let ids = ids_of(&waiting);
        let taken = self.take_many(waiting, &ids)?.iter().filter(|taken| taken.is_ok()).count();
        if count > 0 {
            tracing::info!(taken, of = count, "transactions that waited when the node stopped wait again");
        }
        Ok(())
    }
}

fn ids_of(transactions: &[Transaction]) -> Vec<Hash> {
    transactions.iter().map(|transaction| transaction.body.id()).collect()
}
