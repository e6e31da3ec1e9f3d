//! Compiled code, ready to be instantiated.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sillok_abi::{Hash, Metadata, MethodKind};
use wasmtime::{ExternType, InstancePre, Module};

use super::engine::Engine;
use super::instance::StoreData;
use crate::fault::Fault;

/// Compiled code.
pub(crate) struct Code {
    pub(crate) hash: Hash,
    /// What the code says about itself.
    pub(crate) metadata: Metadata,
    pub(super) module: InstancePre<StoreData>,
    pub(super) layout: MemoryLayout,
    /// The memory that it takes: as large as its artefact, and its memory's image.
    pub(super) bytes: usize,
    /// The memory of an instance.
    pub(super) memory_bytes: usize,
    /// The methods in the order of their names.
    methods: Vec<Method>,
    /// Memory as a fresh instance has it.
    image: OnceLock<Box<[u8]>>,
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

/// The export under which metered code has its memory: see `meter`.
pub(super) const MEMORY_EXPORT: &str = "memory";

/// Bytes in a page of memory.
const PAGE_BYTES: usize = 64 * 1024;

/// The export that runs a method: see `meter`.
pub(super) fn entry_name(method: &str) -> String {
    format!("run:{method}")
}

/// The memory that a new instance has.
fn memory_bytes(module: &Module) -> usize {
    match module.get_export(MEMORY_EXPORT) {
        Some(ExternType::Memory(memory)) => memory.minimum() as usize * PAGE_BYTES,
        _ => 0,
    }
}

impl Code {
    pub(super) fn new(
        engine: &Engine,
        hash: Hash,
        metadata: Metadata,
        module: &Module,
        layout: MemoryLayout,
        artefact_bytes: usize,
    ) -> Result<Self, Fault> {
        let memory_bytes = memory_bytes(module);
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
            bytes: artefact_bytes + memory_bytes,
            memory_bytes,
            methods,
            image: OnceLock::new(),
            used: AtomicU64::new(0),
        })
    }

    /// The method of this name.
    pub(crate) fn method(&self, name: &str) -> Option<&Method> {
        let place = self.methods.binary_search_by(|method| method.name.as_str().cmp(name)).ok()?;
        self.methods.get(place)
    }

    /// The method at this place.
    pub(super) fn method_at(&self, place: usize) -> Option<&Method> {
        self.methods.get(place)
    }

    /// Whether the method at this place has this name.
    pub(super) fn is_method(&self, place: usize, name: &str) -> bool {
        self.methods.get(place).is_some_and(|method| method.name == name)
    }

    /// The exports that run the methods, in their order.
    pub(super) fn entry_names(&self) -> impl Iterator<Item = String> {
        self.methods.iter().map(|method| entry_name(&method.name))
    }

    /// Memory as a fresh instance has it; `fresh` reads it from the first one.
    pub(super) fn image(&self, fresh: impl FnOnce() -> Box<[u8]>) -> &[u8] {
        self.image.get_or_init(fresh)
    }

    /// Notes that it's in use. Threads that use the same code don't write this if it says so already.
    pub(super) fn touch(&self, now: u64) {
        if self.used.load(Ordering::Relaxed) != now {
            self.used.store(now, Ordering::Relaxed);
        }
    }
}
