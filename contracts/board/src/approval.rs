//! What directors hand in when they agree.

use sillok_sdk::codec::DecodeAll;
use sillok_sdk::prelude::*;

use crate::key::SIGNATURE_BYTES;
use crate::roll::MAX_DIRECTORS;

/// The most bytes of a credential: the approvals of as many directors as there can be, and their number.
const MAX_CREDENTIAL: usize = 2 + MAX_DIRECTORS * (4 + SIGNATURE_BYTES);

/// A director's agreement to a digest. The SCALE form of a list of these is the credential of the
/// board's account.
#[data]
pub struct Approval {
    /// The director's number.
    pub director: u32,
    /// The signature of the 32 bytes of the digest by the director's key.
    pub signature: [u8; 64],
}

impl Approval {
    /// Reads a credential; none if it is too long, or not exactly one list.
    pub(crate) fn from_credential(mut credential: &[u8]) -> Option<Vec<Approval>> {
        if credential.len() > MAX_CREDENTIAL {
            return None;
        }
        Vec::decode_all(&mut credential).ok()
    }
}
