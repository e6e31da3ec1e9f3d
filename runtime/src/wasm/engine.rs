//! The engine and its settings. What a contract computes must not depend on any of them but the
//! feature set, which is that of the checks at upload.

use wasmtime::{Config, InstanceAllocationStrategy, Linker, OptLevel, PoolingAllocationConfig};

use super::host_functions::link;
use super::instance::StoreData;
use crate::fault::Fault;
use crate::limits;

/// The engine with all host functions linked; shared by every thread that runs contracts.
pub(crate) struct Engine {
    pub(super) engine: wasmtime::Engine,
    pub(super) linker: Linker<StoreData>,
}

impl Engine {
    pub(crate) fn new() -> Result<Self, Fault> {
        let engine = wasmtime::Engine::new(&config()).map_err(Fault::new)?;
        let mut linker = Linker::new(&engine);
        link(&mut linker).map_err(Fault::new)?;
        Ok(Engine { engine, linker })
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .max_wasm_stack(limits::WASM_STACK_BYTES)
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_multi_value(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .wasm_extended_const(false)
        .wasm_bulk_memory(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    config
}

/// Instances come from a pool, whose memories are mapped once and cleared between calls.
fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_core_instances(limits::MAX_INSTANCES)
        .total_memories(limits::MAX_INSTANCES)
        .total_tables(limits::MAX_INSTANCES)
        .max_memory_size((limits::MAX_MEMORY_PAGES * 64 * 1024) as usize)
        .table_elements(limits::MAX_TABLE_ELEMENTS as usize)
        .linear_memory_keep_resident(128 * 1024)
        .table_keep_resident(64 * 1024);
    pool
}
