//! A validator that breaks the rules on purpose, to see what the others do: where a fail point asks for it.

use sillok_abi::SignedVote;

use super::Reactor;
use crate::consensus::{Message, To};
use crate::fail_point::FailPoint;

impl Reactor {
    /// After a vote for a block, sends another for none, if the environment has this node equivocate. Neither the
    /// driver nor its guard know of it, who would refuse.
    pub(super) fn equivocate(&self, to: To, message: &Message) {
        let own = self.signatures.key();
        match message {
            Message::Vote(SignedVote { vote, .. })
                if vote.validator == own && vote.block.is_some() && FailPoint::Equivocated.is_due() =>
            {
                let mut vote = vote.clone();
                vote.block = None;
                let signature = self.signatures.sign(&vote.digest(&self.chain.id()));
                self.network.send(to, &Message::Vote(SignedVote { vote, signature }));
            }
            _ => {}
        }
    }
}
