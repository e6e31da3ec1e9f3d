//! Making decided blocks permanent.
//!
//! ```text
//! producer  take in changes ─► executor moves on ─► make the next block, if it is this node's turn, or try it
//! writer    write the batch ─────────────────────► the tip moves ─► tell of it
//! ```
//!
//! A block is written by another thread while the producer takes its changes in and, if enough waits, makes
//! the next one on the state after it; or executes the next one, if peers have brought it. Then consensus may go on
//! with that one too, which it need not sign for ([`Progress::TakenIn`]), and the block is synced with a later one: if
//! it is lost with the power, it is fetched again. Invariants: one block is being written at most; nobody else hears
//! of a block before it is written, and nothing that builds on it leaves the node before it is on disk.

use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use sillok_abi::governance::NodeInfo;
use sillok_abi::{Block, Certificate, Hash, Receipt, Transaction, TransactionBody, Validator};
use sillok_runtime::{BlockError, Changes, Execution, Fault, FieldRoots, Identified, StateReader, proposer};

use super::producer::{Next, Producer, Tentative, gas_limits};
use super::{Chain, CommittedBlock};
use crate::consensus::CertifiedBlock;
use crate::fail_point::FailPoint;
use crate::ledger::{BlockReceipts, Tip};
use crate::limits;
use crate::lock::lock;
use crate::mempool::UsedNonces;
use crate::metrics::Metrics;

/// A block that is to be written, and what is written with it.
struct Decided {
    tip: Tip,
    stored: CertifiedBlock,
    execution: Execution,
    /// What the block before has changed in the tree of fields.
    roots_before: FieldRoots,
    /// The validators of the next block, if they are others.
    announced: Option<Arc<[Validator]>>,
    /// Whether it is to be on disk before anything else is done.
    is_last: bool,
}

type Tell = Arc<dyn Fn(Progress) + Send + Sync>;
/// What the writer is to tell of the next height, if it is the one to tell that.
type TakenIn = Option<Result<Next, Fault>>;

/// How far the making permanent of a block has come.
#[derive(Clone, Debug)]
pub(crate) enum Progress {
    /// The block is executed and taken in: consensus may begin the next height. If a block of that came with its
    /// certificate this one need not be on disk yet, and else it is.
    TakenIn(Next),
    /// All blocks up to this height are on disk.
    Written(u64),
    /// It can't be written: the producer has failed, or will at its next order.
    Failed,
}

/// A block that is being written, and what is built on it meanwhile.
pub(super) struct Writing {
    tip: Tip,
    state: Arc<dyn StateReader>,
}

impl Producer {
    /// Makes a decided block permanent, and tells how far that has come, from this thread or another one. A block
    /// that is permanent already is left alone. `body` is needed if it was not stored. If it is known what follows, the
    /// block is still being written on return: [`Producer::settle`] waits for it.
    ///
    /// # Errors
    /// The fault that must halt the node; or that of the block before.
    pub(crate) fn commit(
        &mut self,
        certificate: Certificate,
        body: Option<Arc<Block>>,
        tell: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<(), Fault> {
        self.settle()?;
        let tip = self.chain.tip();
        if certificate.height <= tip.height {
            tell(Progress::Written(self.sync()?));
            tell(Progress::TakenIn(self.next()?));
            return Ok(());
        }
        FailPoint::Sealed.pass();
        let Tentative { block, mut execution, is_signed, .. } =
            self.executed(&tip, &certificate.block, body)?;
        if !is_signed {
            self.chain.owe_audit(block.header.height)?;
        }
        if FailPoint::Deviated.is_met() {
            deviate(Arc::make_mut(&mut execution.changes));
        }
        let state = self.chain.ledger.latest().1;
        self.nodes_before = self.executor.nodes(&*state)?;
        let next = self.executor.next_validators(&*state)?;
        let announced = (block.header.next_validators != block.header.validators).then_some(next);
        let commitment = &self.chain.commitment;
        let waited = || commitment.at(tip.height, |before| before.take_roots());
        let roots_before = Metrics::time(&self.chain.metrics().root_wait, waited)?;
        // Hashed while it is written.
        commitment.follow(block.header.height, execution.changes.clone())?;
        FailPoint::Hashing.pass();
        let stored = CertifiedBlock { block, certificate };
        let tip = self.chain.ledger.begin(&stored, &execution)?;
        let is_last = self.upcoming.is_none();
        self.append(Decided { tip, stored, execution, roots_before, announced, is_last }, Arc::new(tell))
    }

    /// Waits for the block that is being written, if one is.
    ///
    /// # Errors
    /// If it can't be written; the node must halt.
    pub(crate) fn settle(&mut self) -> Result<(), Fault> {
        self.writing.take().map_or(Ok(()), |_| self.writer.wait())
    }

    /// Has all that was committed on disk; answers up to which height that is.
    ///
    /// # Errors
    /// If it can't be written; the node must halt.
    pub(crate) fn sync(&mut self) -> Result<u64, Fault> {
        self.settle()?;
        self.chain.ledger.sync()?;
        Ok(self.chain.tip().height)
    }

    /// What the next block is built on: the last block, written or not, and the state after it.
    pub(super) fn base(&self) -> (Tip, Arc<dyn StateReader>) {
        match &self.writing {
            Some(Writing { tip, state, .. }) => (tip.clone(), state.clone()),
            None => self.chain.ledger.to_build_on(),
        }
    }

    /// The decided block with what it does: as it was tried, or else executed now.
    fn executed(&mut self, tip: &Tip, id: &Hash, body: Option<Arc<Block>>) -> Result<Tentative, Fault> {
        if let Some(tentative) = self.tentative.take_if(|tentative| tentative.id == *id) {
            return Ok(tentative);
        }
        let stored = || self.chain.ledger.block_of(id).map_err(Fault::from);
        let block = body.map_or_else(stored, |body| Ok(Some(body)))?;
        let block = block.ok_or_else(|| Fault::new("the body of a decided block is missing"))?;
        let root = self.chain.commitment.at(tip.height, |before| before.root())?;
        let state = self.chain.ledger.to_build_on().1;
        // Whoever decided it has verified its signatures.
        let identified = Identified::of(&block)
            .ok_or_else(|| Fault::new("the body of a decided block is not that of its header"))?;
        let measured = self.metrics().execution.clone();
        let run = || self.executor.execute(state, &root, &identified, false);
        let execution = Metrics::time(&measured, run).map_err(|error| match error {
            BlockError::Fault(fault) => fault,
            BlockError::Invalid(reason) => {
                self.chain.refused(*id, &block.header, &reason);
                self.chain.disagrees(id, "a decided block is not valid here")
            }
        })?;
        Ok(Tentative { id: *id, block, execution, is_signed: false })
    }

    /// Has the block written, and meanwhile goes on.
    fn append(&mut self, decided: Decided, tell: Tell) -> Result<(), Fault> {
        let (tip, block) = (decided.tip.clone(), decided.stored.block.clone());
        let changes = decided.execution.changes.clone();
        let (taken_in, is_taken_in) = channel();
        let is_last = decided.is_last;
        // Those of the block wait too, until it is announced.
        let waiting = self.chain.pool_size().transactions.saturating_sub(block.transactions.len());
        self.write(decided, is_taken_in, tell.clone())?;
        let state = self.chain.ledger.take_in(tip.height, &changes);
        self.writing = Some(Writing { tip: tip.clone(), state: state.clone() });
        self.executor.commit();
        let next = self.chain.next(&tip, &*state, &self.nodes_before);
        // If nobody is there to hear it, the writer has failed, which comes out when it is waited for.
        let _ = taken_in.send(is_last.then(|| next.clone()));
        let next = next?;
        if !is_last {
            tell(Progress::TakenIn(next));
        }
        FailPoint::Committed.pass();
        self.go_on(&tip, state, &block, waiting)?;
        if is_last { self.settle() } else { Ok(()) }
    }

    /// Begins to write a block; the writer waits for its changes to be taken in, and may be the one to tell that.
    fn write(&self, decided: Decided, taken_in: Receiver<TakenIn>, tell: Tell) -> Result<(), Fault> {
        let chain = self.chain.clone();
        self.writer.begin(move || {
            let (height, is_last) = (decided.tip.height, decided.is_last);
            let written = write(&chain, decided, &taken_in);
            match &written {
                Ok(_) if is_last => tell(Progress::Written(height)),
                Ok(_) => {}
                Err(_) => tell(Progress::Failed),
            }
            written.map(|next| next.into_iter().for_each(|next| tell(Progress::TakenIn(next))))
        })
    }

    /// What there is to do after a block that is being written, beside which so many transactions wait.
    fn go_on(
        &mut self,
        tip: &Tip,
        state: Arc<dyn StateReader>,
        block: &Block,
        waiting: usize,
    ) -> Result<(), Fault> {
        let upcoming = self.upcoming.take();
        let block_gas = self.chain.runtime.parameters(&*state)?.block_gas;
        self.sizing.decided(gas_limits(&block.transactions), block_gas);
        if let Some(next) = upcoming {
            return self.try_ahead(tip, state, &next);
        }
        let validators = self.executor.validators(&*state, tip.height + 1)?;
        let is_next = proposer(&validators, tip.height + 1, 0) == Some(self.key);
        // A node that catches up will not be asked.
        let is_recent = self.chain.clock.now().0.saturating_sub(tip.time.0) <= limits::BUILT_AHEAD_MS;
        if !is_next || !is_recent || waiting < limits::BUILT_AHEAD {
            return Ok(());
        }
        let nonce = |body: &TransactionBody| (body.submitter, body.nonce);
        let used: UsedNonces = block.transactions.iter().map(|one| nonce(&one.body)).collect();
        self.propose(tip, state, 0, &used).map(drop)
    }

    /// The block of this height and round, if it was made while the one before was written.
    pub(super) fn built_ahead(&self, height: u64, round: u32) -> Option<Arc<Block>> {
        // What a peer brought, signed by who knows whom, is nothing to propose.
        let block = &self.tentative.as_ref().filter(|tentative| tentative.is_signed)?.block;
        let header = &block.header;
        let is_it = (header.height, header.round, header.proposer) == (height, round, self.key);
        let is_fresh = self.chain.clock.now().0.saturating_sub(header.time.0) <= limits::BUILT_AHEAD_MS;
        (is_it && is_fresh).then(|| block.clone())
    }
}

/// Writes the block; once its changes are taken in too, it is the tip, and everybody is told. Answers what came with
/// the word that they are.
fn write(chain: &Chain, decided: Decided, taken_in: &Receiver<TakenIn>) -> Result<Option<Next>, Fault> {
    let Decided { tip, stored, mut execution, roots_before, announced, is_last } = decided;
    let announced = announced.as_deref();
    let write = || chain.ledger.write(&tip, &stored, &execution, &roots_before, announced, is_last);
    Metrics::time(&chain.metrics().commit, write)?;
    let next = taken_in.recv().map_err(|_| Fault::new("the producer has ended while a block was written"))?;
    let id = tip.block;
    chain.ledger.advance(tip);
    let scheduled = u32::try_from(execution.scheduled).map_err(Fault::new)?;
    let receipts = BlockReceipts { scheduled, receipts: mem::take(&mut execution.receipts) };
    chain.announce(Arc::new(CommittedBlock { id, stored, receipts }), execution.gas_used);
    FailPoint::Announced.pass();
    next.transpose()
}

impl Chain {
    /// What is to be known of the height after a block that left this state, before which there were these nodes.
    pub(super) fn next(
        &self,
        tip: &Tip,
        state: &dyn StateReader,
        nodes_before: &Arc<[NodeInfo]>,
    ) -> Result<Next, Fault> {
        self.runtime.check_version(state, tip.height + 1)?;
        let validators = self.runtime.validators(state, tip.height + 1)?;
        let nodes = with_leavers(nodes_before, self.runtime.nodes(state)?);
        Ok(Next { height: tip.height, validators, nodes, due: self.runtime.next_due(state)? })
    }

    fn announce(&self, block: Arc<CommittedBlock>, gas_used: u64) {
        let receipts = block.receipts.of_transactions();
        let mut pool = lock(self.pool.mempool());
        let in_block = receipts.iter().zip(&block.stored.block.transactions);
        let settle =
            |(receipt, transaction): (&Receipt, &Transaction)| pool.settle(&receipt.id, &transaction.body);
        let given_up: Vec<Hash> = in_block.filter_map(settle).collect();
        drop(pool);
        let (height, round, transactions) = (block.header().height, block.header().round, receipts.len());
        let scheduled = block.receipts.scheduled;
        let id = hex::encode(block.id);
        if transactions > 0 || scheduled > 0 {
            tracing::info!(height, round, transactions, scheduled, gas_used, id, "block");
        } else {
            tracing::debug!(height, round, id, "empty block");
        }
        self.metrics().block(height, transactions, gas_used);
        self.report_again();
        self.feed.publish(block.clone());
        self.waiters.wake(receipts.iter().map(|receipt| &receipt.id).chain(&given_up));
    }
}

/// Makes one value another, as a node does that computes wrongly.
fn deviate(changes: &mut Changes) {
    let longest = changes.values_mut().flatten().max_by_key(|value| value.len());
    if let Some(bit) = longest.and_then(|value| value.last_mut()) {
        *bit ^= 1;
    }
}

/// The nodes after a block, with those that it took out or changed as they were before.
fn with_leavers(before: &Arc<[NodeInfo]>, after: Arc<[NodeInfo]>) -> Arc<[NodeInfo]> {
    if Arc::ptr_eq(before, &after) {
        return after;
    }
    let is_new = |node: &&NodeInfo| !before.iter().any(|other| other.peer == node.peer);
    before.iter().chain(after.iter().filter(is_new)).cloned().collect()
}
