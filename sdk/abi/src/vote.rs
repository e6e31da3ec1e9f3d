//! What validators sign while they agree on a block: votes and proposals, and proof that one signed two that
//! exclude each other.
//!
//! The steps are those of "The latest gossip on BFT consensus" (arXiv:1807.04938). A signature covers the
//! chain, so that none counts on another. Invariant: what is signed says nothing of who signs; the key does.

use codec::{Decode, DecodeWithMemTracking, Encode};

use crate::{Hash, PublicKey, digest};

/// The two steps of voting in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking)]
pub enum VoteKind {
    /// For a proposal that is valid; more than two thirds of the power are a polka.
    Prevote,
    /// After a polka; more than two thirds of the power decide.
    Precommit,
}

/// A vote, as it is before it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Vote {
    /// The step.
    pub kind: VoteKind,
    /// The height that is voted on.
    pub height: u64,
    /// The round, from 0.
    pub round: u32,
    /// The block's id; none is a vote for no block, "nil".
    pub block: Option<Hash>,
    /// Who votes.
    pub validator: PublicKey,
}

impl Vote {
    /// What its validator signs. A precommit for a block is what a certificate is made of.
    pub fn digest(&self, chain: &Hash) -> Hash {
        let place = (chain, self.height, self.round);
        match (self.kind, &self.block) {
            (VoteKind::Prevote, Some(block)) => {
                digest("sillok/prevote", &(chain, self.height, self.round, block))
            }
            (VoteKind::Precommit, Some(block)) => precommit_digest(chain, self.height, self.round, block),
            (VoteKind::Prevote, None) => digest("sillok/prevote-nil", &place),
            (VoteKind::Precommit, None) => digest("sillok/precommit-nil", &place),
        }
    }
}

/// A vote and its signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct SignedVote {
    /// The vote.
    pub vote: Vote,
    /// Its validator's sr25519 signature over [`Vote::digest`] under the signing context `sillok/consensus`.
    pub signature: [u8; 64],
}

/// A proposal: which block its proposer wants decided in a round. The block itself travels apart.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Proposal {
    /// The height.
    pub height: u64,
    /// The round, from 0.
    pub round: u32,
    /// The block's id.
    pub block: Hash,
    /// The earlier round in which this block had a polka ("validRound" of the paper, "pol" for proof of
    /// lock); none for a block that is proposed for the first time.
    pub pol_round: Option<u32>,
    /// Who proposes.
    pub proposer: PublicKey,
}

impl Proposal {
    /// What its proposer signs.
    pub fn digest(&self, chain: &Hash) -> Hash {
        digest("sillok/proposal", &(chain, self.height, self.round, self.block, self.pol_round))
    }
}

/// A proposal and its signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct SignedProposal {
    /// The proposal.
    pub proposal: Proposal,
    /// Its proposer's sr25519 signature over [`Proposal::digest`] under the signing context
    /// `sillok/consensus`.
    pub signature: [u8; 64],
}

/// What a validator signs to precommit `block`.
pub fn precommit_digest(chain: &Hash, height: u64, round: u32, block: &Hash) -> Hash {
    digest("sillok/precommit", &(chain, height, round, block))
}

/// Proof that a validator equivocated: two messages for one place, of which an honest one signs one at most.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum Equivocation {
    /// Two votes of a kind in a round.
    Votes(SignedVote, SignedVote),
    /// Two proposals in a round.
    Proposals(SignedProposal, SignedProposal),
}

/// Why something is no proof of equivocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceError {
    /// The two say the same, or are of different validators, heights, rounds or kinds.
    NoConflict,
    /// A signature is not valid.
    BadSignature,
}

impl core::fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            EvidenceError::NoConflict => "the two messages do not exclude each other",
            EvidenceError::BadSignature => "a signature of the evidence is not valid",
        })
    }
}

impl core::error::Error for EvidenceError {}

impl Equivocation {
    /// Who equivocated, if the proof holds. `is_signed` says whether a signature over a digest is that key's,
    /// under the signing context `sillok/consensus`.
    ///
    /// # Errors
    /// If it does not hold.
    pub fn check(
        &self,
        chain: &Hash,
        is_signed: impl Fn(&PublicKey, &Hash, &[u8; 64]) -> bool,
    ) -> Result<PublicKey, EvidenceError> {
        let (validator, conflict, signed) = match self {
            Equivocation::Votes(one, other) => (
                one.vote.validator,
                votes_conflict(&one.vote, &other.vote),
                [(one.vote.digest(chain), one.signature), (other.vote.digest(chain), other.signature)],
            ),
            Equivocation::Proposals(one, other) => (
                one.proposal.proposer,
                proposals_conflict(&one.proposal, &other.proposal),
                [
                    (one.proposal.digest(chain), one.signature),
                    (other.proposal.digest(chain), other.signature),
                ],
            ),
        };
        if !conflict {
            return Err(EvidenceError::NoConflict);
        }
        let all_signed = signed.iter().all(|(digest, signature)| is_signed(&validator, digest, signature));
        if all_signed { Ok(validator) } else { Err(EvidenceError::BadSignature) }
    }

    /// The nonce of a transaction that the governance module itself submits to report this: the same for all
    /// evidence of a validator's equivocation at a height, which is reported once.
    pub fn nonce(&self) -> u64 {
        let validator = match self {
            Equivocation::Votes(one, _) => one.vote.validator,
            Equivocation::Proposals(one, _) => one.proposal.proposer,
        };
        let [a, b, c, d, e, f, g, h, ..] = digest("sillok/report", &(validator, self.height()));
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// The height at which it happened, as the first message says.
    pub fn height(&self) -> u64 {
        match self {
            Equivocation::Votes(one, _) => one.vote.height,
            Equivocation::Proposals(one, _) => one.proposal.height,
        }
    }
}

fn votes_conflict(one: &Vote, other: &Vote) -> bool {
    let place = |vote: &Vote| (vote.validator, vote.kind, vote.height, vote.round);
    place(one) == place(other) && one.block != other.block
}

fn proposals_conflict(one: &Proposal, other: &Proposal) -> bool {
    let place = |proposal: &Proposal| (proposal.proposer, proposal.height, proposal.round);
    place(one) == place(other) && one != other
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: Hash = [9; 32];

    fn vote(kind: VoteKind, round: u32, block: Option<Hash>) -> SignedVote {
        let vote = Vote { kind, height: 4, round, block, validator: [1; 32] };
        let signature = signature(&vote.digest(&CHAIN));
        SignedVote { vote, signature }
    }

    /// Stands in for a signature: what it signs, twice.
    fn signature(digest: &Hash) -> [u8; 64] {
        core::array::from_fn(|index| digest[index % 32])
    }

    fn check(one: SignedVote, other: SignedVote) -> Result<PublicKey, EvidenceError> {
        Equivocation::Votes(one, other).check(&CHAIN, |_, digest, given| signature(digest) == *given)
    }

    #[test]
    fn two_blocks_in_one_round_are_equivocation_and_so_are_a_block_and_none() {
        let one = vote(VoteKind::Prevote, 0, Some([2; 32]));
        assert_eq!(check(one.clone(), vote(VoteKind::Prevote, 0, Some([3; 32]))), Ok([1; 32]));
        assert_eq!(check(one, vote(VoteKind::Prevote, 0, None)), Ok([1; 32]));
    }

    #[test]
    fn votes_of_different_places_or_the_same_vote_are_not() {
        let one = vote(VoteKind::Prevote, 0, Some([2; 32]));
        let others = [
            one.clone(),
            vote(VoteKind::Prevote, 1, Some([3; 32])),
            vote(VoteKind::Precommit, 0, Some([3; 32])),
        ];
        for other in others {
            assert_eq!(check(one.clone(), other), Err(EvidenceError::NoConflict));
        }
    }

    #[test]
    fn a_vote_for_none_is_not_taken_for_one_for_a_block() {
        let nil = vote(VoteKind::Precommit, 0, None);
        let mut relabelled = nil.clone();
        relabelled.vote.block = Some([0; 32]);
        assert_eq!(check(nil, relabelled), Err(EvidenceError::BadSignature));
    }

    #[test]
    fn a_forged_vote_proves_nothing() {
        let mut forged = vote(VoteKind::Prevote, 0, Some([3; 32]));
        forged.signature[0] ^= 1;
        let verdict = check(vote(VoteKind::Prevote, 0, None), forged);
        assert_eq!(verdict, Err(EvidenceError::BadSignature));
    }

    #[test]
    fn each_step_and_each_chain_is_signed_apart() {
        let [prevote, precommit] = [VoteKind::Prevote, VoteKind::Precommit]
            .map(|kind| vote(kind, 0, Some([2; 32])).vote.digest(&CHAIN));
        assert_ne!(prevote, precommit);
        // A vote for none is not one for any block, whatever its id.
        let nil = vote(VoteKind::Precommit, 0, None).vote;
        assert_ne!(nil.digest(&CHAIN), vote(VoteKind::Precommit, 0, Some([0; 32])).vote.digest(&CHAIN));
        assert_ne!(nil.digest(&CHAIN), vote(VoteKind::Prevote, 0, None).vote.digest(&CHAIN));
        let vote = vote(VoteKind::Precommit, 0, Some([2; 32])).vote;
        assert_ne!(vote.digest(&CHAIN), vote.digest(&[8; 32]));
        assert_eq!(vote.digest(&CHAIN), precommit_digest(&CHAIN, 4, 0, &[2; 32]));
    }
}
