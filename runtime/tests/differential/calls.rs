//! A second implementation of calls and frames, on maps in memory.
//!
//! It knows one method of each contract, and root calls that the sample account Alice authorises. A frame
//! that doesn't return leaves storage and events as they were.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sillok_abi::{
    Call, CallFailure, ContractId, Event, Failure, Hash, Outcome, STATUS_BAD_ARGUMENTS, STATUS_ERROR,
    STATUS_OK, TrapCode,
};
use sillok_runtime::limits::MAX_CALL_DEPTH;

use super::interpreter::{Contract, Interpreter};
use super::written::Memory;

/// What contracts have stored, by contract and key.
pub(crate) type Storage = BTreeMap<(ContractId, Vec<u8>), Vec<u8>>;

/// The block in which a call runs.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    pub(crate) chain: Hash,
    pub(crate) height: u64,
    pub(crate) time: u64,
}

/// A root call while it runs.
pub(crate) struct Session {
    pub(crate) interpreter: Arc<Interpreter>,
    pub(crate) contracts: Arc<BTreeMap<ContractId, Arc<Contract>>>,
    pub(crate) block: Block,
    pub(crate) storage: Storage,
    pub(crate) events: Vec<Event>,
    /// The bytes of all events, those of failed frames included.
    pub(crate) event_bytes: usize,
    /// The gas left, kept by the running instance while there is one; none if nothing is charged.
    pub(crate) gas: Option<i64>,
    pub(crate) frames: Vec<Frame>,
    /// The contracts and the keys that were touched, by failed frames too; a contract's own has no key.
    pub(crate) touched: BTreeSet<(ContractId, Option<Vec<u8>>)>,
}

/// A call that is running.
pub(crate) struct Frame {
    pub(crate) call: Call,
    pub(crate) caller: Option<ContractId>,
    pub(crate) output: Vec<u8>,
    pub(crate) result: Vec<u8>,
}

/// How a call ended by itself.
pub(crate) enum End {
    Returned(Vec<u8>),
    Refused(u32),
}

/// What ended a call from within.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) failure: Failure,
    /// The contract and method in which it happened, once that is known.
    pub(crate) at: Option<Box<(ContractId, String)>>,
}

impl From<TrapCode> for Stop {
    fn from(code: TrapCode) -> Self {
        Failure::Trap(code).into()
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop { failure, at: None }
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}", self.failure)
    }
}

impl wasmi::errors::HostError for Stop {}

/// How a root call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    pub(crate) events: Vec<Event>,
    pub(crate) storage: Storage,
    /// The gas left; below zero if it ran out.
    pub(crate) gas: Option<i64>,
}

impl Session {
    /// Runs a root call to its end.
    pub(crate) fn run(self, call: Call) -> Ended {
        let (contract, method) = (call.contract, call.method.clone());
        let (session, ended) = enter(Box::new(self), call, None);
        let failed = |(contract, method), failure| Outcome::Failed(CallFailure { contract, method, failure });
        let root = (contract, method);
        let outcome = match ended {
            Ok(End::Returned(value)) => Outcome::Success(value),
            Ok(End::Refused(code)) => failed(root, Failure::Error { code }),
            Err(stop) => failed(stop.at.map_or(root, |at| *at), stop.failure),
        };
        let Session { storage, events, gas, .. } = *session;
        Ended { outcome, events, storage, gas }
    }

    /// Takes gas, if anything is charged.
    pub(super) fn charge(&mut self, amount: i64) -> Result<(), Stop> {
        self.gas = self.gas.map(|gas| gas - amount);
        if self.gas.is_some_and(|gas| gas < 0) { Err(TrapCode::OutOfGas.into()) } else { Ok(()) }
    }

    /// What touching a contract or one of its keys costs: something for the first time.
    pub(super) fn touch(&mut self, contract: ContractId, key: Option<Vec<u8>>) -> u64 {
        let first = self.touched.insert((contract, key));
        if first { self.interpreter.prices.first_touch } else { 0 }
    }

    /// How the running contract's memory is divided.
    pub(super) fn memory(&mut self) -> Memory {
        let contract = self.frame().call.contract;
        self.contracts[&contract].memory
    }

    pub(super) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().unwrap()
    }
}

/// Runs a call in a frame of its own. What fails before there is a frame is the caller's failure.
pub(super) fn enter(
    mut session: Box<Session>,
    call: Call,
    caller: Option<ContractId>,
) -> (Box<Session>, Result<End, Stop>) {
    if session.frames.len() >= MAX_CALL_DEPTH {
        return (session, Err(TrapCode::DepthLimit.into()));
    }
    if session.frames.iter().any(|frame| frame.call.contract == call.contract) {
        return (session, Err(TrapCode::Reentrancy.into()));
    }
    let at = (call.contract, call.method.clone());
    let (storage, events) = (session.storage.clone(), session.events.len());
    session.frames.push(Frame { call, caller, output: Vec::new(), result: Vec::new() });
    let (mut session, ended) = dispatch(session);
    session.frames.pop();
    if !matches!(ended, Ok(End::Returned(_))) {
        session.storage = storage;
        session.events.truncate(events);
    }
    let located = |stop: Stop| Stop { at: stop.at.or_else(|| Some(Box::new(at))), ..stop };
    (session, ended.map_err(located))
}

fn dispatch(mut session: Box<Session>) -> (Box<Session>, Result<End, Stop>) {
    let call = &session.frames.last().unwrap().call;
    let (method, arguments) = (call.method.clone(), call.args.len() as i32);
    let (id, contracts) = (call.contract, session.contracts.clone());
    let touching = session.touch(id, None);
    if let Err(stop) = session.charge(touching as i64) {
        return (session, Err(stop));
    }
    let Some(contract) = contracts.get(&id) else {
        return (session, Err(TrapCode::NoContract.into()));
    };
    if contract.method != method {
        return (session, Err(TrapCode::NoMethod.into()));
    }
    if let Err(stop) = session.charge(session.interpreter.prices.instance as i64) {
        return (session, Err(stop));
    }
    let interpreter = session.interpreter.clone();
    let (mut session, ended) = interpreter.run(session, contract, arguments);
    let ended = ended.and_then(|status| finish(&mut session, status));
    (session, ended)
}

fn finish(session: &mut Session, status: i32) -> Result<End, Stop> {
    let output = std::mem::take(&mut session.frame().output);
    match status as u32 {
        STATUS_OK => Ok(End::Returned(output)),
        STATUS_ERROR => match <[u8; 4]>::try_from(output.as_slice()) {
            Ok(code) => Ok(End::Refused(u32::from_le_bytes(code))),
            Err(_) => Err(TrapCode::BadStatus.into()),
        },
        STATUS_BAD_ARGUMENTS => Err(TrapCode::BadArguments.into()),
        _ => Err(TrapCode::BadStatus.into()),
    }
}
