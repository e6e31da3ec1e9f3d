//! The runtime: an engine with compiled code, and what runs without changing anything.

use std::sync::Arc;

use sillok_abi::governance::NodeInfo;
use sillok_abi::{Account, Call, CallTree, Hash, Receipt, Time, Transaction, TransactionBody, Validator};

use crate::admission::{Checked, Gatekeeper};
use crate::execution::{Authority, BlockEnv, BooksPrice, ByParameters, Context, Recorder, Shared};
use crate::executor::Execution;
use crate::fault::Fault;
use crate::genesis::{Genesis, GenesisError};
use crate::orderbook::OrderBooks;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::state::StateReader;
use crate::validators::Known;
use crate::wasm::{Artefacts, Optimisation};
use crate::{Parameters, execution, native};

/// An engine with compiled code; shared by every thread that runs contracts. Threads need
/// [`crate::limits::NATIVE_STACK_BYTES`] of stack.
pub struct Runtime {
    shared: ByParameters,
    known: Known,
}

/// What a runtime needs from outside, and on which no result depends.
pub struct Outside {
    /// A number that nobody can guess. It keeps those who choose storage keys from choosing such as slow
    /// the node's hash tables down.
    pub seed: u64,
    /// Where compiled code is kept.
    pub artefacts: Arc<dyn Artefacts>,
    /// How much compiled code is optimised.
    pub optimisation: Optimisation,
}

impl Default for Outside {
    /// For tests: a known seed, and nothing kept.
    fn default() -> Self {
        Outside { seed: 0, artefacts: Arc::new(()), optimisation: Optimisation::default() }
    }
}

/// What a transaction would do, and whose authority it would need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// The receipt it would get if everybody had signed.
    pub receipt: Receipt,
    /// The tree that each account would have to sign, the submitter's included.
    pub trees: Vec<(Account, CallTree)>,
}

impl Runtime {
    /// A runtime for a chain, with the parameters of its genesis. Fails if the engine does not start on this
    /// machine.
    pub fn new(chain: Hash, parameters: Parameters, outside: Outside) -> Result<Self, Fault> {
        let Outside { seed, artefacts, optimisation } = outside;
        let shared = ByParameters::new(chain, parameters, artefacts, optimisation, seed)?;
        Ok(Runtime { shared, known: Known::default() })
    }

    /// The chain: the hash of its genesis.
    pub fn chain(&self) -> Hash {
        self.shared.first().chain
    }

    /// The chain's parameters, as the next block after this state goes by them.
    pub fn parameters(&self, state: &dyn StateReader) -> Result<Arc<Parameters>, Fault> {
        Ok(self.shared(state)?.parameters.clone())
    }

    /// The validators that decide the block of this height, the next after this state, in the order of their
    /// turns. Quick if they are those of the last call.
    pub fn validators(&self, state: &dyn StateReader, height: u64) -> Result<Arc<[Validator]>, Fault> {
        Ok(self.known.consortium(state)?.deciding(height).clone())
    }

    /// Those that decide the block after that one: whom its header announces.
    pub fn next_validators(&self, state: &dyn StateReader) -> Result<Arc<[Validator]>, Fault> {
        Ok(self.known.consortium(state)?.validators.clone())
    }

    /// All nodes, validators and observers, in the order of their numbers: whoever else connects is no node
    /// of this chain. Quick if they are those of the last call.
    pub fn nodes(&self, state: &dyn StateReader) -> Result<Arc<[NodeInfo]>, Fault> {
        Ok(self.known.consortium(state)?.nodes.clone())
    }

    /// The time of the earliest scheduled call: a reason to make a block then. None while the chain is halted,
    /// as scheduled calls wait.
    pub fn next_due(&self, state: &dyn StateReader) -> Result<Option<Time>, Fault> {
        if native::halts(state)? { Ok(None) } else { execution::next_due(state) }
    }

    /// The version of the protocol that the block of this height follows, if it comes after this state. A
    /// node that knows none above [`crate::limits::PROTOCOL_VERSION`] must stop before such a height.
    pub fn version_at(&self, state: &dyn StateReader, height: u64) -> Result<u32, Fault> {
        native::version_at(state, height)
    }

    /// Fails with what to do if this program does not know the version that the block of this height follows.
    pub fn check_version(&self, state: &dyn StateReader, height: u64) -> Result<(), Fault> {
        native::check_version(state, height)
    }

    /// Seeds hash tables, on whose order nothing visible depends.
    pub(crate) fn seed(&self) -> u64 {
        self.shared.first().seed
    }

    pub(crate) fn shared(&self, state: &dyn StateReader) -> Result<Arc<Shared>, Fault> {
        self.shared.of(state)
    }

    /// The state that follows from genesis.
    pub fn build_genesis(&self, genesis: &Genesis) -> Result<Execution, GenesisError> {
        genesis.build(self.shared.first().clone())
    }

    /// Calls a method in a frame that can't change anything. The receipt's id is zero.
    pub fn query(&self, state: Arc<dyn StateReader>, env: BlockEnv, call: Call) -> Result<Receipt, Fault> {
        let mut context = self.context(state, env)?.read_only();
        let gas = context.shared.parameters.query_gas;
        context.begin(gas);
        let (call, ended) = context.enter_root(call, None);
        execution::finish(&mut context, [0; 32], &call, gas, ended)
    }

    /// Runs a transaction as if everybody had signed what it needs, and changes nothing. Its
    /// authorisations are ignored, and recorded anew.
    pub fn simulate(
        &self,
        state: Arc<dyn StateReader>,
        env: BlockEnv,
        body: &TransactionBody,
    ) -> Result<Simulation, Fault> {
        let mut context = self.context(state, env)?;
        let gas = body.gas_limit.min(context.shared.parameters.max_transaction_gas);
        context.begin(gas);
        context.books_price = BooksPrice::Apart(context.shared.parameters.query_gas);
        context.authority = Authority::Recorded(Recorder::default());
        let (call, ended) = context.enter_root(body.call.clone(), None);
        let trees = match &context.authority {
            Authority::Recorded(recorder) => recorder.trees(),
            _ => Vec::new(),
        };
        let receipt = execution::finish(&mut context, body.id(), &call, gas, ended)?;
        Ok(Simulation { receipt, trees })
    }

    /// A run of calls on one state.
    pub fn session(&self, state: Arc<dyn StateReader>, env: BlockEnv) -> Result<Session, Fault> {
        Ok(Session::new(self.context(state, env)?))
    }

    /// Whether a transaction could be in the next block: chain, expiry, sizes, gas, membership and the
    /// submitter's signature. Whether its nonce is free only the executor knows.
    pub fn check(
        &self,
        state: Arc<dyn StateReader>,
        env: BlockEnv,
        transaction: &Transaction,
    ) -> Result<Result<Checked, Refusal>, Fault> {
        Gatekeeper::new(self.shared(&*state)?, env, state).check(transaction, transaction.body.id(), true)
    }

    /// The same for many transactions, whose submitters' key signatures somebody else verifies.
    pub fn checker(&self, state: Arc<dyn StateReader>, env: BlockEnv) -> Result<Checker, Fault> {
        Ok(Checker(Gatekeeper::new(self.shared(&*state)?, env, state)))
    }

    fn context(&self, state: Arc<dyn StateReader>, env: BlockEnv) -> Result<Context, Fault> {
        let books = OrderBooks::new(state.clone());
        Ok(Context::new(self.shared(&*state)?, env, state, books))
    }
}

/// Checks transactions against one state, but for the signatures of submitters that are keys.
pub struct Checker(Gatekeeper);

impl Checker {
    /// Whether the transaction, which has this id, could be in the next block.
    ///
    /// # Errors
    /// If the node fails.
    pub fn check(&mut self, transaction: &Transaction, id: Hash) -> Result<Result<Checked, Refusal>, Fault> {
        self.0.check(transaction, id, false)
    }
}
