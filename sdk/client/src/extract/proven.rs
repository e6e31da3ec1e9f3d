//! A register's entries as a proof gives them.

use codec::DecodeAll;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sillok_abi::native::{ContractInfo, SYSTEM};
use sillok_abi::{ContractId, FIELD_BYTES, Hash, StorageSpec, storage_digest};

use super::{Evidence, ExtractError};
use crate::proof::{Claim, StateProof, Trust};
use crate::rpc::to_hex;
use crate::value;

/// The system module's field of contracts.
const CONTRACTS: &[u8] = b"cont";

/// The first bytes of the keys of a field with this name.
pub fn field_key(name: &str) -> [u8; FIELD_BYTES] {
    let hash: Hash = *blake3::hash(name.as_bytes()).as_bytes();
    let mut key = [0; FIELD_BYTES];
    key.copy_from_slice(&hash[..FIELD_BYTES]);
    key
}

/// The key under which the system module keeps a contract.
pub fn contract_key(contract: &ContractId) -> Vec<u8> {
    [CONTRACTS, &contract.0].concat()
}

/// A register's entries, all of them proven.
pub(super) struct Proven<'a> {
    register: ContractId,
    code: Hash,
    evidence: &'a Evidence,
}

impl<'a> Proven<'a> {
    /// Checks all but the statement: the proof, the block's time, the storage's layout.
    pub(super) fn check(
        register: ContractId,
        evidence: &'a Evidence,
        trust: &Trust,
    ) -> Result<Self, ExtractError> {
        let Evidence { layout, before, proof } = evidence;
        proof.check(trust)?;
        let parent = before.as_ref().map_or(trust.chain, |before| before.id());
        if parent != proof.header.parent || before.is_none() != (proof.height() == 0) {
            return Err(ExtractError::OtherBlock);
        }
        let info = contract_info(proof, &register)?;
        if storage_digest(layout) != info.layout {
            return Err(ExtractError::Layout);
        }
        Ok(Proven { register, code: info.code, evidence })
    }

    /// What every statement begins with.
    pub(super) fn head(&self, kind: &str) -> Result<Map<String, Value>, ExtractError> {
        let header = &self.evidence.proof.header;
        let time = self.evidence.before.as_ref().map(|before| before.time.to_string());
        let head = json!({
            "kind": kind,
            "chain": to_hex(header.chain),
            "register": self.register.to_string(),
            "code": to_hex(self.code),
            "height": self.evidence.proof.height(),
            "time": time,
            "registrar": self.single("registrar")?,
            "company": self.single("issuer")?,
        });
        match head {
            Value::Object(head) => Ok(head),
            _ => Ok(Map::new()),
        }
    }

    /// What the field of this name holds, which is of one value.
    pub(super) fn single(&self, name: &str) -> Result<Value, ExtractError> {
        self.entry(name, &[])?.ok_or_else(|| ExtractError::Unproven(name.into()))
    }

    /// What the field of this name holds under a key; none if nothing.
    pub(super) fn entry(&self, name: &str, key: &[u8]) -> Result<Option<Value>, ExtractError> {
        let key = [field_key(name).as_slice(), key].concat();
        let bytes = self.stored(&key).ok_or_else(|| ExtractError::Unproven(name.into()))?;
        bytes.map(|bytes| self.read(name, bytes)).transpose()
    }

    /// All that the field of this name holds, in the order of its keys.
    pub(super) fn all(&self, name: &str) -> Result<Vec<Value>, ExtractError> {
        let field = field_key(name);
        let claims = self.claims().find_map(|claim| match claim {
            Claim::Field { contract, field: claimed, entries, .. }
                if *contract == self.register && *claimed == field =>
            {
                Some(entries)
            }
            _ => None,
        });
        let entries = claims.ok_or_else(|| ExtractError::Unproven(name.into()))?;
        entries.iter().map(|(_, value)| self.read(name, value)).collect()
    }

    /// What is proven of single keys of the field of this name.
    pub(super) fn known(&self, name: &str) -> Result<Vec<Value>, ExtractError> {
        let field = field_key(name);
        let register = self.register;
        let known = self.claims().filter_map(move |claim| match claim {
            Claim::Key { contract, key, value: Some(value), .. } if *contract == register => {
                key.starts_with(&field).then_some(value)
            }
            _ => None,
        });
        known.map(|value| self.read(name, value)).collect()
    }

    fn claims(&self) -> impl Iterator<Item = &'a Claim> + use<'a> {
        self.evidence.proof.claims.iter()
    }

    /// What a key of the register holds, by whichever claim speaks of it; none if no claim does.
    fn stored(&self, wanted: &[u8]) -> Option<Option<&'a [u8]>> {
        self.claims().find_map(|claim| match claim {
            Claim::Key { contract, key, value, .. } if *contract == self.register && key == wanted => {
                Some(value.as_deref())
            }
            Claim::Field { contract, field, entries, .. }
                if *contract == self.register && wanted.starts_with(field) =>
            {
                let found = entries.iter().find(|(key, _)| key == wanted);
                Some(found.map(|(_, value)| value.as_slice()))
            }
            _ => None,
        })
    }

    /// A stored value as JSON, by the layout: the last type of a field is that of its values.
    fn read(&self, name: &str, bytes: &[u8]) -> Result<Value, ExtractError> {
        let spec: Option<&StorageSpec> = self.evidence.layout.iter().find(|spec| spec.name == name);
        let ty = spec.and_then(|spec| spec.types.last()).ok_or(ExtractError::Layout)?;
        value::decode(ty, bytes).map_err(|error| ExtractError::Unreadable { field: name.into(), error })
    }
}

/// The register as the system module knows it.
fn contract_info(proof: &StateProof, register: &ContractId) -> Result<ContractInfo, ExtractError> {
    let wanted = contract_key(register);
    let known = proof.claims.iter().find_map(|claim| match claim {
        Claim::Key { contract, key, value, .. } if *contract == SYSTEM && *key == wanted => Some(value),
        _ => None,
    });
    let bytes = known.ok_or_else(|| ExtractError::Unproven("contract".into()))?;
    let bytes = bytes.as_deref().ok_or(ExtractError::NoContract)?;
    ContractInfo::decode_all(&mut &*bytes).map_err(|_| ExtractError::NoContract)
}

/// A JSON value with types; the layout vouches for its shape.
pub(super) fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, ExtractError> {
    serde_json::from_value(value.clone()).map_err(|_| ExtractError::Layout)
}
