//! Blocks on their way through the driver: built, brought, judged.

use std::sync::Arc;

use malachite::{Input as CoreInput, LocallyProposedValue, ProposedValue};
use malachite_types::{Round, Validity, ValueOrigin};
use sillok_abi::{Block, Hash, Header};

use super::{Driver, Phase};
use crate::consensus::context::{Address, BlockId, Height};
use crate::consensus::effect::{Effect, Halt, Offence, Peer, Stage, Verdict};
use crate::consensus::host::Certified;
use crate::consensus::log::Step;

impl Driver {
    pub(super) fn on_block(&mut self, from: Peer, block: Arc<Block>) {
        let (height, id) = (block.header.height, block.header.id());
        if height < self.height || height > self.farthest() {
            return;
        }
        if height == self.height && self.host.bodies.is_wanted(&id) {
            return self.judge(id, block, from);
        }
        self.host.bodies.keep_early(from, block);
    }

    /// Has a wanted block judged: here what its header and the set say, the rest by the application.
    pub(super) fn judge(&mut self, id: Hash, block: Arc<Block>, from: Peer) {
        if !self.fits(&block.header) {
            return self.judged(id, &block.header, false);
        }
        // A block of a round that is past is not proposed for the first time, unless a proposal says so.
        let fresh = block.header.round >= self.host.round || self.host.bodies.is_claimed_fresh(&id);
        if !self.host.bodies.is_full() && self.host.bodies.judge(id, block.clone(), from) {
            let stage = if fresh { Stage::Fresh } else { Stage::Old };
            self.host.out.push(Effect::Validate { block, stage });
        }
    }

    /// Whether a header is of this chain, height and set, by whose turn it was.
    pub(super) fn fits(&self, header: &Header) -> bool {
        header.chain == self.chain
            && header.height == self.height
            && header.validators == self.validators
            && self.host.members.proposer(self.height, header.round) == Address(header.proposer)
    }

    /// Has the block made that the core asked for too early, if it still waits for it.
    pub(super) fn build_if_due(&mut self) {
        let Some((height, round)) = self.host.build_later.take() else { return };
        let due = round == self.host.round && self.core.driver.step_is_propose();
        if due && !self.host.guard.has_proposed(round) {
            let within = self.host.timeouts.of_step(Step::Propose, round);
            self.host.out.push(Effect::Build { height, round, within });
        }
    }

    pub(super) fn on_built(&mut self, block: Arc<Block>) -> Result<(), Halt> {
        let header = &block.header;
        let now = (self.height, self.host.round);
        if (header.height, header.round) != now || self.phase != Phase::Deciding {
            return Ok(());
        }
        if header.proposer != self.key || !self.fits(header) {
            return Err(Halt::Unexpected("a block was built that is not this node's to propose"));
        }
        if self.host.guard.has_proposed(header.round) {
            return Ok(());
        }
        let (id, round) = (header.id(), header.round);
        self.host.bodies.was_judged(id, round);
        self.host.out.store(block);
        let proposed = LocallyProposedValue::new(Height(self.height), Round::new(round), BlockId(id));
        self.feed(CoreInput::Propose(proposed));
        Ok(())
    }

    pub(super) fn on_validated(&mut self, id: &Hash, verdict: Verdict) {
        let is_it = verdict != Verdict::Forged;
        let Some((block, from)) = self.host.bodies.judged(id, is_it) else { return };
        let certified = self.certified(id).is_some();
        match verdict {
            Verdict::Forged => self.on_forged(&block, from),
            Verdict::Invalid if certified => {
                self.host.halt = Some(Halt::CertifiedInvalid { height: self.height, block: *id });
            }
            Verdict::Invalid => self.judged(*id, &block.header, false),
            Verdict::Valid => {
                match &mut self.host.certified {
                    // It goes with the commit that follows at once.
                    Some(found) if certified => (found.valid, found.block) = (true, block.clone()),
                    _ => self.host.out.store(block.clone()),
                }
                self.judged(*id, &block.header, true);
            }
        }
    }

    /// A body was not that of its id. If another one came with a certificate, that is judged now.
    fn on_forged(&mut self, block: &Arc<Block>, from: Peer) {
        if self.host.certified.as_ref().is_some_and(|certified| Arc::ptr_eq(&certified.block, block)) {
            self.host.certified = None;
        }
        self.peers.forget(from);
        self.host.out.push(Effect::Blame { peer: from, offence: Offence::ForgedBlock });
        self.host.judge_certified();
        self.sync();
    }

    fn certified(&self, id: &Hash) -> Option<&Certified> {
        self.host.certified.as_ref().filter(|certified| certified.id == *id)
    }

    /// Tells the core what was found of a block.
    fn judged(&mut self, id: Hash, header: &Header, valid: bool) {
        self.host.bodies.was_judged(id, header.round);
        // The core looks for the certificate by the round in which the block was decided.
        let (origin, round) = match self.certified(&id) {
            Some(certified) => (ValueOrigin::Sync, certified.round),
            None => (ValueOrigin::Consensus, header.round),
        };
        let value = ProposedValue {
            height: Height(self.height),
            round: Round::new(round),
            valid_round: Round::Nil,
            proposer: Address(header.proposer),
            value: BlockId(id),
            validity: Validity::from_bool(valid),
        };
        self.feed(CoreInput::ProposedValue(value, origin));
    }

    pub(super) fn fetch_wanted(&mut self) {
        for block in self.host.bodies.wanted() {
            self.host.out.push(Effect::FetchBlock { block });
        }
    }
}
