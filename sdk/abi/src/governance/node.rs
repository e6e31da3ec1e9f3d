//! The consortium's nodes: validators, observers, and validators that were suspended.

use alloc::string::String;

use crate::{Account, PublicKey, Validator};

/// A node's network key: an Ed25519 public key, from which its peer id is made.
pub type PeerKey = [u8; 32];

data! {
    /// A node that is to join.
    pub struct NewNode {
        /// The organisation that runs it, and which of its nodes it is; 1 to 128 bytes.
        name: String,
        /// Who proposes and votes for it. Never its validator key: that signs votes on blocks alone.
        operator: Account,
        /// How others reach whoever runs it, and its RPC address if it has a public one; at most 256 bytes.
        contact: String,
        /// Its network key.
        peer: PeerKey,
        /// Its key and power if it is to be a validator; without them it is an observer.
        validator: Option<Validator>,
    }

    /// What part a node has in consensus.
    pub enum Role {
        /// It follows the chain and has no vote.
        0 => Observer {},
        /// It votes on blocks and on proposals.
        1 => Validator {
            /// The key that signs its votes on blocks.
            key: PublicKey,
            /// Its voting power.
            power: u64,
        },
        /// It was a validator until it equivocated. It has no vote until validators give it power again.
        2 => Suspended {
            /// The key that signed its votes on blocks.
            key: PublicKey,
            /// The voting power that it had.
            power: u64,
        },
    }

    /// What is known of a node.
    pub struct NodeInfo {
        /// Its number, which no other node will ever have.
        number: u32,
        /// The organisation that runs it, and which of its nodes it is.
        name: String,
        /// Who proposes and votes for it.
        operator: Account,
        /// How others reach whoever runs it.
        contact: String,
        /// Its network key.
        peer: PeerKey,
        /// Its part in consensus.
        role: Role,
    }
}
