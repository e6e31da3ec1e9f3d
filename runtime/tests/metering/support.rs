//! Modules from text, and running them: as they were written, and metered.

use sillok_runtime::{MeterRules, Metered, OperatorPrices, meter};
pub(crate) use sillok_testing::code::{wat_contract as module, with_methods as with_metadata};
use wasmtime::{Config, Engine, Linker, Module, OptLevel, Store, Trap, Val};

/// More gas than any run here needs.
pub(crate) const PLENTY: i64 = 1 << 61;
/// What each call of a host function takes here.
pub(crate) const HOST_GAS: i64 = 7;
pub(crate) const MAX_STACK_BYTES: u32 = 256 * 1024;

pub(crate) fn rules() -> MeterRules {
    MeterRules { prices: OperatorPrices::default(), max_stack_bytes: MAX_STACK_BYTES, max_memory_pages: 64 }
}

pub(crate) fn metered(wasm: &[u8]) -> Metered {
    meter(wasm, &rules()).unwrap()
}

/// An engine with what contracts may use, and several results if they were metered.
pub(crate) fn engine(level: OptLevel, several_results: bool) -> Engine {
    let mut config = Config::new();
    config
        .cranelift_opt_level(level)
        .max_wasm_stack(2 * 1024 * 1024)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_multi_value(several_results)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .wasm_extended_const(false)
        .wasm_bulk_memory(true);
    Engine::new(&config).unwrap()
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Status(i32),
    OutOfGas,
    StackOverflow,
    Trap(Trap),
}

/// All that can be seen of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) end: End,
    pub(crate) memory: Vec<u8>,
    /// What was passed to the host function `note`.
    pub(crate) notes: Vec<i32>,
}

/// What only a metered run shows, if it ended with a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) gas_left: i64,
    pub(crate) dirty: u64,
}

/// What the host function `mix` answers.
pub(crate) fn mix(a: i32, b: i64) -> i64 {
    i64::from(a).wrapping_mul(31).wrapping_add(b)
}

/// Runs `method` of a module as it was written.
pub(crate) fn run_original(wasm: &[u8], method: &str, argument: i32) -> Run {
    let engine = engine(OptLevel::Speed, false);
    let mut linker = Linker::<Vec<i32>>::new(&engine);
    linker
        .func_wrap("sillok", "note", |mut caller: wasmtime::Caller<'_, Vec<i32>>, value: i32| {
            caller.data_mut().push(value);
        })
        .unwrap();
    linker.func_wrap("sillok", "mix", mix).unwrap();
    let mut store = Store::new(&engine, Vec::new());
    let instance = linker.instantiate(&mut store, &Module::new(&engine, wasm).unwrap()).unwrap();
    let method = instance.get_typed_func::<i32, i32>(&mut store, method).unwrap();
    let end = match method.call(&mut store, argument) {
        Ok(status) => End::Status(status),
        Err(error) => End::Trap(*error.downcast_ref::<Trap>().unwrap()),
    };
    let memory = instance.get_memory(&mut store, "memory").unwrap().data(&store).to_vec();
    Run { end, memory, notes: store.into_data() }
}

/// A metered module, compiled.
pub(crate) struct Compiled {
    pub(crate) metered: Metered,
    engine: Engine,
    instance: wasmtime::InstancePre<Vec<i32>>,
    /// Memory before any run.
    initial: Vec<u8>,
}

fn paid(gas: i64) -> wasmtime::Result<i64> {
    let left = gas - HOST_GAS;
    if left < 0 { Err(wasmtime::Error::msg("a host function ran out of gas")) } else { Ok(left) }
}

impl Compiled {
    pub(crate) fn new(wasm: &[u8]) -> Self {
        Compiled::at(OptLevel::Speed, metered(wasm))
    }

    pub(crate) fn at(level: OptLevel, metered: Metered) -> Self {
        let engine = engine(level, true);
        let mut linker = Linker::<Vec<i32>>::new(&engine);
        linker
            .func_wrap(
                "sillok",
                "note",
                |mut caller: wasmtime::Caller<'_, Vec<i32>>, value: i32, gas: i64| {
                    let left = paid(gas)?;
                    caller.data_mut().push(value);
                    Ok(left)
                },
            )
            .unwrap();
        linker.func_wrap("sillok", "mix", |a: i32, b: i64, gas: i64| Ok((mix(a, b), paid(gas)?))).unwrap();
        let module = Module::new(&engine, &metered.wasm).unwrap();
        let instance = linker.instantiate_pre(&module).unwrap();
        let mut store = Store::new(&engine, Vec::new());
        let first = instance.instantiate(&mut store).unwrap();
        let initial = first.get_memory(&mut store, "memory").unwrap().data(&store).to_vec();
        assert_eq!(initial.len() as u64, metered.memory_bytes);
        Compiled { metered, engine, instance, initial }
    }

    /// Runs `method` in a new instance with `gas`.
    pub(crate) fn run(&self, method: &str, argument: i32, gas: i64) -> (Run, Option<Count>) {
        let mut store = Store::new(&self.engine, Vec::new());
        let instance = self.instance.instantiate(&mut store).unwrap();
        self.run_in(&mut store, &instance, method, argument, gas)
    }

    /// Runs a method twice in the same instance, which is reset in between by what the first run marked.
    pub(crate) fn run_twice(&self, method: &str, argument: i32, gas: i64) -> [(Run, Option<Count>); 2] {
        let mut store = Store::new(&self.engine, Vec::new());
        let instance = self.instance.instantiate(&mut store).unwrap();
        let first = self.run_in(&mut store, &instance, method, argument, gas);
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let grown = memory.data_size(&store) != self.initial.len();
        match &first.1 {
            Some(count) if !grown => self.reset(memory.data_mut(&mut store), count.dirty),
            // After a trap nobody knows what was written, and memory does not shrink: such an instance is
            // thrown away.
            _ => return [first, self.run(method, argument, gas)],
        }
        store.data_mut().clear();
        let second = self.run_in(&mut store, &instance, method, argument, gas);
        [first, second]
    }

    fn run_in(
        &self,
        store: &mut Store<Vec<i32>>,
        instance: &wasmtime::Instance,
        method: &str,
        argument: i32,
        gas: i64,
    ) -> (Run, Option<Count>) {
        let method = format!("run:{method}");
        let method = instance.get_typed_func::<(i32, i64), (i32, i64, i64)>(&mut *store, &method).unwrap();
        let result = method.call(&mut *store, (argument, gas));
        let stop = instance.get_global(&mut *store, "stop").unwrap().get(&mut *store);
        let memory = instance.get_memory(&mut *store, "memory").unwrap().data(&*store).to_vec();
        let (end, count) = match result {
            Ok((status, gas_left, dirty)) => {
                (End::Status(status), Some(Count { gas_left, dirty: dirty as u64 }))
            }
            Err(error) => match (stop, error.downcast_ref::<Trap>()) {
                (Val::I32(1), Some(Trap::UnreachableCodeReached)) => (End::OutOfGas, None),
                (Val::I32(2), Some(Trap::UnreachableCodeReached)) => (End::StackOverflow, None),
                (Val::I32(0), Some(trap)) => (End::Trap(*trap), None),
                (Val::I32(0), None) => (End::OutOfGas, None),
                other => panic!("an end of its own: {other:?}"),
            },
        };
        let run = Run { end, memory, notes: store.data().clone() };
        if let Some(count) = count.as_ref().filter(|_| run.memory.len() == self.initial.len()) {
            let mut memory = run.memory.clone();
            self.reset(&mut memory, count.dirty);
            assert!(memory == self.initial, "what was written lies outside of what was marked");
        }
        (run, count)
    }

    /// Restores what `dirty` marks.
    fn reset(&self, memory: &mut [u8], dirty: u64) {
        let chunk = 1usize << self.metered.chunk_shift;
        for bit in (0..64).filter(|bit| dirty >> bit & 1 == 1) {
            let start = (bit * chunk).min(self.initial.len());
            let end = (start + chunk + self.metered.spill as usize).min(self.initial.len());
            memory[start..end].copy_from_slice(&self.initial[start..end]);
        }
    }

    /// The gas of a run that ends with a status.
    pub(crate) fn gas(&self, method: &str, argument: i32) -> i64 {
        let (run, count) = self.run(method, argument, PLENTY);
        PLENTY - count.unwrap_or_else(|| panic!("no status but {:?}", run.end)).gas_left
    }
}
