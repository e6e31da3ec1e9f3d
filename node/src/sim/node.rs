//! A node: the driver, what it runs on, and what a crash leaves of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use codec::Encode;
use sillok_abi::{Block, Hash, PublicKey, Time};

use super::application::Application;
use crate::consensus::{CertifiedBlock, Driver, Entry, LogStore, MemoryMedium};
use crate::storage::MemoryStorage;

/// Where clocks begin, in milliseconds: after the dev genesis.
const CLOCKS_BEGIN: u64 = 1_800_000_000_000;

/// What is on disk.
#[derive(Default)]
pub(crate) struct Disk {
    /// The log's bytes, while the log is not open.
    pub(crate) log: MemoryMedium,
    /// Blocks that are not decided.
    pub(crate) bodies: BTreeMap<Hash, Arc<Block>>,
    /// What the node's own ledger is on.
    pub(crate) storage: Arc<MemoryStorage>,
    /// Decided blocks, from height 1.
    pub(crate) chain: Vec<CertifiedBlock>,
}

impl Disk {
    /// The height of the last block.
    pub(crate) fn height(&self) -> u64 {
        self.chain.len() as u64
    }

    /// A block, decided or not.
    pub(crate) fn block(&self, id: &Hash) -> Option<Arc<Block>> {
        let recent = self.chain.iter().rev().take(4).find(|decided| decided.certificate.block == *id);
        self.bodies.get(id).cloned().or_else(|| recent.map(|decided| decided.block.clone()))
    }
}

/// What runs.
pub(crate) struct Running {
    /// The driver.
    pub(crate) driver: Driver,
    /// The log.
    pub(crate) log: LogStore<MemoryMedium>,
    /// The application.
    pub(crate) application: Box<dyn Application>,
}

/// A node.
pub(crate) struct Node {
    /// What outlives a crash.
    pub(crate) disk: Disk,
    /// What does not; none while it is down.
    pub(crate) running: Option<Running>,
    /// How often it has started: what belongs to an earlier life is void.
    pub(crate) life: u64,
    /// How far its clock is ahead, in milliseconds.
    pub(crate) skew_ms: i64,
    /// What it has logged, to check that nothing else leaves.
    pub(crate) logged_votes: BTreeSet<Vec<u8>>,
    /// The highest block that it has ever committed.
    pub(crate) committed: u64,
    /// Its log was damaged while it was down.
    pub(crate) damaged: bool,
    /// The first height at which it votes: after damage, the one after that of the damaged log.
    pub(crate) votes_from: u64,
    /// It never comes back.
    pub(crate) gone: bool,
    /// What a Byzantine member keeps.
    pub(crate) mischief: Mischief,
}

/// What a Byzantine member keeps.
#[derive(Default)]
pub(crate) struct Mischief {
    /// The blocks it has made, by id.
    pub(crate) blocks: BTreeMap<Hash, Arc<Block>>,
}

impl Node {
    /// A node that has not started.
    pub(crate) fn new(skew_ms: i64) -> Self {
        Node {
            disk: Disk::default(),
            running: None,
            life: 0,
            skew_ms,
            logged_votes: BTreeSet::new(),
            committed: 0,
            damaged: false,
            votes_from: 0,
            gone: false,
            mischief: Mischief::default(),
        }
    }

    /// What its clock shows at this time of the simulation, in microseconds.
    pub(crate) fn clock(&self, now_us: u64) -> Time {
        Time((now_us / 1_000 + CLOCKS_BEGIN).saturating_add_signed(self.skew_ms))
    }

    /// Notes what its log holds of its own.
    pub(crate) fn note_logged(&mut self, entries: &[Entry], own: &PublicKey) {
        for entry in entries {
            match entry {
                Entry::Vote(signed) if signed.vote.validator == *own => {
                    self.logged_votes.insert(signed.encode());
                }
                Entry::Proposal(signed) if signed.proposal.proposer == *own => {
                    self.logged_votes.insert(signed.encode());
                }
                _ => {}
            }
        }
    }

    /// It loses power.
    pub(crate) fn crash(&mut self) {
        self.life += 1;
        if let Some(running) = self.running.take() {
            self.disk.log = running.log.into_medium();
        }
        self.disk.log.crash();
    }
}
