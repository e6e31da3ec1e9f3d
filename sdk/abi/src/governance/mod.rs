//! Types of the governance module: nodes, proposals, and what validators can decide.
//!
//! The bytes and rules are in docs/protocol.md, "Governance".

#[macro_use]
mod data;
mod action;
mod node;
mod proposal;

pub use action::Action;
pub use node::{NewNode, NodeInfo, PeerKey, Role};
pub use proposal::{
    ActionFailure, Ballot, ChainStatus, Halt, NewProposal, Offence, ParameterInfo, PlannedVersion, Proposal,
    ProposalSummary, Reaction, Status, Tally,
};
