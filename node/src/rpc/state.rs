//! `state_*`: queries and stored values, now or as of any height.

use serde_json::json;
use sillok_abi::{Call, CallFailure, Failure, Outcome, TrapCode};
use sillok_runtime::state_key;

use super::contract::resolve;
use super::{Answer, Arguments, Method, RpcFailure, at, json};
use crate::chain::{Chain, StateAt};

pub(super) const METHODS: &[Method] = &[
    Method { name: "state_query", parameters: &["contract", "method", "args", "at"], answer: query },
    Method { name: "state_storage", parameters: &["contract", "key", "at"], answer: storage },
];

/// The state after the block at the height that is asked for, or after the last.
fn state_at(chain: &Chain, arguments: &Arguments) -> Result<StateAt, RpcFailure> {
    match at::height(chain, arguments)? {
        None => Ok(chain.latest()),
        Some(height) => chain.at(height)?.ok_or_else(|| RpcFailure::no_block(height, chain.tip().height)),
    }
}

fn query(chain: &Chain, arguments: &Arguments) -> Answer {
    let name = arguments.text("contract")?;
    let contract = resolve(chain, name)?;
    let args = if arguments.get("args").is_some() { arguments.bytes("args")? } else { Vec::new() };
    let at = state_at(chain, arguments)?;
    let height = at.env.height;
    let call = Call { contract, method: arguments.text("method")?.to_owned(), args };
    let receipt = chain.query(at, call)?;
    let unknown = Outcome::Failed(CallFailure {
        contract,
        method: arguments.text("method")?.to_owned(),
        failure: Failure::Trap(TrapCode::NoContract),
    });
    if receipt.outcome == unknown {
        return Err(RpcFailure::no_contract(name));
    }
    Ok(json!({ "height": height, "receipt": json::scale(&receipt) }))
}

fn storage(chain: &Chain, arguments: &Arguments) -> Answer {
    let contract = resolve(chain, arguments.text("contract")?)?;
    let key = state_key(&contract, &arguments.bytes("key")?);
    let at = state_at(chain, arguments)?;
    let value = at.state.get(&key)?;
    Ok(json!({ "height": at.env.height, "value": value.map(json::hex) }))
}
