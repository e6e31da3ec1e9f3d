//! Compiled code, kept in memory by the hash of its Wasm. A cache: never part of state.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use sillok_abi::{Hash, Metadata};
use wasmtime::InstancePre;

use super::check::read_metadata;
use super::engine::Engine;
use super::instance::StoreData;
use crate::fault::Fault;
use crate::limits;

/// Code ready to be instantiated.
pub(crate) struct Code {
    pub(super) instance: InstancePre<StoreData>,
    /// What the code says about itself.
    pub(crate) metadata: Metadata,
}

/// Compiled code by hash.
#[derive(Default)]
pub(crate) struct CodeCache {
    entries: Mutex<BTreeMap<Hash, Arc<Code>>>,
}

impl CodeCache {
    /// The code of this hash, compiled now from what `wasm` reads if it was not before.
    pub(crate) fn get(
        &self,
        engine: &Engine,
        hash: &Hash,
        wasm: impl FnOnce() -> Result<Vec<u8>, Fault>,
    ) -> Result<Arc<Code>, Fault> {
        if let Some(code) = self.lock().get(hash) {
            return Ok(code.clone());
        }
        let code = Arc::new(compile(engine, &wasm()?)?);
        let mut entries = self.lock();
        if entries.len() >= limits::MAX_CACHED_CODES {
            entries.pop_first();
        }
        entries.insert(*hash, code.clone());
        Ok(code)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Hash, Arc<Code>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compiles code that was accepted at upload; failing now is this node's fault.
pub(super) fn compile(engine: &Engine, wasm: &[u8]) -> Result<Code, Fault> {
    let metadata =
        read_metadata(wasm).map_err(|error| Fault::new(format!("stored code is damaged: {error}")))?;
    let module = wasmtime::Module::from_binary(&engine.engine, wasm).map_err(Fault::new)?;
    let instance = engine.linker.instantiate_pre(&module).map_err(Fault::new)?;
    Ok(Code { instance, metadata })
}
