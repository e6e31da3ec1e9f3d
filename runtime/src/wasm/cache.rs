//! Compiled code by the hash of its Wasm: in memory, and as artefacts that the node keeps. A cache: never
//! part of state, and nothing that a contract can see depends on what is in it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use sillok_abi::Hash;

use super::artefact;
use super::code::Code;
use super::engine::Engine;
use super::instances::Instances;
use super::spares::Spares;
use crate::fault::Fault;
use crate::limits;

/// Where a node keeps compiled code between its runs. What comes back is checked, and compiled anew if it
/// is not what was kept.
///
/// An engine stands for its version and settings, the processor and the rules of metering: what was kept for
/// another one is of no use any more.
pub trait Artefacts: Send + Sync + 'static {
    /// What was kept of this code for this engine, if anything can be read.
    fn load(&self, engine: &Hash, code: &Hash) -> Option<Vec<u8>>;

    /// Keeps an artefact. Failing is no harm: it will be compiled again.
    fn store(&self, engine: &Hash, code: &Hash, artefact: &[u8]);
}

/// Keeps nothing.
impl Artefacts for () {
    fn load(&self, _: &Hash, _: &Hash) -> Option<Vec<u8>> {
        None
    }

    fn store(&self, _: &Hash, _: &Hash, _: &[u8]) {}
}

/// Compiled code by hash.
pub(crate) struct CodeCache {
    entries: RwLock<BTreeMap<Hash, Arc<Code>>>,
    artefacts: Arc<dyn Artefacts>,
    spares: Spares,
    /// Ticks with every code that enters the cache.
    clock: AtomicU64,
}

impl CodeCache {
    pub(crate) fn new(artefacts: Arc<dyn Artefacts>) -> Self {
        CodeCache {
            entries: RwLock::default(),
            artefacts,
            spares: Spares::default(),
            clock: AtomicU64::new(0),
        }
    }

    /// An empty cache on the same artefacts, for an engine of other prices.
    pub(crate) fn anew(&self) -> Self {
        Self::new(self.artefacts.clone())
    }

    /// The code of this hash. If it is not at hand it is loaded, or else compiled from what `wasm` reads.
    pub(crate) fn get(
        &self,
        engine: &Engine,
        hash: &Hash,
        wasm: impl FnOnce() -> Result<Vec<u8>, Fault>,
    ) -> Result<Arc<Code>, Fault> {
        let known = self.entries.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned();
        if let Some(code) = known {
            code.touch(self.clock.load(Ordering::Relaxed));
            return Ok(code);
        }
        let kept = self
            .artefacts
            .load(&engine.identity, hash)
            .and_then(|bytes| artefact::open(engine, hash, &bytes));
        let code = match kept {
            Some(code) => code,
            None => {
                let (code, bytes) = artefact::compile(engine, hash, &wasm()?)?;
                self.artefacts.store(&engine.identity, hash, &bytes);
                code
            }
        };
        Ok(self.insert(Arc::new(code)))
    }

    fn insert(&self, code: Arc<Code>) -> Arc<Code> {
        code.touch(self.clock.fetch_add(1, Ordering::Relaxed) + 1);
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        while entries.len() >= limits::MAX_CACHED_CODES || bytes(&entries) > limits::MAX_CACHED_BYTES {
            let oldest = entries.iter().min_by_key(|(_, code)| code.used.load(Ordering::Relaxed));
            let Some(hash) = oldest.map(|(hash, _)| *hash) else { break };
            entries.remove(&hash);
            self.spares.clear();
        }
        entries.entry(code.hash).or_insert(code).clone()
    }

    /// What an execution has at hand at first: what an earlier one on this thread has left.
    pub(crate) fn instances(&self) -> Instances {
        self.spares.take()
    }

    /// Takes back what an execution had at hand.
    pub(crate) fn keep(&self, instances: Instances) {
        instances.touch(self.clock.load(Ordering::Relaxed));
        self.spares.put(instances);
    }

    /// Lets go of the instances that nobody uses.
    pub(super) fn clear_spares(&self) {
        self.spares.clear();
    }
}

fn bytes(entries: &BTreeMap<Hash, Arc<Code>>) -> usize {
    entries.values().map(|code| code.bytes).sum()
}
