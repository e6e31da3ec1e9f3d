//! Sillok's bench contract on the interpreter wasmi: a fresh instance for each call.

use sillok_abi::{HOST_MODULE, STORAGE_ABSENT};
use wasmi::{Caller, Config, Engine, Error, ExternType, Linker, Memory, Module, Store, Val};

use crate::bank::Bank;
use crate::wasmtime_peer::Peer;

/// Gas that nothing here uses up.
const FUEL: u64 = 1 << 40;

type Result<T> = std::result::Result<T, Error>;

/// What a store holds.
struct Host {
    bank: Bank,
    memory: Option<Memory>,
}

/// A bank whose calls get an instance each.
pub struct Interpreted {
    engine: Engine,
    module: Module,
    linker: Linker<Host>,
    bank: Bank,
}

impl Interpreted {
    /// An empty bank.
    ///
    /// # Panics
    /// If the bench contract is not valid.
    pub fn new() -> Self {
        let mut config = Config::default();
        config.consume_fuel(true);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, sillok_contracts::BENCH).unwrap();
        let linker = linker(&engine, &module);
        Interpreted { engine, module, linker, bank: Bank::default() }
    }
}

impl Default for Interpreted {
    fn default() -> Self {
        Self::new()
    }
}

impl Peer for Interpreted {
    fn call(&mut self, method: &'static str, args: &[u8]) {
        let mut bank = std::mem::take(&mut self.bank);
        bank.args = args.to_vec();
        let mut store = Store::new(&self.engine, Host { bank, memory: None });
        store.set_fuel(FUEL).unwrap();
        let instance = self.linker.instantiate_and_start(&mut store, &self.module).unwrap();
        store.data_mut().memory = instance.get_memory(&store, "memory");
        let function = instance.get_typed_func::<u32, u32>(&store, method).unwrap();
        assert_eq!(function.call(&mut store, args.len() as u32).unwrap(), 0, "{method}");
        self.bank = store.into_data().bank;
    }

    fn bank(&mut self) -> &mut Bank {
        &mut self.bank
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
            Err::<(), _>(Error::new(format!("`{name}` was called")))
        };
        // Fails for those that are there already.
        linker.func_new(HOST_MODULE, import.name(), ty.clone(), refuse).ok();
    }
    linker
}

/// The contract's memory and the bank.
fn parts<'a>(caller: &'a mut Caller<'_, Host>) -> Result<(&'a mut [u8], &'a mut Bank)> {
    let memory = caller.data().memory.ok_or_else(|| Error::new("no memory"))?;
    let (data, host) = memory.data_and_store_mut(&mut *caller);
    Ok((data, &mut host.bank))
}

fn slice(data: &mut [u8], pointer: u32, length: u32) -> Result<&mut [u8]> {
    let rest = data.get_mut(pointer as usize..).and_then(|rest| rest.get_mut(..length as usize));
    rest.ok_or_else(|| Error::new("out of bounds"))
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
    if bank.covers(account) { Ok(()) } else { Err(Error::new("not authorised")) }
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
