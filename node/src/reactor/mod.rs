//! The reactor: the thread that runs consensus.
//!
//! It feeds the [`Driver`] with what comes from the network, from timers and from the producer, and does what
//! the driver asks for.
//!
//! ```text
//! network ──► inbox ──► Reactor ──► log, bodies, network
//! timers ───────▲          │
//!               └─ worker ◄┘ orders: build, judge, commit
//! ```
//!
//! | what | where |
//! |---|---|
//! | the loop, and when a height begins | here |
//! | the driver's effects | `perform` |
//! | which of them wait for the last block to be on disk | `gate` |
//! | the producer's thread | `worker` |
//! | whatever waits for its time | `timers` |
//! | breaking the rules, for tests | `equivocate` |
//!
//! Invariants: effects are done in their order, and if one can't be, none after it is and the node halts;
//! votes never wait for execution, which has a thread of its own; nothing of a height is logged or sent before the
//! block below it is on disk.

mod equivocate;
mod gate;
mod inbox;
mod network;
mod perform;
mod timers;
mod worker;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use sillok_abi::governance::NodeInfo;
use sillok_abi::{Block, Hash, PublicKey, Time};
use sillok_runtime::Fault;

use crate::chain::{Chain, Next, Pace, Progress};
use crate::consensus::{Config, Driver, FileMedium, Halt, Input, Log, LogStore, Recorded, Signatures, Start};
use crate::limits;
use gate::Gate;
use inbox::Event;
pub(crate) use inbox::Inbox;
pub(crate) use network::{Alone, Network};
use timers::Timers;
pub(crate) use worker::{Answer, Order, work};

/// What a reactor is made of.
pub(crate) struct Parts {
    /// The chain.
    pub(crate) chain: Arc<Chain>,
    /// What the driver has to know.
    pub(crate) config: Config,
    /// The log, and what it held when it was opened.
    pub(crate) log: (LogStore<FileMedium>, Recorded),
    /// The validators of the next height, and what is due.
    pub(crate) next: Next,
    /// When blocks are made.
    pub(crate) pace: Pace,
    /// The way to the producer.
    pub(crate) orders: Sender<Order>,
    /// The way here, and its end.
    pub(crate) inbox: (Inbox, Receiver<Event>),
    /// The others.
    pub(crate) network: Arc<dyn Network>,
}

/// Runs consensus.
pub(crate) struct Reactor {
    chain: Arc<Chain>,
    driver: Driver,
    /// With which the driver signs.
    signatures: Arc<dyn Signatures>,
    log: LogStore<FileMedium>,
    pace: Pace,
    orders: Sender<Order>,
    inbox: Inbox,
    events: Receiver<Event>,
    network: Arc<dyn Network>,
    timers: Timers,
    gate: Gate,
    /// What is to be fed before anything else comes.
    pending: VecDeque<Input>,
    /// The blocks of this height that were stored.
    bodies: BTreeMap<Hash, Arc<Block>>,
    /// The blocks of this height that peers were asked for.
    fetching: BTreeSet<Hash>,
    /// The chain's nodes.
    nodes: Arc<[NodeInfo]>,
    /// When the earliest scheduled call is due.
    next_due: Option<Time>,
    /// Until when waiting transactions are no reason for another block: those that there were came to nothing
    /// in the last one.
    quiet_until: Option<Instant>,
    /// When it was last looked what waits in vain, while a height was being decided.
    swept: Instant,
}

impl Reactor {
    /// A reactor that goes on where chain and log end. It does at once what the log leaves to do.
    ///
    /// # Errors
    /// If the log does not fit the chain, or what is to be done can't be.
    pub(crate) fn start(parts: Parts) -> Result<Self, Fault> {
        let Parts { chain, config, log: (log, recorded), next, pace, orders, inbox, network } = parts;
        if recorded.torn_bytes > 0 {
            tracing::warn!(
                bytes = recorded.torn_bytes,
                "the consensus log ended in an entry cut short; it is dropped"
            );
        }
        let stored = chain.undecided();
        let height = next.height + 1;
        let start = Start { height, validators: &next.validators, recorded, stored };
        let (driver, effects) = Driver::start(&config, start).map_err(halted)?;
        let (inbox, events) = inbox;
        let wake = inbox.clone();
        chain.on_change(move || wake.wake());
        let mut reactor = Reactor {
            chain,
            driver,
            signatures: config.signatures,
            log,
            pace,
            orders,
            inbox,
            events,
            network,
            timers: Timers::default(),
            gate: Gate::new(next.height),
            pending: VecDeque::new(),
            bodies: BTreeMap::new(),
            fetching: BTreeSet::new(),
            nodes: next.nodes,
            next_due: next.due,
            quiet_until: None,
            swept: Instant::now(),
        };
        reactor.perform(effects)?;
        reactor.measure_power();
        reactor.chain.report_again();
        Ok(reactor)
    }

    /// Runs until the chain is told to stop.
    ///
    /// # Errors
    /// The fault that must halt the node.
    pub(crate) fn run(mut self) -> Result<(), Fault> {
        while !self.chain.is_stopping() {
            while let Some(input) = self.pending.pop_front() {
                self.feed(input)?;
            }
            while let Some(timer) = self.timers.due(Instant::now()) {
                self.feed(Input::Timer(timer))?;
            }
            self.chain.set_behind(self.driver.behind(), self.driver.upcoming().is_some());
            if let Some(fault) = self.chain.audit_fault() {
                return Err(fault.clone());
            }
            let wait = self.begin_if_due()?;
            match self.events.recv_timeout(wait) {
                Ok(event) => self.take(event)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Fault::new("nobody can reach the reactor"));
                }
            }
        }
        Ok(())
    }

    /// Begins the next height if it is time; answers how long nothing else is to be done.
    fn begin_if_due(&mut self) -> Result<Duration, Fault> {
        if !self.pending.is_empty() {
            return Ok(Duration::ZERO);
        }
        let now = Instant::now();
        let timer = self.timers.wait(now).unwrap_or(limits::LONGEST_SLEEP).min(limits::LONGEST_SLEEP);
        if !self.driver.is_idle() {
            self.drop_expired(now);
            return Ok(timer);
        }
        let quiet = self.quiet_until.map(|until| until.saturating_duration_since(now));
        let quiet = quiet.filter(|left| !left.is_zero());
        match self.chain.due_in(self.pace, self.next_due, quiet.is_none()) {
            Some(0) => {
                self.feed(Input::Begin)?;
                Ok(Duration::ZERO)
            }
            due => Ok(due.map_or(timer, Duration::from_millis).min(timer).min(quiet.unwrap_or(timer))),
        }
    }

    /// Drops what can be in no block any more, now and then: a node whose turn it never is, as it is no validator,
    /// may wait long for the next block if the others have none to make.
    fn drop_expired(&mut self, now: Instant) {
        if now >= self.swept + limits::LONGEST_SLEEP {
            self.swept = now;
            self.chain.drop_expired(self.chain.now());
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Fault> {
        match event {
            Event::Woken => {
                self.inbox.heard();
                self.quiet_until = None;
                Ok(())
            }
            Event::Input(input) => {
                self.inbox.taken(&input);
                let moves_power = matches!(input, Input::Connected { .. } | Input::Disconnected(_));
                self.feed(input)?;
                if moves_power {
                    self.measure_power();
                }
                Ok(())
            }
            Event::Asked(asked) => {
                // Whoever asked may be gone.
                let _ = asked.send(self.driver.view());
                Ok(())
            }
            Event::Answer(answer) => self.answered(answer),
            Event::WorkerEnded => Err(Fault::new("the producer has ended")),
        }
    }

    fn answered(&mut self, answer: Answer) -> Result<(), Fault> {
        match answer {
            Answer::Built(block) => {
                let quiet = Duration::from_millis(limits::CERTIFY_AFTER_MS);
                self.quiet_until = block.transactions.is_empty().then(|| Instant::now() + quiet);
                self.feed(Input::Built { block })
            }
            Answer::Judged { block, verdict } => self.feed(Input::Validated { block, verdict }),
            Answer::Commits(Progress::TakenIn(next)) => self.next_height(next),
            Answer::Commits(Progress::Written(height)) => self.written(height),
            Answer::Commits(Progress::Failed) => Err(Fault::new("the producer can't write a block")),
        }
    }

    fn next_height(&mut self, next: Next) -> Result<(), Fault> {
        let Next { height, validators, nodes, due } = next;
        self.gate.taken_in(height);
        if !Arc::ptr_eq(&nodes, &self.nodes) {
            self.network.set_nodes(&nodes);
            self.nodes = nodes;
        }
        let validators = validators.to_vec();
        self.bodies.clear();
        while let Some(block) = self.fetching.pop_first() {
            self.network.cancel_fetch(&block);
        }
        self.next_due = due;
        self.feed(Input::Committed { height, validators })?;
        self.measure_power();
        Ok(())
    }

    /// Tells those who watch the node who the validators are, and whether it is connected to a quorum.
    fn measure_power(&self) {
        let own = self.driver.key();
        let connected: BTreeSet<PublicKey> =
            self.network.peers().iter().filter_map(|peer| peer.validator).chain([own]).collect();
        let (mut total, mut reached) = (0, 0);
        for (key, power) in self.driver.validators() {
            self.chain.metrics().knows(&key);
            total += power;
            reached += if connected.contains(&key) { power } else { 0 };
        }
        let figure = |power: u64| i64::try_from(power).unwrap_or(i64::MAX);
        self.chain.metrics().validator_power.set(figure(total));
        self.chain.metrics().reachable_power.set(figure(reached));
    }

    fn feed(&mut self, input: Input) -> Result<(), Fault> {
        let effects = self.driver.step(input).map_err(|halt| match &halt {
            Halt::CertifiedInvalid { block, .. } => self.chain.disagrees(block, &halt.to_string()),
            _ => halted(halt),
        })?;
        self.perform(effects)
    }

    fn order(&self, order: Order) -> Result<(), Fault> {
        self.orders.send(order).map_err(|_| Fault::new("the producer has ended"))
    }
}

fn halted(halt: Halt) -> Fault {
    Fault::new(format!("consensus stops: {halt}"))
}
