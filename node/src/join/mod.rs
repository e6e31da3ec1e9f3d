//! Joining a chain by a snapshot: a node that has none yet asks its peers which snapshots they have, fetches the
//! newest from all of them at once, and begins with it.
//!
//! It knows genesis and, if the validators have changed since, a file that says who they are. Peers are believed
//! nothing: a snapshot's header has to be final by those validators before anything else of it is fetched, each
//! chunk is checked before it is kept, and nothing becomes a chain before the whole is the state that the header
//! commits to.
//!
//! The parts: `crowd` is the peers and what they were asked, `fetch` brings a snapshot into a folder. What was
//! fetched stays when the process ends, and is gone on with.
//!
//! Invariant: the network of this module has ended before the node's own begins.

mod crowd;
mod fetch;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Instant;

use sillok_abi::{Hash, Validator};
use sillok_runtime::Genesis;

use crate::limits;
use crate::network::{self, Member};
use crate::snapshot::{self, Manifest, Shelf, SnapshotError, SnapshotFolder};
use crate::storage::DataFolder;
use crowd::Crowd;

/// Why a node does not join.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JoinError {
    /// What its key has signed is not known.
    #[error("the node votes, and it is not known what its key has signed before")]
    VotesFrom,
    /// The validators have changed since genesis, or since the trust file was made.
    #[error("the snapshot of block {0} is by other validators than those that are trusted")]
    OtherValidators(u64),
    /// The trust file can't be used.
    #[error("the trust file can't be used: {0}")]
    Trust(String),
    /// This machine.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The network can't be started.
    #[error("the network can't be started: {0}")]
    Network(#[from] network::StartError),
    /// The system refuses threads.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

impl JoinError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            JoinError::VotesFrom => {
                "start with --votes-from, two heights above the highest block that any validator has"
            }
            JoinError::OtherValidators(_) => {
                "have `sillok trust --out FILE` run at a member whom you trust, and name the file as trust_file in node.toml; or join with sync = \"blocks\""
            }
            JoinError::Trust(_) => "`sillok trust --out FILE` writes one, at a node of this chain",
            JoinError::Snapshot(error) => error.hint(),
            JoinError::Network(_) => "see `peers` in node.toml",
            JoinError::System(_) => "see the limits of processes and memory (ulimit -a)",
        }
    }
}

/// What a node joins with.
pub(crate) struct JoinParts<'a> {
    /// Its network; it listens nowhere yet.
    pub(crate) network: network::Config,
    /// The nodes that it knows: those of genesis.
    pub(crate) members: Vec<Member>,
    /// The chain.
    pub(crate) genesis: &'a Genesis,
    /// Who is trusted to have decided.
    pub(crate) validators: &'a [Validator],
    /// Where the chain is to be.
    pub(crate) folder: &'a DataFolder,
}

/// Joins; none if no peer has a snapshot, so that the node has to begin with genesis.
///
/// # Errors
/// If the snapshots are not by those who are trusted, or this machine fails. What peers do wrong is no error:
/// others are asked.
pub(crate) fn join(parts: JoinParts<'_>) -> Result<Option<Manifest>, JoinError> {
    // It is others that are asked: nobody needs to reach this node before it has something.
    let config = network::Config { members: parts.members, listen: Vec::new(), ..parts.network };
    let mut crowd = Crowd::gather(config)?;
    let mut join = Join {
        genesis: parts.genesis,
        validators: parts.validators,
        folder: parts.folder,
        shelf: Shelf::open(&parts.folder.snapshots())?,
        false_ones: BTreeSet::new(),
    };
    let joined = join.run(&mut crowd);
    crowd.dismiss();
    joined
}

/// A join that is under way.
struct Join<'a> {
    genesis: &'a Genesis,
    validators: &'a [Validator],
    folder: &'a DataFolder,
    shelf: Shelf,
    /// Snapshots that are not what they say.
    false_ones: BTreeSet<Hash>,
}

impl Join<'_> {
    fn run(&mut self, crowd: &mut Crowd) -> Result<Option<Manifest>, JoinError> {
        while let Some(id) = self.choose(crowd) {
            self.shelf.remove_parts(Some(&id))?;
            let Some(manifest) = self.fetch(crowd, &id)? else { continue };
            if self.restore(crowd, &id)? {
                return Ok(Some(manifest));
            }
        }
        self.shelf.remove_parts(None)?;
        tracing::warn!("no peer has a snapshot: the node begins with genesis");
        Ok(None)
    }

    /// Hears what peers have, and chooses: what was begun to be fetched, or else the newest, and of those of one
    /// height that which most peers have. Who has begun to fetch waits for peers as long as it takes.
    fn choose(&self, crowd: &mut Crowd) -> Option<Hash> {
        let mut waits_since = Instant::now();
        while !crowd.is_surveyed() {
            crowd.step();
            if waits_since.elapsed() > limits::JOIN_PATIENCE {
                if !self.shelf.has_parts() {
                    break;
                }
                tracing::warn!("no peer has the rest of the snapshot: waiting for one");
                waits_since = Instant::now();
            }
        }
        let offered = crowd.offered();
        let mut candidates: Vec<(bool, u64, usize, Hash)> = offered
            .into_iter()
            .filter(|(offer, _)| !self.false_ones.contains(&offer.id))
            .map(|(offer, peers)| (self.shelf.part(&offer.id).exists(), offer.height, peers, offer.id))
            .collect();
        candidates.sort_unstable();
        candidates.pop().map(|(.., id)| id)
    }

    /// Begins the chain with what was fetched; false if it is not what it says. Who has it is to blame then.
    fn restore(&mut self, crowd: &mut Crowd, id: &Hash) -> Result<bool, JoinError> {
        let part = self.shelf.part(id);
        let fetched = SnapshotFolder::at(&part);
        match snapshot::restore(&fetched, self.folder, self.genesis, self.validators) {
            Ok(_) => {
                self.shelf.take(&part)?;
                Ok(true)
            }
            Err(error) if error.is_of_content() => {
                tracing::warn!(id = %hex::encode(id), %error, "a snapshot is not what it says");
                self.give_up(crowd, id)?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A snapshot is not what it says: it is forgotten, and who has it is asked no more.
    fn give_up(&mut self, crowd: &mut Crowd, id: &Hash) -> Result<(), JoinError> {
        self.false_ones.insert(*id);
        crowd.with(id).into_iter().for_each(|peer| crowd.refuse(peer, "a false snapshot"));
        Ok(self.shelf.remove_parts(None)?)
    }
}
