//! Which validators are connected: whose proposals are worth waiting for.
//!
//! One that is not may be heard through others, one that catches up has other things to do, and a node that has just
//! started is connected to nobody: until it has had time to be, nobody is away.

use std::collections::BTreeMap;

use sillok_abi::PublicKey;

use super::effect::Peer;
use crate::limits;

/// The validators that are connected, by connection, and by how many blocks each was behind when it said so last.
#[derive(Debug)]
pub(super) struct Present {
    own: PublicKey,
    connected: BTreeMap<Peer, (PublicKey, u64)>,
    settled: bool,
}

impl Present {
    /// Nobody is known to be away.
    pub(super) fn new(own: PublicKey) -> Self {
        Present { own, connected: BTreeMap::new(), settled: false }
    }

    /// A peer is connected that votes with this key, if it votes.
    pub(super) fn comes(&mut self, peer: Peer, validator: Option<PublicKey>) {
        if let Some(key) = validator {
            self.connected.insert(peer, (key, 0));
        }
    }

    /// A peer says that it is at a height which is so many blocks behind.
    pub(super) fn note(&mut self, peer: Peer, behind: u64) {
        if let Some((_, blocks)) = self.connected.get_mut(&peer) {
            *blocks = behind;
        }
    }

    /// A connection has ended.
    pub(super) fn goes(&mut self, peer: Peer) {
        self.connected.remove(&peer);
    }

    /// From now on who is not connected is away.
    pub(super) fn settle(&mut self) {
        self.settled = true;
    }

    /// Whether a validator is known not to be connected, or behind.
    pub(super) fn is_away(&self, validator: &PublicKey) -> bool {
        let is_there =
            |(key, behind): &(PublicKey, u64)| key == validator && *behind <= limits::BEHIND_BLOCKS;
        self.settled && *validator != self.own && !self.connected.values().any(is_there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_connected_is_away_once_there_was_time_to_connect() {
        let (own, other) = ([1; 32], [2; 32]);
        let mut present = Present::new(own);
        assert!(!present.is_away(&other));
        present.settle();
        assert!(present.is_away(&other));
        assert!(!present.is_away(&own));
        // A connection that replaces another begins before that ends.
        present.comes(Peer(1), Some(other));
        present.comes(Peer(2), Some(other));
        present.comes(Peer(3), None);
        present.goes(Peer(1));
        assert!(!present.is_away(&other));
        present.goes(Peer(2));
        assert!(present.is_away(&other));
    }

    #[test]
    fn who_is_far_behind_is_away_until_it_is_near() {
        let other = [2; 32];
        let mut present = Present::new([1; 32]);
        present.settle();
        present.comes(Peer(1), Some(other));
        assert!(!present.is_away(&other));
        present.note(Peer(1), limits::BEHIND_BLOCKS + 1);
        assert!(present.is_away(&other));
        present.note(Peer(1), limits::BEHIND_BLOCKS);
        assert!(!present.is_away(&other));
    }
}
