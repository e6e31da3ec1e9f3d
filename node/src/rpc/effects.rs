//! `node_effects`: what a block did on this node, to compare with another's.

use super::{Answer, Arguments, Method, RpcFailure};
use crate::chain::Chain;

pub(super) const METHODS: &[Method] =
    &[Method { name: "node_effects", parameters: &["height"], answer: effects }];

fn effects(chain: &Chain, arguments: &Arguments) -> Answer {
    let height = arguments.optional_number("height")?.unwrap_or(chain.tip().height);
    chain
        .effects(height)?
        .ok_or_else(|| RpcFailure::no_effects(height, chain.lowest() + 1, chain.tip().height))
}
