//! The peers of a node that joins: who is there, what they have, what they were asked.
//!
//! Invariant: a peer is asked one thing at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use codec::Encode;
use sillok_abi::{Block, Hash};

use super::JoinError;
use crate::consensus::Peer;
use crate::limits;
use crate::lock::lock;
use crate::network::{Config, Event, Handler, Network, NetworkHandle, NodeId};
use crate::snapshot::{Ask, Offer, read};

/// How long a step waits for something to happen.
const STEP: Duration = Duration::from_millis(50);

/// The peers.
pub(super) struct Crowd {
    handle: NetworkHandle,
    runtime: tokio::runtime::Runtime,
    events: Receiver<Event>,
    peers: BTreeMap<Peer, There>,
    /// Nodes that are asked no more, whatever connection they come by.
    refused: BTreeSet<NodeId>,
    /// When the first peer came.
    first: Option<Instant>,
}

/// A peer that is there.
struct There {
    node: NodeId,
    /// What it has; none if it has not said.
    offers: Option<Vec<Offer>>,
    /// What it was asked: the question's number, the question, and when.
    asked: Option<(u32, Ask, Instant)>,
    failures: u32,
    /// It is not asked before.
    rests_until: Instant,
}

/// What became of a question.
pub(super) struct Answered {
    pub(super) peer: Peer,
    pub(super) ask: Ask,
    /// None if the peer has no such thing, too much to do, or is gone.
    pub(super) answer: Option<Vec<u8>>,
}

/// Hears of peers and answers; has nothing to offer.
struct Ear(Mutex<Sender<Event>>);

impl Handler for Ear {
    fn input(&self, event: Event) {
        if matches!(event, Event::Connected { .. } | Event::Disconnected(_) | Event::Snapshot { .. }) {
            // Nobody hears it any more when the node has joined.
            let _ = lock(&self.0).send(event);
        }
    }

    fn block(&self, _: &Hash) -> Option<Arc<Block>> {
        None
    }

    fn decided(&self, _: u64, _: usize, _: usize) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn snapshot(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

impl Crowd {
    /// Starts a network, on which peers gather.
    ///
    /// # Errors
    /// If it can't be started.
    pub(super) fn gather(config: Config) -> Result<Self, JoinError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("network")
            .enable_all()
            .build()?;
        let (sender, events) = channel();
        let handle = Network::start(config, Arc::new(Ear(Mutex::new(sender))), runtime.handle())?;
        let (peers, refused) = (BTreeMap::new(), BTreeSet::new());
        Ok(Crowd { handle, runtime, events, peers, refused, first: None })
    }

    /// Ends the network.
    pub(super) fn dismiss(self) {
        self.handle.stop();
        self.runtime.block_on(self.handle.stopped());
        self.runtime.shutdown_background();
    }

    /// Whether all who are there have said what they have, and others had time to come.
    pub(super) fn is_surveyed(&self) -> bool {
        let had_time = self.first.is_some_and(|first| first.elapsed() >= limits::JOIN_SURVEY);
        had_time && self.usable().next().is_some() && self.usable().all(|(_, there)| there.offers.is_some())
    }

    /// What is offered, each with by how many.
    pub(super) fn offered(&self) -> Vec<(Offer, usize)> {
        let mut offered: Vec<(Offer, usize)> = Vec::new();
        for offer in self.usable().flat_map(|(_, there)| there.offers.iter().flatten()) {
            match offered.iter_mut().find(|(other, _)| other == offer) {
                Some((_, count)) => *count += 1,
                None => offered.push((*offer, 1)),
            }
        }
        offered
    }

    /// The peers that have the snapshot with this id.
    pub(super) fn with(&self, id: &Hash) -> Vec<Peer> {
        let has = |there: &There| there.offers.iter().flatten().any(|offer| offer.id == *id);
        self.usable().filter(|(_, there)| has(there)).map(|(peer, _)| *peer).collect()
    }

    /// Those of them that can be asked now.
    pub(super) fn idle_with(&self, id: &Hash) -> Vec<Peer> {
        let now = Instant::now();
        let is_idle = |peer: &Peer| {
            self.peers.get(peer).is_some_and(|there| there.asked.is_none() && there.rests_until <= now)
        };
        self.with(id).into_iter().filter(is_idle).collect()
    }

    fn usable(&self) -> impl Iterator<Item = (&Peer, &There)> {
        self.peers.iter().filter(|(_, there)| !self.refused.contains(&there.node))
    }

    /// Asks a peer; false if it can't be asked now.
    pub(super) fn ask(&mut self, peer: Peer, ask: Ask) -> bool {
        let Some(there) = self.peers.get_mut(&peer).filter(|there| there.asked.is_none()) else {
            return false;
        };
        let number = self.handle.request_snapshot(peer, ask.encode());
        there.asked = number.map(|number| (number, ask, Instant::now()));
        there.asked.is_some()
    }

    /// A peer sent what no honest node sends: it is asked no more.
    pub(super) fn refuse(&mut self, peer: Peer, offence: &'static str) {
        self.handle.blame(peer, offence);
        self.leave(peer);
    }

    /// A peer did not answer, or has no longer what it said: it rests, and says again what it has.
    pub(super) fn fail(&mut self, peer: Peer) {
        let Some(there) = self.peers.get_mut(&peer) else { return };
        there.offers = None;
        there.failures += 1;
        there.rests_until = Instant::now() + limits::JOIN_PAUSE;
        if there.failures >= limits::JOIN_FAILURES {
            self.leave(peer);
        }
    }

    fn leave(&mut self, peer: Peer) {
        self.refused.extend(self.peers.get(&peer).map(|there| there.node));
    }

    /// Waits a little for something to happen. Offers are heard here; other answers are returned.
    pub(super) fn step(&mut self) -> Option<Answered> {
        self.ask_for_offers();
        let answered = match self.events.recv_timeout(STEP) {
            Ok(event) => self.hear(event),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => self.overdue(),
        }?;
        let Answered { peer, ask: Ask::Offers, answer } = &answered else { return Some(answered) };
        match answer.as_deref().map(read::<Vec<Offer>>) {
            None => self.fail(*peer),
            Some(Some(offers)) if offers.len() <= limits::SNAPSHOT_OFFERS => {
                if let Some(there) = self.peers.get_mut(peer) {
                    there.offers = Some(offers);
                }
            }
            Some(_) => self.refuse(*peer, "malformed offers of snapshots"),
        }
        None
    }

    fn ask_for_offers(&mut self) {
        let now = Instant::now();
        let silent = |(_, there): &(&Peer, &There)| {
            there.offers.is_none() && there.asked.is_none() && there.rests_until <= now
        };
        let silent: Vec<Peer> = self.usable().filter(silent).map(|(peer, _)| *peer).collect();
        for peer in silent {
            self.ask(peer, Ask::Offers);
        }
    }

    fn hear(&mut self, event: Event) -> Option<Answered> {
        match event {
            Event::Connected { peer, member } => {
                let rests_until = Instant::now();
                let node = member.node;
                self.peers.insert(peer, There { node, offers: None, asked: None, failures: 0, rests_until });
                self.first.get_or_insert(rests_until);
                None
            }
            Event::Disconnected(peer) => {
                let (_, ask, _) = self.peers.remove(&peer)?.asked?;
                Some(Answered { peer, ask, answer: None })
            }
            Event::Snapshot { from, request, answer } => {
                let there = self.peers.get_mut(&from)?;
                let (_, ask, _) = there.asked.take_if(|(number, ..)| *number == request)?;
                Some(Answered { peer: from, ask, answer })
            }
            _ => None,
        }
    }

    /// A question to which no answer has come in time.
    fn overdue(&mut self) -> Option<Answered> {
        let late = |asked: &mut (u32, Ask, Instant)| asked.2.elapsed() > limits::REQUEST_TIMEOUT;
        self.peers.iter_mut().find_map(|(peer, there)| {
            let (_, ask, _) = there.asked.take_if(late)?;
            Some(Answered { peer: *peer, ask, answer: None })
        })
    }
}
