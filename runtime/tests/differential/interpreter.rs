//! A second implementation of calls and frames, on the interpreter wasmi and maps in memory.
//!
//! It knows one method of each contract, and root calls that the sample account Alice authorises. A frame
//! that doesn't return leaves storage and events as they were.

use std::collections::BTreeMap;
use std::sync::Arc;

use sillok_abi::{
    Call, CallFailure, ContractId, Event, Failure, HOST_FUNCTIONS, HOST_MODULE, Hash, Outcome,
    STATUS_BAD_ARGUMENTS, STATUS_ERROR, STATUS_OK, TrapCode,
};
use sillok_runtime::OperatorPrices;
use sillok_runtime::limits::{MAX_CALL_DEPTH, MAX_RECEIPT_VALUE_BYTES};
use wasmi::{CompilationMode, Config, Engine, FuncType, Instance, Linker, Module, Store, Val, ValType};

use super::host;
use super::oracle::{self, GAS, STOP, STOP_GAS, STOP_STACK};

/// How long the uncharged module may run, in the interpreter's own measure: it ends where the charged one did.
const UNCHARGED_FUEL: u64 = 1 << 40;

/// The interpreter with the host functions.
pub(crate) struct Interpreter {
    engine: Engine,
    linker: Linker<Lent>,
}

/// While an instance runs its store holds the session.
pub(super) type Lent = Option<Box<Session>>;

/// A contract's code, with and without charges.
pub(crate) struct Contract {
    charged: Module,
    uncharged: Module,
    method: String,
}

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
    pub(crate) contracts: Arc<BTreeMap<ContractId, Contract>>,
    pub(crate) block: Block,
    pub(crate) storage: Storage,
    pub(crate) events: Vec<Event>,
    /// The gas left, kept by the running instance while there is one; none if nothing is charged.
    pub(crate) gas: Option<i64>,
    /// What entering a frame costs that a contract calls.
    pub(crate) frame_gas: i64,
    pub(crate) frames: Vec<Frame>,
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
    pub(crate) at: Option<(ContractId, String)>,
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

impl Interpreter {
    pub(crate) fn new() -> Self {
        let mut config = Config::default();
        config.consume_fuel(true).compilation_mode(CompilationMode::Eager);
        config.set_max_recursion_depth(1 << 20).set_max_stack_height(1 << 28);
        let engine = Engine::new(&config);
        let mut linker = Linker::new(&engine);
        for function in HOST_FUNCTIONS {
            let wide = |ty: &str| if ty == "u64" { ValType::I64 } else { ValType::I32 };
            let params = function.params.iter().map(|(_, ty)| wide(ty));
            let results = Some(function.returns).filter(|ty| !ty.is_empty()).map(wide);
            let ty = FuncType::new(params, results);
            let run = move |mut caller: wasmi::Caller<'_, Lent>, params: &[Val], results: &mut [Val]| {
                let value = host::call(function, &mut caller, params).map_err(wasmi::Error::host)?;
                results.iter_mut().zip(value).for_each(|(result, value)| *result = value);
                Ok(())
            };
            linker.func_new(HOST_MODULE, function.name, ty, run).unwrap();
        }
        Interpreter { engine, linker }
    }

    /// Whether an instance can be made of this code.
    pub(crate) fn instantiates(&self, wasm: &[u8]) -> bool {
        let module = Module::new(&self.engine, oracle::uncharged(wasm)).unwrap();
        let mut store = Store::new(&self.engine, None);
        self.linker.instantiate_and_start(&mut store, &module).is_ok()
    }

    /// Takes a contract's code.
    pub(crate) fn contract(&self, wasm: &[u8], method: &str, prices: &OperatorPrices) -> Contract {
        Contract {
            charged: Module::new(&self.engine, oracle::charged(wasm, prices)).unwrap(),
            uncharged: Module::new(&self.engine, oracle::uncharged(wasm)).unwrap(),
            method: method.into(),
        }
    }
}

impl Session {
    /// Runs a root call to its end.
    pub(crate) fn run(self, call: Call) -> Ended {
        let (contract, method) = (call.contract, call.method.clone());
        let (session, ended) = enter(Box::new(self), call, None);
        let failed = |(contract, method), failure| Outcome::Failed(CallFailure { contract, method, failure });
        let root = (contract, method);
        let outcome = match ended {
            Ok(End::Returned(value)) if value.len() <= MAX_RECEIPT_VALUE_BYTES => Outcome::Success(value),
            Ok(End::Returned(_)) => failed(root, Failure::Trap(TrapCode::SizeLimit)),
            Ok(End::Refused(code)) => failed(root, Failure::Error { code }),
            Err(stop) => failed(stop.at.unwrap_or(root), stop.failure),
        };
        let Session { storage, events, gas, .. } = *session;
        Ended { outcome, events, storage, gas }
    }

    pub(super) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().unwrap()
    }
}

/// Runs a call in a frame of its own.
pub(super) fn enter(
    session: Box<Session>,
    call: Call,
    caller: Option<ContractId>,
) -> (Box<Session>, Result<End, Stop>) {
    let at = (call.contract, call.method.clone());
    let (session, ended) = run_frame(session, call, caller);
    let located = |stop: Stop| Stop { at: stop.at.or(Some(at)), ..stop };
    (session, ended.map_err(located))
}

fn run_frame(
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
    let (storage, events) = (session.storage.clone(), session.events.len());
    session.frames.push(Frame { call, caller, output: Vec::new(), result: Vec::new() });
    let (mut session, ended) = dispatch(session);
    session.frames.pop();
    if !matches!(ended, Ok(End::Returned(_))) {
        session.storage = storage;
        session.events.truncate(events);
    }
    (session, ended)
}

fn dispatch(mut session: Box<Session>) -> (Box<Session>, Result<End, Stop>) {
    let call = &session.frames.last().unwrap().call;
    let (method, arguments) = (call.method.clone(), call.args.len() as i32);
    let contracts = session.contracts.clone();
    let Some(contract) = contracts.get(&call.contract) else {
        return (session, Err(TrapCode::NoContract.into()));
    };
    if contract.method != method {
        return (session, Err(TrapCode::NoMethod.into()));
    }
    if session.frames.len() > 1 {
        session.gas = session.gas.map(|gas| gas - session.frame_gas);
        if session.gas.is_some_and(|gas| gas < 0) {
            return (session, Err(TrapCode::OutOfGas.into()));
        }
    }
    let module = if session.gas.is_some() { &contract.charged } else { &contract.uncharged };
    let interpreter = session.interpreter.clone();
    let mut store = Store::new(&interpreter.engine, Some(session));
    let ended = run(&interpreter, &mut store, module, &method, arguments);
    let mut session = store.into_data().unwrap();
    let ended = ended.and_then(|status| finish(&mut session, status));
    (session, ended)
}

fn run(
    interpreter: &Interpreter,
    store: &mut Store<Lent>,
    module: &Module,
    method: &str,
    arguments: i32,
) -> Result<i32, Stop> {
    store.set_fuel(UNCHARGED_FUEL).unwrap();
    let instance = interpreter.linker.instantiate_and_start(&mut *store, module).unwrap();
    if let Some(gas) = store.data().as_ref().unwrap().gas {
        global(&instance, store, GAS).set(&mut *store, Val::I64(gas)).unwrap();
    }
    let function = instance.get_typed_func::<i32, i32>(&*store, method).unwrap();
    let ended = function.call(&mut *store, arguments);
    let mut stopped = 0;
    if store.data().as_ref().unwrap().gas.is_some() {
        let left = global(&instance, store, GAS).get(&*store).i64().unwrap();
        stopped = global(&instance, store, STOP).get(&*store).i32().unwrap();
        store.data_mut().as_mut().unwrap().gas = Some(left);
    }
    ended.map_err(|error| stop(&error, stopped))
}

fn global(instance: &Instance, store: &Store<Lent>, name: &str) -> wasmi::Global {
    instance.get_global(store, name).unwrap()
}

/// Why an instance stopped. The codes are those of docs/protocol.md: a table accessed out of bounds is like
/// memory accessed so.
fn stop(error: &wasmi::Error, stopped: i32) -> Stop {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stop.clone();
    }
    let code = match (error.as_trap_code(), stopped) {
        (Some(wasmi::TrapCode::UnreachableCodeReached), STOP_GAS) => TrapCode::OutOfGas,
        (Some(wasmi::TrapCode::UnreachableCodeReached), STOP_STACK) => TrapCode::StackOverflow,
        (Some(code), 0) => trap_code(code),
        other => panic!("{other:?}: {error}"),
    };
    code.into()
}

fn trap_code(code: wasmi::TrapCode) -> TrapCode {
    use wasmi::TrapCode as Trap;
    match code {
        Trap::UnreachableCodeReached => TrapCode::Unreachable,
        Trap::MemoryOutOfBounds | Trap::TableOutOfBounds => TrapCode::MemoryOutOfBounds,
        Trap::IndirectCallToNull
        | Trap::BadSignature
        | Trap::IntegerDivisionByZero
        | Trap::IntegerOverflow
        | Trap::BadConversionToInteger => TrapCode::BadInstruction,
        other => panic!("{other:?} is the interpreter's own limit"),
    }
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
