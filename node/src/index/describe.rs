//! What contracts' events mean, by what contracts say of themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sillok_abi::native::SYSTEM;
use sillok_abi::{Account, Call, ContractId, Event, Hash, Metadata, Outcome};
use sillok_client::value::{decode, decode_fields};
use sillok_runtime::{Fault, native_metadata};

use crate::chain::{Chain, StateAt};

/// Contracts' metadata, kept as long as nothing of theirs changes.
#[derive(Default)]
pub(crate) struct Descriptions {
    codes: BTreeMap<Hash, Option<Arc<Metadata>>>,
    contracts: BTreeMap<ContractId, Option<Arc<Metadata>>>,
}

/// How many codes and contracts are kept at most; of more, all are read anew.
const KEPT: usize = 4_096;

impl Descriptions {
    /// Has contracts looked up again after a block in which one may have been upgraded.
    pub(super) fn after(&mut self, mut events: impl Iterator<Item = ContractId>) {
        if events.any(|contract| contract == SYSTEM) || self.contracts.len() > KEPT {
            self.contracts.clear();
        }
        if self.codes.len() > KEPT {
            self.codes.clear();
        }
    }

    /// What a contract says of itself in a state; none if it says nothing that can be read.
    ///
    /// # Errors
    /// If state can't be read.
    pub(crate) fn of(
        &mut self,
        chain: &Chain,
        at: &StateAt,
        contract: ContractId,
    ) -> Result<Option<Arc<Metadata>>, Fault> {
        if let Some(known) = self.contracts.get(&contract) {
            return Ok(known.clone());
        }
        let parsed = |section: &[u8]| Metadata::from_section(section).ok().map(Arc::new);
        let found = match native_metadata(&contract) {
            Some(section) => parsed(section),
            None => match chain.contract_info(at.clone(), contract)? {
                None => None,
                Some(info) => match self.codes.get(&info.code) {
                    Some(known) => known.clone(),
                    None => {
                        let metadata = parsed(&chain.metadata(&info.code)?);
                        self.codes.insert(info.code, metadata.clone());
                        metadata
                    }
                },
            },
        };
        self.contracts.insert(contract, found.clone());
        Ok(found)
    }
}

/// An event's fields by name; none if it is not as the contract says.
pub(crate) fn fields(metadata: &Metadata, event: &Event) -> Option<Value> {
    let spec = metadata.event(&event.name)?;
    decode_fields(&spec.fields, &event.data).ok()
}

/// What a contract's view answers in a state; none if it refuses, or is not as the contract says.
pub(super) fn ask(
    chain: &Chain,
    at: &StateAt,
    metadata: &Metadata,
    call: Call,
) -> Result<Option<Value>, Fault> {
    let Some(method) = metadata.method(&call.method) else { return Ok(None) };
    let answer = chain.query(at.clone(), call)?.outcome;
    Ok(match answer {
        Outcome::Success(bytes) => decode(&method.returns, &bytes).ok(),
        Outcome::Failed(_) => None,
    })
}

/// The accounts that an event's fields name: all texts in them that are addresses. Somebody's free text may be one
/// too; then it names the account as well.
pub(super) fn accounts(value: &Value, named: &mut Vec<Account>) {
    match value {
        Value::String(text) => named.extend(text.parse::<Account>().ok()),
        Value::Array(items) => items.iter().for_each(|item| accounts(item, named)),
        Value::Object(fields) => fields.values().for_each(|field| accounts(field, named)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A field that is an account.
pub(super) fn account(value: &Value, field: &str) -> Option<Account> {
    value[field].as_str()?.parse().ok()
}
