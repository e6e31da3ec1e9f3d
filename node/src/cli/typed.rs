//! Queries whose answers have a type here, one by one or page by page.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sillok_client::rpc::{At, to_hex};

use super::{CallResult, CliError, ContractHandle, Result, Session};

/// How many rows are asked for at a time; contracts answer no more.
const PAGE: u32 = 100;

/// Asks a contract, and reads the answer as a `T`.
pub(crate) async fn query<T: DeserializeOwned>(
    session: &Session,
    contract: &ContractHandle,
    method: &str,
    args: Value,
    at: Option<At>,
) -> Result<T> {
    let answer = session.query(contract, method, args, at).await?;
    read(contract, method, answer)
}

/// Asks for every page of a list: `method` takes how many rows to skip as `from`, and a `limit`.
pub(crate) async fn all<T: DeserializeOwned>(
    session: &Session,
    contract: &ContractHandle,
    method: &str,
    args: Value,
    at: Option<At>,
) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    loop {
        let mut args = args.clone();
        args["from"] = json!(rows.len());
        args["limit"] = json!(PAGE);
        let page: Vec<T> = query(session, contract, method, args, at).await?;
        let is_last = page.len() < PAGE as usize;
        rows.extend(page);
        if is_last {
            return Ok(rows);
        }
    }
}

/// Reads a value that a contract returned as a `T`.
pub(crate) fn read<T: DeserializeOwned>(contract: &ContractHandle, method: &str, value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| {
        let message = format!("{} answered {method} in an unexpected form: {error}", contract.name);
        CliError::failed("unexpected-answer", message)
            .hint(format!("is {} the contract you mean?", contract.id))
    })
}

/// What every change answers with `--json`: the transaction and its block, and `more`.
pub(crate) fn sent(result: &CallResult, more: Value) -> Value {
    let mut value = json!({ "transaction": to_hex(result.id), "height": result.height });
    if let (Some(object), Value::Object(more)) = (value.as_object_mut(), more) {
        object.extend(more);
    }
    value
}
