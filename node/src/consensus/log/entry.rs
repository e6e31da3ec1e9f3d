//! What is logged: every input that can change what this validator signs at a height.

use codec::{Decode, Encode};
use sillok_abi::{Hash, PublicKey, SignedProposal, SignedVote};

use crate::consensus::message::PolkaCertificate;

/// An input of consensus that has to survive a crash. Timers of repeating and certificates of rounds are
/// not among them: the former change nothing, the latter are logged as the votes they consist of.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Entry {
    /// A vote that was accepted, of others or of this validator.
    Vote(SignedVote),
    /// A proposal that was accepted, of others or of this validator.
    Proposal(SignedProposal),
    /// A step took too long.
    Timeout {
        /// The step.
        step: Step,
        /// The round.
        round: u32,
    },
    /// A block was judged.
    Judged {
        /// The block's id.
        block: Hash,
        /// The round in its header.
        round: u32,
        /// The proposer in its header.
        proposer: PublicKey,
        /// Whether it is valid. The body of a valid block is durable before this entry is.
        valid: bool,
    },
    /// A polka certificate was accepted.
    Polka(PolkaCertificate),
}

/// A step of a round that takes a limited time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(crate) enum Step {
    /// Waiting for a proposal.
    Propose,
    /// Waiting, after prevotes of more than two thirds, for agreement among them.
    Prevote,
    /// Waiting, after precommits of more than two thirds, for agreement among them.
    Precommit,
}
