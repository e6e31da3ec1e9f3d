//! `state_proof`: what state holds, with what proves it to those who have no node.

use std::sync::Arc;

use jsonrpsee::types::Params;
use serde_json::{Value, json};
use sillok_abi::FIELD_BYTES;

use super::arguments::decode_hex;
use super::contract::resolve;
use super::{Answer, Arguments, RpcFailure, Service, at, json};
use crate::chain::{Chain, CommittedBlock, Proven, Wanted};
use crate::limits;

/// Proves `claims` of the state after the last block, or after an earlier one. If no block commits to that
/// state yet, it waits for the one that will.
pub(super) async fn prove(service: &Service, params: Params<'static>) -> Answer {
    let arguments = Arguments::parse(&params, &["claims", "at"])?;
    // Subscribed before looking, so that no block is missed between the two.
    let mut blocks = service.chain.subscribe();
    let chain = service.chain.clone();
    let (wanted, searched) = service
        .workers
        .run(move || -> Result<_, RpcFailure> {
            let wanted = wanted(&chain, &arguments)?;
            let searched = match at::height(&chain, &arguments)? {
                Some(height) => chain.search_at(height, &wanted)?,
                None => chain.search(&wanted)?,
            };
            Ok((wanted, Arc::new(searched)))
        })
        .await??;
    let committing = async {
        loop {
            let (chain, searched) = (service.chain.clone(), searched.clone());
            let found: Option<Arc<CommittedBlock>> =
                service.workers.run(move || chain.committing(&searched)).await??;
            match found {
                Some(block) => return Ok::<_, RpcFailure>(block),
                // Lagging behind is no failure: the block is looked up anew.
                None => drop(blocks.recv().await),
            }
        }
    };
    let block = tokio::time::timeout(limits::LONGEST_PROOF_WAIT, committing);
    let block = block.await.map_err(|_| RpcFailure::not_committed())??;
    let chain = service.chain.clone();
    service.workers.run(move || answer(chain.prove(wanted, &searched, &block)?)).await?
}

fn answer(Proven { proof, before }: Proven) -> Answer {
    Ok(
        json!({ "height": proof.height(), "proof": json::scale(&proof), "before": before.as_ref().map(json::scale) }),
    )
}

/// What is to be proven: `{"contract", "key"}` or `{"contract", "field"}` each.
fn wanted(chain: &Chain, arguments: &Arguments) -> Result<Vec<Wanted>, RpcFailure> {
    let claims = arguments.list("claims")?;
    if claims.is_empty() || claims.len() > limits::PROOF_CLAIMS {
        let message = format!("a proof has from one to {} claims", limits::PROOF_CLAIMS);
        return Err(RpcFailure::parameters(message, "ask for several proofs"));
    }
    claims.iter().map(|claim| one_wanted(chain, claim)).collect()
}

fn one_wanted(chain: &Chain, claim: &Value) -> Result<Wanted, RpcFailure> {
    let malformed = || RpcFailure::malformed("claims", "a list of {contract, key} or {contract, field}");
    let text = |name: &str| claim.get(name).and_then(Value::as_str);
    let contract = resolve(chain, text("contract").ok_or_else(malformed)?)?;
    match (text("key"), text("field")) {
        (Some(key), None) => Ok(Wanted::Key(contract, decode_hex("key", key)?)),
        (None, Some(field)) => {
            let field: [u8; FIELD_BYTES] = decode_hex("field", field)?.try_into().map_err(|_| malformed())?;
            Ok(Wanted::Field(contract, field))
        }
        _ => Err(malformed()),
    }
}
