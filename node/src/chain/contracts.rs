//! Which contracts there are, read from the system module's part of state.

use codec::{DecodeAll, Encode};
use sillok_abi::native::{ContractInfo, SYSTEM};
use sillok_abi::{Call, ContractId, Hash, METADATA_SECTION, Outcome};
use sillok_runtime::{Fault, state_key};
use wasmparser::{Parser, Payload};

use super::{Chain, StateAt};
use crate::limits;

/// The field under which the system module keeps contracts by id.
const CONTRACTS: &[u8] = b"cont";
/// The field under which it keeps code by hash.
const CODE: &[u8] = b"code";

impl Chain {
    /// The contracts after `after`, in the order of their ids, at most [`limits::LISTED_CONTRACTS`].
    ///
    /// # Errors
    /// If state can't be read.
    pub(crate) fn contracts(&self, after: Option<ContractId>) -> Result<Vec<ContractId>, Fault> {
        let prefix = state_key(&SYSTEM, CONTRACTS);
        let from = match after {
            // One zero byte more than a key makes the next one after it.
            Some(ContractId(id)) => [prefix.as_slice(), &id, &[0]].concat(),
            None => prefix.clone(),
        };
        let to = [prefix.as_slice(), &[0xFF; 33]].concat();
        let entries = self.latest().state.range(&from, &to, limits::LISTED_CONTRACTS)?;
        let id = |key: &[u8]| key.get(prefix.len()..).and_then(|id| id.try_into().ok()).map(ContractId);
        Ok(entries.iter().filter_map(|(key, _)| id(key)).collect())
    }

    /// What the system module keeps of a contract in a state; none if there is no such contract there.
    ///
    /// # Errors
    /// If state can't be read.
    pub(crate) fn contract_info(&self, at: StateAt, id: ContractId) -> Result<Option<ContractInfo>, Fault> {
        let call = Call { contract: SYSTEM, method: "contract".into(), args: id.encode() };
        let unreadable = || Fault::new("the system module did not tell of a contract");
        match self.query(at, call)?.outcome {
            Outcome::Success(value) => DecodeAll::decode_all(&mut value.as_slice()).map_err(|_| unreadable()),
            Outcome::Failed(_) => Err(unreadable()),
        }
    }

    /// The metadata section of the code of this hash.
    ///
    /// # Errors
    /// If state can't be read, or holds no such code.
    pub(crate) fn metadata(&self, code: &Hash) -> Result<Vec<u8>, Fault> {
        let wasm = self.latest().state.get(&state_key(&SYSTEM, &[CODE, code].concat()))?;
        let wasm = wasm.ok_or_else(|| Fault::new("a contract's code is missing"))?;
        let mut section = Vec::new();
        for payload in Parser::new(0).parse_all(&wasm) {
            if let Payload::CustomSection(found) = payload.map_err(Fault::new)?
                && found.name() == METADATA_SECTION
            {
                section.extend_from_slice(found.data());
            }
        }
        Ok(section)
    }
}
