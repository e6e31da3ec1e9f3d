//! What nodes say to each other about snapshots, in the requests lane's words for it.

use codec::{Decode, DecodeAll, Encode};
use sillok_abi::Hash;

use super::{Finality, Manifest};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Ask {
    /// Which snapshots there are; answered with a list of [`Offer`]s, the newest first.
    Offers,
    /// The manifest of the snapshot with this id, and what makes its header final; answered with a [`Head`].
    Head(Hash),
    /// The chunk with this index; answered with its bytes.
    Chunk(Hash, u32),
}

/// A snapshot that a node has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Offer {
    /// The height of the block after which it was made.
    pub(crate) height: u64,
    /// Its id.
    pub(crate) id: Hash,
}

/// What a snapshot is made of, and what makes its header final. Nothing of it has been checked.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Head {
    /// SCALE of the manifest.
    pub(crate) manifest: Vec<u8>,
    /// What makes its header final.
    pub(crate) finality: Finality,
}

impl Head {
    /// Of a snapshot.
    pub(crate) fn new(manifest: &Manifest, finality: Finality) -> Self {
        Head { manifest: manifest.encode(), finality }
    }
}

/// Reads a message; none if it does not decode.
pub(crate) fn read<T: DecodeAll>(bytes: &[u8]) -> Option<T> {
    T::decode_all(&mut &*bytes).ok()
}
