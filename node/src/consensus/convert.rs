//! Between the core's types and ours, which are on wire and disk.

use malachite_types::{
    CommitCertificate, CommitSignature as CoreCommitSignature, ExtendedCommitCertificate, NilOrVal,
    PolkaCertificate as CorePolka, PolkaSignature, Round, RoundCertificate as CoreRound,
    RoundCertificateType, RoundSignature as CoreRoundSignature, SignedMessage, VoteExtensions, VoteType,
};
use sillok_abi::{Certificate, CommitSignature, Hash, Proposal, SignedProposal, SignedVote, Vote, VoteKind};

use super::context::{Address, BlockId, CoreProposal, CoreVote, Height, Sillok};
use super::message::{
    PolkaCertificate, PrevoteSignature, RoundCertificate, RoundCertificateKind, RoundSignature,
};

pub(super) type CoreSignedVote = SignedMessage<Sillok, CoreVote>;
pub(super) type CoreSignedProposal = SignedMessage<Sillok, CoreProposal>;

/// The number of a round that has begun; the core numbers the time before the first round -1.
pub(super) fn round_number(round: Round) -> u32 {
    round.as_u32().unwrap_or(0)
}

fn kind_to_core(kind: VoteKind) -> VoteType {
    match kind {
        VoteKind::Prevote => VoteType::Prevote,
        VoteKind::Precommit => VoteType::Precommit,
    }
}

fn kind_from_core(kind: VoteType) -> VoteKind {
    match kind {
        VoteType::Prevote => VoteKind::Prevote,
        VoteType::Precommit => VoteKind::Precommit,
    }
}

fn value_to_core(block: Option<Hash>) -> NilOrVal<BlockId> {
    block.map_or(NilOrVal::Nil, |block| NilOrVal::Val(BlockId(block)))
}

fn value_from_core(value: &NilOrVal<BlockId>) -> Option<Hash> {
    match value {
        NilOrVal::Nil => None,
        NilOrVal::Val(block) => Some(block.0),
    }
}

pub(super) fn vote_from_core(vote: &CoreVote) -> Vote {
    Vote {
        kind: kind_from_core(vote.kind),
        height: vote.height.0,
        round: round_number(vote.round),
        block: value_from_core(&vote.value),
        validator: vote.validator.0,
    }
}

pub(super) fn signed_vote_from_core(signed: &CoreSignedVote) -> SignedVote {
    SignedVote { vote: vote_from_core(&signed.message), signature: signed.signature }
}

pub(super) fn signed_vote_to_core(signed: &SignedVote) -> CoreSignedVote {
    let vote = CoreVote {
        kind: kind_to_core(signed.vote.kind),
        height: Height(signed.vote.height),
        round: Round::new(signed.vote.round),
        value: value_to_core(signed.vote.block),
        validator: Address(signed.vote.validator),
    };
    SignedMessage::new(vote, signed.signature)
}

pub(super) fn proposal_from_core(proposal: &CoreProposal) -> Proposal {
    Proposal {
        height: proposal.height.0,
        round: round_number(proposal.round),
        block: proposal.value.0,
        pol_round: proposal.pol_round.as_u32(),
        proposer: proposal.proposer.0,
    }
}

pub(super) fn signed_proposal_from_core(signed: &CoreSignedProposal) -> SignedProposal {
    SignedProposal { proposal: proposal_from_core(&signed.message), signature: signed.signature }
}

pub(super) fn signed_proposal_to_core(signed: &SignedProposal) -> CoreSignedProposal {
    let proposal = CoreProposal {
        height: Height(signed.proposal.height),
        round: Round::new(signed.proposal.round),
        value: BlockId(signed.proposal.block),
        pol_round: Round::from(signed.proposal.pol_round),
        proposer: Address(signed.proposal.proposer),
    };
    SignedMessage::new(proposal, signed.signature)
}

pub(super) fn polka_from_core(certificate: &CorePolka<Sillok>) -> PolkaCertificate {
    let signature = |signed: &PolkaSignature<Sillok>| PrevoteSignature {
        validator: signed.address.0,
        signature: signed.signature,
    };
    PolkaCertificate {
        height: certificate.height.0,
        round: round_number(certificate.round),
        block: certificate.value_id.0,
        signatures: certificate.polka_signatures.iter().map(signature).collect(),
    }
}

pub(super) fn polka_to_core(certificate: &PolkaCertificate) -> CorePolka<Sillok> {
    let signature =
        |signed: &PrevoteSignature| PolkaSignature::new(Address(signed.validator), signed.signature);
    CorePolka {
        height: Height(certificate.height),
        round: Round::new(certificate.round),
        value_id: BlockId(certificate.block),
        polka_signatures: certificate.signatures.iter().map(signature).collect(),
    }
}

pub(super) fn round_from_core(certificate: &CoreRound<Sillok>) -> RoundCertificate {
    let signature = |signed: &CoreRoundSignature<Sillok>| RoundSignature {
        kind: kind_from_core(signed.vote_type),
        block: value_from_core(&signed.value_id),
        validator: signed.address.0,
        signature: signed.signature,
    };
    RoundCertificate {
        height: certificate.height.0,
        round: round_number(certificate.round),
        kind: match certificate.cert_type {
            RoundCertificateType::Skip => RoundCertificateKind::Skip,
            RoundCertificateType::Precommit => RoundCertificateKind::Precommit,
        },
        signatures: certificate.round_signatures.iter().map(signature).collect(),
    }
}

pub(super) fn round_to_core(certificate: &RoundCertificate) -> CoreRound<Sillok> {
    let signature = |signed: &RoundSignature| {
        CoreRoundSignature::new(
            kind_to_core(signed.kind),
            value_to_core(signed.block),
            Address(signed.validator),
            signed.signature,
        )
    };
    CoreRound {
        height: Height(certificate.height),
        round: Round::new(certificate.round),
        cert_type: match certificate.kind {
            RoundCertificateKind::Skip => RoundCertificateType::Skip,
            RoundCertificateKind::Precommit => RoundCertificateType::Precommit,
        },
        round_signatures: certificate.signatures.iter().map(signature).collect(),
    }
}

/// The certificate in the form that is stored and that clients verify: signatures ordered by key.
pub(super) fn certificate_from_core(certificate: &CommitCertificate<Sillok>) -> Certificate {
    let signature = |signed: &CoreCommitSignature<Sillok>| CommitSignature {
        validator: signed.address.0,
        signature: signed.signature,
    };
    let mut signatures: Vec<_> = certificate.commit_signatures.iter().map(signature).collect();
    signatures.sort_by_key(|signed| signed.validator);
    Certificate {
        height: certificate.height.0,
        round: round_number(certificate.round),
        block: certificate.value_id.0,
        signatures,
    }
}

pub(super) fn certificate_to_core(certificate: &Certificate) -> ExtendedCommitCertificate<Sillok> {
    let signature =
        |signed: &CommitSignature| CoreCommitSignature::new(Address(signed.validator), signed.signature);
    let certificate = CommitCertificate {
        height: Height(certificate.height),
        round: Round::new(certificate.round),
        value_id: BlockId(certificate.block),
        commit_signatures: certificate.signatures.iter().map(signature).collect(),
    };
    ExtendedCommitCertificate::from_commit_certificate_and_extensions(certificate, VoteExtensions::default())
}
