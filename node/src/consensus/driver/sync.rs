//! Catching up: certified blocks from peers that are ahead, and votes for peers that missed some.

use std::sync::Arc;
use std::time::Duration;

use malachite::Input as CoreInput;
use malachite_types::Round;
use sillok_abi::Block;

use super::{Driver, Phase};
use crate::consensus::context::{Address, Height};
use crate::consensus::convert::{
    certificate_to_core, round_from_core, signed_proposal_from_core, signed_vote_from_core,
};
use crate::consensus::effect::{CertifiedBlock, Effect, Offence, Peer, To};
use crate::consensus::host::{Certified, value_response};
use crate::consensus::message::{Message, Status};
use crate::consensus::timeouts::Purpose;
use crate::limits;

impl Driver {
    pub(super) fn on_status(&mut self, from: Peer, status: Status) {
        self.peers.note(from, status.height);
        self.host.present.note(from, self.height.saturating_sub(status.height));
        if status.height < self.height {
            self.report_to(To::One(from));
        } else if status.height == self.height {
            self.help(from, status.round);
        } else {
            self.sync();
        }
    }

    /// Vote sync: what a peer at the same height may have missed of this round.
    fn help(&mut self, peer: Peer, round: u32) {
        if self.phase != Phase::Deciding || round > self.host.round {
            return;
        }
        let to = To::One(peer);
        let votes = [&self.core.last_signed_prevote, &self.core.last_signed_precommit];
        for vote in votes.into_iter().flatten() {
            self.host.out.send(to, Message::Vote(signed_vote_from_core(vote)));
        }
        if let Some(entered) = self.core.round_certificate() {
            self.host.out.send(to, Message::Round(round_from_core(&entered.certificate)));
        }
        let (height, current) = (Height(self.height), Round::new(self.host.round));
        let own = self.core.full_proposal_at_round_and_proposer(&height, current, &Address(self.key));
        if let Some(own) = own {
            self.host.out.send(to, Message::Proposal(signed_proposal_from_core(&own.proposal)));
        }
    }

    pub(super) fn on_blocks(&mut self, from: Peer, blocks: Vec<CertifiedBlock>) {
        // Nobody fills the places of blocks that were asked of others.
        if !self.peers.was_asked(from) {
            return;
        }
        self.peers.end_request();
        self.host.timers.cancel(Purpose::Request);
        // One that claims to be ahead and has nothing to show is asked again once it claims so again.
        if !blocks.iter().any(|block| block.certificate.height >= self.height) {
            self.peers.forget(from);
        }
        self.peers.keep(self.height, from, blocks);
        self.sync();
    }

    /// Value sync: takes up the decided block of this height if it waits, and asks for more if a peer has them.
    pub(super) fn sync(&mut self) {
        while !self.has_decided() {
            let Some((from, decided)) = self.peers.take(self.height) else { break };
            self.take_up(from, decided);
        }
        if !self.has_decided() {
            self.build_if_due();
        }
        self.ask();
    }

    /// Whether the block of this height is decided, here or by the certificate that came with it.
    fn has_decided(&self) -> bool {
        self.phase == Phase::Committing || self.host.certified.is_some()
    }

    /// The block that a peer says is decided after the one that is being committed, if it has come.
    pub(crate) fn upcoming(&self) -> Option<Arc<Block>> {
        self.peers.waits(self.height + 1)
    }

    /// Asks for more before what waits is used up.
    fn ask(&mut self) {
        let next = self.height + u64::from(self.has_decided());
        let Some((from, height)) = self.peers.ask(next) else { return };
        let count = limits::SYNC_BLOCKS;
        self.host.out.push(Effect::RequestBlocks { from, height, count });
        let timer = self.host.timers.start(Purpose::Request);
        let after = Duration::from_millis(self.host.timeouts.request_ms);
        self.host.out.push(Effect::SetTimer { timer, after });
    }

    /// Takes up a decided block: the core checks its certificate and then has it judged. One that does not
    /// hold is dropped, with all else of its peer.
    fn take_up(&mut self, from: Peer, decided: CertifiedBlock) {
        let CertifiedBlock { block, certificate } = decided;
        let id = block.header.id();
        let response = value_response(certificate_to_core(&certificate));
        let Some(response) = response.filter(|_| certificate.block == id && self.fits(&block.header)) else {
            self.peers.forget(from);
            self.host.out.push(Effect::Blame { peer: from, offence: Offence::FalseCertificate });
            return;
        };
        self.host.certified = Some(Certified { block, id, round: certificate.round, from, valid: false });
        self.begin();
        self.feed(CoreInput::SyncValueResponse(response));
    }
}
