//! Does what a driver asks for, in its order, on a disk and a network that fail.
//!
//! This is what a node has to do too; where it differs is in the fakes.

use std::sync::Arc;

use codec::Encode;
use sillok_abi::{Block, Equivocation, Hash, SignedVote};

use super::application::Place;
use super::byzantine::forge;
use super::check::Violation;
use super::coverage::Case;
use super::event::Own;
use super::network::Packet;
use super::options::Plant;
use super::story::Brief;
use super::world::World;
use crate::consensus::{
    AppendFault, CertifiedBlock, Effect, Entry, Input, Log, Message, Peer, Stage, To, Verdict,
};

impl World {
    /// Feeds a driver, and does what comes of it.
    pub(super) fn step(&mut self, node: usize, input: Input) {
        let Some(running) = &mut self.nodes[node].running else { return };
        match running.driver.step(input) {
            Ok(effects) => self.perform(node, effects),
            Err(halt) => self.halted(node, &halt.to_string()),
        }
    }

    /// Does effects one after the other, unless the node crashes between two of them.
    pub(super) fn perform(&mut self, node: usize, mut effects: Vec<Effect>) {
        if self.planted(Plant::SendBeforeLog) {
            effects.sort_by_key(|effect| !matches!(effect, Effect::Send { .. }));
        }
        for effect in effects {
            if self.random.below(100_000) < self.options.crash_between {
                self.met(node, Case::CrashBetween);
                self.tell(node, format_args!("crashes before it {}", Brief(&effect)));
                self.crash(node);
            }
            if self.nodes[node].running.is_none() {
                return;
            }
            self.perform_one(node, effect);
        }
    }

    fn perform_one(&mut self, node: usize, effect: Effect) {
        if !matches!(effect, Effect::SetTimer { .. }) {
            self.tell(node, format_args!("{}", Brief(&effect)));
        }
        self.cover(node, &effect);
        match effect {
            Effect::StoreBody(_) if self.planted(Plant::BodiesNotStored) => {}
            Effect::StoreBody(block) => {
                self.nodes[node].disk.bodies.insert(block.header.id(), block);
            }
            Effect::Append { height, entries } => self.append(node, height, &entries),
            Effect::Send { to, message } => self.send_message(node, to, message),
            Effect::SendBlock { to, block } => self.send_block(node, to, &block),
            Effect::FetchBlock { block } => self.fetch(node, block),
            Effect::RequestBlocks { from, height, count } => {
                if !self.planted(Plant::NoHealing) {
                    self.send(node, from.0 as usize, Packet::Request { height, count });
                }
            }
            Effect::SetTimer { timer, after } => {
                // Clocks run at different speeds, by a tenth.
                let after = after.as_micros() as u64;
                let after = self.random.between(after - after / 20, after + after / 20);
                self.later_own(node, after, Own::Timer(timer));
            }
            Effect::Build { height, round, .. } => self.build(node, height, round),
            Effect::Validate { block, stage } => self.validate(node, &block, stage),
            Effect::Commit { mut certificate, body } => {
                if self.planted(Plant::ShortCertificates) {
                    certificate.signatures.truncate(2);
                }
                let block = body.or_else(|| self.nodes[node].disk.block(&certificate.block));
                let Some(block) = block else {
                    return self.halted(node, "the body of a decided block is missing");
                };
                let after = self.random.between(500, 8_000);
                self.later_own(node, after, Own::Commit(CertifiedBlock { block, certificate }));
            }
            Effect::Evidence(evidence) => {
                self.check_evidence(node, &evidence);
                let now = self.nodes[node].clock(self.now_us);
                if let Some(running) = &mut self.nodes[node].running {
                    running.application.report(&evidence, now);
                }
            }
            Effect::Blame { peer, .. } => self.check_blame(node, peer),
            Effect::Round { round, .. } => self.extra_rounds += u64::from(round > 0),
            Effect::Anomaly(what) => {
                if self.options.is_honest(node) {
                    self.checks.violated(Violation::Anomaly(what));
                }
            }
        }
    }

    fn cover(&mut self, node: usize, effect: &Effect) {
        let case = match effect {
            Effect::Send { message: Message::Polka(_), .. } => Case::Polka,
            Effect::Send { message: Message::Round(_), .. } => Case::RoundCertificate,
            Effect::Send { message: Message::Proposal(signed), .. }
                if signed.proposal.pol_round.is_some() =>
            {
                Case::Relock
            }
            Effect::Round { round: 10.., .. } => Case::TenthRound,
            Effect::Validate { stage: Stage::Old | Stage::Decided, .. } => Case::StaleBlock,
            Effect::FetchBlock { .. } => Case::Fetched,
            Effect::Commit { body: Some(_), .. } => Case::Synced,
            Effect::Blame { .. } => Case::Blamed,
            Effect::Evidence(Equivocation::Votes(..)) => Case::DoubleVote,
            Effect::Evidence(Equivocation::Proposals(..)) => Case::DoubleProposal,
            _ => return,
        };
        self.met(node, case);
    }

    fn append(&mut self, node: usize, height: u64, entries: &[Entry]) {
        let torn = self.random.below(20_000) < self.options.crash_between;
        let byte = self.random.below(300) as usize;
        let fault = match self.random.below(3) {
            0 => AppendFault::Short(byte),
            1 => AppendFault::Zeros(byte),
            _ => AppendFault::Hole(byte),
        };
        let own = self.keys.public(node);
        let state = &mut self.nodes[node];
        let Some(running) = &mut state.running else { return };
        running.log.medium_mut().fault = torn.then_some(fault);
        if running.log.append(height, entries).is_err() {
            self.met(node, Case::CrashInWrite);
            self.tell(node, format_args!("crashes while it appends: {fault:?}"));
            return self.crash(node);
        }
        state.note_logged(entries, &own);
    }

    fn send_message(&mut self, node: usize, to: To, message: Message) {
        if !self.options.is_honest(node) {
            return self.misbehave(node, to, message);
        }
        if self.planted(Plant::NoHealing) && matches!(message, Message::Status(_)) {
            return;
        }
        self.check_sent(node, &message);
        self.route(node, to, &Packet::Message(message.encode()));
    }

    /// Sends a packet to one or all.
    pub(super) fn route(&mut self, node: usize, to: To, packet: &Packet) {
        match to {
            To::All => self.send_all(node, packet),
            To::One(peer) => self.send(node, peer.0 as usize, packet.clone()),
        }
    }

    /// What an honest node says of itself is logged, does not contradict what it said, and is about a block
    /// that it has.
    fn check_sent(&mut self, node: usize, message: &Message) {
        let own = self.keys.public(node);
        let encoded = match message {
            Message::Vote(signed) if signed.vote.validator == own => {
                self.checks.voted(node, signed);
                self.check_body(node, signed);
                signed.encode()
            }
            Message::Proposal(signed) if signed.proposal.proposer == own => {
                self.checks.proposed(node, signed);
                signed.encode()
            }
            _ => return,
        };
        if !self.nodes[node].logged_votes.contains(&encoded) {
            self.checks.violated(Violation::NotLogged { node });
        }
    }

    fn check_body(&mut self, node: usize, signed: &SignedVote) {
        let disk = &self.nodes[node].disk;
        if signed.vote.block.is_some_and(|block| disk.block(&block).is_none()) {
            self.checks.violated(Violation::VoteWithoutBody { node });
        }
    }

    fn send_block(&mut self, node: usize, to: To, id: &Hash) {
        let Some(block) = self.nodes[node].disk.block(id) else {
            return self.halted(node, "a block to send is missing");
        };
        if self.options.is_honest(node) {
            self.route(node, to, &Packet::Block(block));
        } else {
            self.hand_out(node, to, block);
        }
    }

    /// From the own store, or else from everybody.
    fn fetch(&mut self, node: usize, id: Hash) {
        match self.nodes[node].disk.block(&id) {
            Some(block) => self.send(node, node, Packet::Block(block)),
            None if self.planted(Plant::NoHealing) => {}
            None => self.send_all(node, &Packet::Fetch(id)),
        }
    }

    /// A node is asked for a block.
    pub(super) fn answer_fetch(&mut self, node: usize, from: usize, id: &Hash) {
        let to = To::One(Peer(from as u64));
        match self.nodes[node].disk.block(id) {
            Some(block) if self.planted(Plant::ForgingServer) => {
                self.route(node, to, &Packet::Block(forge(&block)));
            }
            Some(block) if self.options.is_honest(node) => self.route(node, to, &Packet::Block(block)),
            Some(block) => self.hand_out(node, to, block),
            None => {}
        }
    }

    /// A node is asked for decided blocks.
    pub(super) fn answer_request(&mut self, node: usize, from: usize, height: u64, count: usize) {
        let first = (height.max(1) - 1) as usize;
        let chain = &self.nodes[node].disk.chain;
        let blocks: Vec<CertifiedBlock> = chain.iter().skip(first).take(count).cloned().collect();
        let blocks = if self.options.is_honest(node) { blocks } else { self.falsify(node, height, blocks) };
        self.send(node, from, Packet::Blocks(blocks));
    }

    fn build(&mut self, node: usize, height: u64, round: u32) {
        let now = self.nodes[node].clock(self.now_us);
        let place = Place { height, round, proposer: self.keys.public(node) };
        let Some(running) = &mut self.nodes[node].running else { return };
        let block = Arc::new(running.application.build(place, now));
        let after = self.random.between(200, 10_000);
        self.later_own(node, after, Own::Built(block));
    }

    fn validate(&mut self, node: usize, block: &Block, stage: Stage) {
        let now = self.nodes[node].clock(self.now_us);
        let Some(running) = &mut self.nodes[node].running else { return };
        let blind = stage == Stage::Fresh && self.options.plant == Some(Plant::NoClock);
        let stage = if blind { Stage::Old } else { stage };
        let verdict = running.application.validate(block, stage, now);
        match verdict {
            Verdict::Valid => {}
            Verdict::Invalid => self.met(node, Case::Invalid),
            Verdict::Forged => self.met(node, Case::Forged),
        }
        let blind = self.planted(Plant::BlindValidation);
        let verdict = if blind { Verdict::Valid } else { verdict };
        let after = self.random.between(200, 10_000);
        self.later_own(node, after, Own::Judged { block: block.header.id(), verdict });
    }

    /// A decided block becomes durable, with what it did, in one step.
    pub(super) fn commit(&mut self, node: usize, decided: CertifiedBlock) {
        let height = decided.block.header.height;
        if self.options.is_honest(node) {
            let latest = self.latest_clock();
            self.checks.committed(&decided, latest);
        }
        let deviates = self.planted(Plant::OtherState) && height == 3 && node == 0;
        let state = &mut self.nodes[node];
        state.disk.chain.push(decided.clone());
        state.disk.bodies.retain(|_, body| body.header.height > height);
        state.committed = height;
        let Some(running) = &mut state.running else { return };
        running.application.commit(&decided);
        let root = if deviates { [1; 32] } else { running.application.root() };
        let validators = running.application.validators();
        if self.options.is_honest(node) {
            self.checks.executed(height, root);
        }
        self.step(node, Input::Committed { height, validators });
        self.plan_begin(node);
    }

    /// Plans when a node finds that there is something to decide.
    pub(super) fn plan_begin(&mut self, node: usize) {
        let Some(running) = &self.nodes[node].running else { return };
        let height = running.driver.height();
        // Now and then it is quiet, and now and then a node hears of nothing but the others' votes.
        let after = match self.random.below(10) {
            0 => self.random.between(300_000, 1_500_000),
            1..=3 => self.random.between(60_000, 400_000),
            _ => self.random.between(0, 60_000),
        };
        self.later_own(node, after, Own::Begin { height });
    }

    fn check_evidence(&mut self, node: usize, evidence: &Equivocation) {
        let is_signed = |key: &Hash, digest: &Hash, given: &[u8; 64]| self.keys.verify(key, digest, given);
        let named = evidence.check(&self.chain, is_signed);
        let honest = |key: &Hash| self.honest().any(|node| self.keys.public(node) == *key);
        match named {
            Ok(key) if !honest(&key) => {
                self.checks.proven.insert(key);
            }
            _ if self.options.is_honest(node) => self.checks.violated(Violation::FalseEvidence),
            _ => {}
        }
    }

    fn check_blame(&mut self, node: usize, peer: Peer) {
        let blamed = peer.0 as usize;
        if self.options.is_honest(node) && self.options.is_honest(blamed) {
            self.checks.violated(Violation::FalseBlame { node: blamed });
        }
    }
}
