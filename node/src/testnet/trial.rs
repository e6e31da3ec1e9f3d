//! A testnet that runs, with what goes wrong on it.
//!
//! Faults come from a plan, or from whoever writes them. A node has one at a time. Invariant: of a plan, no fault
//! begins before the nodes that are to be well are, and have the blocks of the others, so that never more are
//! faulty than may be.

use std::time::{Duration, Instant};

use sillok_client::rpc::{BlockRef, Client};

use super::fault::{Fault, Kind, Order};
use super::line::{Line, What};
use super::links::{Flow, Links};
use super::plan::{Plan, Planned};
use super::{NodePlace, Nodes, TestnetError};

/// How many blocks a node may be behind the others and still be well.
const BEHIND: u64 = 2;
/// After what time it is looked again whether nodes that were not well are.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// How long healed nodes have to come to the same blocks.
const AGREEMENT: Duration = Duration::from_secs(120);

/// A testnet that runs.
pub(super) struct Trial<'a> {
    places: Vec<NodePlace>,
    nodes: Nodes,
    clients: Vec<Client>,
    /// None if nothing is to go wrong between them.
    links: Option<Links>,
    /// Of the plan that is followed, or was.
    seed: Option<u64>,
    plan: Option<Course>,
    active: Vec<Active>,
    begun: Instant,
    faults: u64,
    tell: &'a dyn Fn(&Line),
}

/// What a seed leads to.
struct Course {
    plan: Plan,
    faulty: usize,
    next: Planned,
    due: Instant,
}

/// A fault that goes on.
struct Active {
    fault: Fault,
    ends: Option<Instant>,
}

impl<'a> Trial<'a> {
    /// A trial of nodes that run.
    ///
    /// # Errors
    /// If a node's address is none.
    pub(super) fn new(
        places: Vec<NodePlace>,
        nodes: Nodes,
        links: Option<Links>,
        tell: &'a dyn Fn(&Line),
    ) -> Result<Self, TestnetError> {
        let clients = nodes.all().iter().map(|node| Client::new(node.url()));
        let clients = clients.collect::<Result<Vec<_>, _>>().map_err(TestnetError::answer)?;
        let (seed, plan, active, begun) = (None, None, Vec::new(), Instant::now());
        Ok(Trial { places, nodes, clients, links, seed, plan, active, begun, faults: 0, tell })
    }

    /// From now on goes wrong what this seed comes to, with so many faulty nodes at most at a time.
    pub(super) fn follow(&mut self, seed: u64, faulty: usize) {
        let mut plan = Plan::new(seed, self.places.len(), faulty);
        let next = plan.draw();
        let due = Instant::now() + next.after;
        self.seed = Some(seed);
        self.plan = Some(Course { plan, faulty, next, due });
    }

    /// Does what somebody has written.
    ///
    /// # Errors
    /// If a node does not start again.
    pub(super) fn obey(&mut self, line: &str) -> Result<(), TestnetError> {
        match line.parse() {
            Ok(Order::Heal) => self.heal(),
            Ok(Order::Begin(fault)) => match self.objection(&fault) {
                None => self.begin(fault),
                Some(why) => {
                    self.tell(What::Refused(why));
                    Ok(())
                }
            },
            Err(_) if line.trim().is_empty() => Ok(()),
            Err(no_order) => {
                self.tell(What::Refused(no_order.to_string()));
                Ok(())
            }
        }
    }

    /// Why a fault can't begin.
    fn objection(&self, fault: &Fault) -> Option<String> {
        let count = self.places.len();
        if let Some(node) = fault.nodes.iter().find(|node| !(1..=count).contains(*node)) {
            return Some(format!("there is no node {node}, but 1 to {count}"));
        }
        let same = self.active.iter().find(|active| active.fault.shares(fault))?;
        Some(format!("`{}` is not over; `heal` ends all", same.fault))
    }

    /// Ends what is over, begins what is due, and tells of nodes that have ended by themselves.
    ///
    /// # Errors
    /// If a node does not start again, or one has ended by itself while a plan is followed.
    pub(super) async fn turn(&mut self) -> Result<(), TestnetError> {
        if let Some(number) = self.nodes.watch().filter(|_| self.plan.is_some()) {
            return Err(TestnetError::Ended(number));
        }
        let now = Instant::now();
        while let Some(at) = self.active.iter().position(|active| active.ends.is_some_and(|ends| ends <= now))
        {
            self.end(at)?;
        }
        let due = self.plan.as_ref().is_some_and(|course| course.due <= now);
        if due && !self.is_well().await {
            self.plan.iter_mut().for_each(|course| course.due = now + LOOK_AGAIN);
        } else if due {
            self.begin_planned()?;
        }
        Ok(())
    }

    /// Begins what the plan says is next, unless that would be too much at a time.
    fn begin_planned(&mut self) -> Result<(), TestnetError> {
        let faulty: usize = self.active.iter().map(|active| active.fault.nodes.len()).sum();
        let Some(course) = &mut self.plan else { return Ok(()) };
        let fault = course.next.fault.clone();
        if faulty + fault.nodes.len() > course.faulty
            || self.active.iter().any(|active| active.fault.shares(&fault))
        {
            return Ok(());
        }
        course.next = course.plan.draw();
        course.due = Instant::now() + course.next.after;
        self.begin(fault)
    }

    fn begin(&mut self, fault: Fault) -> Result<(), TestnetError> {
        self.faults += 1;
        for node in &fault.nodes {
            match fault.kind {
                Kind::Kill => self.nodes.kill(node - 1),
                Kind::Pause => self.nodes.signal(node - 1, "-STOP")?,
                Kind::Restart => {
                    self.nodes.stop_one(node - 1)?;
                    self.nodes.start_again(&self.places[node - 1])?;
                }
                Kind::Cut | Kind::Mute | Kind::Deafen | Kind::Delay(_) => {}
            }
        }
        let text = fault.to_string();
        if fault.kind != Kind::Restart {
            let ends = fault.lasts.map(|lasts| Instant::now() + lasts);
            self.active.push(Active { fault, ends });
            self.set_links();
        }
        self.tell(What::Begins(text));
        Ok(())
    }

    fn end(&mut self, at: usize) -> Result<(), TestnetError> {
        let Active { fault, .. } = self.active.remove(at);
        for node in &fault.nodes {
            match fault.kind {
                Kind::Kill => self.nodes.start_again(&self.places[node - 1])?,
                Kind::Pause => self.nodes.signal(node - 1, "-CONT")?,
                Kind::Restart | Kind::Cut | Kind::Mute | Kind::Deafen | Kind::Delay(_) => {}
            }
        }
        self.set_links();
        self.tell(What::Ends(fault.to_string()));
        Ok(())
    }

    /// Ends all that goes wrong, the plan too.
    ///
    /// # Errors
    /// If a node does not start again.
    pub(super) fn heal(&mut self) -> Result<(), TestnetError> {
        self.plan = None;
        while !self.active.is_empty() {
            self.end(0)?;
        }
        Ok(())
    }

    /// Has bytes pass as the active faults say.
    fn set_links(&self) {
        let Some(links) = &self.links else { return };
        links.set(|from, to| {
            let of_each = self.active.iter().map(|active| active.fault.flow(from + 1, to + 1));
            of_each.fold(Flow::default(), |sum, flow| Flow {
                cut: sum.cut || flow.cut,
                delay: sum.delay.max(flow.delay),
            })
        });
    }

    /// Whether the nodes without a fault answer and have the blocks of the others.
    async fn is_well(&self) -> bool {
        let is_faulty = |node: usize| self.active.iter().any(|active| active.fault.nodes.contains(&node));
        let mut heights = Vec::new();
        for (node, client) in (1..).zip(&self.clients).filter(|(node, _)| !is_faulty(*node)) {
            match client.chain_status().await {
                Ok(status) => heights.push(status.height),
                Err(error) => {
                    tracing::debug!(node, %error, "a node does not answer");
                    return false;
                }
            }
        }
        let (lowest, highest) = (heights.iter().min(), heights.iter().max());
        lowest.zip(highest).is_none_or(|(lowest, highest)| lowest + BEHIND >= *highest)
    }

    /// Waits until all nodes have a block that none had when it was called, or all have the same last one; and
    /// sees to it that it is the same for all.
    ///
    /// # Errors
    /// If nodes have different blocks, one does not answer, or they don't come to the same height in time.
    pub(super) async fn agree(&self) -> Result<(), TestnetError> {
        let begun = Instant::now();
        let target = self.heights().await?.into_iter().max().unwrap_or(0);
        let height = loop {
            let lowest = self.heights().await?.into_iter().min().unwrap_or(0);
            if lowest >= target {
                break lowest;
            }
            if begun.elapsed() > AGREEMENT {
                return Err(TestnetError::Behind { target, heights: self.heights().await? });
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        };
        let mut blocks = Vec::new();
        for client in &self.clients {
            let block = client.chain_block(BlockRef::Height(height)).await.map_err(TestnetError::answer)?;
            blocks.push((block.hash, block.state_root));
        }
        if let Some(number) =
            (1..).zip(&blocks).find(|(_, block)| **block != blocks[0]).map(|(number, _)| number)
        {
            return Err(TestnetError::Fork { height, number });
        }
        let (nodes, faults) = (blocks.len(), self.faults);
        let block = blocks.swap_remove(0).0;
        self.tell(What::Agreed { nodes, height, block, faults });
        Ok(())
    }

    async fn heights(&self) -> Result<Vec<u64>, TestnetError> {
        let mut heights = Vec::new();
        for client in &self.clients {
            heights.push(client.chain_status().await.map_err(TestnetError::answer)?.height);
        }
        Ok(heights)
    }

    /// Stops all nodes; those that are paused go on for it.
    ///
    /// # Errors
    /// If one does not end.
    pub(super) fn stop(mut self) -> Result<(), TestnetError> {
        for active in std::mem::take(&mut self.active) {
            for node in active.fault.nodes.iter().filter(|_| active.fault.kind == Kind::Pause) {
                self.nodes.signal(node - 1, "-CONT")?;
            }
        }
        self.set_links();
        self.nodes.stop()
    }

    fn tell(&self, what: What) {
        (self.tell)(&Line { seed: self.seed, at: self.begun.elapsed(), what });
    }
}
