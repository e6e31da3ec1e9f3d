//! The engine and its settings. What a contract computes, and what it costs, must not depend on any of
//! them: gas and stack are metered by the code itself.

use std::hash::{DefaultHasher, Hash as _, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use codec::Encode;
use sillok_abi::{Hash, digest};
use wasmtime::{Config, InstanceAllocationStrategy, Linker, OptLevel, PoolingAllocationConfig};

use super::host_functions::link;
use super::instance::StoreData;
use super::meter::MeterRules;
use crate::Parameters;
use crate::fault::Fault;
use crate::limits;

/// The engine with all host functions linked; shared by every thread that runs contracts.
pub(crate) struct Engine {
    pub(super) engine: wasmtime::Engine,
    pub(super) linker: Linker<StoreData>,
    /// How code is metered.
    pub(super) rules: MeterRules,
    /// What compiled code depends on besides the code: engine, processor and metering.
    pub(super) identity: Hash,
    /// The instances that there are.
    instances: Arc<InstanceCount>,
}

/// How much compiled code is optimised. Contracts can't tell, nor does gas depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Optimisation {
    /// For speed.
    #[default]
    Speed,
    /// For speed and size.
    SpeedAndSize,
    /// Not at all: quickly compiled.
    None,
}

impl Engine {
    pub(crate) fn new(parameters: &Parameters, optimisation: Optimisation) -> Result<Self, Fault> {
        let engine = wasmtime::Engine::new(&config(optimisation)).map_err(Fault::new)?;
        Self::of(engine, Arc::default(), parameters)
    }

    /// An engine of other prices and limits, on the same pool of instances.
    pub(crate) fn repriced(&self, parameters: &Parameters) -> Result<Self, Fault> {
        Self::of(self.engine.clone(), self.instances.clone(), parameters)
    }

    fn of(
        engine: wasmtime::Engine,
        instances: Arc<InstanceCount>,
        parameters: &Parameters,
    ) -> Result<Self, Fault> {
        let mut linker = Linker::new(&engine);
        link(&mut linker, &parameters.gas).map_err(Fault::new)?;
        let rules = MeterRules {
            prices: parameters.gas.operators.clone(),
            max_stack_bytes: limits::MAX_STACK_BYTES,
            max_memory_pages: parameters.code.memory_pages,
        };
        let identity = identity(&engine, &rules);
        Ok(Engine { engine, linker, rules, identity, instances })
    }

    /// Whether there are so many instances that those that nobody uses should go before a new one is made.
    pub(super) fn is_crowded(&self) -> bool {
        self.instances.number.load(Ordering::Relaxed) >= limits::MAX_IDLE_INSTANCES
            || self.instances.bytes.load(Ordering::Relaxed) >= limits::MAX_IDLE_INSTANCE_BYTES
    }

    /// Counts an instance with this much memory until the answer is dropped.
    pub(super) fn count_instance(&self, bytes: usize) -> Counted {
        self.instances.number.fetch_add(1, Ordering::Relaxed);
        self.instances.bytes.fetch_add(bytes, Ordering::Relaxed);
        Counted { instances: self.instances.clone(), bytes }
    }
}

/// The instances that there are, and the memory that they begin with.
#[derive(Default)]
struct InstanceCount {
    number: AtomicUsize,
    bytes: AtomicUsize,
}

/// One instance in the engine's count.
pub(super) struct Counted {
    instances: Arc<InstanceCount>,
    bytes: usize,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.instances.number.fetch_sub(1, Ordering::Relaxed);
        self.instances.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Names a way to compile: the engine's own hash covers its version, its settings and the processor's
/// features.
fn identity(engine: &wasmtime::Engine, rules: &MeterRules) -> Hash {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    let metering = (&rules.prices, rules.max_stack_bytes, rules.max_memory_pages).encode();
    digest("sillok/engine", &(hasher.finish(), env!("CARGO_PKG_VERSION"), metering))
}

fn config(optimisation: Optimisation) -> Config {
    let level = match optimisation {
        Optimisation::Speed => OptLevel::Speed,
        Optimisation::SpeedAndSize => OptLevel::SpeedAndSize,
        Optimisation::None => OptLevel::None,
    };
    let mut config = Config::new();
    config
        .max_wasm_stack(limits::WASM_STACK_BYTES)
        .cranelift_opt_level(level)
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        // Contracts may not use it, but metered code does.
        .wasm_multi_value(true)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .wasm_extended_const(false)
        .wasm_bulk_memory(true)
        .memory_init_cow(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    config
}

/// Instances come from a pool, whose memories are mapped once.
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
