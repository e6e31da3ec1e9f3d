//! The validator set: whose turn it is, and whether a certificate makes a block final.

use std::sync::{Arc, Mutex, PoisonError};

use sillok_abi::{Certificate, CertificateError, Hash, PublicKey, Validator};

use crate::crypto;
use crate::fault::Fault;
use crate::native::{self, Consortium};
use crate::state::StateReader;

/// The proposer of a round: validators take turns. The set is not empty.
pub fn proposer(validators: &[Validator], height: u64, round: u32) -> Option<PublicKey> {
    let turn = height.wrapping_sub(1).wrapping_add(u64::from(round));
    let index = turn.checked_rem(validators.len() as u64)?;
    validators.get(index as usize).map(|validator| validator.key)
}

/// Whether `certificate` makes the block of this id final.
pub fn verify_certificate(
    chain: &Hash,
    validators: &[Validator],
    height: u64,
    block: &Hash,
    certificate: &Certificate,
) -> Result<(), CertificateError> {
    let is_vote =
        |key: &PublicKey, message: &Hash, signature: &[u8; 64]| crypto::verify_vote(key, message, signature);
    certificate.check(chain, validators, height, block, is_vote)
}

/// The consortium's nodes as they were read last: they hardly ever change.
#[derive(Default)]
pub(crate) struct Known(Mutex<Option<Arc<Consortium>>>);

impl Known {
    /// Those that this state says.
    pub(crate) fn consortium(&self, state: &dyn StateReader) -> Result<Arc<Consortium>, Fault> {
        let mark = native::mark(state)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*known
            && known.mark == mark
        {
            return Ok(known.clone());
        }
        let read = Arc::new(native::consortium(state)?);
        *known = Some(read.clone());
        Ok(read)
    }
}
