//! The new module's entrances: for each method a function that makes the instance look new, but for
//! its memory, and calls the method.
//!
//! `run:NAME(args_length: i32, gas: i64) -> (status: i32, gas: i64, dirty: i64)`

use wasm_encoder::{Function, ValType};

use super::layout::Globals;
use super::module::Module;

/// The parameters of every wrapper.
pub(super) const PARAMS: [ValType; 2] = [ValType::I32, ValType::I64];
/// The results of every wrapper.
pub(super) const RESULTS: [ValType; 3] = [ValType::I32, ValType::I64, ValType::I64];

/// The name under which the wrapper of `method` is exported.
pub(super) fn name(method: &str) -> String {
    format!("run:{method}")
}

/// The wrapper of the method whose function is `method`.
pub(super) fn wrapper(module: &Module<'_>, globals: Globals, method: u32) -> Function {
    let mut function = Function::new([]);
    for (index, global) in module.globals.iter().enumerate() {
        if global.ty.mutable {
            function.raw(global.constant.iter().copied());
            function.instructions().global_set(index as u32);
        }
    }
    let (args_length, gas) = (0, 1);
    let mut sink = function.instructions();
    sink.local_get(gas).global_set(globals.gas);
    sink.i32_const(0).global_set(globals.height);
    sink.i64_const(0).global_set(globals.dirty);
    sink.i32_const(0).global_set(globals.stop);
    sink.local_get(args_length).call(method);
    sink.global_get(globals.gas).global_get(globals.dirty).end();
    function
}
