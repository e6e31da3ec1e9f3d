//! Genesis: what a chain starts from, and the state that follows from it.

use std::sync::Arc;

use codec::{Decode, Encode};
use sillok_abi::governance::NewNode;
use sillok_abi::native::{GenesisContract, Member, contract_id};
use sillok_abi::{Account, Call, ContractId, HOST_FUNCTIONS, Hash, Time, Validator, digest};

use crate::execution::{Authority, BlockEnv, CallEnd, Context, Entry, Shared, Stop};
use crate::executor::Execution;
use crate::fault::Fault;
use crate::native::BadNodes;
use crate::orderbook::OrderBooks;
use crate::state::MemoryState;
use crate::wasm::{CodeError, check_code};
use crate::{Parameters, limits, native};

/// What a chain starts from. Its hash is the chain's id.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Genesis {
    /// The chain's name.
    pub name: String,
    /// Whether this is a chain for development, whose keys everybody knows.
    pub dev: bool,
    /// The time that the first block's must exceed.
    pub time: Time,
    /// The nodes, validators and observers; their numbers are their places here.
    pub nodes: Vec<NewNode>,
    /// The member organisations; their numbers are their places here.
    pub members: Vec<Member>,
    /// The accounts that members admit from the start.
    pub admitted: Vec<(Account, u32)>,
    /// The chain's parameters.
    pub parameters: Parameters,
    /// Code.
    pub codes: Vec<Vec<u8>>,
    /// Contracts of that code.
    pub contracts: Vec<GenesisContract>,
    /// Calls made with everybody's authority once the contracts are there.
    pub calls: Vec<Call>,
}

/// Why a genesis is not usable.
#[derive(Debug, thiserror::Error)]
pub enum GenesisError {
    /// A node can't be, or all of them can't be together.
    #[error("genesis {} can't be: {why}", .index.map_or("nodes".into(), |index| format!("node {index}")))]
    Nodes {
        /// Which.
        index: Option<usize>,
        /// Why.
        why: String,
    },
    /// It has too many members.
    #[error("genesis has more than {} members", limits::MAX_MEMBERS)]
    Members,
    /// A parameter is out of range.
    #[error("genesis parameter `{0}` is out of range")]
    Parameter(&'static str),
    /// It allows code to be larger or more complex than this runtime can bear.
    #[error("genesis sets the limit of code `{limit}` above what this version can bear")]
    CodeLimits {
        /// Which limit.
        limit: &'static str,
    },
    /// Its code is refused.
    #[error("genesis code {index} is refused: {error}")]
    Code {
        /// Which.
        index: usize,
        /// Why.
        error: CodeError,
    },
    /// A contract can't be made or a call fails.
    #[error("genesis {what} failed: {why}")]
    Call {
        /// The contract's name, or the call.
        what: String,
        /// Why.
        why: String,
    },
    /// This node failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<BadNodes> for GenesisError {
    fn from(bad: BadNodes) -> Self {
        match bad {
            BadNodes::Refused(index, why) => GenesisError::Nodes { index, why },
            BadNodes::Stop(stop) => failed("nodes", stop),
        }
    }
}

impl Genesis {
    /// The chain's id.
    pub fn hash(&self) -> Hash {
        digest("sillok/genesis", self)
    }

    /// The contract that genesis makes under this name.
    pub fn contract(&self, name: &str) -> Option<ContractId> {
        let contract = self.contracts.iter().find(|contract| contract.name == name)?;
        Some(contract_id(&contract.deployer, &contract.salt))
    }

    /// The validators that decide the first block, in the order of their turns.
    pub fn validators(&self) -> Vec<Validator> {
        self.nodes.iter().filter_map(|node| node.validator.clone()).collect()
    }

    pub(crate) fn build(&self, shared: Arc<Shared>) -> Result<Execution, GenesisError> {
        self.check_parameters()?;
        if self.members.len() > limits::MAX_MEMBERS as usize {
            return Err(GenesisError::Members);
        }
        let state = Arc::new(MemoryState::default());
        let env = BlockEnv { height: 0, time: self.time };
        let books = OrderBooks::new(state.clone());
        let mut context = Context::new(shared, env, state, books);
        native::put_members(&mut context, &self.members, &self.admitted)?;
        context.begin(limits::MAX_GAS);
        native::put_governance(&mut context, &self.nodes, &self.parameters, self.members.len())?;
        context.authority = Authority::Genesis;
        for (index, code) in self.codes.iter().enumerate() {
            check_code(code, &self.parameters.code).map_err(|error| GenesisError::Code { index, error })?;
            native::store_code(&mut context, code.clone()).map_err(|stop| failed("code", stop))?;
        }
        for contract in &self.contracts {
            instantiate(&mut context, contract)?;
        }
        for call in &self.calls {
            make(&mut context, call)?;
        }
        Ok(Execution::finish(context, Vec::new(), 0)?.0)
    }

    fn check_parameters(&self) -> Result<(), GenesisError> {
        let Parameters { max_transaction_gas, query_gas, gas, .. } = &self.parameters;
        if *max_transaction_gas > limits::MAX_GAS {
            return Err(GenesisError::Parameter("max_transaction_gas"));
        }
        if *query_gas > limits::MAX_GAS {
            return Err(GenesisError::Parameter("query_gas"));
        }
        if gas.host_functions.len() != HOST_FUNCTIONS.len() {
            return Err(GenesisError::Parameter("gas.host_functions"));
        }
        match self.parameters.code.excessive() {
            Some(limit) => Err(GenesisError::CodeLimits { limit }),
            None => Ok(()),
        }
    }
}

fn instantiate(context: &mut Context, contract: &GenesisContract) -> Result<(), GenesisError> {
    let GenesisContract { code, deployer, admin, salt, .. } = *contract;
    let new = native::NewContract { code, deployer, admin, salt, args: contract.args.clone() };
    let made = native::instantiate(context, new);
    ended(&format!("contract `{}`", contract.name), made)
}

fn make(context: &mut Context, call: &Call) -> Result<(), GenesisError> {
    // Each has its own gas and room for events, as a transaction has.
    context.begin(limits::MAX_GAS);
    context.authority = Authority::Genesis;
    let ended_as = context.enter(call.clone(), None, Entry::Call);
    ended(&format!("call of `{}` of {}", call.method, call.contract), ended_as)
}

fn ended(what: &str, end: Result<CallEnd, Stop>) -> Result<(), GenesisError> {
    match end {
        Ok(CallEnd::Returned(_)) => Ok(()),
        Ok(CallEnd::Refused(code)) => {
            Err(GenesisError::Call { what: what.into(), why: format!("refused with code {code}") })
        }
        Err(stop) => Err(failed(what, stop)),
    }
}

fn failed(what: &str, stop: Stop) -> GenesisError {
    match stop {
        Stop::Fault(fault) => GenesisError::Fault(fault),
        other => GenesisError::Call { what: what.into(), why: other.to_string() },
    }
}
