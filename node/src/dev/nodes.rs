//! The nodes of chains with more than one, run by the sample accounts.

use sillok_abi::Validator;
use sillok_abi::governance::{NewNode, PeerKey};
use sillok_client::keys::{DEV_NAMES, Keypair};
use sillok_runtime::Genesis;

use super::DevGenesisError;

/// The sample member, which admits whoever operates a node.
const MEMBER: u32 = 0;

/// The SURI of the key that proposes and votes for a node, by the node's number from 1: a dev account's as long
/// as there are some.
fn operator(number: usize) -> String {
    match DEV_NAMES.get(number.wrapping_sub(1)) {
        Some(name) => format!("//{name}"),
        None => format!("//Operator//{number}"),
    }
}

/// A sample node.
///
/// # Errors
/// None that is known: every such text is a key.
pub(crate) fn node(
    number: usize,
    peer: PeerKey,
    validator: Option<Validator>,
) -> Result<NewNode, DevGenesisError> {
    let operator: Result<Keypair, _> = operator(number).parse();
    let operator = operator.map_err(|_| DevGenesisError::Key("//Operator"))?.account();
    let name = format!("Sample Node {number} (SAMPLE)");
    Ok(NewNode { name, operator, contact: String::new(), peer, validator })
}

/// A genesis with these nodes, whose operators may submit.
pub(crate) fn with_nodes(mut genesis: Genesis, nodes: Vec<NewNode>) -> Genesis {
    for node in &nodes {
        if !genesis.admitted.iter().any(|(account, _)| *account == node.operator) {
            genesis.admitted.push((node.operator, MEMBER));
        }
    }
    Genesis { nodes, ..genesis }
}
