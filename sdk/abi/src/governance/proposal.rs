//! Proposals, what became of them, and what the module answers to queries.

use alloc::{string::String, vec::Vec};

use super::Action;
use crate::{PublicKey, Time};

data! {
    /// A proposal that is to be voted on.
    pub struct NewProposal {
        /// What it is about, in a line; 1 to 128 bytes.
        title: String,
        /// Its reasons; at most 2,048 bytes.
        text: String,
        /// What it does; 1 to 16 actions of at most 16 KiB together.
        actions: Vec<Action>,
        /// The first block at the beginning of which it may be carried out; without one that is done in the
        /// block in which it passes.
        height: Option<u64>,
        /// Until when it can be voted on: a block at this time or later is too late.
        expires: Time,
    }

    /// A proposal.
    pub struct Proposal {
        /// Its number.
        number: u64,
        /// The validator that made it, by its node's number.
        proposer: u32,
        /// When it was made.
        proposed: Time,
        /// What it is about.
        title: String,
        /// Its reasons.
        text: String,
        /// What it does.
        actions: Vec<Action>,
        /// The first block at the beginning of which it may be carried out.
        height: Option<u64>,
        /// Until when it can be voted on.
        expires: Time,
        /// What became of it.
        status: Status,
        /// The votes of those who are validators, or were when a vote was last cast.
        ballots: Vec<Ballot>,
        /// The power behind them: now if it is open, and otherwise when it passed or a vote was last cast.
        tally: Tally,
    }

    /// A proposal in a list.
    pub struct ProposalSummary {
        /// Its number.
        number: u64,
        /// The validator that made it, by its node's number.
        proposer: u32,
        /// What it is about.
        title: String,
        /// Until when it can be voted on.
        expires: Time,
        /// What became of it.
        status: Status,
        /// The power behind its votes.
        tally: Tally,
    }

    /// A validator's vote on a proposal.
    pub struct Ballot {
        /// The validator, by its node's number.
        node: u32,
        /// Whether it is for it.
        yes: bool,
    }

    /// The power behind the votes on a proposal.
    pub struct Tally {
        /// Of those who are for it.
        yes: u64,
        /// Of those who are against it.
        no: u64,
        /// Of all validators. A proposal passes with more than two thirds of it.
        total: u64,
    }

    /// What became of a proposal.
    pub enum Status {
        /// It can be voted on.
        0 => Open {},
        /// It has passed, and will be carried out at the beginning of a block.
        1 => Passed {
            /// The first block in which that may be.
            height: u64,
        },
        /// It was carried out.
        2 => Executed {
            /// In this block.
            height: u64,
        },
        /// It passed and could not be carried out. Nothing of it was.
        3 => Failed {
            /// In this block.
            height: u64,
            /// Why.
            failure: ActionFailure,
        },
        /// Its time ran out.
        4 => Expired {},
    }

    /// Why a proposal could not be carried out.
    pub struct ActionFailure {
        /// The place of the action that failed, from 0; the number of actions if it is all of them together.
        action: u32,
        /// The module's error.
        code: u32,
        /// What a called contract said; at most 256 bytes.
        detail: String,
    }

    /// That the chain is halted.
    pub struct Halt {
        /// Since the block after this one.
        height: u64,
        /// Why.
        reason: String,
    }

    /// A version of the protocol that is to come.
    pub struct PlannedVersion {
        /// The version.
        version: u32,
        /// The first block that follows it.
        height: u64,
    }

    /// How the chain stands.
    pub struct ChainStatus {
        /// Whether it is halted.
        halted: Option<Halt>,
        /// The version of the protocol that the next block follows.
        version: u32,
        /// The version that is to come.
        planned: Option<PlannedVersion>,
        /// How many validators there are.
        validators: u32,
        /// Their power together.
        power: u64,
        /// How many observers there are, suspended validators aside.
        observers: u32,
        /// The block after which the validator set last changed.
        changed: u64,
        /// How many proposals can be voted on.
        open: u32,
        /// Whether only appointed deployers may make contracts.
        restricted: bool,
        /// How many member organisations there are.
        members: u32,
        /// How many equivocations were recorded.
        offences: u64,
    }

    /// A parameter of the chain.
    pub struct ParameterInfo {
        /// Its name.
        name: String,
        /// What it is from the next block on.
        value: u64,
        /// The least that it can be set to.
        least: u64,
        /// The most that it can be set to.
        most: u64,
    }

    /// An equivocation that was proven.
    pub struct Offence {
        /// Its number.
        number: u64,
        /// The node whose key it was.
        node: u32,
        /// The key that signed.
        key: PublicKey,
        /// The height of the block that was voted on.
        height: u64,
        /// The round.
        round: u32,
        /// The block in which it was reported.
        reported: u64,
        /// Whether the validator was suspended for it.
        suspended: bool,
    }

    /// What happens to a validator that equivocates.
    pub enum Reaction {
        /// It is recorded.
        0 => Record {},
        /// It is recorded, and the validator loses its vote if fewer than a third are suspended with it.
        1 => Suspend {},
    }
}
