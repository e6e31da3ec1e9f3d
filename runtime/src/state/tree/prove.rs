//! Proofs against the root, for whoever has nothing but the root.

use sillok_abi::{
    ContractId, FIELD_BYTES, KeyProof, Search, SearchEnd, Short, Step, bit_of, field_place, short_hash,
};

use super::arena::{Arena, Node};
use super::{StateTree, Tree};
use crate::state::state_key;

impl StateTree {
    /// Proof of what a contract's storage key holds, or that it holds nothing. None if the key is too short
    /// to be one.
    pub fn prove(&self, contract: &ContractId, key: &[u8]) -> Option<KeyProof> {
        let bytes = key.first_chunk::<FIELD_BYTES>()?;
        let field = self.prove_field(contract, bytes);
        let tree = state_key(contract, bytes).first_chunk().and_then(|field| self.fields.get(field));
        Some(match tree {
            Some(tree) => KeyProof::InField { key: tree.prove(&self.arena, &short_hash(key)), field },
            None => KeyProof::NoField(field),
        })
    }

    /// The search for a field: with all of the field's entries it proves that there are no others.
    pub fn prove_field(&self, contract: &ContractId, field: &[u8; FIELD_BYTES]) -> Search {
        self.top.prove(&self.arena, &field_place(contract, field))
    }
}

impl Tree {
    fn prove(&self, arena: &Arena, place: &Short) -> Search {
        let Some(root) = self.root else { return Search { steps: Vec::new(), end: SearchEnd::Empty } };
        let (mut steps, mut at) = (Vec::new(), root);
        loop {
            match at.node() {
                Node::Branch(branch) => {
                    let fork = arena.fork(branch);
                    let right = bit_of(place, fork.bit);
                    steps.push(Step { bit: fork.bit, beside: arena.digest(branch, !right) });
                    at = fork.children[usize::from(right)];
                }
                Node::Leaf(leaf) => {
                    steps.reverse();
                    let (own, content) = (arena.place(leaf), arena.content(leaf));
                    let other = SearchEnd::Other { place: own, content };
                    return Search { steps, end: if own == *place { SearchEnd::Found } else { other } };
                }
            }
        }
    }
}
