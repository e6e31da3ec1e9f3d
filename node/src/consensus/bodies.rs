//! The blocks of a height: which are wanted, which are being judged, and what was found.
//!
//! A block is wanted once a proposal or a certificate that holds names it. Nobody signs the body when it
//! travels, so one that comes before its proposal is kept for the peer that brought it, one for each: nobody
//! can crowd out another's. Invariant: nothing is found valid here before its body was handed out to be
//! stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sillok_abi::{Block, Hash};

use super::effect::Peer;
use crate::limits;

/// What is known of a wanted block.
#[derive(Debug)]
enum Known {
    /// Its body is missing.
    Wanted,
    /// The application judges it.
    Judging { block: Arc<Block>, from: Peer },
    /// It was judged.
    Judged { round: u32 },
}

/// The blocks of a height.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    known: BTreeMap<Hash, Known>,
    /// Blocks that were proposed for the first time in a round, as proposals say whose bodies were missing. Two
    /// of a round at most: the core takes no more.
    claims: BTreeMap<u32, BTreeSet<Hash>>,
    early: BTreeMap<Peer, Arc<Block>>,
}

impl Bodies {
    /// Forgets what is of this height and below.
    pub(super) fn forget(&mut self, height: u64) {
        self.known.clear();
        self.claims.clear();
        self.early.retain(|_, block| block.header.height > height);
    }

    /// Keeps a block for later that nobody wants yet.
    pub(super) fn keep_early(&mut self, from: Peer, block: Arc<Block>) {
        if self.early.len() < limits::JUDGED_BLOCKS || self.early.contains_key(&from) {
            self.early.insert(from, block);
        }
    }

    /// Forgets what a peer brought early.
    pub(super) fn forget_peer(&mut self, peer: Peer) {
        self.early.remove(&peer);
    }

    /// A block is wanted. If it came early it is returned, with who brought it.
    pub(super) fn want(&mut self, id: Hash) -> Option<(Peer, Arc<Block>)> {
        if self.known.contains_key(&id) {
            return None;
        }
        self.known.insert(id, Known::Wanted);
        let found = self.early.iter().find(|(_, block)| block.header.id() == id).map(|(peer, _)| *peer)?;
        self.early.remove(&found).map(|block| (found, block))
    }

    /// Whether the body of this block is missing and wanted.
    pub(super) fn is_wanted(&self, id: &Hash) -> bool {
        matches!(self.known.get(id), Some(Known::Wanted))
    }

    /// The blocks whose bodies are missing.
    pub(super) fn wanted(&self) -> impl Iterator<Item = Hash> {
        self.known.iter().filter(|(_, known)| matches!(known, Known::Wanted)).map(|(id, _)| *id)
    }

    /// A proposal without a lock names this block in a round. If the block is of another round, it is
    /// not proposed for the first time, whatever the proposal says: false.
    pub(super) fn claim_fresh(&mut self, id: Hash, round: u32) -> bool {
        let header_round = match self.known.get(&id) {
            Some(Known::Judged { round }) => *round,
            Some(Known::Judging { block, .. }) => block.header.round,
            Some(Known::Wanted) | None => {
                let claimed = self.claims.entry(round).or_default();
                if claimed.len() < limits::ROUND_PROPOSALS {
                    claimed.insert(id);
                }
                return true;
            }
        };
        header_round == round
    }

    /// Whether a proposal claims that this block is proposed for the first time.
    pub(super) fn is_claimed_fresh(&self, id: &Hash) -> bool {
        self.claims.values().any(|claimed| claimed.contains(id))
    }

    /// Whether as many blocks are being judged as may be.
    pub(super) fn is_full(&self) -> bool {
        let judging = self.known.values().filter(|known| matches!(known, Known::Judging { .. }));
        judging.count() >= limits::JUDGED_BLOCKS
    }

    /// The application judges this block from now on. False if it judges another body of this id: its answer
    /// says the id alone.
    pub(super) fn judge(&mut self, id: Hash, block: Arc<Block>, from: Peer) -> bool {
        if matches!(self.known.get(&id), Some(Known::Judging { .. })) {
            return false;
        }
        self.known.insert(id, Known::Judging { block, from });
        true
    }

    /// The application has judged this block, or its body was not it: then it is wanted again.
    pub(super) fn judged(&mut self, id: &Hash, is_it: bool) -> Option<(Arc<Block>, Peer)> {
        let known = self.known.get_mut(id)?;
        let Known::Judging { block, from } = known else { return None };
        let found = (block.clone(), *from);
        *known = if is_it { Known::Judged { round: found.0.header.round } } else { Known::Wanted };
        Some(found)
    }

    /// This block was judged before.
    pub(super) fn was_judged(&mut self, id: Hash, round: u32) {
        self.known.insert(id, Known::Judged { round });
    }
}
