//! Amending an order: less at the same price keeps its place, anything else loses it and may trade.

use sillok_abi::{Amended, BookError, OrderId, OrderView, Phase, Placed, Price, Quantity, Removal};

use super::answer::{Broken, Failure};
use super::book::{Book, Steps};
use super::entry::Fate;
use super::order::{Family, Flags, Order, Rung};
use super::taker::{Taker, Terms};

impl Book {
    /// Gives an order another limit, if one is named, and another quantity.
    #[inline(always)]
    pub(super) fn amend(
        &mut self,
        id: OrderId,
        price: Option<Price>,
        quantity: Quantity,
        steps: &mut Steps,
    ) -> Result<Amended, Failure> {
        let slot = self.slot_of(id)?;
        let order = *self.slab.get(slot)?;
        let tick = self.check_amendment(&order, price, quantity)?;
        let before = self.view(slot)?;
        if tick == order.rung.tick() && quantity.0 <= order.total() {
            self.shrink(slot, &order, quantity.0)?;
            return Ok(Amended { before, placed: self.shrunk(id, quantity) });
        }
        self.check_collar(order.rung.side(), tick)?;
        let rung = Rung::new(order.rung.family(), order.rung.side(), tick);
        let fate = self.replace(slot, &order, rung, quantity.0, steps)?;
        Ok(Amended { before, placed: self.placed(id.0, quantity.0, fate, steps)? })
    }

    /// Judges an amendment; answers the ordinal that the order gets.
    #[inline]
    fn check_amendment(
        &self,
        order: &Order,
        price: Option<Price>,
        quantity: Quantity,
    ) -> Result<u32, BookError> {
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
        let tick = price.map_or(Ok(order.rung.tick()), |price| self.tick_of(price))?;
        self.grid.check_quantity(quantity)?;
        Ok(tick)
    }

    /// The answer to an order that kept its place, where nothing can be due.
    fn shrunk(&self, order: OrderId, resting: Quantity) -> Placed {
        Placed {
            order,
            fills: Vec::new(),
            removed: Vec::new(),
            resting,
            cancelled: Quantity(0),
            reason: None,
            phase: self.day.phase,
        }
    }

    /// Takes from what an order hides first.
    fn shrink(&mut self, slot: u32, order: &Order, quantity: u64) -> Result<(), Broken> {
        let shown = order.shown.min(quantity);
        self.resize(slot, shown, quantity.saturating_sub(shown), order.flags)?;
        self.emit_resized(order, shown);
        Ok(())
    }

    /// The order comes in anew: at the end of its new queue if it meets nobody, otherwise as one that takes.
    #[inline]
    fn replace(
        &mut self,
        slot: u32,
        order: &Order,
        rung: Rung,
        quantity: u64,
        steps: &mut Steps,
    ) -> Result<Fate, Failure> {
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
            return Ok(Fate { resting: quantity, reason: Removal::Unfilled });
        }
        let extra = self.slab.extra(slot);
        let terms = Terms { family: Family::Limit, flags: order.flags, extra, rests: true, least: 0 };
        self.remove(slot)?;
        self.emit_left(order);
        self.enter(&mut taker, &terms, steps)
    }

    /// Takes an order out; answers what it was.
    #[inline(always)]
    pub(super) fn cancel(&mut self, id: OrderId) -> Result<OrderView, Failure> {
        let slot = self.slot_of(id)?;
        if self.day.running.is_some() {
            return Err(BookError::Uncrossing.into());
        }
        let view = self.view(slot)?;
        let order = *self.slab.get(slot)?;
        self.remove(slot)?;
        self.emit_left(&order);
        Ok(view)
    }
}
