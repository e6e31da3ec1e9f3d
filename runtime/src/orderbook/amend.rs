//! Amending an order: less at the same price keeps its place, anything else loses it and may trade.

use sillok_abi::{BookError, OrderId, Phase, Price, Quantity};

use super::answer::{Broken, Failure};
use super::book::Book;
use super::entry::Fate;
use super::order::{Family, Flags, Order, Rung};
use super::steps::Steps;
use super::taker::{Taker, Terms};
use super::view::Seen;

impl Book {
    /// Gives an order another limit, if one is named, and another quantity; answers what it was.
    #[inline(always)]
    pub(super) fn amend(
        &mut self,
        id: OrderId,
        price: Option<Price>,
        quantity: Quantity,
        steps: &mut Steps,
    ) -> Result<Seen, Failure> {
        let slot = self.slot_of(id)?;
        let order = *self.slab.get(slot)?;
        let (tick, at) = self.check_amendment(&order, price, quantity)?;
        let before = self.seen(slot, &order)?;
        if tick == order.rung.tick() && quantity.0 <= order.total() {
            self.shrink(slot, quantity.0)?;
            steps.conclude(id.0, Fate::resting(quantity.0), self.day.phase);
            return Ok(before);
        }
        self.check_collar(order.rung.side(), tick)?;
        let rung = order.rung.at(tick);
        let plain = self.is_plain() && !order.flags.has(Flags::ICEBERG | Flags::AT_CLOSE);
        if plain && !self.reaches(rung.side(), tick) {
            let priority = self.next_priority()?;
            self.send_plain(slot, priority, quantity.0, rung, at)?;
            self.emit_joined_at(id.0, rung, at, quantity.0);
            steps.conclude(id.0, Fate::resting(quantity.0), self.day.phase);
            return Ok(before);
        }
        let fate = self.replace(slot, rung, quantity.0, steps)?;
        self.conclude(id.0, quantity.0, fate, steps)?;
        Ok(before)
    }

    /// Judges an amendment; answers the ordinal that the order gets, and its price.
    #[inline(always)]
    fn check_amendment(
        &self,
        order: &Order,
        price: Option<Price>,
        quantity: Quantity,
    ) -> Result<(u32, u64), BookError> {
        if self.day.running.is_some() {
            return Err(BookError::Uncrossing);
        }
        if self.day.phase != Phase::Continuous && !self.day.phase.is_call() {
            return Err(BookError::WrongPhase);
        }
        let limited = order.rung.is_limit();
        if !limited && (price.is_some() || quantity.0 > order.total()) {
            return Err(BookError::BadOrder);
        }
        let tick = match price {
            Some(price) => (self.tick_of(price)?, price.0),
            None => (order.rung.tick(), order.price),
        };
        self.grid.check_quantity(quantity)?;
        Ok(tick)
    }

    /// Takes from what an order hides first.
    #[inline(never)]
    fn shrink(&mut self, slot: u32, quantity: u64) -> Result<(), Broken> {
        let order = *self.slab.get(slot)?;
        let shown = order.shown.min(quantity);
        self.resize(slot, shown, quantity.saturating_sub(shown), order.flags)?;
        self.emit_resized(&order, shown);
        Ok(())
    }

    /// The order comes in anew: at the end of its new queue if it meets nobody, otherwise as one that takes.
    #[inline(never)]
    fn replace(&mut self, slot: u32, rung: Rung, quantity: u64, steps: &mut Steps) -> Result<Fate, Failure> {
        let order = &{ *self.slab.get(slot)? };
        let mut taker = Taker { limit: rung.tick(), left: quantity, ..self.taker_of(order)? };
        // Where midpoint orders are, what it meets depends on the price that it gives up.
        let quiet = self.slab.special == 0 && self.meeting(&taker).is_none();
        if self.day.phase != Phase::Continuous || quiet {
            let peak = if order.flags.has(Flags::ICEBERG) { self.slab.extra(slot).peak } else { quantity };
            let shown = peak.min(quantity);
            let hidden = quantity.saturating_sub(shown);
            let priority = self.next_priority()?;
            self.send(slot, Order { priority, shown, hidden, rung, ..*order })?;
            self.emit_joined(order.id, rung, shown);
            return Ok(Fate::resting(quantity));
        }
        let extra = self.slab.extra(slot);
        let terms = Terms { family: Family::Limit, flags: order.flags, extra, rests: true, least: 0 };
        self.lift(slot)?;
        self.emit_left(order);
        self.enter(&mut taker, &terms, steps)
    }

    /// Takes an order out; answers what it was.
    #[inline(always)]
    pub(super) fn cancel(&mut self, id: OrderId) -> Result<Seen, Failure> {
        let slot = self.slot_of(id)?;
        if self.day.running.is_some() {
            return Err(BookError::Uncrossing.into());
        }
        let order = *self.slab.get(slot)?;
        let seen = self.seen(slot, &order)?;
        self.remove(slot)?;
        self.emit_left(&order);
        Ok(seen)
    }
}
