//! What validators say to each other while they agree. Blocks travel apart, by id.
//!
//! Everything here comes from the wire: sizes are checked before anything is made of it. Invariant: a
//! message that decodes is bounded; nothing in it has been believed yet.

use codec::{Decode, DecodeAll, Encode};
use sillok_abi::{Hash, PublicKey, SignedProposal, SignedVote, VoteKind};

use crate::limits;

/// A message of consensus.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Message {
    /// A vote.
    Vote(SignedVote),
    /// A proposal.
    Proposal(SignedProposal),
    /// Prevotes of more than two thirds for one block: lets others accept what its sender locked on.
    Polka(PolkaCertificate),
    /// Votes that justify leaving a round.
    Round(RoundCertificate),
    /// Where its sender is.
    Status(Status),
}

/// Prevotes of more than two thirds of the voting power for one block in one round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct PolkaCertificate {
    /// The height.
    pub(crate) height: u64,
    /// The round.
    pub(crate) round: u32,
    /// The block's id.
    pub(crate) block: Hash,
    /// The prevotes' signatures.
    pub(crate) signatures: Vec<PrevoteSignature>,
}

/// One validator's prevote, of which the certificate says the rest.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct PrevoteSignature {
    /// Who voted.
    pub(crate) validator: PublicKey,
    /// The signature over the vote's digest.
    pub(crate) signature: [u8; 64],
}

/// Votes that justify leaving a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct RoundCertificate {
    /// The height.
    pub(crate) height: u64,
    /// The round of the votes.
    pub(crate) round: u32,
    /// What they justify.
    pub(crate) kind: RoundCertificateKind,
    /// The votes.
    pub(crate) signatures: Vec<RoundSignature>,
}

/// What the votes of a round justify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum RoundCertificateKind {
    /// Entering their round: votes of more than a third, one of which is honest (the paper's line 55).
    Skip,
    /// Entering the next round: precommits of more than two thirds, for whatever (the paper's line 47).
    Precommit,
}

/// One validator's vote, of which the certificate says height and round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct RoundSignature {
    /// The step.
    pub(crate) kind: VoteKind,
    /// The block's id; none is nil.
    pub(crate) block: Option<Hash>,
    /// Who voted.
    pub(crate) validator: PublicKey,
    /// The signature over the vote's digest.
    pub(crate) signature: [u8; 64],
}

/// Where a node is. It is a hint: nothing is decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Status {
    /// The height that it is deciding: one more than that of its last block.
    pub(crate) height: u64,
    /// The round that it is in.
    pub(crate) round: u32,
}

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MessageError {
    /// More than [`limits::MESSAGE_BYTES`].
    #[error("a consensus message is at most {} bytes long", limits::MESSAGE_BYTES)]
    TooLong,
    /// Not SCALE of a message, or bytes follow it.
    #[error("the bytes are not a consensus message")]
    Malformed,
    /// A certificate with more signatures than there can be validators.
    #[error("a certificate has at most {} signatures", limits::VALIDATORS)]
    TooManySignatures,
}

impl Message {
    /// The message that these bytes are.
    ///
    /// # Errors
    /// If they are none, or too long.
    pub(crate) fn from_wire(mut bytes: &[u8]) -> Result<Message, MessageError> {
        if bytes.len() > limits::MESSAGE_BYTES {
            return Err(MessageError::TooLong);
        }
        let message = Message::decode_all(&mut bytes).map_err(|_| MessageError::Malformed)?;
        let signatures = match &message {
            Message::Polka(certificate) => certificate.signatures.len(),
            Message::Round(certificate) => certificate.signatures.len(),
            Message::Vote(_) | Message::Proposal(_) | Message::Status(_) => 1,
        };
        if signatures > limits::VALIDATORS { Err(MessageError::TooManySignatures) } else { Ok(message) }
    }

    /// The height that it is about.
    pub(crate) fn height(&self) -> u64 {
        match self {
            Message::Vote(signed) => signed.vote.height,
            Message::Proposal(signed) => signed.proposal.height,
            Message::Polka(certificate) => certificate.height,
            Message::Round(certificate) => certificate.height,
            Message::Status(status) => status.height,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn polka(signatures: usize) -> Message {
        let signature = PrevoteSignature { validator: [1; 32], signature: [2; 64] };
        let signatures = vec![signature; signatures];
        Message::Polka(PolkaCertificate { height: 1, round: 0, block: [3; 32], signatures })
    }

    #[test]
    fn the_largest_certificate_fits_and_a_larger_one_is_refused() {
        let signature = RoundSignature {
            kind: VoteKind::Precommit,
            block: Some([1; 32]),
            validator: [1; 32],
            signature: [2; 64],
        };
        let signatures = vec![signature; limits::VALIDATORS];
        let kind = RoundCertificateKind::Precommit;
        let largest = Message::Round(RoundCertificate { height: 1, round: 0, kind, signatures });
        assert_eq!(Message::from_wire(&largest.encode()), Ok(largest));
        let verdict = Message::from_wire(&polka(limits::VALIDATORS + 1).encode());
        assert_eq!(verdict, Err(MessageError::TooManySignatures));
        let long = vec![0; limits::MESSAGE_BYTES + 1];
        assert_eq!(Message::from_wire(&long), Err(MessageError::TooLong));
    }

    #[test]
    fn bytes_after_a_message_are_an_error() {
        let bytes = [polka(1).encode(), vec![0]].concat();
        assert_eq!(Message::from_wire(&bytes), Err(MessageError::Malformed));
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_decoding_ends(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(message) = Message::from_wire(&bytes) {
                prop_assert_eq!(message.encode(), bytes);
            }
        }
    }
}
