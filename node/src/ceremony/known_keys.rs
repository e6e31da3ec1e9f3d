//! Keys whose secrets everybody knows, found wherever in a genesis their bytes are.

use codec::Encode;
use sillok_abi::digest;
use sillok_client::keys::{DEV_NAMES, Keypair};
use sillok_runtime::Genesis;
use sillok_runtime::crypto::network_key;

use crate::dev::VALIDATOR;

/// How many numbered operators of development chains are looked for: as many as a testnet can have nodes.
const OPERATORS: usize = 32;

/// The keys in a genesis whose secrets everybody knows: what each is called, and where it is. Bytes count, and
/// not what they are meant as, so that an argument of a contract hides none; code is not looked into.
pub(crate) fn known_keys(genesis: &Genesis) -> Vec<(String, String)> {
    let known = all();
    let mut found = Vec::new();
    for (place, bytes) in parts(genesis) {
        let here = known.iter().filter(|(_, key)| bytes.windows(key.len()).any(|window| window == key));
        found.extend(here.map(|(name, _)| (name.clone(), place.clone())));
    }
    found
}

/// All such keys, by what they are called.
fn all() -> Vec<(String, [u8; 32])> {
    let accounts = DEV_NAMES.iter().flat_map(|name| [format!("//{name}"), format!("//{name}//stash")]);
    let operators = (1..=OPERATORS).map(|number| format!("//Operator//{number}"));
    let suris = accounts.chain(operators).chain([VALIDATOR.to_owned()]);
    let keys = suris.filter_map(|suri| suri.parse().ok().map(|key: Keypair| (suri, key.public())));
    let peer = network_key(&digest("sillok/dev-peer", &VALIDATOR));
    keys.chain([("the development chain's network key".to_owned(), peer)]).collect()
}

/// A genesis in parts that have names for people.
fn parts(genesis: &Genesis) -> Vec<(String, Vec<u8>)> {
    let nodes = genesis.nodes.iter().map(|node| (format!("the node `{}`", node.name), node.encode()));
    let members =
        genesis.members.iter().map(|member| (format!("the organisation `{}`", member.name), member.encode()));
    let admitted =
        genesis.admitted.iter().map(|admitted| ("the admitted accounts".to_owned(), admitted.encode()));
    let contracts = genesis
        .contracts
        .iter()
        .map(|contract| (format!("the contract `{}`", contract.name), contract.encode()));
    let calls = genesis.calls.iter().map(|call| (format!("a call of `{}`", call.method), call.encode()));
    members.chain(nodes).chain(admitted).chain(contracts).chain(calls).collect()
}
