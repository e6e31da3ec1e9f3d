//! The core's inputs as entries of the log, and back.

use malachite::{Input as CoreInput, ProposedValue};
use malachite_types::{Round, Timeout, TimeoutKind, Validity, ValueOrigin};

use super::context::{Address, BlockId, Height, Sillok};
use super::convert::{
    polka_from_core, polka_to_core, round_number, signed_proposal_from_core, signed_proposal_to_core,
    signed_vote_from_core, signed_vote_to_core,
};
use super::log::{Entry, Step};
use super::timeouts::Purpose;

/// The timer for a timeout of the core; none for the one that we never ask for.
pub(super) fn purpose_of(timeout: Timeout) -> Option<Purpose> {
    let round = round_number(timeout.round);
    match timeout.kind {
        TimeoutKind::Propose => Some(Purpose::Step(Step::Propose, round)),
        TimeoutKind::Prevote => Some(Purpose::Step(Step::Prevote, round)),
        TimeoutKind::Precommit => Some(Purpose::Step(Step::Precommit, round)),
        TimeoutKind::Rebroadcast => Some(Purpose::Repeat(round)),
        TimeoutKind::FinalizeHeight(_) => None,
    }
}

/// An input as an entry of the log; none if it need not survive.
pub(super) fn entry_of(input: &CoreInput<Sillok>) -> Option<Entry> {
    match input {
        CoreInput::Vote(vote) => Some(Entry::Vote(signed_vote_from_core(vote))),
        CoreInput::Proposal(proposal) => Some(Entry::Proposal(signed_proposal_from_core(proposal))),
        CoreInput::PolkaCertificate(polka) => Some(Entry::Polka(polka_from_core(polka))),
        CoreInput::TimeoutElapsed(timeout) => match purpose_of(*timeout)? {
            Purpose::Step(step, round) => Some(Entry::Timeout { step, round }),
            _ => None,
        },
        // A certified block decides the height at once, or stops the node: nothing is signed after it.
        CoreInput::ProposedValue(value, ValueOrigin::Consensus) => Some(Entry::Judged {
            block: value.value.0,
            round: round_number(value.round),
            proposer: value.proposer.0,
            valid: value.validity.is_valid(),
        }),
        _ => None,
    }
}

/// The input that an entry is of, at the log's height.
pub(super) fn input_of(entry: &Entry, height: u64) -> CoreInput<Sillok> {
    match entry {
        Entry::Vote(signed) => CoreInput::Vote(signed_vote_to_core(signed)),
        Entry::Proposal(signed) => CoreInput::Proposal(signed_proposal_to_core(signed)),
        Entry::Timeout { step, round } => CoreInput::TimeoutElapsed(timeout_of(*step, *round)),
        Entry::Polka(polka) => CoreInput::PolkaCertificate(polka_to_core(polka)),
        Entry::Judged { block, round, proposer, valid } => {
            let value = ProposedValue {
                height: Height(height),
                round: Round::new(*round),
                valid_round: Round::Nil,
                proposer: Address(*proposer),
                value: BlockId(*block),
                validity: Validity::from_bool(*valid),
            };
            CoreInput::ProposedValue(value, ValueOrigin::Consensus)
        }
    }
}

/// The core's timeout of a step.
pub(super) fn timeout_of(step: Step, round: u32) -> Timeout {
    let round = Round::new(round);
    match step {
        Step::Propose => Timeout::propose(round),
        Step::Prevote => Timeout::prevote(round),
        Step::Precommit => Timeout::precommit(round),
    }
}

#[cfg(test)]
mod tests {
    use sillok_abi::{Proposal, SignedProposal, SignedVote, Vote, VoteKind};

    use super::super::message::PolkaCertificate;
    use super::*;

    #[test]
    fn every_entry_comes_back_from_its_input() {
        let (validator, signature, block) = ([1; 32], [2; 64], [3; 32]);
        let vote = Vote { kind: VoteKind::Precommit, height: 9, round: 2, block: None, validator };
        let proposal = Proposal { height: 9, round: 2, block, pol_round: Some(1), proposer: validator };
        let entries = [
            Entry::Vote(SignedVote { vote, signature }),
            Entry::Proposal(SignedProposal { proposal, signature }),
            Entry::Timeout { step: Step::Prevote, round: 2 },
            Entry::Judged { block, round: 1, proposer: validator, valid: false },
            Entry::Polka(PolkaCertificate { height: 9, round: 1, block, signatures: Vec::new() }),
        ];
        for entry in entries {
            assert_eq!(entry_of(&input_of(&entry, 9)), Some(entry));
        }
    }
}
