//! The trades of a call auction, in bounded steps: all at one price, market orders first, then by price,
//! then by time; at the limit of the band, by size.
//!
//! The first step takes out what has expired and sets the price. From then on until the last, nothing else
//! can happen in the book, so that steps don't change what is traded.

use sillok_abi::{BookError, BookEvent, Fill, OrderId, Price, Quantity, Side, Uncrossed};

use super::answer::{Broken, Failure, promised};
use super::book::Book;
use super::day::Running;
use super::fees::{Halves, fee};
use super::order::{Family, Flags, NIL, Order, Rung};
use super::steps::Steps;
use super::turnover::Turnover;

impl Book {
    /// Takes an auction's next steps; begins it if none is under way.
    pub(super) fn uncross(&mut self, steps: &mut Steps) -> Result<Uncrossed, Failure> {
        if !self.day.phase.is_call() {
            return Err(BookError::WrongPhase.into());
        }
        let ready = self.day.running.is_some() || self.open_auction(steps)?;
        let price = self.day.running.map(|running| Price(self.grid.price(running.tick)));
        let done = ready && self.cross_all(steps)? && self.let_market_orders_rest(steps)?;
        if done && self.day.running.is_some() {
            self.day_mut().running = None;
        }
        Ok(Uncrossed {
            price,
            fills: std::mem::take(&mut steps.answer.fills),
            removed: std::mem::take(&mut steps.answer.removed),
            done,
        })
    }

    /// Takes out what has expired, and sets the price; answers whether that is done.
    fn open_auction(&mut self, steps: &mut Steps) -> Result<bool, Failure> {
        if !self.sweep_expired(steps)? {
            return Ok(false);
        }
        let Some(found) = self.equilibrium() else { return Ok(true) };
        let limited = [(Side::Buy, self.day.high, found.demand), (Side::Sell, self.day.low, found.supply)];
        let by_size =
            limited.into_iter().find(|(_, limit, wanted)| found.tick == *limit && *wanted > found.volume);
        let by_size = by_size.map(|(side, _, _)| side);
        let mut next = NIL;
        if let Some(side) = by_size {
            let rung = Rung::limit(side, found.tick);
            next = self.ladder.level(rung).head;
            let others = self.market_total(side);
            self.allot(rung, found.volume.saturating_sub(others))?;
        }
        let running = Running { tick: found.tick, left: found.volume, by_size, next };
        let day = self.day_mut();
        (day.running, day.auction) = (Some(running), found.tick);
        Ok(true)
    }

    /// Makes the auction's trades; answers whether all are made.
    fn cross_all(&mut self, steps: &mut Steps) -> Result<bool, Failure> {
        while let Some(running) = self.day.running.filter(|running| running.left > 0) {
            if !steps.take() {
                return Ok(false);
            }
            let buy = promised(self.turn_of(Side::Buy, &running)?, &"an auction has no buyer")?;
            let sell = promised(self.turn_of(Side::Sell, &running)?, &"an auction has no seller")?;
            self.cross(buy, sell, &running, steps)?;
        }
        Ok(true)
    }

    /// Whose turn it is on a side: a slot, and how much of it may trade.
    fn turn_of(&mut self, side: Side, running: &Running) -> Result<Option<(u32, u64)>, Broken> {
        let market = self.head(Rung::new(Family::Market, side, 0));
        if market.is_none() && running.by_size == Some(side) {
            let mut slot = running.next;
            while slot != NIL && self.slab.extra_of(slot)?.allotted == 0 {
                slot = self.slab.get(slot)?.next;
            }
            if slot != running.next
                && let Some(running) = &mut self.day_mut().running
            {
                running.next = slot;
            }
            return Ok((slot != NIL).then(|| (slot, self.slab.extra(slot).allotted)));
        }
        let slot = market.or_else(|| self.head(self.ladder.best(side)?));
        slot.map(|slot| Ok((slot, self.slab.get(slot)?.total()))).transpose()
    }

    /// Two orders trade in an auction.
    fn cross(
        &mut self,
        buy: (u32, u64),
        sell: (u32, u64),
        running: &Running,
        steps: &mut Steps,
    ) -> Result<(), Failure> {
        let quantity = buy.1.min(sell.1).min(running.left);
        let (buyer, seller) = (*self.slab.get(buy.0)?, *self.slab.get(sell.0)?);
        let (maker, taker) =
            if buyer.priority < seller.priority { (&buyer, &seller) } else { (&seller, &buyer) };
        let price = self.grid.price(running.tick);
        let value = Halves::whole(price).value(quantity);
        let fee = fee(value, self.params.fees.auction);
        let fill = Fill {
            maker: OrderId(maker.id),
            maker_owner: *self.slab.owners.account(maker.owner)?,
            taker: OrderId(taker.id),
            taker_owner: *self.slab.owners.account(taker.owner)?,
            taker_side: taker.rung.side(),
            price: Price(price),
            half: false,
            quantity: Quantity(quantity),
            value,
            maker_left: Quantity(maker.total().saturating_sub(quantity)),
            maker_fee: fee,
            taker_fee: fee,
        };
        // A trade takes its quantity off what orders show: an iceberg shows what it trades first.
        for (slot, order) in [(buy.0, &buyer), (sell.0, &seller)] {
            let shown = self.shown_after(slot, order, quantity)?;
            self.emit_resized(order, shown.saturating_add(quantity));
        }
        self.emit(BookEvent::Traded {
            maker: fill.maker,
            taker: fill.taker,
            side: fill.taker_side,
            price: fill.price,
            half: false,
            quantity: fill.quantity,
        });
        let mut turnover = Turnover::NONE;
        turnover.add((Halves::whole(price), running.tick), 1, quantity, u128::from(value));
        self.note(&turnover);
        if let Some(running) = &mut self.day_mut().running {
            running.left = running.left.saturating_sub(quantity);
        }
        self.consume_all(buy.0, &buyer, quantity)?;
        self.consume_all(sell.0, &seller, quantity)?;
        steps.report(fill);
        Ok(())
    }

    /// Takes a quantity off all that is left of an order, which keeps its place and shows its peak.
    fn consume_all(&mut self, slot: u32, order: &Order, quantity: u64) -> Result<(), Broken> {
        let left = order.total().saturating_sub(quantity);
        let extra = self.slab.extra_of(slot)?;
        if extra.allotted > 0 {
            let allotted = extra.allotted.saturating_sub(quantity);
            self.change_extra(slot, super::order::Extra { allotted, ..extra });
        }
        if left == 0 {
            let next = order.next;
            if let Some(running) = self.day.running.filter(|running| running.next == slot) {
                self.day_mut().running = Some(Running { next, ..running });
            }
            return self.remove(slot);
        }
        let shown = self.shown_after(slot, order, quantity)?;
        self.resize(slot, shown, left.saturating_sub(shown), order.flags)
    }

    /// What an order shows once a quantity is taken off all that is left of it.
    fn shown_after(&self, slot: u32, order: &Order, quantity: u64) -> Result<u64, Broken> {
        let left = order.total().saturating_sub(quantity);
        let peak = if order.flags.has(Flags::ICEBERG) { self.slab.extra_of(slot)?.peak } else { left };
        Ok(peak.min(left))
    }

    /// Market orders that found nobody rest at the auction's price, or without one at the last; answers
    /// whether none is left.
    fn let_market_orders_rest(&mut self, steps: &mut Steps) -> Result<bool, Failure> {
        let running = self.day.running.map(|running| running.tick);
        let tick = self.day.within(running.unwrap_or_else(|| self.day.last_or_reference()));
        for side in [Side::Buy, Side::Sell] {
            while let Some(slot) = self.head(Rung::new(Family::Market, side, 0)) {
                if !steps.take() {
                    return Ok(false);
                }
                let order = *self.slab.get(slot)?;
                let (rung, priority) = (Rung::limit(side, tick), self.next_priority()?);
                let flags = order.flags.without(Flags::UNLIMITED);
                self.send(slot, Order { priority, rung, flags, ..order })?;
                self.emit_joined(order.id, rung, order.shown);
            }
        }
        Ok(true)
    }
}
