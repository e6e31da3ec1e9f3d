//! Signs what the core wants to say, and logs what that follows from.
//!
//! Invariant: nothing is signed that excludes what was signed before; whoever tries stops the node.

use malachite::{ConsensusMsg, Input as CoreInput};
use malachite_types::SignedMessage;

use super::Host;
use crate::consensus::context::{CoreProposal, CoreVote, Sillok};
use crate::consensus::convert::{
    proposal_from_core, signed_proposal_from_core, signed_vote_from_core, vote_from_core,
};
use crate::consensus::inputs::entry_of;
use crate::consensus::log::Entry;

impl Host {
    /// Signs a vote of this node.
    pub(super) fn sign_vote(&mut self, vote: CoreVote) -> SignedMessage<Sillok, CoreVote> {
        let ours = vote_from_core(&vote);
        if let Err(halt) = self.guard.vote(&ours) {
            self.halt.get_or_insert(halt);
            return SignedMessage::new(vote, [0; 64]);
        }
        let signed = SignedMessage::new(vote, self.verifier.sign_vote(&ours));
        if self.replaying {
            self.signed_in_replay.push(Entry::Vote(signed_vote_from_core(&signed)));
        }
        signed
    }

    /// Signs a proposal of this node.
    pub(super) fn sign_proposal(&mut self, proposal: CoreProposal) -> SignedMessage<Sillok, CoreProposal> {
        let ours = proposal_from_core(&proposal);
        if let Err(halt) = self.guard.proposal(&ours) {
            self.halt.get_or_insert(halt);
            return SignedMessage::new(proposal, [0; 64]);
        }
        let signed = SignedMessage::new(proposal, self.verifier.sign_proposal(&ours));
        if self.replaying {
            self.signed_in_replay.push(Entry::Proposal(signed_proposal_from_core(&signed)));
        }
        signed
    }

    /// Whether a message is signed by whom it names.
    pub(super) fn is_signed(&mut self, message: &ConsensusMsg<Sillok>, signature: &[u8; 64]) -> bool {
        match message {
            ConsensusMsg::Vote(vote) => self.verifier.is_vote_signed(&vote_from_core(vote), signature),
            ConsensusMsg::Proposal(proposal) => {
                self.verifier.is_proposal_signed(&proposal_from_core(proposal), signature)
            }
        }
    }

    /// Logs an input from which signatures may follow, unless the log has it.
    pub(super) fn log(&mut self, input: &CoreInput<Sillok>) {
        let Some(entry) = entry_of(input) else { return };
        if let Entry::Proposal(signed) = &entry {
            // It is judged after the core is done with the proposal.
            let id = signed.proposal.block;
            self.found.extend(self.bodies.want(id).map(|(from, block)| (id, from, block)));
        }
        if !self.replaying || self.signed_in_replay.contains(&entry) {
            self.out.log(entry);
        }
    }
}
