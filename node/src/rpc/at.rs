//! `at`: the height or time as of which something is asked.

use sillok_client::value::parse_time;

use super::{Arguments, RpcFailure};
use crate::chain::Chain;

/// The height that `at` means: itself, or that of the last block no later than a time. None if it is absent.
pub(super) fn height(chain: &Chain, arguments: &Arguments) -> Result<Option<u64>, RpcFailure> {
    let Some(at) = arguments.get("at") else { return Ok(None) };
    let tip = chain.tip().height;
    if let Some(height) = at.as_u64() {
        return if height <= tip { kept(chain, height) } else { Err(RpcFailure::no_block(height, tip)) };
    }
    let time = at.as_str().and_then(parse_time).ok_or_else(|| {
        RpcFailure::parameters(
            "the parameter `at` is neither a height nor a time",
            "a time: 2026-11-23T09:30:00Z",
        )
    })?;
    if let Some(since) = chain.known_since().filter(|since| time < *since && time >= chain.genesis().time) {
        return Err(RpcFailure::before_snapshot(time, since));
    }
    match chain.height_at(time)? {
        Some(height) => kept(chain, height),
        None => Err(RpcFailure::before_genesis(time, chain.genesis().time)),
    }
}

/// The height, if the state after it is still kept.
fn kept(chain: &Chain, height: u64) -> Result<Option<u64>, RpcFailure> {
    let lowest = chain.lowest();
    if height < lowest { Err(RpcFailure::not_kept(height, lowest)) } else { Ok(Some(height)) }
}
