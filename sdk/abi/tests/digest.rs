//! Digests and Merkle roots, against their definitions.

use codec::Encode;
use sillok_abi::{Account, HOST_FUNCTIONS, Hash, digest, merkle_root, native};

fn blake3_of(parts: &[&[u8]]) -> Hash {
    *blake3::hash(&parts.concat()).as_bytes()
}

#[test]
fn a_digest_is_of_domain_zero_and_scale() {
    let value = (7_u32, "text");
    assert_eq!(digest("sillok/test", &value), blake3_of(&[b"sillok/test", &[0], &value.encode()]));
    assert_ne!(digest("sillok/a", &1_u8), digest("sillok/b", &1_u8));
}

#[test]
fn contract_ids_depend_on_deployer_and_salt() {
    let id = |deployer: u8, salt: u8| native::contract_id(&Account::Key([deployer; 32]), &[salt; 32]);
    assert_eq!(id(1, 1), id(1, 1));
    assert_ne!(id(1, 1), id(2, 1));
    assert_ne!(id(1, 1), id(1, 2));
}

#[test]
fn merkle_roots_pair_from_the_left_and_odd_nodes_rise() {
    let leaves: Vec<Hash> = (0..5).map(|number| [number; 32]).collect();
    let leaf = |number: usize| leaves[number];
    let mut key = [0; 32];
    key[..18].copy_from_slice(b"sillok/merkle/node");
    let node = |left: &Hash, right: &Hash| *blake3::keyed_hash(&key, &[*left, *right].concat()).as_bytes();
    assert_eq!(merkle_root(&[]), [0; 32]);
    assert_eq!(merkle_root(&leaves[..1]), leaf(0));
    assert_eq!(merkle_root(&leaves[..2]), node(&leaf(0), &leaf(1)));
    assert_eq!(merkle_root(&leaves[..3]), node(&node(&leaf(0), &leaf(1)), &leaf(2)));
    let four = node(&node(&leaf(0), &leaf(1)), &node(&leaf(2), &leaf(3)));
    assert_eq!(merkle_root(&leaves[..4]), four);
    assert_eq!(merkle_root(&leaves), node(&four, &leaf(4)));
}

#[test]
fn host_functions_have_distinct_names_and_docs() {
    let mut names: Vec<&str> = HOST_FUNCTIONS.iter().map(|function| function.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), HOST_FUNCTIONS.len());
    for function in HOST_FUNCTIONS {
        assert!(!function.docs.is_empty() && function.gas_base > 0, "{}", function.name);
        assert!(["", "u32", "u64"].contains(&function.returns), "{}", function.name);
    }
}
