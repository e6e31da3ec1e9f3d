//! Continuous matching: best price first, oldest first within a price, at the resting order's price.

use sillok_abi::{Fill, OrderId, Quantity, Side};

use super::book::Book;
use super::ladder::Rung;
use super::undo::Recorder;
use crate::state::Fault;

/// An incoming order while it matches.
pub(super) struct Taker {
    pub(super) side: Side,
    /// The ordinal of its limit.
    pub(super) tick: u32,
    /// What is left to trade.
    pub(super) left: u64,
}

impl Book {
    /// The best level of the other side, if the taker's limit reaches it.
    pub(super) fn crossed(&self, taker: &Taker) -> Option<Rung> {
        match taker.side {
            Side::Buy => self.ladder.best(Side::Sell).filter(|ask| ask.tick() <= taker.tick),
            Side::Sell => self.ladder.best(Side::Buy).filter(|bid| bid.tick() >= taker.tick),
        }
    }

    /// Matches until nothing is left, nothing crosses, or there are `max_fills`. The header has been
    /// recorded.
    pub(super) fn sweep(
        &mut self,
        taker: &mut Taker,
        max_fills: u32,
        recorder: &mut Recorder,
    ) -> Result<Vec<Fill>, Fault> {
        let mut fills = Vec::new();
        while taker.left > 0 && fills.len() < max_fills as usize {
            let Some(rung) = self.crossed(taker) else { break };
            let fill = self.fill_oldest(rung, taker.left, recorder)?;
            taker.left = taker.left.saturating_sub(fill.quantity.0);
            fills.push(fill);
        }
        Ok(fills)
    }

    /// Matches at most `wanted` with the oldest order of a level.
    fn fill_oldest(&mut self, rung: Rung, wanted: u64, recorder: &mut Recorder) -> Result<Fill, Fault> {
        let slot = self.ladder.level(rung).head;
        let (maker, owner) = (*self.slab.get(slot)?, *self.slab.owner(slot)?);
        let traded = maker.quantity.min(wanted);
        let left = maker.quantity.saturating_sub(traded);
        if left == 0 {
            self.take_out(slot, recorder)?;
        } else {
            self.slab.edit(slot, recorder)?.quantity = left;
            self.ladder.reduce(rung, traded, recorder)?;
        }
        Ok(Fill {
            maker: OrderId(maker.id),
            maker_owner: owner,
            price: self.grid.price(rung.tick()),
            quantity: Quantity(traded),
            maker_left: Quantity(left),
        })
    }
}
