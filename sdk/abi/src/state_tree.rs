//! The state tree: what its hashes cover, and proofs against its root.
//!
//! State is a tree of fields, and each field is a tree of its keys. Both are binary trees in which every
//! branch has two children and names the bit that tells them apart (D. R. Morrison's Patricia trees, 1968).
//! So a tree of n leaves has n − 1 branches, its shape follows from its keys alone, and the search for any
//! key ends at a leaf: at the key's own if it is there, else at another one, which proves that it is not.
//!
//! Every digest of the tree is BLAKE3 of exactly one block of 64 bytes.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};

use crate::{ContractId, Hash};

/// The first 31 bytes of a digest, as which it stands inside another one.
pub type Short = [u8; SHORT_BYTES];

/// What 64 bytes leave for each of two digests beside the two bytes in front of them.
pub const SHORT_BYTES: usize = 31;
/// The bits of a place in a tree.
pub const PLACE_BITS: usize = SHORT_BYTES * 8;
/// How many bytes of a storage key name its field.
pub const FIELD_BYTES: usize = 4;

/// What is hashed for a branch or leaf: kind ‖ bit ‖ left or place ‖ right or content.
pub type NodeBlock = [u8; 64];

/// The kinds of nodes, as the first byte of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum NodeKind {
    /// Two subtrees.
    Branch = 0,
    /// A key and its value.
    Key = 1,
    /// A field, with the root of its tree.
    Field = 2,
}

/// The block of a leaf.
pub fn leaf_block(kind: NodeKind, place: &Short, content: &Short) -> NodeBlock {
    block(kind, 0, place, content)
}

/// The block of a branch between subtrees whose places differ first in this bit.
pub fn branch_block(bit: u8, left: &Short, right: &Short) -> NodeBlock {
    block(NodeKind::Branch, bit, left, right)
}

fn block(kind: NodeKind, bit: u8, left: &Short, right: &Short) -> NodeBlock {
    let mut block = [0; 64];
    block[0] = kind as u8;
    block[1] = bit;
    block[2..33].copy_from_slice(left);
    block[33..].copy_from_slice(right);
    block
}

/// The digest of a block.
pub fn node_digest(block: &NodeBlock) -> Hash {
    *blake3::hash(block).as_bytes()
}

/// A digest as it stands inside another one.
pub fn short(digest: &Hash) -> Short {
    let mut short = [0; SHORT_BYTES];
    short.copy_from_slice(&digest[..SHORT_BYTES]);
    short
}

/// The place of a storage key in its field's tree; also what stands for a value in its leaf.
pub fn short_hash(bytes: &[u8]) -> Short {
    short(blake3::hash(bytes).as_bytes())
}

/// The place of a field in the tree of fields.
pub fn field_place(contract: &ContractId, field: &[u8; FIELD_BYTES]) -> Short {
    let mut bytes = [0; 32 + FIELD_BYTES];
    bytes[..32].copy_from_slice(&contract.0);
    bytes[32..].copy_from_slice(field);
    short_hash(&bytes)
}

/// A bit of a place, counted from the highest of the first byte.
pub fn bit_of(place: &Short, bit: u8) -> bool {
    place[usize::from(bit) / 8] & (0x80 >> (bit % 8)) != 0
}

/// The first bit in which two places differ.
pub fn first_difference(one: &Short, other: &Short) -> Option<u8> {
    let byte = one.iter().zip(other).position(|(one, other)| one != other)?;
    let bit = byte * 8 + (one[byte] ^ other[byte]).leading_zeros() as usize;
    // There are fewer than 256 bits.
    u8::try_from(bit).ok()
}

/// The digest of the tree of these leaves, which are in the order of their places, each place once. None
/// if there are none.
pub fn tree_digest(kind: NodeKind, leaves: &[(Short, Short)]) -> Option<Hash> {
    let ((first, content), (last, _)) = (leaves.first()?, leaves.last()?);
    let Some(bit) = first_difference(first, last) else {
        return Some(node_digest(&leaf_block(kind, first, content)));
    };
    let (left, right) = leaves.split_at(leaves.partition_point(|(place, _)| !bit_of(place, bit)));
    let (left, right) = (tree_digest(kind, left)?, tree_digest(kind, right)?);
    Some(node_digest(&branch_block(bit, &short(&left), &short(&right))))
}

/// One branch on the way from a leaf to the root.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Step {
    /// The branch's bit.
    pub bit: u8,
    /// The digest of the subtree that the way does not come from.
    pub beside: Short,
}

/// The search for a place in a tree.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Search {
    /// The branches, from the leaf up.
    pub steps: Vec<Step>,
    /// Where it ended.
    pub end: SearchEnd,
}

/// Where the search for a place ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum SearchEnd {
    /// At the leaf of this place.
    Found,
    /// At the leaf of another place: nothing is there.
    Other {
        /// The place of that leaf.
        place: Short,
        /// What is in that leaf.
        content: Short,
    },
    /// In a tree without leaves.
    Empty,
}

/// Proof of what a key holds, or that it holds nothing.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum KeyProof {
    /// Its field is there: the search for the key in the field's tree, and for the field.
    InField {
        /// In the field's tree.
        key: Search,
        /// In the tree of fields. It ends with `Found`.
        field: Search,
    },
    /// Its field is not there: the search for the field.
    NoField(Search),
}

/// Why a proof is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// It leads to another root: a key, value, step or root is not what it was.
    Root,
    /// Its steps do not go up, one branch above the other.
    Steps,
    /// It says that nothing is there, and ends at the very place.
    SamePlace,
    /// It proves that something is there, not that nothing is; or the other way round.
    Presence,
    /// A key is too short to name a field, or of another field.
    Key,
    /// A key comes twice, or the keys are not in their order.
    Order,
}

impl core::fmt::Display for ProofError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            ProofError::Root => "it leads to another state root: something in it was changed",
            ProofError::Steps => "its steps are not in order",
            ProofError::SamePlace => "it says that a key is absent and ends at that very key",
            ProofError::Presence => "it proves the presence of what is said to be absent, or the reverse",
            ProofError::Key => "a key does not belong to the field",
            ProofError::Order => "its keys are not in order, each once",
        })
    }
}

impl core::error::Error for ProofError {}

impl Search {
    /// The digest of the tree in which the search for `place` goes like this, the leaf being of this kind
    /// and, if it was found, holding `content`. None for a tree without leaves.
    fn tree(
        &self,
        kind: NodeKind,
        place: &Short,
        content: Option<&Short>,
    ) -> Result<Option<Hash>, ProofError> {
        let leaf = match (&self.end, content) {
            (SearchEnd::Found, Some(content)) => leaf_block(kind, place, content),
            (SearchEnd::Other { place: other, .. }, None) if other == place => {
                return Err(ProofError::SamePlace);
            }
            (SearchEnd::Other { place, content }, None) => leaf_block(kind, place, content),
            (SearchEnd::Empty, None) if self.steps.is_empty() => return Ok(None),
            (SearchEnd::Empty, None) => return Err(ProofError::Steps),
            _ => return Err(ProofError::Presence),
        };
        let mut digest = node_digest(&leaf);
        let mut below = PLACE_BITS;
        for Step { bit, beside } in &self.steps {
            if usize::from(*bit) >= below {
                return Err(ProofError::Steps);
            }
            below = usize::from(*bit);
            let from = short(&digest);
            let (left, right) = if bit_of(place, *bit) { (beside, &from) } else { (&from, beside) };
            digest = node_digest(&branch_block(*bit, left, right));
        }
        Ok(Some(digest))
    }

    /// Checks that a field has this root, or that there is no such field.
    fn check_field(&self, root: &Hash, place: &Short, field: Option<&Hash>) -> Result<(), ProofError> {
        let content = field.map(short);
        let tree = self.tree(NodeKind::Field, place, content.as_ref())?;
        if tree.unwrap_or_default() == *root { Ok(()) } else { Err(ProofError::Root) }
    }
}

impl KeyProof {
    /// Checks that under the state root `root` a contract's storage key holds `value`, or nothing.
    ///
    /// # Errors
    /// If it does not follow from this proof.
    pub fn check(
        &self,
        root: &Hash,
        contract: &ContractId,
        key: &[u8],
        value: Option<&[u8]>,
    ) -> Result<(), ProofError> {
        let field = key.first_chunk::<FIELD_BYTES>().ok_or(ProofError::Key)?;
        let field_place = field_place(contract, field);
        match self {
            KeyProof::NoField(search) if value.is_none() => search.check_field(root, &field_place, None),
            KeyProof::NoField(_) => Err(ProofError::Presence),
            KeyProof::InField { key: search, field } => {
                let content = value.map(short_hash);
                let tree = search.tree(NodeKind::Key, &short_hash(key), content.as_ref())?;
                // A field that is there has a key.
                let tree = tree.ok_or(ProofError::Presence)?;
                field.check_field(root, &field_place, Some(&tree))
            }
        }
    }
}

/// Checks that under the state root `root` a field holds exactly these entries, keys in their order. Their
/// keys begin with the field's four bytes.
///
/// # Errors
/// If it does not follow from the search for the field.
pub fn check_field(
    root: &Hash,
    contract: &ContractId,
    field: &[u8; FIELD_BYTES],
    entries: &[(Vec<u8>, Vec<u8>)],
    search: &Search,
) -> Result<(), ProofError> {
    if entries.iter().any(|(key, _)| !key.starts_with(field)) {
        return Err(ProofError::Key);
    }
    if !entries.is_sorted_by(|(one, _), (other, _)| one < other) {
        return Err(ProofError::Order);
    }
    let mut leaves: Vec<(Short, Short)> =
        entries.iter().map(|(key, value)| (short_hash(key), short_hash(value))).collect();
    leaves.sort_unstable();
    let tree = tree_digest(NodeKind::Key, &leaves);
    search.check_field(root, &field_place(contract, field), tree.as_ref())
}
