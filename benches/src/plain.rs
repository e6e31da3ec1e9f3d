//! A contract's Wasm on wasmtime as it is: not rewritten, not metered, one instance that is kept.
//!
//! What the runtime adds is measured against this. Settings are those of the runtime's engine
//! (`runtime/src/wasm/engine.rs`), and must be kept so, but that nothing is metered.

use sillok_abi::{HOST_FUNCTIONS, HOST_MODULE, STATUS_OK};
use wasmtime::{
    Caller, Config, Engine, Extern, ExternType, Instance, Linker, Module, OptLevel, Store, TypedFunc, Val,
};

/// The native stack that an instance may use.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// What the host functions know.
#[derive(Default)]
struct Host {
    args: Vec<u8>,
    output: Vec<u8>,
}

/// An instance that is kept from call to call.
pub struct Plain {
    store: Store<Host>,
    instance: Instance,
}

/// A method of a [`Plain`] instance.
pub struct Method(TypedFunc<u32, u32>);

/// The engine's settings without metering.
pub fn config() -> Config {
    let mut config = Config::new();
    config
        .max_wasm_stack(STACK_BYTES)
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .wasm_extended_const(false)
        .wasm_bulk_memory(true);
    config
}

impl Plain {
    /// An instance of this code. Its host functions take arguments and give output; the others end the
    /// call.
    ///
    /// # Panics
    /// If the code is not a contract's.
    pub fn new(wasm: &[u8]) -> Self {
        let engine = Engine::new(&config()).unwrap();
        let module = Module::new(&engine, wasm).unwrap();
        let mut store = Store::new(&engine, Host::default());
        let instance = linker(&engine, &module).instantiate(&mut store, &module).unwrap();
        Plain { store, instance }
    }

    /// A method by its name.
    ///
    /// # Panics
    /// If there is none.
    pub fn method(&mut self, name: &str) -> Method {
        Method(self.instance.get_typed_func(&mut self.store, name).unwrap())
    }

    /// Calls a method that must succeed, and answers its output.
    ///
    /// # Panics
    /// If it does not succeed.
    pub fn call(&mut self, method: &Method, args: &[u8]) -> &[u8] {
        self.store.data_mut().args = args.to_vec();
        let status = method.0.call(&mut self.store, args.len() as u32).unwrap();
        assert_eq!(status, STATUS_OK);
        &self.store.data().output
    }
}

fn linker(engine: &Engine, module: &Module) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    linker.func_wrap(HOST_MODULE, "input", input).unwrap();
    linker.func_wrap(HOST_MODULE, "output", output).unwrap();
    for import in module.imports() {
        let known = HOST_FUNCTIONS.iter().any(|function| function.name == import.name());
        assert!(known, "{} is not a host function", import.name());
        if matches!(import.name(), "input" | "output") {
            continue;
        }
        let ExternType::Func(ty) = import.ty() else { panic!("{} is not a function", import.name()) };
        let name = import.name().to_owned();
        let refuse = move |_: Caller<'_, Host>, _: &[Val], _: &mut [Val]| {
            Err(wasmtime::Error::msg(format!("`{name}` is not part of this measurement")))
        };
        linker.func_new(HOST_MODULE, import.name(), ty, refuse).unwrap();
    }
    linker
}

fn input(mut caller: Caller<'_, Host>, pointer: u32) -> wasmtime::Result<()> {
    let args = std::mem::take(&mut caller.data_mut().args);
    let memory = caller.get_export("memory").and_then(Extern::into_memory).unwrap();
    Ok(memory.write(&mut caller, pointer as usize, &args)?)
}

fn output(mut caller: Caller<'_, Host>, pointer: u32, length: u32) -> wasmtime::Result<()> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory).unwrap();
    let mut bytes = vec![0; length as usize];
    memory.read(&caller, pointer as usize, &mut bytes)?;
    caller.data_mut().output = bytes;
    Ok(())
}
