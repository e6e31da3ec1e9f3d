//! Sillok's bench contract on wasmtime, as embedders are told to do it: a fresh instance for each call
//! from a pool, or one instance that is never reset.

use sillok_abi::{HOST_MODULE, STORAGE_ABSENT};
use wasmtime::{
    Caller, Config, Engine, Error, ExternType, InstanceAllocationStrategy, InstancePre, Linker, Memory,
    Module, PoolingAllocationConfig, Result, Store, TypedFunc, Val,
};

use crate::bank::Bank;

/// Gas that nothing here uses up.
const FUEL: u64 = 1 << 40;
/// Memory that a pooled instance keeps: the fastest that was found for a contract of two pages.
const KEEP_RESIDENT: usize = 128 * 1024;

/// What a store holds.
struct Host {
    bank: Bank,
    memory: Option<Memory>,
}

/// Contract code, ready to be instantiated.
pub struct Code {
    engine: Engine,
    instance: InstancePre<Host>,
}

/// A bank whose calls get an instance each.
pub struct Fresh {
    code: Code,
    bank: Bank,
}

/// A bank with one instance for all calls.
pub struct Reused {
    store: Store<Host>,
    functions: Vec<(&'static str, TypedFunc<u32, u32>)>,
}

/// A runtime that calls the bench contract.
pub trait Peer {
    /// Calls a method that must succeed.
    fn call(&mut self, method: &'static str, args: &[u8]);

    /// The bank.
    fn bank(&mut self) -> &mut Bank;
}

impl Code {
    /// Compiles the bench contract, for instances from a pool or not.
    ///
    /// # Panics
    /// If it does not compile.
    pub fn new(pooling: bool) -> Self {
        let mut config = Config::new();
        config.consume_fuel(true).wasm_backtrace_max_frames(None);
        if pooling {
            let mut pool = PoolingAllocationConfig::default();
            pool.total_core_instances(16).total_memories(16).total_tables(16);
            pool.linear_memory_keep_resident(KEEP_RESIDENT).table_keep_resident(4096);
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        }
        let engine = Engine::new(&config).unwrap();
        let module = Module::new(&engine, sillok_contracts::BENCH).unwrap();
        let instance = linker(&engine, &module).instantiate_pre(&module).unwrap();
        Code { engine, instance }
    }

    fn store(&self, bank: Bank) -> Store<Host> {
        let mut store = Store::new(&self.engine, Host { bank, memory: None });
        store.set_fuel(FUEL).unwrap();
        store
    }
}

impl Fresh {
    /// An empty bank.
    pub fn new() -> Self {
        Fresh { code: Code::new(true), bank: Bank::default() }
    }
}

impl Default for Fresh {
    fn default() -> Self {
        Self::new()
    }
}

impl Peer for Fresh {
    fn call(&mut self, method: &'static str, args: &[u8]) {
        let mut store = self.code.store(std::mem::take(&mut self.bank));
        store.data_mut().bank.args = args.to_vec();
        let instance = self.code.instance.instantiate(&mut store).unwrap();
        store.data_mut().memory = instance.get_memory(&mut store, "memory");
        let function = instance.get_typed_func::<u32, u32>(&mut store, method).unwrap();
        assert_eq!(function.call(&mut store, args.len() as u32).unwrap(), 0, "{method}");
        self.bank = store.into_data().bank;
    }

    fn bank(&mut self) -> &mut Bank {
        &mut self.bank
    }
}

impl Reused {
    /// An empty bank whose instance knows these methods.
    ///
    /// # Panics
    /// If it does not have them.
    pub fn new(methods: &[&'static str]) -> Self {
        let code = Code::new(false);
        let mut store = code.store(Bank::default());
        let instance = code.instance.instantiate(&mut store).unwrap();
        store.data_mut().memory = instance.get_memory(&mut store, "memory");
        let functions =
            methods.iter().map(|name| (*name, instance.get_typed_func(&mut store, name).unwrap())).collect();
        Reused { store, functions }
    }
}

impl Reused {
    /// How many pages its memory has: more than at first, and the contract would not run for ever.
    pub fn pages(&self) -> u64 {
        self.store.data().memory.map_or(0, |memory| memory.size(&self.store))
    }
}

impl Peer for Reused {
    fn call(&mut self, method: &'static str, args: &[u8]) {
        self.store.data_mut().bank.args = args.to_vec();
        self.store.set_fuel(FUEL).unwrap();
        let (_, function) = self.functions.iter().find(|(name, _)| *name == method).unwrap();
        assert_eq!(function.call(&mut self.store, args.len() as u32).unwrap(), 0, "{method}");
    }

    fn bank(&mut self) -> &mut Bank {
        &mut self.store.data_mut().bank
    }
}

/// The host functions of a transfer; any other ends the call.
fn linker(engine: &Engine, module: &Module) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    linker.func_wrap(HOST_MODULE, "input", input).unwrap();
    linker.func_wrap(HOST_MODULE, "output", output).unwrap();
    linker.func_wrap(HOST_MODULE, "storage_get", storage_get).unwrap();
    linker.func_wrap(HOST_MODULE, "storage_set", storage_set).unwrap();
    linker.func_wrap(HOST_MODULE, "require_auth", require_auth).unwrap();
    linker.func_wrap(HOST_MODULE, "emit", emit).unwrap();
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else { panic!("{} is not a function", import.name()) };
        let name = import.name().to_owned();
        let refuse = move |_: Caller<'_, Host>, _: &[Val], _: &mut [Val]| {
            Err(Error::msg(format!("`{name}` was called")))
        };
        // Fails for those that are there already.
        linker.func_new(HOST_MODULE, import.name(), ty, refuse).ok();
    }
    linker
}

/// The contract's memory and the bank.
fn parts<'a>(caller: &'a mut Caller<'_, Host>) -> Result<(&'a mut [u8], &'a mut Bank)> {
    let memory = caller.data().memory.ok_or_else(|| Error::msg("no memory"))?;
    let (data, host) = memory.data_and_store_mut(caller);
    Ok((data, &mut host.bank))
}

fn slice(data: &mut [u8], pointer: u32, length: u32) -> Result<&mut [u8]> {
    let rest = data.get_mut(pointer as usize..).and_then(|rest| rest.get_mut(..length as usize));
    rest.ok_or_else(|| Error::msg("out of bounds"))
}

fn input(mut caller: Caller<'_, Host>, pointer: u32) -> Result<()> {
    let (data, bank) = parts(&mut caller)?;
    let args = std::mem::take(&mut bank.args);
    slice(data, pointer, args.len() as u32)?.copy_from_slice(&args);
    Ok(())
}

fn output(mut caller: Caller<'_, Host>, pointer: u32, length: u32) -> Result<()> {
    let (data, bank) = parts(&mut caller)?;
    bank.output = slice(data, pointer, length)?.to_vec();
    Ok(())
}

fn storage_get(
    mut caller: Caller<'_, Host>,
    key: u32,
    key_length: u32,
    value: u32,
    capacity: u32,
) -> Result<u32> {
    let (data, bank) = parts(&mut caller)?;
    let key: &[u8] = slice(data, key, key_length)?;
    let Some(found) = bank.storage.get(key) else { return Ok(STORAGE_ABSENT) };
    let fitting = found.len().min(capacity as usize);
    slice(data, value, fitting as u32)?.copy_from_slice(&found[..fitting]);
    Ok(found.len() as u32)
}

fn storage_set(
    mut caller: Caller<'_, Host>,
    key: u32,
    key_length: u32,
    value: u32,
    value_length: u32,
) -> Result<()> {
    let (data, bank) = parts(&mut caller)?;
    let key = slice(data, key, key_length)?.to_vec();
    let value = slice(data, value, value_length)?.to_vec();
    bank.storage.insert(key, value);
    Ok(())
}

fn require_auth(mut caller: Caller<'_, Host>, account: u32, length: u32) -> Result<()> {
    let (data, bank) = parts(&mut caller)?;
    let account = slice(data, account, length)?;
    if bank.covers(account) { Ok(()) } else { Err(Error::msg("not authorised")) }
}

fn emit(
    mut caller: Caller<'_, Host>,
    name: u32,
    name_length: u32,
    data: u32,
    data_length: u32,
) -> Result<()> {
    let (memory, bank) = parts(&mut caller)?;
    let name = slice(memory, name, name_length)?.to_vec();
    let event = slice(memory, data, data_length)?.to_vec();
    bank.events.push((name, event));
    Ok(())
}
