//! Where peers are, and blocks that are got from them: value sync.
//!
//! A peer's word for its height is only a reason to ask it. Invariant: one request is under way at most, and
//! what waits is bounded.

use std::collections::BTreeMap;
use std::sync::Arc;

use sillok_abi::Block;

use super::effect::{CertifiedBlock, Peer};
use crate::limits;

/// Where peers are, and what they brought.
#[derive(Debug, Default)]
pub(super) struct Peers {
    heights: BTreeMap<Peer, u64>,
    asked: Option<Peer>,
    last_asked: Option<Peer>,
    waiting: BTreeMap<u64, (Peer, CertifiedBlock)>,
}

impl Peers {
    /// A peer says that it is deciding this height.
    pub(super) fn note(&mut self, peer: Peer, height: u64) {
        if self.heights.len() < limits::CONSENSUS_PEERS || self.heights.contains_key(&peer) {
            self.heights.insert(peer, height);
        }
    }

    /// The highest height that a peer says it is deciding.
    pub(super) fn highest(&self) -> u64 {
        self.heights.values().max().copied().unwrap_or(0)
    }

    /// A peer is gone, or of no use: whoever says more next is asked.
    pub(super) fn forget(&mut self, peer: Peer) {
        self.heights.remove(&peer);
        self.waiting.retain(|_, (from, _)| *from != peer);
        if self.asked == Some(peer) {
            self.asked = None;
        }
    }

    /// A peer to ask for blocks, and from which height on, as `next` is what is needed next; none if nobody is ahead,
    /// somebody was asked already, or enough waits. Peers take turns, so that one who answers with nonsense is not asked
    /// for ever.
    pub(super) fn ask(&mut self, next: u64) -> Option<(Peer, u64)> {
        if self.asked.is_some() || self.waiting.len() > limits::SYNC_BLOCKS / 2 {
            return None;
        }
        let missing = (next..).find(|height| !self.waiting.contains_key(height))?;
        let ahead = || self.heights.iter().filter(|(_, at)| **at > missing).map(|(peer, _)| *peer);
        let peer = ahead().find(|peer| Some(*peer) > self.last_asked).or_else(|| ahead().next())?;
        (self.asked, self.last_asked) = (Some(peer), Some(peer));
        Some((peer, missing))
    }

    /// The request is over: answered, or given up.
    pub(super) fn end_request(&mut self) -> Option<Peer> {
        self.asked.take()
    }

    /// Whether this peer was asked.
    pub(super) fn was_asked(&self, peer: Peer) -> bool {
        self.asked == Some(peer)
    }

    /// Keeps decided blocks of the next heights until their turn comes.
    pub(super) fn keep(&mut self, height: u64, from: Peer, blocks: Vec<CertifiedBlock>) {
        for block in blocks.into_iter().take(limits::SYNC_BLOCKS) {
            let at = block.certificate.height;
            if at >= height && at - height < limits::SYNC_AHEAD {
                self.waiting.entry(at).or_insert((from, block));
            }
        }
    }

    /// The block of this height, if a decided one waits.
    pub(super) fn waits(&self, height: u64) -> Option<Arc<Block>> {
        self.waiting.get(&height).map(|(_, decided)| decided.block.clone())
    }

    /// The decided block of this height, if it waits; those of lower heights go.
    pub(super) fn take(&mut self, height: u64) -> Option<(Peer, CertifiedBlock)> {
        self.waiting.retain(|at, _| *at >= height);
        self.waiting.remove(&height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_that_are_ahead_are_asked_in_turn_one_at_a_time() {
        let mut peers = Peers::default();
        for (peer, height) in [(1, 9), (2, 4), (3, 9)] {
            peers.note(Peer(peer), height);
        }
        assert_eq!(peers.ask(5), Some((Peer(1), 5)));
        assert_eq!(peers.ask(5), None);
        peers.end_request();
        assert_eq!(peers.ask(5), Some((Peer(3), 5)));
        peers.end_request();
        assert_eq!(peers.ask(5), Some((Peer(1), 5)));
        peers.forget(Peer(1));
        assert_eq!(peers.ask(9), None);
    }
}
