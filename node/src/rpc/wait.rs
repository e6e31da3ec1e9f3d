//! `tx_wait`: the answer of `tx_get`, as soon as the transaction is final or dropped.

use std::time::Duration;

use jsonrpsee::types::Params;

use super::{Answer, Arguments, RpcFailure, Service, tx};
use crate::limits;

/// Waits for a transaction, at most `timeout_ms` and [`limits::LONGEST_WAIT`].
pub(super) async fn wait(service: &Service, params: Params<'static>) -> Answer {
    let arguments = Arguments::parse(&params, &["id", "timeout_ms"])?;
    let id = arguments.hash("id")?;
    let timeout = arguments.optional_number("timeout_ms")?.map(Duration::from_millis);
    // The place among the waiting comes first, so that nothing is missed between looking and waiting.
    let mut waiting = service.chain.wait_for(id).ok_or_else(RpcFailure::busy)?;
    let chain = service.chain.clone();
    let now = service.workers.run(move || tx::status(&chain, &id)).await??;
    if now["status"] == "final" || now["status"] == "dropped" {
        return Ok(now);
    }
    let longest = timeout.unwrap_or(limits::LONGEST_WAIT).min(limits::LONGEST_WAIT);
    if tokio::time::timeout(longest, waiting.woken()).await.is_err() {
        return Ok(now);
    }
    let chain = service.chain.clone();
    service.workers.run(move || tx::status(&chain, &id)).await?
}
