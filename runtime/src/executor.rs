//! The executor: the one that turns blocks into changes of state.
//!
//! Invariant: what it holds besides state (order books, replay guard) moves with a block only when
//! that block is committed; `discard` makes it as if the block had never been tried.

mod judge;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use sillok_abi::governance::NodeInfo;
use sillok_abi::{Hash, Receipt, Time, Transaction, TransactionBody, Validator, merkle_root};

use crate::admission::{Admission, NotAdmitted};
use crate::block::{Identified, MemberGas, Room, are_in_order, ordered};
use crate::execution::{Admitted, BlockEnv, Context, run_due, run_transaction, sweep_nonces};
use crate::fault::Fault;
use crate::orderbook::OrderBooks;
use crate::refusal::Refusal;
use crate::replay::{ReplayGuard, UsedNonce};
use crate::runtime::Runtime;
use crate::state::{Changes, StateReader};
use crate::{limits, native};
use judge::{Judge, fill, shares};

/// What a block did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The changes of state: shared, as hashing them and writing them go on at the same time.
    pub changes: Arc<Changes>,
    /// What became of the scheduled calls, then of each transaction in order.
    pub receipts: Vec<Receipt>,
    /// How many of the receipts are of scheduled calls.
    pub scheduled: usize,
    /// Merkle root of the receipts' digests.
    pub receipts_root: Hash,
    /// Gas used in all.
    pub gas_used: u64,
}

/// A block's contents, executed; of transactions, or of what holds one.
pub struct Proposal<T = Transaction> {
    /// What goes into the block, in order.
    pub transactions: Vec<T>,
    /// What can't be in any block now, and why.
    pub refused: Vec<(Hash, Refusal)>,
    /// What had no room.
    pub deferred: Vec<T>,
    /// What the block does.
    pub execution: Execution,
}

/// Why somebody's block is not executed.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// The block breaks a rule.
    #[error("the block is not valid: {0}")]
    Invalid(String),
    /// This node failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The executor of one node.
pub struct Executor {
    runtime: Arc<Runtime>,
    books: Option<OrderBooks>,
    replay: ReplayGuard,
    /// The nonces that the tentative block uses, and its time.
    tentative: Option<(Vec<UsedNonce>, Time)>,
}

impl Execution {
    /// Collects what a context has changed.
    pub(crate) fn finish(
        context: Context,
        receipts: Vec<Receipt>,
        scheduled: usize,
    ) -> Result<(Self, OrderBooks), Fault> {
        let (overlay, mut books) = context.into_parts();
        let mut changes = overlay.into_changes();
        changes.extend(books.changes()?);
        let digests: Vec<Hash> = receipts.iter().map(Receipt::digest).collect();
        let execution = Execution {
            receipts_root: merkle_root(&digests),
            gas_used: receipts.iter().map(|receipt| receipt.gas_used).sum(),
            changes: Arc::new(changes),
            receipts,
            scheduled,
        };
        Ok((execution, books))
    }
}

impl Executor {
    /// An executor on committed state. `time` is that of the last block; `recent` are the transactions
    /// of committed blocks that could still be replayed: of blocks younger than the longest lifetime of
    /// a transaction. Those that have expired need not be remembered: the nodes that went on have forgotten them.
    pub fn open(
        runtime: Arc<Runtime>,
        state: Arc<dyn StateReader>,
        time: Time,
        recent: impl Iterator<Item = Transaction>,
    ) -> Result<Self, Fault> {
        let mut books = OrderBooks::new(state).seeded(runtime.seed());
        books.load_all()?;
        let mut replay = ReplayGuard::seeded(runtime.seed());
        let live = recent.filter(|transaction| transaction.body.expiry > time);
        live.for_each(|transaction| replay.insert(&UsedNonce::of(&transaction.body)));
        Ok(Executor { runtime, books: Some(books), replay, tentative: None })
    }

    /// Whether a transaction's nonce was used by one that is committed.
    pub fn is_replay(&self, body: &TransactionBody) -> bool {
        self.replay.contains(body)
    }

    /// As [`Runtime::next_due`].
    pub fn next_due(&self, state: &dyn StateReader) -> Result<Option<Time>, Fault> {
        self.runtime.next_due(state)
    }

    /// As [`Runtime::validators`]: to be asked after every block.
    pub fn validators(&self, state: &dyn StateReader, height: u64) -> Result<Arc<[Validator]>, Fault> {
        self.runtime.validators(state, height)
    }

    /// As [`Runtime::next_validators`].
    pub fn next_validators(&self, state: &dyn StateReader) -> Result<Arc<[Validator]>, Fault> {
        self.runtime.next_validators(state)
    }

    /// As [`Runtime::nodes`]: to be asked after every block.
    pub fn nodes(&self, state: &dyn StateReader) -> Result<Arc<[NodeInfo]>, Fault> {
        self.runtime.nodes(state)
    }

    /// Puts candidates in order, leaves out what can't be in the block, and executes the rest. The
    /// candidates' key signatures must have been verified by [`Runtime::check`].
    pub fn propose<T: Borrow<Transaction>>(
        &mut self,
        state: Arc<dyn StateReader>,
        env: BlockEnv,
        parent: Hash,
        candidates: Vec<T>,
    ) -> Result<Proposal<T>, Fault> {
        self.runtime.check_version(&*state, env.height)?;
        let mut refused = Vec::new();
        let mut admitted = Vec::new();
        let mut judge = Judge::new(self, env, state.clone())?;
        for candidate in candidates {
            let transaction = candidate.borrow();
            let id = transaction.body.id();
            match judge.admit(transaction, id, false) {
                Ok(admission) => admitted.push((candidate, admission)),
                Err(NotAdmitted::Refused(refusal)) => refused.push((id, refusal)),
                Err(NotAdmitted::Fault(fault)) => return Err(fault),
            }
        }
        let mut context = self.context(state, env)?;
        let shares = shares(&mut context)?;
        let mut room = Room::new(&context.shared.parameters, &shares);
        let (chosen, deferred) =
            fill(&mut room, ordered(&parent, admitted, |(transaction, _): &(T, _)| transaction.borrow()));
        let bodies: Vec<_> =
            chosen.iter().map(|(transaction, admission)| (&transaction.borrow().body, *admission)).collect();
        let execution = self.run(context, &bodies, &shares)?;
        let transactions = chosen.into_iter().map(|(transaction, _)| transaction).collect();
        Ok(Proposal { transactions, refused, deferred, execution })
    }

    /// Checks and executes somebody's block on the state whose root is `state_root`. Whether its header
    /// fits its parent otherwise is checked by consensus. `key_signatures` says whether keys' signatures are
    /// verified too; they need not be if they were before.
    ///
    /// # Errors
    /// If the block breaks a rule, or the node fails.
    pub fn execute(
        &mut self,
        state: Arc<dyn StateReader>,
        state_root: &Hash,
        identified: &Identified<'_>,
        key_signatures: bool,
    ) -> Result<Execution, BlockError> {
        let block = identified.block();
        let header = &block.header;
        let invalid = |reason: &str| BlockError::Invalid(reason.into());
        if header.state_root != *state_root {
            return Err(invalid("its state root is not that of the state before it"));
        }
        if !are_in_order(&header.parent, &block.transactions) {
            return Err(invalid("its transactions are not in the protocol's order"));
        }
        let env = BlockEnv { height: header.height, time: header.time };
        self.runtime.check_version(&*state, env.height)?;
        let mut judge = Judge::new(self, env, state.clone())?;
        let context = judge.gatekeeper.context();
        let shares = shares(context)?;
        let mut room = Room::new(&context.shared.parameters, &shares);
        let mut chosen = Vec::with_capacity(block.transactions.len());
        for (transaction, id) in identified.transactions() {
            let admission = judge.admit(transaction, *id, key_signatures).map_err(|error| match error {
                NotAdmitted::Refused(refusal) => BlockError::Invalid(refusal.to_string()),
                NotAdmitted::Fault(fault) => BlockError::Fault(fault),
            })?;
            if !room.take(admission.member, admission.bytes, transaction.body.gas_limit) {
                return Err(invalid("it holds more bytes or gas than it, or a member's share of it, may"));
            }
            chosen.push((&transaction.body, admission));
        }
        // Only now: the context takes the order books, which an invalid block must not carry away.
        let context = self.context(state, env)?;
        Ok(self.run(context, &chosen, &shares)?)
    }

    /// Makes the tentative block permanent. To be called once it is decided: nobody may hear of it before its changes
    /// are on disk, and a node that can't write them halts.
    pub fn commit(&mut self) {
        if let Some(books) = &mut self.books {
            books.commit();
        }
        if let Some((nonces, time)) = self.tentative.take() {
            nonces.iter().for_each(|nonce| self.replay.insert(nonce));
            self.replay.forget_before(time);
        }
    }

    /// Forgets the tentative block.
    pub fn discard(&mut self) {
        if let Some(books) = &mut self.books {
            books.discard();
        }
        self.tentative = None;
    }

    fn context(&mut self, state: Arc<dyn StateReader>, env: BlockEnv) -> Result<Context, Fault> {
        self.discard();
        let shared = self.runtime.shared(&*state)?;
        let gone = || Fault::new("an earlier block ended in a node fault; the order books are lost");
        let mut books = self.books.take().ok_or_else(gone)?;
        books.set_state(state.clone());
        Ok(Context::new(shared, env, state, books))
    }

    fn run(
        &mut self,
        mut context: Context,
        chosen: &[(&TransactionBody, Admission)],
        shares: &BTreeMap<u32, u32>,
    ) -> Result<Execution, Fault> {
        let mut gas = MemberGas::new(context.shared.parameters.block_scheduled_gas, shares);
        let halted = native::is_halted(&mut context)?;
        let mut receipts = native::run_due_proposals(&mut context)?;
        if !halted {
            receipts.extend(run_due(&mut context, &mut gas)?);
        }
        let scheduled = receipts.len();
        context.overlay.reserve(limits::RESERVED_KEYS * chosen.len());
        if scheduled > 0 || !chosen.is_empty() {
            sweep_nonces(&mut context)?;
        }
        for (body, admission) in chosen {
            let admitted = Admitted {
                body,
                id: admission.id,
                bytes: admission.bytes,
                member: admission.member,
                authentication_gas: admission.authentication_gas,
            };
            receipts.push(run_transaction(&mut context, &admitted)?);
        }
        let time = context.env.time;
        let (execution, books) = Execution::finish(context, receipts, scheduled)?;
        self.books = Some(books);
        let nonces = chosen.iter().map(|(body, _)| UsedNonce::of(body)).collect();
        self.tentative = Some((nonces, time));
        Ok(execution)
    }
}
