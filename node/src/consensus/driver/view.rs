//! What a driver is doing, for people: who has voted for what.

use malachite_types::{NilOrVal, Round, ValidatorSet, Vote, VoteType};
use sillok_abi::{Hash, PublicKey};

use super::{Driver, Phase};
use crate::consensus::context::CoreVote;

/// A vote, as people want to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ballot {
    /// For a block.
    For(Hash),
    /// For nothing: this round has come to nothing for who voted.
    Nil,
}

/// What is known of a validator in the current round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    /// Its key.
    pub(crate) validator: PublicKey,
    /// Its voting power.
    pub(crate) power: u64,
    /// Its prevote, if it has come.
    pub(crate) prevote: Option<Ballot>,
    /// Its precommit, if it has come.
    pub(crate) precommit: Option<Ballot>,
}

/// What a driver is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// The height that is being decided, or will be next.
    pub(crate) height: u64,
    /// The round.
    pub(crate) round: u32,
    /// Whether there is nothing to decide.
    pub(crate) idle: bool,
    /// Whose turn it is.
    pub(crate) proposer: PublicKey,
    /// Whether this node votes.
    pub(crate) votes: bool,
    /// The validators in the order of their turns.
    pub(crate) seats: Vec<Seat>,
}

impl Driver {
    /// The validators of the height, with their voting power.
    pub(crate) fn validators(&self) -> impl Iterator<Item = (PublicKey, u64)> {
        let members = &self.host.members;
        (0..members.count()).filter_map(|index| members.get_by_index(index)).map(|member| {
            (malachite_types::Validator::address(member).0, malachite_types::Validator::voting_power(member))
        })
    }

    /// This node's key.
    pub(crate) fn key(&self) -> PublicKey {
        self.key
    }

    /// What this driver is doing.
    pub(crate) fn view(&self) -> View {
        let (height, round) = (self.height, self.round());
        let members = &self.host.members;
        let of_round = self.core.driver.votes().per_round(Round::new(round));
        // The core is a height behind while there is nothing to decide.
        let of_round = of_round.filter(|_| self.phase != Phase::Idle);
        let seats = (0..members.count()).filter_map(|index| members.get_by_index(index)).map(|member| {
            let address = malachite_types::Validator::address(member);
            let ballot = |kind| {
                of_round.and_then(|votes| votes.get_vote(kind, address)).map(|vote| ballot(&vote.message))
            };
            Seat {
                validator: address.0,
                power: malachite_types::Validator::voting_power(member),
                prevote: ballot(VoteType::Prevote),
                precommit: ballot(VoteType::Precommit),
            }
        });
        View {
            height,
            round,
            idle: self.phase == Phase::Idle,
            proposer: members.proposer(height, round).0,
            votes: members.power_of(&self.key).is_some() && height >= self.votes_from,
            seats: seats.collect(),
        }
    }
}

fn ballot(vote: &CoreVote) -> Ballot {
    match vote.value() {
        NilOrVal::Nil => Ballot::Nil,
        NilOrVal::Val(block) => Ballot::For(block.0),
    }
}
