//! Does what the driver asks for.

use std::sync::Arc;
use std::time::Instant;

use codec::Encode;
use sillok_abi::{Block, Hash};
use sillok_runtime::Fault;

use super::{Log, Order, Reactor};
use crate::consensus::{Effect, Input, Peer};
use crate::fail_point::FailPoint;
use crate::metrics::Metrics;

/// This node itself, where a block comes from its own store. No connection has this number.
const OWN: Peer = Peer(u64::MAX);

impl Reactor {
    /// Does effects one after the other, but for those that wait.
    pub(super) fn perform(&mut self, effects: Vec<Effect>) -> Result<(), Fault> {
        for effect in effects {
            match self.gate.pass(effect) {
                Some(effect) => self.perform_one(effect)?,
                None if self.gate.has_shut() => self.order(Order::Sync)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Blocks are on disk: does what has waited for that.
    pub(super) fn written(&mut self, height: u64) -> Result<(), Fault> {
        let waited = self.gate.written(height);
        self.perform(waited.into())
    }

    fn perform_one(&mut self, effect: Effect) -> Result<(), Fault> {
        match effect {
            Effect::StoreBody(block) => {
                let id = block.header.id();
                self.chain.store_body(&id, &block)?;
                self.bodies.insert(id, block);
            }
            Effect::Append { height, entries } => {
                let written = || self.log.append(height, &entries);
                Metrics::time(&self.chain.metrics().log_sync, written).map_err(Fault::new)?;
                FailPoint::Logged.pass();
            }
            Effect::Send { to, message } => {
                self.network.send(to, &message);
                self.equivocate(to, &message);
            }
            Effect::SendBlock { to, block } => {
                let missing = || Fault::new("a block to send is missing");
                let block = self.body(&block)?.ok_or_else(missing)?;
                self.network.send_block(to, block);
            }
            Effect::FetchBlock { block } => match self.body(&block)? {
                Some(block) => self.pending.push_back(Input::Block { from: OWN, block }),
                None => {
                    self.fetching.insert(block);
                    self.network.fetch_block(block);
                }
            },
            Effect::RequestBlocks { from, height, count } => self.network.request_blocks(from, height, count),
            Effect::SetTimer { timer, after } => self.timers.start(timer, Instant::now() + after),
            Effect::Build { height, round, .. } => self.order(Order::Build { height, round })?,
            Effect::Validate { block, stage } => self.order(Order::Judge { block, stage })?,
            Effect::Commit { certificate, body } => {
                let body = body.or_else(|| self.bodies.get(&certificate.block).cloned());
                let next = self.driver.upcoming();
                self.order(Order::Commit { certificate, body, next })?;
            }
            Effect::Evidence(evidence) => {
                self.chain.metrics().equivocations.inc();
                let bytes = format!("0x{}", hex::encode(evidence.encode()));
                tracing::error!(
                    evidence = bytes,
                    "a validator signed two things that exclude each other; it is reported (`sillok gov status`)"
                );
                self.chain.report(evidence);
            }
            Effect::Blame { peer, offence } => {
                tracing::warn!(peer = peer.0, ?offence, "a peer sent what no honest node sends");
                self.network.blame(peer, offence);
            }
            Effect::Round { round: 0, .. } => self.chain.metrics().begins(),
            Effect::Round { height, round, proposer } => {
                self.chain.metrics().missed(round, &self.driver.proposer(round - 1));
                tracing::info!(height, round, proposer = %hex::encode(proposer), "another round begins");
            }
            Effect::Anomaly(what) => tracing::warn!(what, "the consensus core failed at an input"),
        }
        Ok(())
    }

    /// A block of this height: of what was stored since the last start, or before.
    fn body(&self, id: &Hash) -> Result<Option<Arc<Block>>, Fault> {
        match self.bodies.get(id) {
            Some(block) => Ok(Some(block.clone())),
            None => self.chain.block_of(id),
        }
    }
}
