//! The network between nodes: late, lossy, repeating itself, out of order, and cut one way at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use sillok_abi::{Block, Hash};

use crate::consensus::CertifiedBlock;
use crate::random::Random;

/// What travels.
#[derive(Clone, Debug)]
pub(crate) enum Packet {
    /// A consensus message, as bytes.
    Message(Vec<u8>),
    /// A block.
    Block(Arc<Block>),
    /// A question for a block.
    Fetch(Hash),
    /// A question for decided blocks.
    Request {
        /// From this height on.
        height: u64,
        /// So many at most.
        count: usize,
    },
    /// Decided blocks.
    Blocks(Vec<CertifiedBlock>),
    /// The connection is new.
    Hello,
    /// The connection has ended.
    Bye,
}

/// How the network treats packets.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    /// The shortest and the longest delay, in microseconds.
    pub(crate) delay_us: (u64, u64),
    /// How many in a thousand are lost.
    pub(crate) loss: u64,
    /// How many in a thousand come twice.
    pub(crate) twice: u64,
    /// How many in a thousand are much later than the others.
    pub(crate) late: u64,
    /// Cut links, from whom to whom.
    pub(crate) cut: BTreeSet<(usize, usize)>,
}

impl Network {
    /// The delays, in microseconds, after which a packet arrives: none if it does not.
    pub(crate) fn delays(&self, from: usize, to: usize, random: &mut Random) -> Vec<u64> {
        if self.cut.contains(&(from, to)) || random.chance(self.loss) {
            return Vec::new();
        }
        let copies = if random.chance(self.twice) { 2 } else { 1 };
        (0..copies).map(|_| self.delay(random)).collect()
    }

    fn delay(&self, random: &mut Random) -> u64 {
        let delay = random.between(self.delay_us.0, self.delay_us.1);
        if random.chance(self.late) { delay * 20 } else { delay }
    }

    /// Everything arrives, soon, once.
    pub(crate) fn heal(&mut self) {
        self.cut.clear();
        (self.loss, self.twice, self.late) = (0, 0, 0);
        self.delay_us = (200, 10_000);
    }
}
