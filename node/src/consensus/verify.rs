//! Checks signatures and certificates for the core.
//!
//! Invariant: a signature that was found valid is that of this key over this digest; remembering it changes
//! when the curve is asked, never the answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use malachite_types::{
    CertificateError, CommitCertificate, CommitSignature, PolkaCertificate, PolkaSignature, RoundCertificate,
    RoundCertificateType, RoundSignature, ThresholdParam, ThresholdParams, VoteType,
};
use sillok_abi::{Hash, Proposal, PublicKey, Vote, VoteKind};

use super::context::{Address, Sillok};
use super::convert::{polka_from_core, round_from_core, round_number};
use super::members::Members;
use super::validator::Signatures;
use crate::limits;

/// What the core wants to know of a certificate, in its own words.
type Verdict = Result<(), CertificateError<Sillok>>;

/// Checks signatures of one chain.
pub(super) struct Verifier {
    chain: Hash,
    signatures: Arc<dyn Signatures>,
    /// Valid ones of the current height. Most votes are met twice: alone, and in a certificate.
    valid: BTreeSet<(PublicKey, Hash, [u8; 64])>,
}

#[expect(clippy::result_large_err, reason = "the core asks for its own error, which is large")]
impl Verifier {
    pub(super) fn new(chain: Hash, signatures: Arc<dyn Signatures>) -> Self {
        Verifier { chain, signatures, valid: BTreeSet::new() }
    }

    /// Forgets what was found valid: the next height has signatures of its own.
    pub(super) fn forget(&mut self) {
        self.valid.clear();
    }

    /// Signs a vote.
    pub(super) fn sign_vote(&mut self, vote: &Vote) -> [u8; 64] {
        self.sign(vote.digest(&self.chain))
    }

    /// Signs a proposal.
    pub(super) fn sign_proposal(&mut self, proposal: &Proposal) -> [u8; 64] {
        self.sign(proposal.digest(&self.chain))
    }

    /// Whether a vote is signed by its validator.
    pub(super) fn is_vote_signed(&mut self, vote: &Vote, signature: &[u8; 64]) -> bool {
        self.is_signed(vote.validator, vote.digest(&self.chain), signature)
    }

    /// Whether a proposal is signed by its proposer.
    pub(super) fn is_proposal_signed(&mut self, proposal: &Proposal, signature: &[u8; 64]) -> bool {
        self.is_signed(proposal.proposer, proposal.digest(&self.chain), signature)
    }

    fn sign(&mut self, digest: Hash) -> [u8; 64] {
        let signature = self.signatures.sign(&digest);
        self.remember(self.signatures.key(), digest, signature);
        signature
    }

    fn is_signed(&mut self, key: PublicKey, digest: Hash, signature: &[u8; 64]) -> bool {
        if self.valid.contains(&(key, digest, *signature)) {
            return true;
        }
        let valid = self.signatures.verify(&key, &digest, signature);
        if valid {
            self.remember(key, digest, *signature);
        }
        valid
    }

    fn remember(&mut self, key: PublicKey, digest: Hash, signature: [u8; 64]) {
        if self.valid.len() >= limits::VALID_SIGNATURES {
            self.valid.clear();
        }
        self.valid.insert((key, digest, signature));
    }

    /// Whether these precommits decide.
    pub(super) fn check_commit(
        &mut self,
        certificate: &CommitCertificate<Sillok>,
        members: &Members,
        thresholds: ThresholdParams,
    ) -> Verdict {
        let mut tally = Tally::new(members);
        for signed in &certificate.commit_signatures {
            let vote = Vote {
                kind: VoteKind::Precommit,
                height: certificate.height.0,
                round: round_number(certificate.round),
                block: Some(certificate.value_id.0),
                validator: signed.address.0,
            };
            tally.add(signed.address)?;
            if !self.is_vote_signed(&vote, &signed.signature) {
                let signed = CommitSignature::new(signed.address, signed.signature);
                return Err(CertificateError::InvalidCommitSignature(signed));
            }
        }
        tally.check(thresholds.quorum)
    }

    /// Whether these prevotes are a polka.
    pub(super) fn check_polka(
        &mut self,
        certificate: &PolkaCertificate<Sillok>,
        members: &Members,
        thresholds: ThresholdParams,
    ) -> Verdict {
        let ours = polka_from_core(certificate);
        let mut tally = Tally::new(members);
        for signed in &ours.signatures {
            let vote = Vote {
                kind: VoteKind::Prevote,
                height: ours.height,
                round: ours.round,
                block: Some(ours.block),
                validator: signed.validator,
            };
            tally.add(Address(signed.validator))?;
            if !self.is_vote_signed(&vote, &signed.signature) {
                let signed = PolkaSignature::new(Address(signed.validator), signed.signature);
                return Err(CertificateError::InvalidPolkaSignature(signed));
            }
        }
        tally.check(thresholds.quorum)
    }

    /// Whether these votes justify leaving a round.
    pub(super) fn check_round(
        &mut self,
        certificate: &RoundCertificate<Sillok>,
        members: &Members,
        thresholds: ThresholdParams,
    ) -> Verdict {
        let ours = round_from_core(certificate);
        let leaves = certificate.cert_type == RoundCertificateType::Precommit;
        let mut tally = Tally::new(members);
        for (signed, core) in ours.signatures.iter().zip(&certificate.round_signatures) {
            if leaves && core.vote_type == VoteType::Prevote {
                return Err(CertificateError::InvalidVoteType(core.address));
            }
            let (kind, block, validator) = (signed.kind, signed.block, signed.validator);
            let vote = Vote { kind, height: ours.height, round: ours.round, block, validator };
            tally.add(core.address)?;
            if !self.is_vote_signed(&vote, &signed.signature) {
                let signed = RoundSignature::new(core.vote_type, core.value_id, core.address, core.signature);
                return Err(CertificateError::InvalidRoundSignature(signed));
            }
        }
        tally.check(if leaves { thresholds.quorum } else { thresholds.honest })
    }
}

/// Adds up the power of a certificate's signers.
struct Tally<'a> {
    members: &'a Members,
    seen: BTreeSet<Address>,
    signed: u64,
}

#[expect(clippy::result_large_err, reason = "the core asks for its own error, which is large")]
impl<'a> Tally<'a> {
    fn new(members: &'a Members) -> Self {
        Tally { members, seen: BTreeSet::new(), signed: 0 }
    }

    /// Counts a signer; no signer twice, and members only.
    fn add(&mut self, signer: Address) -> Verdict {
        if !self.seen.insert(signer) {
            return Err(CertificateError::DuplicateVote(signer));
        }
        let power = self.members.power_of(&signer.0).ok_or(CertificateError::UnknownValidator(signer))?;
        // Each member counts once, so that the sum is at most all power, which is bounded.
        self.signed += power;
        Ok(())
    }

    fn check(&self, threshold: ThresholdParam) -> Verdict {
        let (signed, total) = (self.signed, self.members.total_power());
        if threshold.is_met(signed, total) {
            return Ok(());
        }
        Err(CertificateError::NotEnoughVotingPower { signed, total, expected: threshold.min_expected(total) })
    }
}
