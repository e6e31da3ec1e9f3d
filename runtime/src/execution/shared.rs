//! What executions share: the chain's parameters, and the engine and compiled code that depend on them.
//!
//! Validators change parameters by vote, so state says which hold. Invariant: everything that a block does
//! goes by the parameters of the state before it, whichever a node has at hand.

use std::sync::{Arc, Mutex, PoisonError};

use codec::{DecodeAll, Encode};
use sillok_abi::Hash;

use crate::fault::Fault;
use crate::parts::Parts;
use crate::state::StateReader;
use crate::wasm::{Artefacts, CodeCache, Engine, Optimisation};
use crate::{Parameters, limits, native};

/// What all executions under the same parameters share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) chain: Hash,
    pub(crate) parameters: Arc<Parameters>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) codes: Arc<CodeCache>,
    /// Seeds hash tables, on whose order nothing visible depends.
    pub(crate) seed: u64,
}

/// What executions share, by the parameters of the state that they run on.
pub(crate) struct ByParameters {
    /// Under the parameters of genesis.
    first: Known,
    /// Under those used since, latest last.
    others: Mutex<Vec<Known>>,
}

/// Parameters as state holds them, and what is shared under them.
#[derive(Clone)]
struct Known {
    bytes: Arc<[u8]>,
    /// Each thread counts the owners of its own.
    shared: Arc<Parts<Arc<Shared>>>,
}

impl Known {
    fn new(bytes: &[u8], shared: Shared) -> Self {
        let shared = Parts::new(|| Arc::new(shared.clone()));
        Known { bytes: bytes.into(), shared: Arc::new(shared) }
    }

    fn shared(&self) -> &Arc<Shared> {
        self.shared.own()
    }
}

impl Shared {
    /// The same for other parameters. What is compiled in, prices of instructions and of host functions,
    /// needs another engine and code compiled anew; all else does not.
    fn under(&self, parameters: Parameters) -> Result<Self, Fault> {
        let same = compiled_in(&self.parameters) == compiled_in(&parameters);
        let (engine, codes) = match same {
            true => (self.engine.clone(), self.codes.clone()),
            false => (Arc::new(self.engine.repriced(&parameters)?), Arc::new(self.codes.anew())),
        };
        Ok(Shared { chain: self.chain, parameters: Arc::new(parameters), engine, codes, seed: self.seed })
    }
}

/// The parameters that compiled code depends on.
fn compiled_in(parameters: &Parameters) -> Vec<u8> {
    let gas = &parameters.gas;
    (&gas.operators, &gas.host_functions, parameters.code.memory_pages).encode()
}

impl ByParameters {
    pub(crate) fn new(
        chain: Hash,
        parameters: Parameters,
        artefacts: Arc<dyn Artefacts>,
        optimisation: Optimisation,
        seed: u64,
    ) -> Result<Self, Fault> {
        let engine = Arc::new(Engine::new(&parameters, optimisation)?);
        let codes = Arc::new(CodeCache::new(artefacts));
        let bytes = parameters.encode();
        let shared = Shared { chain, parameters: Arc::new(parameters), engine, codes, seed };
        Ok(ByParameters { first: Known::new(&bytes, shared), others: Mutex::default() })
    }

    /// Under the parameters of genesis, for building it.
    pub(crate) fn first(&self) -> &Arc<Shared> {
        self.first.shared()
    }

    /// Under the parameters that this state holds, or those of genesis if it holds none.
    pub(crate) fn of(&self, state: &dyn StateReader) -> Result<Arc<Shared>, Fault> {
        match state.get(&native::parameters_key())? {
            Some(bytes) if *bytes != *self.first.bytes => self.other(&bytes),
            _ => Ok(self.first.shared().clone()),
        }
    }

    fn other(&self, bytes: &[u8]) -> Result<Arc<Shared>, Fault> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match others.iter().position(|known| *known.bytes == *bytes) {
            Some(place) => others.remove(place),
            None => {
                let parameters = Parameters::decode_all(&mut &*bytes)
                    .map_err(|_| Fault::new("the chain's parameters do not decode"))?;
                Known::new(bytes, self.closest(&others, &parameters).under(parameters)?)
            }
        };
        let shared = known.shared().clone();
        if others.len() >= limits::MAX_PARAMETER_SETS {
            others.remove(0);
        }
        others.push(known);
        Ok(shared)
    }

    /// What has compiled code for these parameters, if anything does.
    fn closest<'a>(&'a self, others: &'a [Known], parameters: &Parameters) -> &'a Shared {
        let wanted = compiled_in(parameters);
        let mut known = others.iter().rev().chain([&self.first]);
        let found = known.find(|known| compiled_in(&known.shared().parameters) == wanted);
        found.unwrap_or(&self.first).shared()
    }
}
