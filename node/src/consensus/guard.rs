//! The last line of defence: a validator signs one message at each place, whatever the core asks for.
//!
//! The core has rules of its own against equivocation. This guard knows none of them; it only remembers.

use std::collections::BTreeMap;

use sillok_abi::{Hash, Proposal, PublicKey, Vote, VoteKind};

use super::effect::Halt;
use super::log::Entry;

/// What this validator has signed at a height.
#[derive(Debug, Default)]
pub(super) struct Guard {
    votes: BTreeMap<(VoteKind, u32), Option<Hash>>,
    proposals: BTreeMap<u32, (Hash, Option<u32>)>,
}

impl Guard {
    /// What the log says that the validator with this key has signed.
    pub(super) fn of_log(entries: &[Entry], key: &PublicKey) -> Self {
        let mut guard = Guard::default();
        for entry in entries {
            match entry {
                Entry::Vote(signed) if signed.vote.validator == *key => {
                    let place = (signed.vote.kind, signed.vote.round);
                    guard.votes.entry(place).or_insert(signed.vote.block);
                }
                Entry::Proposal(signed) if signed.proposal.proposer == *key => {
                    let content = (signed.proposal.block, signed.proposal.pol_round);
                    guard.proposals.entry(signed.proposal.round).or_insert(content);
                }
                _ => {}
            }
        }
        guard
    }

    /// Whether a proposal was signed in this round.
    pub(super) fn has_proposed(&self, round: u32) -> bool {
        self.proposals.contains_key(&round)
    }

    /// Notes that this vote is signed.
    ///
    /// # Errors
    /// If another one was at its place.
    pub(super) fn vote(&mut self, vote: &Vote) -> Result<(), Halt> {
        let what = match vote.kind {
            VoteKind::Prevote => "prevote",
            VoteKind::Precommit => "precommit",
        };
        let signed = self.votes.entry((vote.kind, vote.round)).or_insert(vote.block);
        let equal = *signed == vote.block;
        equal.then_some(()).ok_or(Halt::WouldEquivocate { what, height: vote.height, round: vote.round })
    }

    /// Notes that this proposal is signed.
    ///
    /// # Errors
    /// If another one was at its place.
    pub(super) fn proposal(&mut self, proposal: &Proposal) -> Result<(), Halt> {
        let content = (proposal.block, proposal.pol_round);
        let signed = self.proposals.entry(proposal.round).or_insert(content);
        let (height, round) = (proposal.height, proposal.round);
        let equal = *signed == content;
        equal.then_some(()).ok_or(Halt::WouldEquivocate { what: "proposal", height, round })
    }
}

#[cfg(test)]
mod tests {
    use sillok_abi::SignedVote;

    use super::*;

    fn vote(kind: VoteKind, round: u32, block: Option<Hash>) -> Vote {
        Vote { kind, height: 3, round, block, validator: [1; 32] }
    }

    #[test]
    fn the_same_may_be_signed_again_and_nothing_else() {
        let mut guard = Guard::default();
        guard.vote(&vote(VoteKind::Prevote, 0, None)).unwrap();
        guard.vote(&vote(VoteKind::Prevote, 0, None)).unwrap();
        guard.vote(&vote(VoteKind::Prevote, 1, Some([1; 32]))).unwrap();
        guard.vote(&vote(VoteKind::Precommit, 0, Some([1; 32]))).unwrap();
        let other = guard.vote(&vote(VoteKind::Prevote, 0, Some([1; 32])));
        assert!(matches!(other, Err(Halt::WouldEquivocate { what: "prevote", height: 3, round: 0 })));
    }

    #[test]
    fn a_proposal_differs_by_its_lock_too() {
        let mut guard = Guard::default();
        let proposal =
            |pol_round| Proposal { height: 3, round: 2, block: [1; 32], pol_round, proposer: [1; 32] };
        guard.proposal(&proposal(None)).unwrap();
        guard.proposal(&proposal(None)).unwrap();
        assert!(guard.proposal(&proposal(Some(1))).is_err());
        assert!(guard.has_proposed(2) && !guard.has_proposed(1));
    }

    #[test]
    fn the_log_is_remembered_and_others_votes_are_not() {
        let signed = |validator| SignedVote {
            vote: Vote { validator, ..vote(VoteKind::Prevote, 0, Some([validator[0]; 32])) },
            signature: [0; 64],
        };
        let entries = [Entry::Vote(signed([2; 32])), Entry::Vote(signed([1; 32]))];
        let mut guard = Guard::of_log(&entries, &[1; 32]);
        guard.vote(&vote(VoteKind::Prevote, 0, Some([1; 32]))).unwrap();
        assert!(guard.vote(&vote(VoteKind::Prevote, 0, None)).is_err());
    }
}
