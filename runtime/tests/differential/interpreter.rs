//! Instances on the interpreter wasmi, which pay or don't.

use sillok_abi::{HOST_FUNCTIONS, HOST_MODULE, TrapCode};
use sillok_runtime::GasTable;
use wasmi::{CompilationMode, Config, Engine, FuncType, Instance, Linker, Module, Store, Val, ValType};

use super::calls::{Session, Stop};
use super::host;
use super::oracle::{self, GAS, STOP, STOP_GAS, STOP_STACK};
use super::sections::Sections;
use super::written::{Memory, WRITTEN};

/// How long the uncharged module may run, in the interpreter's own measure: it ends where the charged one did.
const UNCHARGED_FUEL: u64 = 1 << 40;

/// The interpreter with the host functions.
pub(crate) struct Interpreter {
    engine: Engine,
    linker: Linker<Lent>,
    pub(crate) prices: GasTable,
}

/// While an instance runs its store holds the session.
pub(super) type Lent = Option<Box<Session>>;

/// A contract's code, with and without charges.
pub(crate) struct Contract {
    charged: Module,
    uncharged: Module,
    pub(super) method: String,
    pub(super) memory: Memory,
}

impl Interpreter {
    pub(crate) fn new(prices: GasTable) -> Self {
        let mut config = Config::default();
        config.consume_fuel(true).compilation_mode(CompilationMode::Eager);
        config.set_max_recursion_depth(1 << 20).set_max_stack_height(1 << 28);
        let engine = Engine::new(&config);
        let mut linker = Linker::new(&engine);
        for (function, price) in HOST_FUNCTIONS.iter().zip(prices.host_functions.iter().copied()) {
            let wide = |ty: &str| if ty == "u64" { ValType::I64 } else { ValType::I32 };
            let params = function.params.iter().map(|(_, ty)| wide(ty));
            let results = Some(function.returns).filter(|ty| !ty.is_empty()).map(wide);
            let ty = FuncType::new(params, results);
            let run = move |mut caller: wasmi::Caller<'_, Lent>, params: &[Val], results: &mut [Val]| {
                let value = host::call(function, price, &mut caller, params).map_err(wasmi::Error::host)?;
                results.iter_mut().zip(value).for_each(|(result, value)| *result = value);
                Ok(())
            };
            linker.func_new(HOST_MODULE, function.name, ty, run).unwrap();
        }
        Interpreter { engine, linker, prices }
    }

    /// Whether an instance can be made of this code.
    pub(crate) fn instantiates(&self, wasm: &[u8]) -> bool {
        let module = Module::new(&self.engine, oracle::uncharged(wasm)).unwrap();
        let mut store = Store::new(&self.engine, None);
        self.linker.instantiate_and_start(&mut store, &module).is_ok()
    }

    /// Takes a contract's code.
    pub(crate) fn contract(&self, wasm: &[u8], method: &str) -> Contract {
        Contract {
            charged: Module::new(&self.engine, oracle::charged(wasm, &self.prices.operators)).unwrap(),
            uncharged: Module::new(&self.engine, oracle::uncharged(wasm)).unwrap(),
            method: method.into(),
            memory: Memory::of(&Sections::read(wasm)),
        }
    }

    /// Runs a contract's method; its status.
    pub(super) fn run(
        &self,
        session: Box<Session>,
        contract: &Contract,
        arguments: i32,
    ) -> (Box<Session>, Result<i32, Stop>) {
        let mut store = Store::new(&self.engine, Some(session));
        let ended = run(self, &mut store, contract, arguments);
        (store.into_data().unwrap(), ended)
    }
}

fn run(
    interpreter: &Interpreter,
    store: &mut Store<Lent>,
    contract: &Contract,
    arguments: i32,
) -> Result<i32, Stop> {
    store.set_fuel(UNCHARGED_FUEL).unwrap();
    let gas = store.data().as_ref().unwrap().gas;
    let module = if gas.is_some() { &contract.charged } else { &contract.uncharged };
    let instance = interpreter.linker.instantiate_and_start(&mut *store, module).unwrap();
    if let Some(gas) = gas {
        global(&instance, store, GAS).set(&mut *store, Val::I64(gas)).unwrap();
    }
    let function = instance.get_typed_func::<i32, i32>(&*store, &contract.method).unwrap();
    let ended = function.call(&mut *store, arguments);
    if gas.is_none() {
        return ended.map_err(|error| stop(&error, 0));
    }
    let number = |name| global(&instance, store, name).get(&*store);
    let (left, stopped) = (number(GAS).i64().unwrap(), number(STOP).i32().unwrap());
    let written = number(WRITTEN).i64().unwrap() as u64;
    let memory = instance.get_memory(&*store, "memory").unwrap().data_size(&*store) as u64;
    let session = store.data_mut().as_mut().unwrap();
    session.gas = Some(left);
    let status = ended.map_err(|error| stop(&error, stopped))?;
    if memory == contract.memory.bytes {
        session.charge(contract.memory.restoring(written, interpreter.prices.restored_line))?;
    }
    Ok(status)
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
