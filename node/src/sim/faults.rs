//! What goes wrong around the nodes: crashes, damage, cut links; and the end of it.

use std::sync::Arc;

use super::check::Violation;
use super::coverage::Case;
use super::event::Event;
use super::network::Packet;
use super::node::Running;
use super::options::{End, Plant};
use super::signatures::Blind;
use super::world::World;
use crate::consensus::{Config, Driver, Input, LogStore, MemoryMedium, Peer, Recorded, Start, Timeouts};

/// Short ones, so that much happens in little time.
const TIMEOUTS: Timeouts = Timeouts {
    propose_ms: 150,
    vote_ms: 60,
    absent_ms: 30,
    step_ms: 60,
    longest_ms: 1_000,
    repeat_ms: 120,
    status_ms: 250,
    request_ms: 300,
};

impl World {
    /// Plans what goes wrong until things heal.
    pub(super) fn plan(&mut self) {
        for node in 0..self.nodes.len() {
            let after = self.random.between(0, 20_000);
            self.later(after, Event::Start { node });
            self.plan_crash(node);
        }
        if self.options.partition_ms > 0 {
            self.plan_cut();
        }
        if self.template.is_some() {
            self.later(0, Event::Pay { number: 1 });
        }
        let end = if self.options.end == End::Never { Event::Over } else { Event::Heal };
        self.later(self.options.faults_ms * 1_000, end);
    }

    /// Somebody pays, and most of the nodes hear of it, at once or in the next block.
    pub(super) fn pay(&mut self, number: u64) {
        let Some(template) = &self.template else { return };
        let payment = template.payment(number, self.nodes[0].clock(self.now_us));
        for node in &mut self.nodes {
            let now = node.clock(self.now_us);
            if let Some(running) = &mut node.running
                && self.random.chance(800)
            {
                running.application.submit(&payment, now);
            }
        }
        let after = self.random.between(1_000, 60_000);
        self.later(after, Event::Pay { number: number + 1 });
    }

    fn plan_crash(&mut self, node: usize) {
        let average = self.options.crash_ms * 1_000;
        if average > 0 && self.healed_us.is_none() {
            let after = self.random.between(average / 4, average * 2);
            self.later(after, Event::Crash { node });
        }
    }

    fn plan_cut(&mut self) {
        let average = self.options.partition_ms * 1_000;
        let after = self.random.between(average / 4, average * 2);
        self.later(after, Event::Cut);
    }

    /// Cuts links: each way by itself, or all between two groups.
    pub(super) fn cut(&mut self) {
        if self.healed_us.is_some() {
            return;
        }
        let count = self.nodes.len();
        let groups = self.random.chance(500);
        let side: Vec<bool> = (0..count).map(|_| self.random.chance(500)).collect();
        let mut links = Vec::new();
        for (from, to) in (0..count).flat_map(|from| (0..count).map(move |to| (from, to))) {
            let cut = if groups { side[from] != side[to] } else { self.random.chance(200) };
            if from != to && cut {
                links.push((from, to));
            }
        }
        self.network.cut.extend(links.iter().copied());
        let lasts = self.random.between(50_000, self.options.partition_ms * 2_000);
        self.later(lasts, Event::Mend { links });
        self.plan_cut();
    }

    /// A node loses power, and comes back after a while.
    pub(super) fn crash_and_plan(&mut self, node: usize) {
        if self.healed_us.is_none() {
            self.crash(node);
            self.plan_crash(node);
        }
    }

    /// A node loses power, and comes back after a while.
    pub(super) fn crash(&mut self, node: usize) {
        if self.nodes[node].running.is_none() {
            return;
        }
        self.crashes += 1;
        self.tell(node, format_args!("crashes"));
        self.nodes[node].crash();
        for other in (0..self.nodes.len()).filter(|other| *other != node) {
            self.send(node, other, Packet::Bye);
        }
        if self.options.members[node].is_some_and(|habits| habits.amnesia) {
            self.nodes[node].disk.log = Default::default();
        }
        if self.planted(Plant::BodiesInMemory) {
            self.nodes[node].disk.bodies.clear();
        }
        if self.planted(Plant::LateCommit) {
            self.nodes[node].disk.chain.pop();
        }
        self.damage(node);
        let after = self.random.between(10_000, 600_000);
        self.later(after, Event::Start { node });
    }

    /// Flips a bit of the log of one node, once.
    fn damage(&mut self, node: usize) {
        if !self.options.damage || !self.options.is_honest(node) || !self.random.chance(300) {
            return;
        }
        // Damage to what a crash cut short anyway is none.
        let whole = LogStore::open(self.chain, self.nodes[node].disk.log.clone());
        if !whole.is_ok_and(|(_, recorded)| recorded.torn_bytes == 0 && !recorded.entries.is_empty()) {
            return;
        }
        let bytes = self.nodes[node].disk.log.durable_mut();
        let at = self.random.index(bytes.len());
        bytes[at] ^= 1 << self.random.below(8);
        self.options.damage = false;
        self.nodes[node].damaged = true;
        self.tell(node, format_args!("has its log damaged at byte {at}"));
    }

    /// Nothing goes wrong from now on.
    pub(super) fn heal(&mut self) {
        self.network.heal();
        (self.options.crash_between, self.options.crash_ms) = (0, 0);
        self.healed_us = Some(self.now_us);
        for node in 0..self.nodes.len() {
            self.nodes[node].disk.log.fault = None;
        }
        self.tell(0, format_args!("and all others: everything heals"));
        if self.options.end == End::Quorum {
            self.leave_a_quorum();
        }
    }

    /// Of the honest nodes as many go for good as there can be without.
    fn leave_a_quorum(&mut self) {
        // Who has no power has a vote at some heights: it counts among all, and never among those who are left.
        let total: u64 = self.options.powers.iter().map(|power| (*power).max(1)).sum();
        let mut left: u64 = self.honest().map(|node| self.options.powers[node]).sum();
        for node in 0..self.nodes.len() {
            let own = self.options.powers[node];
            if self.options.is_honest(node) && (left - own) * 3 > total * 2 {
                left -= own;
                self.tell(node, format_args!("is gone for good"));
                self.nodes[node].crash();
                self.nodes[node].gone = true;
            }
        }
    }

    /// A node starts: reads its disk, goes on where its log ends, and connects to the others.
    pub(super) fn start(&mut self, node: usize) {
        if self.nodes[node].running.is_some() || self.nodes[node].gone {
            return;
        }
        self.tell(node, format_args!("starts"));
        let (height, committed) = (self.nodes[node].disk.height(), self.nodes[node].committed);
        if self.options.is_honest(node) && height < committed {
            return self.checks.violated(Violation::LostBlock { node, height: committed });
        }
        let mut medium = std::mem::take(&mut self.nodes[node].disk.log);
        medium.lying = self.planted(Plant::LyingDisk);
        let ignored = self.planted(Plant::DamageIgnored) && self.nodes[node].damaged;
        let medium = if ignored { MemoryMedium::default() } else { medium };
        let opened = LogStore::open(self.chain, medium);
        let damaged = self.nodes[node].damaged;
        match opened {
            Ok(_) if damaged => self.checks.violated(Violation::SignedOnDamage { node }),
            Ok((log, recorded)) => self.start_with(node, log, recorded),
            Err(error) if damaged => self.start_abstaining(node, &error.to_string()),
            Err(error) => self.checks.violated(Violation::Halted { node, why: error.to_string() }),
        }
    }

    /// What an operator does about a damaged log: the node starts with an empty one, and does not vote
    /// before the height is over that the log may have been of.
    fn start_abstaining(&mut self, node: usize, why: &str) {
        self.met(node, Case::DamagedLog);
        self.tell(node, format_args!("halts, and is started again without a vote: {why}"));
        self.nodes[node].damaged = false;
        self.nodes[node].votes_from = self.nodes[node].disk.height() + 2;
        self.start(node);
    }

    fn start_with(&mut self, node: usize, log: LogStore<MemoryMedium>, recorded: Recorded) {
        let height = self.nodes[node].disk.height() + 1;
        let application = self.application(node);
        let validators = application.validators();
        let bodies = &self.nodes[node].disk.bodies;
        let stored =
            bodies.iter().filter(|(_, block)| block.header.height == height).map(|(id, _)| *id).collect();
        if recorded.torn_bytes > 0 {
            self.met(node, Case::TornLog);
        }
        if recorded.height == height && !recorded.entries.is_empty() {
            self.met(node, Case::Replay);
        }
        let own = self.keys.public(node);
        self.nodes[node].note_logged(&recorded.entries, &own);
        let recorded = if self.planted(Plant::NoReplay) { Recorded::default() } else { recorded };
        let config = self.config(node);
        match Driver::start(&config, Start { height, validators: &validators, recorded, stored }) {
            Ok((driver, effects)) => {
                self.nodes[node].running = Some(Running { driver, log, application });
                self.perform(node, effects);
                self.connect(node);
                self.plan_begin(node);
            }
            Err(halt) => self.halted(node, &halt.to_string()),
        }
    }

    fn config(&self, node: usize) -> Config {
        let keys = self.keys.of(node).clone();
        let blind = self.planted(Plant::BlindSignatures) && self.options.is_honest(node);
        Config {
            chain: self.chain,
            signatures: if blind { Arc::new(Blind(keys)) } else { keys },
            timeouts: TIMEOUTS,
            votes_from: self.nodes[node].votes_from,
            quorum: if self.planted(Plant::SmallQuorum) { (1, 3) } else { Config::QUORUM },
        }
    }

    fn connect(&mut self, node: usize) {
        for other in (0..self.nodes.len()).filter(|other| *other != node) {
            self.send(node, other, Packet::Hello);
            if self.nodes[node].running.is_some() && self.nodes[other].running.is_some() {
                self.step(node, self.connected(other));
            }
        }
    }

    /// What a node hears when it is connected to another.
    pub(super) fn connected(&self, other: usize) -> Input {
        Input::Connected { peer: Peer(other as u64), validator: Some(self.keys.public(other)) }
    }

    /// A node halted: that is right for none of the faults there are but damage.
    pub(super) fn halted(&mut self, node: usize, why: &str) {
        self.tell(node, format_args!("halts: {why}"));
        self.nodes[node].crash();
        if self.options.is_honest(node) {
            self.checks.violated(Violation::Halted { node, why: why.to_owned() });
        }
    }
}
