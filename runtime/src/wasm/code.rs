//! Compiled code, ready to be instantiated.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use sillok_abi::{Hash, Metadata, MethodKind};
use wasmtime::{InstancePre, Module};

use super::engine::Engine;
use super::instance::{Instance, StoreData};
use crate::fault::Fault;
use crate::limits;

/// Compiled code, with the instances of it that nobody uses at the moment.
pub(crate) struct Code {
    pub(crate) hash: Hash,
    /// What the code says about itself.
    pub(crate) metadata: Metadata,
    pub(super) module: InstancePre<StoreData>,
    pub(super) layout: MemoryLayout,
    /// How large it is as an artefact.
    pub(super) bytes: usize,
    /// The methods in the order of their names.
    methods: Vec<Method>,
    /// Memory as a fresh instance has it.
    image: OnceLock<Box<[u8]>>,
    idle: Mutex<Vec<Instance>>,
    /// When it was last asked for, by the clock of the cache.
    pub(super) used: AtomicU64,
}

/// How the metered module keeps account of what it writes to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MemoryLayout {
    /// Binary logarithm of the bytes of a chunk, for which one dirty bit stands.
    pub(super) chunk_shift: u32,
    /// Bytes past a dirty chunk that may have been written.
    pub(super) spill: u32,
}

impl MemoryLayout {
    /// The bytes that are restored for each dirty chunk; fewer at the end of memory.
    pub(super) fn restored_bytes(self) -> usize {
        (1 << self.chunk_shift) + self.spill as usize
    }

    /// What restoring these chunks costs, at this price for each begun 64 bytes.
    pub(super) fn restoring(self, chunks: u64, line_price: u64) -> u64 {
        let lines = (self.restored_bytes() as u64).div_ceil(64) * u64::from(chunks.count_ones());
        lines.saturating_mul(line_price)
    }
}

/// A method of compiled code.
pub(crate) struct Method {
    name: String,
    pub(crate) kind: MethodKind,
    /// Whether it may be entered while a call of the same contract is open.
    pub(crate) reentrant: bool,
    /// Its place among the methods.
    pub(crate) index: usize,
}

/// The export that runs a method: see `meter`.
pub(super) fn entry_name(method: &str) -> String {
    format!("run:{method}")
}

impl Code {
    pub(super) fn new(
        engine: &Engine,
        hash: Hash,
        metadata: Metadata,
        module: &Module,
        layout: MemoryLayout,
        bytes: usize,
    ) -> Result<Self, Fault> {
        let module = engine.linker.instantiate_pre(module).map_err(Fault::new)?;
        let mut methods: Vec<Method> = metadata
            .methods
            .iter()
            .map(|method| Method {
                name: method.name.clone(),
                kind: method.kind,
                reentrant: method.reentrant,
                index: 0,
            })
            .collect();
        methods.sort_by(|one, other| one.name.cmp(&other.name));
        methods.iter_mut().enumerate().for_each(|(index, method)| method.index = index);
        Ok(Code {
            hash,
            metadata,
            module,
            layout,
            bytes,
            methods,
            image: OnceLock::new(),
            idle: Mutex::new(Vec::new()),
            used: AtomicU64::new(0),
        })
    }

    /// The method of this name.
    pub(crate) fn method(&self, name: &str) -> Option<&Method> {
        let place = self.methods.binary_search_by(|method| method.name.as_str().cmp(name)).ok()?;
        self.methods.get(place)
    }

    /// The exports that run the methods, in their order.
    pub(super) fn entry_names(&self) -> impl Iterator<Item = String> {
        self.methods.iter().map(|method| entry_name(&method.name))
    }

    /// Memory as a fresh instance has it; `fresh` reads it from the first one.
    pub(super) fn image(&self, fresh: impl FnOnce() -> Box<[u8]>) -> &[u8] {
        self.image.get_or_init(fresh)
    }

    /// An instance that nobody uses.
    pub(super) fn take_idle(&self) -> Option<Instance> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps an instance for others, unless there are enough.
    pub(super) fn put_idle(&self, instance: Instance) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < limits::MAX_IDLE_INSTANCES {
            idle.push(instance);
        }
    }

    /// Lets go of all idle instances.
    pub(super) fn clear_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn touch(&self, now: u64) {
        self.used.store(now, Ordering::Relaxed);
    }
}
