//! What happens, in lines that people can read.

use std::fmt;

use sillok_abi::Hash;

use crate::consensus::{Effect, Entry, Message};

/// An effect, in brief.
pub(super) struct Brief<'a>(pub(super) &'a Effect);

/// The first bytes of an id: enough to tell one from another.
pub(super) fn id(hash: &Hash) -> String {
    hex::encode(&hash[..4])
}

fn or_nil(block: &Option<Hash>) -> String {
    block.as_ref().map_or("nil".into(), id)
}

fn message(message: &Message) -> String {
    match message {
        Message::Vote(signed) => {
            let vote = &signed.vote;
            let (by, block) = (id(&vote.validator), or_nil(&vote.block));
            format!("{:?} of {by} at {}/{} for {block}", vote.kind, vote.height, vote.round)
        }
        Message::Proposal(signed) => {
            let proposal = &signed.proposal;
            let (by, block, lock) = (id(&proposal.proposer), id(&proposal.block), proposal.pol_round);
            format!("proposal of {by} at {}/{}: {block}, lock {lock:?}", proposal.height, proposal.round)
        }
        Message::Polka(polka) => {
            format!("polka at {}/{} for {}", polka.height, polka.round, id(&polka.block))
        }
        Message::Round(round) => {
            format!(
                "{:?} certificate at {}/{}, {} votes",
                round.kind,
                round.height,
                round.round,
                round.signatures.len()
            )
        }
        Message::Status(status) => format!("status {}/{}", status.height, status.round),
    }
}

fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Vote(signed) => message(&Message::Vote(signed.clone())),
        Entry::Proposal(signed) => message(&Message::Proposal(signed.clone())),
        Entry::Timeout { step, round } => format!("timeout of {step:?} {round}"),
        Entry::Judged { block, valid, .. } => {
            format!("{} is {}", id(block), if *valid { "valid" } else { "invalid" })
        }
        Entry::Polka(polka) => message(&Message::Polka(polka.clone())),
    }
}

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Effect::StoreBody(block) => write!(f, "stores {}", id(&block.header.id())),
            Effect::Append { entries, .. } => {
                write!(f, "logs {}", entries.iter().map(entry).collect::<Vec<_>>().join("; "))
            }
            Effect::Send { to, message: sent } => write!(f, "sends {} to {to:?}", message(sent)),
            Effect::SendBlock { to, block } => write!(f, "sends block {} to {to:?}", id(block)),
            Effect::FetchBlock { block } => write!(f, "fetches {}", id(block)),
            Effect::RequestBlocks { from, height, .. } => {
                write!(f, "asks {from:?} for blocks from {height} on")
            }
            Effect::SetTimer { timer, after } => write!(f, "sets {timer:?} to {after:?}"),
            Effect::Build { height, round, .. } => write!(f, "makes a block at {height}/{round}"),
            Effect::Validate { block, stage } => {
                write!(f, "judges {} ({stage:?})", id(&block.header.id()))
            }
            Effect::Commit { certificate, .. } => {
                write!(
                    f,
                    "commits {} at {}/{}",
                    id(&certificate.block),
                    certificate.height,
                    certificate.round
                )
            }
            Effect::Evidence(evidence) => write!(f, "proves an equivocation at {}", evidence.height()),
            Effect::Blame { peer, offence } => write!(f, "blames {peer:?}: {offence:?}"),
            Effect::Round { height, round, proposer } => {
                write!(f, "enters {height}/{round}, proposer {}", id(proposer))
            }
            Effect::Anomaly(what) => write!(f, "meets an anomaly: {what}"),
        }
    }
}
