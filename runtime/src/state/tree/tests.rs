//! The tree against a naive one, at random; proofs, and attacks on them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sillok_abi::{
    ContractId, Hash, KeyProof, ProofError, SearchEnd, check_field, field_place, short, short_hash,
};

use super::{StateTree, TreeBuilder};
use crate::state::Changes;

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// The root as its definition says it, without anything of `sillok_abi::state_tree`.
mod naive {
    use super::*;

    fn digest(kind: u8, bit: u8, left: &[u8], right: &[u8]) -> Vec<u8> {
        let block = [&[kind, bit], &left[..31], &right[..31]].concat();
        blake3::hash(&block).as_bytes().to_vec()
    }

    fn bit(place: &[u8], bit: usize) -> u8 {
        place[bit / 8] >> (7 - bit % 8) & 1
    }

    /// The tree of leaves that agree in all bits before `from`.
    fn tree(kind: u8, leaves: &[(Vec<u8>, Vec<u8>)], from: usize) -> Option<Vec<u8>> {
        match leaves {
            [] => None,
            [(place, content)] => Some(digest(kind, 0, place, content)),
            _ => {
                let side = |side: u8| {
                    leaves.iter().filter(|(place, _)| bit(place, from) == side).cloned().collect::<Vec<_>>()
                };
                match (tree(kind, &side(0), from + 1), tree(kind, &side(1), from + 1)) {
                    (Some(left), Some(right)) => Some(digest(0, from as u8, &left, &right)),
                    (one, other) => one.or(other),
                }
            }
        }
    }

    pub(super) fn root(entries: &Entries) -> Hash {
        let hash = |bytes: &[u8]| blake3::hash(bytes).as_bytes().to_vec();
        type Leaves = Vec<(Vec<u8>, Vec<u8>)>;
        let mut fields: BTreeMap<&[u8], Leaves> = BTreeMap::new();
        for (key, value) in entries {
            fields.entry(&key[..36]).or_default().push((hash(&key[32..]), hash(value)));
        }
        let roots = fields.iter().map(|(field, leaves)| (hash(field), tree(1, leaves, 0).unwrap()));
        let root = tree(2, &roots.collect::<Vec<_>>(), 0);
        root.map_or([0; 32], |root| root.try_into().unwrap())
    }
}

/// Few contracts, fields and keys, so that batches meet each other.
fn key() -> impl Strategy<Value = Vec<u8>> {
    (0..3u8, 0..3u8, 0..40u8).prop_map(|(contract, field, key)| {
        [&[contract; 32][..], &[0, 0, 0, field], &vec![key; usize::from(key % 5)]].concat()
    })
}

fn batch() -> impl Strategy<Value = Changes> {
    prop::collection::btree_map(key(), prop::option::of(prop::collection::vec(any::<u8>(), 0..40)), 0..60)
}

fn apply(entries: &mut Entries, changes: &Changes) {
    for (key, value) in changes {
        match value {
            Some(value) => drop(entries.insert(key.clone(), value.clone())),
            None => drop(entries.remove(key)),
        }
    }
}

fn built(entries: &Entries) -> StateTree {
    let mut builder = TreeBuilder::default();
    entries.iter().for_each(|(key, value)| builder.add(key, value).unwrap());
    builder.finish()
}

fn parts(key: &[u8]) -> (ContractId, &[u8]) {
    (ContractId(key[..32].try_into().unwrap()), &key[32..])
}

proptest! {
    #[test]
    fn the_root_is_that_of_a_naive_tree(batches in prop::collection::vec(batch(), 1..12)) {
        let (mut tree, mut entries) = (StateTree::default(), Entries::new());
        for changes in &batches {
            let roots = tree.update(changes).unwrap();
            apply(&mut entries, changes);
            prop_assert_eq!(tree.root(), naive::root(&entries));
            for (field, root) in roots {
                let kept = tree.fields.get(&field).map(|tree| tree.digest);
                prop_assert_eq!(root, kept);
            }
        }
        prop_assert_eq!(built(&entries).root(), tree.root());
        // All gone again: no node is left over.
        let none = entries.into_keys().map(|key| (key, None)).collect();
        tree.update(&none).unwrap();
        prop_assert_eq!(tree.root(), [0; 32]);
        prop_assert!(tree.fields.is_empty());
    }

    #[test]
    fn proofs_hold_for_what_is_and_nothing_else(changes in batch(), asked in key(), claimed in any::<u8>()) {
        let (mut tree, mut entries) = (StateTree::default(), Entries::new());
        tree.update(&changes).unwrap();
        apply(&mut entries, &changes);
        let (contract, key) = parts(&asked);
        let proof = tree.prove(&contract, key).unwrap();
        let value = entries.get(&asked).map(Vec::as_slice);
        prop_assert_eq!(proof.check(&tree.root(), &contract, key, value), Ok(()));
        let other = [claimed; 41];
        prop_assert!(proof.check(&tree.root(), &contract, key, Some(&other)).is_err());
        if value.is_some() {
            prop_assert_eq!(proof.check(&tree.root(), &contract, key, None), Err(ProofError::Presence));
        }
    }

    #[test]
    fn a_field_is_proven_whole(changes in batch(), asked in key(), spoil in any::<prop::sample::Index>()) {
        let (mut tree, mut entries) = (StateTree::default(), Entries::new());
        tree.update(&changes).unwrap();
        apply(&mut entries, &changes);
        let (contract, key) = parts(&asked);
        let field: [u8; 4] = key[..4].try_into().unwrap();
        let own = entries.iter().filter(|(key, _)| key.starts_with(&asked[..36]));
        let mut own: Vec<_> = own.map(|(key, value)| (key[32..].to_vec(), value.clone())).collect();
        let search = tree.prove_field(&contract, &field);
        prop_assert_eq!(check_field(&tree.root(), &contract, &field, &own, &search), Ok(()));
        if !own.is_empty() {
            own.remove(spoil.index(own.len()));
            prop_assert!(check_field(&tree.root(), &contract, &field, &own, &search).is_err());
        }
        own.push(([&field[..], &[0xff; 9]].concat(), vec![1]));
        prop_assert!(check_field(&tree.root(), &contract, &field, &own, &search).is_err());
    }

    #[test]
    fn a_proof_with_any_bit_changed_proves_nothing(changes in batch(), asked in key(), at in any::<prop::sample::Index>()) {
        use codec::{DecodeAll, Encode};
        let mut tree = StateTree::default();
        let mut entries = Entries::new();
        tree.update(&changes).unwrap();
        apply(&mut entries, &changes);
        let (contract, key) = parts(&asked);
        let proof = tree.prove(&contract, key).unwrap();
        let mut bytes = proof.encode();
        let bit = at.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(changed) = KeyProof::decode_all(&mut bytes.as_slice()) {
            let value = entries.get(&asked).map(Vec::as_slice);
            prop_assert!(changed.check(&tree.root(), &contract, key, value).is_err());
        }
    }
}

const CONTRACT: ContractId = ContractId([7; 32]);

fn storage_key(n: u32) -> Vec<u8> {
    [&b"keys"[..], &n.to_le_bytes()].concat()
}

fn sample(count: u32) -> StateTree {
    let changes = (0..count).map(|n| ([&CONTRACT.0, &storage_key(n)[..]].concat(), Some(vec![n as u8; 8])));
    let mut tree = StateTree::default();
    tree.update(&changes.collect()).unwrap();
    tree
}

fn in_field(proof: KeyProof) -> (sillok_abi::Search, sillok_abi::Search) {
    match proof {
        KeyProof::InField { key, field } => (key, field),
        KeyProof::NoField(_) => panic!("the field is there"),
    }
}

/// Each way to make a key that is there look absent.
#[test]
fn absence_of_what_is_there_can_not_be_proven() {
    let tree = sample(200);
    let (root, key) = (tree.root(), storage_key(77));
    let absent = |proof: KeyProof| proof.check(&root, &CONTRACT, &key, None);
    let (own, field) = in_field(tree.prove(&CONTRACT, &key).unwrap());
    let as_proof = |key| KeyProof::InField { key, field: field.clone() };

    // The own leaf, called another's.
    let end = SearchEnd::Other { place: short_hash(&key), content: short_hash(&[77; 8]) };
    assert_eq!(absent(as_proof(sillok_abi::Search { end, ..own.clone() })), Err(ProofError::SamePlace));

    // The search for another key, which ends at another leaf: its way is not the asked key's.
    for n in (0..200).filter(|n| *n != 77) {
        let (mut other, _) = in_field(tree.prove(&CONTRACT, &storage_key(n)).unwrap());
        other.end =
            SearchEnd::Other { place: short_hash(&storage_key(n)), content: short_hash(&[n as u8; 8]) };
        assert_eq!(absent(as_proof(other)), Err(ProofError::Root), "{n}");
    }

    // The way cut short: the subtree that holds the key stands for a leaf.
    for cut in 1..own.steps.len() {
        let steps = own.steps[cut..].to_vec();
        let below = &own.steps[cut - 1];
        for (place, content) in [(below.beside, short(&[0; 32])), (short(&root), below.beside)] {
            let end = SearchEnd::Other { place, content };
            assert_eq!(
                absent(as_proof(sillok_abi::Search { steps: steps.clone(), end })),
                Err(ProofError::Root)
            );
        }
    }

    // The field left out, as if there were none; or as if there were nothing at all.
    assert_eq!(absent(KeyProof::NoField(field.clone())), Err(ProofError::Presence));
    let empty = sillok_abi::Search { steps: Vec::new(), end: SearchEnd::Empty };
    assert_eq!(absent(KeyProof::NoField(empty.clone())), Err(ProofError::Root));
    assert_eq!(absent(as_proof(empty)), Err(ProofError::Presence));
    let end = SearchEnd::Other { place: field_place(&CONTRACT, b"keys"), content: short(&root) };
    let same = KeyProof::NoField(sillok_abi::Search { steps: Vec::new(), end });
    assert_eq!(absent(same), Err(ProofError::SamePlace));

    // Steps out of order, or one twice.
    let mut twice = own.clone();
    twice.steps.insert(0, twice.steps[0].clone());
    assert_eq!(as_proof(twice).check(&root, &CONTRACT, &key, Some(&[77; 8])), Err(ProofError::Steps));
}

/// A leaf of one kind never passes for one of another.
#[test]
fn a_field_s_root_is_no_value() {
    let tree = sample(1);
    let field = tree.fields.values().next().unwrap().digest;
    // A storage key whose place would be the field's does not exist; take its leaf's content anyway.
    let claimed = KeyProof::InField {
        key: sillok_abi::Search { steps: Vec::new(), end: SearchEnd::Found },
        field: sillok_abi::Search { steps: Vec::new(), end: SearchEnd::Found },
    };
    assert_eq!(claimed.check(&tree.root(), &CONTRACT, &storage_key(0), Some(&field)), Err(ProofError::Root));
    assert_eq!(claimed.check(&tree.root(), &CONTRACT, &storage_key(0), Some(&[0; 8])), Ok(()));
}

#[test]
fn a_proof_takes_less_than_a_kilobyte() {
    use codec::Encode;
    let tree = sample(20_000);
    let longest = (0..20_000).map(|n| tree.prove(&CONTRACT, &storage_key(n)).unwrap().encoded_size()).max();
    assert!(longest.unwrap() < 1_000, "{longest:?} bytes");
}

/// One root, written down: another implementation can compare.
#[test]
fn the_root_of_a_known_state() {
    let root: String = sample(3).root().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(root, "4bca31d7ffe26c00883f837fa5efd206c1b414b1d28ec7efc2cbabbc5d96c1db");
}
