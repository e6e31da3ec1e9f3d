//! The world of a simulation: time, the queue of what is to happen, and the nodes.
//!
//! Everything happens in one thread, in the order of its time and, at the same time, of its making.
//! Invariant: a seed and options lead to the same events, to the last byte.

use std::collections::BTreeMap;
use std::sync::Arc;

use sillok_abi::{Hash, Time, Validator, digest};

use super::application::{Application, Chronicle};
use super::check::{Checks, Violation};
use super::coverage::{Case, Coverage};
use super::event::{Event, Own};
use super::ledger::Template;
use super::network::{Network, Packet};
use super::node::Node;
use super::options::{Options, Plant};
use super::signatures::Keys;
use crate::random::Random;

/// How many blocks honest nodes have to decide after everything has healed.
const BLOCKS: u64 = 3;
/// The same where what they have seen has to get into blocks: each has its turn.
const BLOCKS_WITH_LEDGERS: u64 = 8;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// What went wrong; none if nothing did.
    pub(crate) violation: Option<Violation>,
    /// The height that all honest nodes reached.
    pub(crate) height: u64,
    /// How long it took them after healing, in milliseconds.
    pub(crate) recovery_ms: u64,
    /// How often nodes crashed.
    pub(crate) crashes: u64,
    /// How many rounds after the first there were.
    pub(crate) extra_rounds: u64,
    /// How many transactions were decided.
    pub(crate) transactions: usize,
    /// How many members were proven to equivocate.
    pub(crate) proven: usize,
    /// How many equivocations are on the chain.
    pub(crate) offences: usize,
    /// What it met.
    pub(crate) coverage: Coverage,
    /// A digest of all that happened.
    pub(crate) trace: Hash,
    /// What happened, if it was to be written down.
    pub(crate) story: Vec<String>,
}

/// The world.
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) random: Random,
    pub(crate) now_us: u64,
    pub(crate) network: Network,
    pub(crate) nodes: Vec<Node>,
    pub(crate) checks: Checks,
    pub(crate) chain: Hash,
    pub(crate) template: Option<Template>,
    pub(crate) keys: Keys,
    pub(crate) healed_us: Option<u64>,
    pub(crate) crashes: u64,
    pub(crate) extra_rounds: u64,
    pub(crate) coverage: Coverage,
    queue: BTreeMap<(u64, u64), Event>,
    made: u64,
    trace: Hash,
    story: Vec<String>,
}

impl World {
    /// A world in which nothing has happened.
    pub(crate) fn new(options: Options) -> Self {
        let mut random = Random::new(options.seed);
        let skew = options.skew_ms;
        let nodes = (0..options.count())
            .map(|_| Node::new(random.between(0, 2 * skew) as i64 - skew as i64))
            .collect();
        let network = Network {
            delay_us: (200, options.delay_us),
            loss: options.loss,
            twice: options.disorder,
            late: options.disorder,
            cut: Default::default(),
        };
        // The ledger checks certificates when it is opened.
        let keys = Keys::new(options.count(), options.real_signatures || options.ledgered);
        let members = genesis(&keys, &options.powers);
        let validators = members.iter().filter(|member| member.power > 0).cloned().collect();
        let template = options.ledgered.then(|| Template::new(validators));
        let chain = template.as_ref().map_or_else(|| digest("sim/chain", &options.seed), Template::chain);
        let oracle: Box<dyn Application> = match &template {
            Some(template) => Box::new(template.open(Arc::default(), [0; 32]).expect("it is empty")),
            None => Box::new(Chronicle::new(chain, &members)),
        };
        let mut checks = Checks::new(chain, keys.clone(), oracle);
        checks.certificates = options.plant != Some(Plant::SmallQuorum);
        let mut world = World {
            random,
            now_us: 0,
            network,
            nodes,
            checks,
            chain,
            template,
            keys,
            healed_us: None,
            crashes: 0,
            extra_rounds: 0,
            coverage: Coverage::default(),
            queue: BTreeMap::new(),
            made: 0,
            trace: [0; 32],
            story: Vec::new(),
            options,
        };
        world.plan();
        world
    }

    /// An application as it is after the blocks on a node's disk.
    pub(crate) fn application(&self, node: usize) -> Box<dyn Application> {
        if let Some(template) = &self.template {
            let opened = template.open(self.nodes[node].disk.storage.clone(), self.keys.public(node));
            return Box::new(opened.expect("what a crash leaves can be opened"));
        }
        let mut application: Box<dyn Application> =
            Box::new(Chronicle::new(self.chain, &genesis(&self.keys, &self.options.powers)));
        for decided in &self.nodes[node].disk.chain {
            application.commit(decided);
        }
        application
    }

    /// Has something happen after this time.
    pub(crate) fn later(&mut self, after_us: u64, event: Event) {
        self.made += 1;
        self.queue.insert((self.now_us + after_us, self.made), event);
    }

    /// Has something happen to a node after this time, unless it crashes before.
    pub(crate) fn later_own(&mut self, node: usize, after_us: u64, own: Own) {
        let life = self.nodes[node].life;
        self.later(after_us, Event::Own { node, life, own });
    }

    /// Sends a packet.
    pub(crate) fn send(&mut self, from: usize, to: usize, packet: Packet) {
        for delay in self.network.delays(from, to, &mut self.random) {
            self.later(delay, Event::Arrive { from, to, packet: packet.clone() });
        }
    }

    /// Sends a packet to all others.
    pub(crate) fn send_all(&mut self, from: usize, packet: &Packet) {
        for to in (0..self.nodes.len()).filter(|to| *to != from) {
            self.send(from, to, packet.clone());
        }
    }

    /// An honest member met a case.
    pub(crate) fn met(&mut self, node: usize, case: Case) {
        if self.options.is_honest(node) {
            self.coverage.met(case);
        }
    }

    /// Notes what happens, in the trace and the story.
    pub(crate) fn tell(&mut self, node: usize, what: std::fmt::Arguments<'_>) {
        if self.options.story {
            let (ms, us) = (self.now_us / 1_000, self.now_us % 1_000);
            self.story.push(format!("{ms:>6}.{us:03} ms  node {node}  {what}"));
        }
    }

    /// Lets things happen until the honest nodes have decided again after healing, or something is wrong.
    pub(crate) fn run(mut self) -> Outcome {
        let mut target = None;
        while self.checks.found.is_none() {
            let Some(((at, made), event)) = self.queue.pop_first() else { break };
            self.now_us = at;
            self.trace = digest("sim/trace", &(self.trace, at, made));
            if matches!(event, Event::Over) {
                break;
            }
            self.happen(event);
            let Some(healed) = self.healed_us else { continue };
            let blocks = if self.options.ledgered { BLOCKS_WITH_LEDGERS } else { BLOCKS };
            let target = *target.get_or_insert_with(|| self.highest() + blocks);
            if self.lowest() >= target {
                break;
            }
            if self.now_us > healed + self.options.liveness_ms * 1_000 {
                let heights = self.nodes.iter().map(|node| node.disk.height()).collect();
                self.checks.violated(Violation::Stalled { target, heights });
            }
        }
        self.outcome()
    }

    fn outcome(self) -> Outcome {
        Outcome {
            transactions: self.checks.transactions(),
            offences: self.checks.offences(),
            height: self.lowest(),
            recovery_ms: self.healed_us.map_or(0, |healed| (self.now_us - healed) / 1_000),
            violation: self.checks.found,
            crashes: self.crashes,
            extra_rounds: self.extra_rounds,
            proven: self.checks.proven.len(),
            coverage: self.coverage,
            trace: self.trace,
            story: self.story,
        }
    }

    fn highest(&self) -> u64 {
        self.staying().map(|node| self.nodes[node].disk.height()).max().unwrap_or(0)
    }

    fn lowest(&self) -> u64 {
        self.staying().map(|node| self.nodes[node].disk.height()).min().unwrap_or(0)
    }

    /// The honest members that are not gone for good.
    fn staying(&self) -> impl Iterator<Item = usize> {
        self.honest().filter(|node| !self.nodes[*node].gone)
    }

    /// The honest members.
    pub(crate) fn honest(&self) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(|node| self.options.is_honest(*node))
    }

    /// Whether this was planted.
    pub(crate) fn planted(&self, plant: Plant) -> bool {
        self.options.plant == Some(plant)
    }

    /// The latest time that an honest clock shows.
    pub(crate) fn latest_clock(&self) -> Time {
        self.honest().map(|node| self.nodes[node].clock(self.now_us)).max().unwrap_or_default()
    }
}

/// The members, with their powers.
fn genesis(keys: &Keys, powers: &[u64]) -> Vec<Validator> {
    keys.all().zip(powers).map(|(key, power)| Validator { key, power: *power }).collect()
}
