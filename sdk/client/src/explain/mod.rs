//! Receipts in words: what a call returned or why it failed, with the contracts' own error texts, and
//! the events it left.

mod catalog;
mod failure;

use std::fmt;

use serde_json::{Value, json};
use sillok_abi::{Event, Hash, Outcome, Receipt, TypeSpec};

pub use catalog::Catalog;
pub use failure::FailureText;

use crate::{rpc::to_hex, value};

/// A receipt, decoded.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The transaction's id, or the scheduled call's.
    pub id: Hash,
    /// What the call returned, or why it failed.
    pub outcome: Result<Value, FailureText>,
    /// The events, each `{contract, contract_id, name, data}`.
    pub events: Vec<Value>,
    /// Gas used.
    pub gas_used: u64,
}

/// Decodes a receipt with the metadata in `catalog`. `returns` is the return type of the root call's
/// method; without it the value stays hexadecimal.
pub fn explain(receipt: &Receipt, returns: Option<&TypeSpec>, catalog: &Catalog) -> Explanation {
    let outcome = match &receipt.outcome {
        Outcome::Success(bytes) => {
            let decoded = returns.and_then(|ty| value::decode(ty, bytes).ok());
            Ok(decoded.unwrap_or_else(|| json!(to_hex(bytes))))
        }
        Outcome::Failed(failure) => Err(failure::describe(failure, catalog)),
    };
    let events = receipt.events.iter().map(|event| explain_event(event, catalog)).collect();
    Explanation { id: receipt.id, outcome, events, gas_used: receipt.gas_used }
}

/// An event as `{contract, contract_id, name, data}`; data stays hexadecimal where metadata is missing.
pub fn explain_event(event: &Event, catalog: &Catalog) -> Value {
    let spec = catalog.metadata(&event.contract).and_then(|metadata| metadata.event(&event.name));
    let data = spec.and_then(|spec| value::decode_fields(&spec.fields, &event.data).ok());
    json!({
        "contract": catalog.name(&event.contract),
        "contract_id": event.contract.to_string(),
        "name": event.name,
        "data": data.unwrap_or_else(|| json!(to_hex(&event.data))),
    })
}

impl Explanation {
    /// `{ok, value | error, events, gas_used}`.
    pub fn to_json(&self) -> Value {
        let (key, outcome) = match &self.outcome {
            Ok(value) => ("value", value.clone()),
            Err(failure) => ("error", failure.to_json()),
        };
        json!({ "ok": self.outcome.is_ok(), key: outcome, "events": self.events, "gas_used": self.gas_used })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(Value::Null) => writeln!(formatter, "succeeded")?,
            Ok(value) => writeln!(formatter, "returned  {value}")?,
            Err(failure) => writeln!(formatter, "failed    {} ({})", failure.message, failure.code)?,
        }
        for event in &self.events {
            let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
            writeln!(formatter, "event     {}.{} {}", text("contract"), text("name"), event["data"])?;
        }
        write!(formatter, "gas       {}", self.gas_used)
    }
}

#[cfg(test)]
mod tests;
