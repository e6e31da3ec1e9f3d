//! The manifest: which state a snapshot is of, and which chunks it is made of.

use codec::{Decode, DecodeAll, DecodeLimit, Encode};
use sillok_abi::{Certificate, Hash, Header, Validator, digest};
use sillok_client::trust::{SetChange, Trust};
use sillok_runtime::verify_certificate;

use super::SnapshotError;
use crate::limits;

/// The version of the format.
const VERSION: u32 = 1;

/// What a snapshot is of, and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Manifest {
    /// The version of the format.
    version: u32,
    /// The header that commits to the state: of the block after it.
    pub(crate) header: Header,
    /// How many entries the state has.
    pub(crate) entries: u64,
    /// The oldest block whose transactions could be replayed.
    pub(crate) first: u64,
    /// The chunks, in order.
    pub(crate) chunks: Vec<Chunk>,
}

/// What makes a snapshot's header final to whoever trusts the validators of genesis, or later ones.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Finality {
    /// All changes of validators before the header, in order.
    pub(crate) changes: Vec<SetChange>,
    /// The header's certificate.
    pub(crate) certificate: Certificate,
}

impl Finality {
    /// Reads it; nothing of it is checked.
    ///
    /// # Errors
    /// If it does not decode.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        Finality::decode_all(&mut &*bytes).map_err(|_| SnapshotError::Finality)
    }
}

/// A chunk.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Chunk {
    /// Its digest.
    pub(crate) digest: Hash,
    /// Its length.
    pub(crate) bytes: u32,
}

impl Chunk {
    /// What a manifest says of a chunk of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        // A chunk's limit is far below 4 GiB.
        Chunk {
            digest: digest("sillok/chunk", &bytes),
            bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        }
    }

    /// Checks that these are the bytes of the chunk with this index.
    ///
    /// # Errors
    /// If they are not.
    pub(crate) fn check(&self, index: u32, bytes: &[u8]) -> Result<(), SnapshotError> {
        if bytes.len() as u64 != u64::from(self.bytes) {
            let (expected, found) = (self.bytes, bytes.len() as u64);
            return Err(SnapshotError::ChunkLength { chunk: index, expected, found });
        }
        if Chunk::of(bytes) == *self { Ok(()) } else { Err(SnapshotError::ChunkDigest(index)) }
    }
}

impl Manifest {
    /// A manifest of this version.
    pub(super) fn new(header: Header, entries: u64, first: u64, chunks: Vec<Chunk>) -> Self {
        Manifest { version: VERSION, header, entries, first, chunks }
    }

    /// Reads a manifest; nothing of it is checked but that it can be one.
    ///
    /// # Errors
    /// If it can't.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let version = u32::decode(&mut &*bytes).map_err(|_| SnapshotError::Manifest)?;
        if version != VERSION {
            return Err(SnapshotError::Version { found: version, expected: VERSION });
        }
        let manifest = Manifest::decode_all_with_depth_limit(limits::DECODE_DEPTH, &mut &*bytes)
            .map_err(|_| SnapshotError::Manifest)?;
        let is_chunk = |chunk: &Chunk| (1..=limits::SNAPSHOT_CHUNK_BYTES).contains(&(chunk.bytes as usize));
        let height = manifest.header.height;
        let can_be = height > 1
            && (1..height).contains(&manifest.first)
            && manifest.chunks.len() <= limits::SNAPSHOT_CHUNKS
            && manifest.chunks.iter().all(is_chunk);
        if can_be { Ok(manifest) } else { Err(SnapshotError::Manifest) }
    }

    /// The height of the block after which state was so.
    pub(crate) fn height(&self) -> u64 {
        self.header.height - 1
    }

    /// The snapshot's id.
    pub(crate) fn id(&self) -> Hash {
        digest("sillok/snapshot", self)
    }

    /// How many bytes all chunks have.
    pub(crate) fn bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| u64::from(chunk.bytes)).sum()
    }

    /// Checks that its header is of this chain, of these validators or those that follow from them, and final.
    ///
    /// # Errors
    /// The first that is not so.
    pub(crate) fn check_header(
        &self,
        finality: &Finality,
        chain: &Hash,
        validators: &[Validator],
    ) -> Result<(), SnapshotError> {
        let header = &self.header;
        if header.chain != *chain {
            return Err(SnapshotError::OtherChain { expected: *chain, found: header.chain });
        }
        let height = header.height;
        let trust = Trust { chain: *chain, name: String::new(), validators: validators.to_vec() };
        let trust = trust
            .follow_all(&finality.changes)
            .map_err(|(height, error)| SnapshotError::Change { height, error })?;
        if header.validators != trust.fingerprint() {
            return Err(SnapshotError::OtherValidators(height));
        }
        verify_certificate(chain, &trust.validators, height, &header.id(), &finality.certificate)
            .map_err(|error| SnapshotError::NotFinal { height, error })
    }
}
