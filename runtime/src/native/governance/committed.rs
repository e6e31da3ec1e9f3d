//! What a node has to know of committed state: the validators of the next blocks, and who may connect.

use std::sync::Arc;

use sillok_abi::governance::NodeInfo;
use sillok_abi::{Hash, Validator};

use super::nodes::describe_node;
use super::records::{Node, Roll, decoded, node_key, roll_key, set_key, stored};
use super::set::ValidatorSet;
use crate::fault::Fault;
use crate::limits;
use crate::state::StateReader;

/// The consortium's nodes after a block.
pub(crate) struct Consortium {
    /// Differs wherever the rest does.
    pub(crate) mark: Hash,
    /// The block after which the validators changed last.
    changed: u64,
    /// Who decides the block after that one.
    before: Arc<[Validator]>,
    /// Who decides all later ones, in the order of their turns.
    pub(crate) validators: Arc<[Validator]>,
    /// All nodes, in the order of their numbers.
    pub(crate) nodes: Arc<[NodeInfo]>,
}

impl Consortium {
    /// Who decides the block of this height, the next after the state that this was read from.
    pub(crate) fn deciding(&self, height: u64) -> &Arc<[Validator]> {
        if height == self.changed + 1 { &self.before } else { &self.validators }
    }
}

/// The mark of the consortium's nodes.
pub(crate) fn mark(state: &dyn StateReader) -> Result<Hash, Fault> {
    let roll: Option<Roll> = stored(state, &roll_key())?;
    roll.map(|roll| roll.mark).ok_or_else(missing)
}

/// Reads all of the consortium's nodes.
pub(crate) fn consortium(state: &dyn StateReader) -> Result<Consortium, Fault> {
    let mark = mark(state)?;
    let set: ValidatorSet = stored(state, &set_key())?.ok_or_else(missing)?;
    let most = limits::MAX_VALIDATORS + limits::MAX_OBSERVERS as usize;
    let entries = state.range(&node_key(0), &node_key(u32::MAX), most)?;
    let node = |(key, value): (Vec<u8>, Vec<u8>)| {
        let number = key.last_chunk().map(|bytes| u32::from_be_bytes(*bytes)).ok_or_else(missing)?;
        Ok(describe_node(number, decoded::<Node>(&value)?, &set))
    };
    let nodes: Vec<NodeInfo> = entries.into_iter().map(node).collect::<Result<_, Fault>>()?;
    let (before, validators) = (set.validators_before().into(), set.validators().into());
    Ok(Consortium { mark, changed: set.changed, before, validators, nodes: nodes.into() })
}

fn missing() -> Fault {
    Fault::new("state holds no record of the chain's nodes")
}
