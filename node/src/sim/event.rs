//! What happens in a simulation, and to whom it is told.

use std::sync::Arc;

use sillok_abi::{Block, Hash};

use super::check::Violation;
use super::network::Packet;
use super::world::World;
use crate::consensus::{CertifiedBlock, Input, Message, Peer, TimerId, Verdict};

/// What happens.
pub(crate) enum Event {
    /// A packet arrives.
    Arrive { from: usize, to: usize, packet: Packet },
    /// Something that belongs to one life of a node.
    Own { node: usize, life: u64, own: Own },
    /// A node starts.
    Start { node: usize },
    /// A node crashes.
    Crash { node: usize },
    /// Somebody pays, and some of the nodes hear of it.
    Pay { number: u64 },
    /// Links are cut, for a while.
    Cut,
    /// The links between these are whole again.
    Mend { links: Vec<(usize, usize)> },
    /// Nothing goes wrong any more.
    Heal,
    /// The run is over, and nothing has healed.
    Over,
}

/// What belongs to one life of a node.
pub(crate) enum Own {
    /// A timer fires.
    Timer(TimerId),
    /// There is something to decide.
    Begin { height: u64 },
    /// A block was made.
    Built(Arc<Block>),
    /// A block was judged.
    Judged { block: Hash, verdict: Verdict },
    /// A block is durable.
    Commit(CertifiedBlock),
}

impl World {
    /// Has something happen.
    pub(super) fn happen(&mut self, event: Event) {
        match event {
            Event::Arrive { from, to, packet } => self.arrive(from, to, packet),
            Event::Own { node, life, own } => {
                if self.nodes[node].life == life {
                    self.own(node, own);
                }
            }
            Event::Start { node } => self.start(node),
            Event::Crash { node } => self.crash_and_plan(node),
            Event::Pay { number } => self.pay(number),
            Event::Cut => self.cut(),
            Event::Mend { links } => links.iter().for_each(|link| {
                self.network.cut.remove(link);
            }),
            Event::Heal => self.heal(),
            Event::Over => {}
        }
    }

    fn arrive(&mut self, from: usize, to: usize, packet: Packet) {
        if self.nodes[to].running.is_none() {
            return;
        }
        let peer = Peer(from as u64);
        match packet {
            Packet::Message(bytes) => match Message::from_wire(&bytes) {
                Ok(message) => self.step(to, Input::Message { from: peer, message }),
                Err(error) => self.checks.violated(Violation::Anomaly(error.to_string())),
            },
            Packet::Block(block) => self.step(to, Input::Block { from: peer, block }),
            Packet::Blocks(blocks) => self.step(to, Input::Blocks { from: peer, blocks }),
            Packet::Hello => self.step(to, self.connected(from)),
            Packet::Bye => self.step(to, Input::Disconnected(peer)),
            Packet::Fetch(id) => self.answer_fetch(to, from, &id),
            Packet::Request { height, count } => self.answer_request(to, from, height, count),
        }
    }

    fn own(&mut self, node: usize, own: Own) {
        match own {
            Own::Timer(timer) => self.step(node, Input::Timer(timer)),
            Own::Begin { height } => {
                let at = self.nodes[node].running.as_ref().map(|running| running.driver.height());
                if at == Some(height) {
                    self.step(node, Input::Begin);
                }
            }
            Own::Built(block) => self.step(node, Input::Built { block }),
            Own::Judged { block, verdict } => self.step(node, Input::Validated { block, verdict }),
            Own::Commit(decided) => self.commit(node, decided),
        }
    }
}
