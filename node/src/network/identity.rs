//! Who a node is on the network: an ed25519 key, apart from the key that a validator votes with.
//!
//! A node's id is its public key. libp2p's peer id is the same 32 bytes in other clothes.

use std::fmt;

use codec::{Decode, Encode};
use libp2p::PeerId;
use libp2p::identity::{Keypair, ed25519};
use sillok_abi::{Hash, PublicKey, digest};

/// What stands before the key in the bytes of a peer id: an identity multihash of a protobuf `PublicKey`
/// of type Ed25519.
const PEER_ID_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// A node: its ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(crate) struct NodeId(pub(crate) [u8; 32]);

impl NodeId {
    /// libp2p's name of it; none if no peer id is made of such bytes.
    pub(crate) fn peer_id(&self) -> Option<PeerId> {
        PeerId::from_bytes(&[&PEER_ID_PREFIX[..], &self.0].concat()).ok()
    }

    /// The node with this peer id; none if its key is not of ed25519.
    pub(crate) fn from_peer_id(id: &PeerId) -> Option<Self> {
        let bytes = id.to_bytes();
        let key = bytes.strip_prefix(&PEER_ID_PREFIX[..])?;
        Some(NodeId(key.try_into().ok()?))
    }

    /// Whether this node signed a digest with its network key.
    pub(crate) fn has_signed(&self, digest: &Hash, signature: &[u8; 64]) -> bool {
        ed25519::PublicKey::try_from_bytes(&self.0).is_ok_and(|key| key.verify(digest, signature))
    }
}

impl fmt::Display for NodeId {
    /// As its peer id, which is what people meet in addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.peer_id() {
            Some(id) => id.fmt(f),
            None => f.write_str(&hex::encode(self.0)),
        }
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The key that makes a node who it is.
#[derive(Clone)]
pub(crate) struct NetworkKey(ed25519::Keypair);

impl NetworkKey {
    /// The key of a secret seed.
    ///
    /// # Errors
    /// None for 32 bytes, by the curve's library of today.
    pub(crate) fn from_seed(seed: [u8; 32]) -> Result<Self, libp2p::identity::DecodingError> {
        Ok(NetworkKey(ed25519::SecretKey::try_from_bytes(seed)?.into()))
    }

    /// Who has this key.
    pub(crate) fn id(&self) -> NodeId {
        NodeId(self.0.public().to_bytes())
    }

    /// Signs a digest.
    pub(crate) fn sign(&self, digest: &Hash) -> [u8; 64] {
        // An ed25519 signature has 64 bytes; zeros are nobody's.
        self.0.sign(digest).try_into().unwrap_or([0; 64])
    }

    /// The key as libp2p wants it.
    pub(super) fn keypair(&self) -> Keypair {
        self.0.clone().into()
    }
}

impl fmt::Debug for NetworkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NetworkKey({})", self.id())
    }
}

/// A validator's word that a node is its own: its signature over [`binding_digest`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Binding {
    /// The validator's key.
    pub(crate) validator: PublicKey,
    /// Its signature.
    pub(crate) signature: [u8; 64],
}

/// What a validator signs to say that a node of a chain is its own.
pub(crate) fn binding_digest(chain: &Hash, node: &NodeId) -> Hash {
    digest("sillok/node", &(chain, node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_id_and_its_peer_id_are_the_same_key() {
        let key = NetworkKey::from_seed([7; 32]).unwrap();
        let peer = key.keypair().public().to_peer_id();
        assert_eq!(key.id().peer_id(), Some(peer));
        assert_eq!(NodeId::from_peer_id(&peer), Some(key.id()));
        assert!(key.id().to_string().starts_with("12D3KooW"));
    }

    #[test]
    fn only_its_own_signatures_are_a_nodes() {
        let [one, other] = [1, 2].map(|seed| NetworkKey::from_seed([seed; 32]).unwrap());
        let signature = one.sign(&[9; 32]);
        assert!(one.id().has_signed(&[9; 32], &signature));
        assert!(!other.id().has_signed(&[9; 32], &signature));
        assert!(!one.id().has_signed(&[8; 32], &signature));
        assert!(!NodeId([2; 32]).has_signed(&[9; 32], &signature));
    }
}
