//! What nodes say to each other: lanes, and the frames on each. `docs/protocol.md`, "Network", has the same
//! for other implementations.
//!
//! Everything here comes from the wire: a frame's length was checked before; decoding is bounded in depth and
//! memory. Invariant: nothing in it has been believed yet.

use std::fmt;
use std::sync::Arc;

use codec::{Decode, Encode, MemTrackingInput};
use codec::{DecodeLimit, Error};
use sillok_abi::{Block, Certificate, Hash, Transaction, digest};

use super::identity::{Binding, NodeId};
use crate::limits;

/// The version of what is described here. Nodes of different versions don't talk.
pub(super) const VERSION: u32 = 1;

/// A stream of its own for each kind of traffic, so that none waits behind another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// Hello, pings, addresses, farewell.
    Control,
    /// Consensus messages.
    Messages,
    /// Block bodies, and questions for them.
    Blocks,
    /// Everything else that is asked and answered.
    Requests,
    /// Transactions on their way to validators.
    Transactions,
}

impl Lane {
    /// All of them. Their streams come in any order.
    pub(super) const ALL: [Lane; 5] =
        [Lane::Control, Lane::Messages, Lane::Blocks, Lane::Requests, Lane::Transactions];

    /// Its libp2p protocol. No name has a version or a chain in it: the hello says more clearly what differs.
    pub(super) const fn protocol(self) -> &'static str {
        match self {
            Lane::Control => "/sillok/control",
            Lane::Messages => "/sillok/messages",
            Lane::Blocks => "/sillok/blocks",
            Lane::Requests => "/sillok/requests",
            Lane::Transactions => "/sillok/transactions",
        }
    }
}

/// The first frame of the control lane, each way. Its first two fields never change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Hello {
    /// [`VERSION`].
    pub(super) version: u32,
    /// The chain: its genesis hash.
    pub(super) chain: Hash,
    /// The software and its version, for people.
    pub(super) agent: String,
    /// For which validator the node speaks.
    pub(super) binding: Option<Binding>,
    /// Where it can be reached.
    pub(super) record: AddressRecord,
}

/// Where a node can be reached, by its own word. Others pass it on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct AddressRecord {
    /// The node.
    pub(super) node: NodeId,
    /// A record of a higher number replaces this one: milliseconds since 1970, when it was made.
    pub(super) sequence: u64,
    /// Multiaddresses in binary.
    pub(super) addresses: Vec<Vec<u8>>,
    /// The node's ed25519 signature over [`AddressRecord::digest`].
    pub(super) signature: [u8; 64],
}

impl AddressRecord {
    /// What the node signs.
    pub(super) fn digest(&self, chain: &Hash) -> Hash {
        digest("sillok/addresses", &(chain, self.node, self.sequence, &self.addresses))
    }

    /// Whether it is within limits and the node's own word.
    pub(super) fn holds(&self, chain: &Hash) -> bool {
        self.addresses.len() <= limits::NODE_ADDRESSES
            && self.addresses.iter().all(|address| address.len() <= limits::ADDRESS_BYTES)
            && self.node.has_signed(&self.digest(chain), &self.signature)
    }
}

/// A frame of the control lane after the hello.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum Control {
    /// The hello is accepted. The first frame after it, unless it is a farewell.
    Welcome,
    /// The connection ends, and why. The last frame.
    Goodbye(Goodbye),
    /// Are you there?
    Ping(u64),
    /// Yes: the ping's number.
    Pong(u64),
    /// Where nodes can be reached.
    Addresses(Vec<AddressRecord>),
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum Goodbye {
    /// Other [`VERSION`]s.
    OtherVersion,
    /// Other chains.
    OtherChain,
    /// Not a member, or no longer.
    NotMember,
    /// The validator that the chain's list names did not sign for this node.
    FalseBinding,
    /// Too much of what no honest node does.
    Misbehaved,
    /// There is another connection between the two.
    Replaced,
    /// The node stops.
    Stopping,
}

impl fmt::Display for Goodbye {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Goodbye::OtherVersion => "the other node has another version of the network protocol",
            Goodbye::OtherChain => "the other node is of another chain",
            Goodbye::NotMember => "the other node is not a member of the chain",
            Goodbye::FalseBinding => {
                "the other node has no proof that it belongs to the validator that the chain names for it"
            }
            Goodbye::Misbehaved => "the other node misbehaved",
            Goodbye::Replaced => "another connection replaces this one",
            Goodbye::Stopping => "the node stops",
        })
    }
}

/// A frame of the blocks lane.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum BlockFrame {
    /// A block that nobody asked for.
    Push(Arc<Block>),
    /// Which block is wanted, by id.
    Fetch(Hash),
    /// The block that was wanted.
    Found(Arc<Block>),
    /// The block that was wanted is not there.
    Missing(Hash),
}

/// A frame of the requests lane.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum RequestFrame {
    /// A question. Its number comes back with the answer.
    Ask(u32, Ask),
    /// The answer to a question.
    Answer(u32, Answer),
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum Ask {
    /// Decided blocks from a height on.
    Decided {
        /// The first height.
        height: u64,
        /// How many at most.
        count: u32,
    },
    /// Something of a snapshot, in the application's own words.
    Snapshot(Vec<u8>),
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) enum Answer {
    /// Decided blocks, lowest first. None if there are none.
    Decided(Vec<(Arc<Block>, Certificate)>),
    /// What the application says.
    Snapshot(Option<Vec<u8>>),
    /// Too much to do.
    Busy,
}

/// A frame of the transactions lane.
pub(super) type Batch = Vec<Transaction>;

/// What these bytes say, all of them.
///
/// # Errors
/// If they are not that, nest too deep, or would take too much memory.
pub(super) fn decode<T: Decode>(mut bytes: &[u8]) -> Result<T, Error> {
    let memory = bytes.len() * limits::DECODE_EXPANSION + limits::LARGE_FRAME_BYTES;
    let mut input = MemTrackingInput::new(&mut bytes, memory);
    let value = T::decode_with_depth_limit(limits::DECODE_DEPTH, &mut input)?;
    if bytes.is_empty() { Ok(value) } else { Err("bytes follow".into()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::network::identity::NetworkKey;

    fn record(key: &NetworkKey, addresses: Vec<Vec<u8>>) -> AddressRecord {
        let mut record = AddressRecord { node: key.id(), sequence: 7, addresses, signature: [0; 64] };
        record.signature = key.sign(&record.digest(&[1; 32]));
        record
    }

    #[test]
    fn a_record_holds_as_its_node_signed_it_for_one_chain() {
        let [key, other] = [1, 2].map(|seed| NetworkKey::from_seed([seed; 32]).unwrap());
        let signed = record(&key, vec![vec![1, 2, 3]]);
        assert!(signed.holds(&[1; 32]));
        assert!(!signed.holds(&[2; 32]));
        assert!(!AddressRecord { sequence: 8, ..signed.clone() }.holds(&[1; 32]));
        assert!(!AddressRecord { addresses: vec![], ..signed.clone() }.holds(&[1; 32]));
        assert!(!AddressRecord { node: other.id(), ..signed }.holds(&[1; 32]));
        assert!(!record(&key, vec![vec![]; limits::NODE_ADDRESSES + 1]).holds(&[1; 32]));
        assert!(!record(&key, vec![vec![0; limits::ADDRESS_BYTES + 1]]).holds(&[1; 32]));
    }

    #[test]
    fn a_hello_of_full_length_fits() {
        let key = NetworkKey::from_seed([1; 32]).unwrap();
        let hello = Hello {
            version: VERSION,
            chain: [1; 32],
            agent: "x".repeat(limits::AGENT_BYTES),
            binding: Some(Binding { validator: [1; 32], signature: [1; 64] }),
            record: record(&key, vec![vec![0; limits::ADDRESS_BYTES]; limits::NODE_ADDRESSES]),
        };
        assert!(hello.encoded_size() <= limits::HELLO_BYTES);
        let told = Control::Addresses(vec![hello.record; limits::RECORDS_TOLD]);
        assert!(told.encoded_size() <= limits::CONTROL_BYTES);
    }

    #[test]
    fn a_length_that_lies_takes_no_memory() {
        // A block whose transactions are said to be 2³⁰.
        let mut bytes = BlockFrame::Missing([0; 32]).encode();
        bytes[0] = 0;
        bytes.resize(300, 0);
        bytes.extend([0xfe, 0xff, 0xff, 0xff]);
        assert!(decode::<BlockFrame>(&bytes).is_err());
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_decoding_ends(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(frame) = decode::<Control>(&bytes) {
                prop_assert_eq!(frame.encode(), &bytes[..]);
            }
            let _ = (decode::<BlockFrame>(&bytes), decode::<RequestFrame>(&bytes), decode::<Batch>(&bytes));
        }
    }
}
