//! Matching an incoming order: best price first, first come first within a price, at the price of the one
//! that was there.

use sillok_abi::{BookEvent, Fill, MatchMode, OrderId, Price, Quantity, Removal, SelfTrade, Side};

use super::answer::{Broken, Failure};
use super::book::Book;
use super::fees::{Halves, fee};
use super::order::{Family, Flags, NIL, Order, Rung};
use super::steps::Steps;
use super::taker::{End, Taker};
use super::turnover::Turnover;

/// An order that a taker meets, and the price at which they trade.
#[derive(Clone, Copy)]
pub(super) struct Meeting {
    pub(super) slot: u32,
    pub(super) price: Halves,
    /// The ordinal of the price; `u32::MAX` halfway between two.
    pub(super) tick: u32,
}

impl Book {
    /// Matches until nothing is left, nobody is there to trade with, or something ends it.
    pub(super) fn sweep(&mut self, taker: &mut Taker, steps: &mut Steps) -> Result<End, Failure> {
        let mut turnover = Turnover::NONE;
        let end = self.meet_all(taker, &mut turnover, steps)?;
        self.note(&turnover);
        Ok(end)
    }

    #[inline(always)]
    fn meet_all(
        &mut self,
        taker: &mut Taker,
        turnover: &mut Turnover,
        steps: &mut Steps,
    ) -> Result<End, Failure> {
        while taker.left > 0 {
            let Some(mut meeting) = self.meeting(taker) else { break };
            let meets = self.take_front(&mut meeting, taker, turnover, steps)?;
            if !meets || taker.left == 0 {
                continue;
            }
            if !steps.take() {
                return Ok(End::StepLimit);
            }
            let maker = *self.slab.get(meeting.slot)?;
            if self.has_expired(meeting.slot, &maker) {
                self.expel(meeting.slot, Removal::Expired, steps)?;
            } else if is_own(taker, &maker) {
                if self.prevent(meeting.slot, &maker, taker, steps)? {
                    return Ok(End::Prevented);
                }
            } else if meeting.tick != NIL && self.interrupts(meeting.tick, taker.before) {
                self.interrupt();
                return Ok(End::Interrupted);
            } else {
                self.trade(meeting, &maker, taker, turnover, steps)?;
            }
        }
        Ok(End::Done)
    }

    /// Whether somebody on the other side waits at a limit or a better price, where orders match as they come.
    #[inline]
    pub(super) fn reaches(&self, side: Side, limit: u32) -> bool {
        self.ladder.reaches(side, limit)
    }

    /// Whom a taker meets next, if anybody.
    #[inline(always)]
    pub(super) fn meeting(&self, taker: &Taker) -> Option<Meeting> {
        if self.slab.special > 0 || taker.midpoint {
            let halfway = self.meeting_halfway(taker);
            if halfway.is_some() || taker.midpoint {
                return halfway;
            }
        }
        match self.params.mode {
            MatchMode::Continuous => self.best_meeting(taker),
            MatchMode::EqualPrice => self.meeting_at(Rung::limit(taker.side.other(), taker.limit)),
            MatchMode::Negotiated => None,
        }
    }

    /// Whom a taker meets next at the best price, if anybody.
    #[inline(always)]
    pub(super) fn best_meeting(&self, taker: &Taker) -> Option<Meeting> {
        let best = self.ladder.best(taker.side.other())?;
        if self.reaches(taker.side, taker.limit) { self.meeting_at(best) } else { None }
    }

    /// The first in a queue, if anybody is there.
    #[inline(always)]
    fn meeting_at(&self, rung: Rung) -> Option<Meeting> {
        let slot = self.head(rung)?;
        let price = self.slab.get(slot).ok()?.price;
        Some(Meeting { slot, price: Halves::whole(price), tick: rung.tick() })
    }

    /// The midpoint order of the other side that a taker meets: halfway is better than the best price.
    #[cold]
    fn meeting_halfway(&self, taker: &Taker) -> Option<Meeting> {
        let slot = self.head(Rung::new(Family::Midpoint, taker.side.other(), 0))?;
        let price = self.halfway()?;
        let limit = Halves::whole(self.grid.price(taker.limit));
        let reaches = match taker.side {
            Side::Buy => price <= limit,
            Side::Sell => price >= limit,
        };
        (taker.midpoint || reaches).then_some(Meeting { slot, price, tick: NIL })
    }

    /// Halfway between the best prices, if there are both.
    pub(super) fn halfway(&self) -> Option<Halves> {
        let (bid, ask) = (self.ladder.best(Side::Buy)?, self.ladder.best(Side::Sell)?);
        let sum = self.grid.price(bid.tick()).saturating_add(self.grid.price(ask.tick()));
        (self.params.mode == MatchMode::Continuous).then_some(Halves(sum))
    }

    /// Whether an order's time has come.
    #[inline]
    pub(super) fn has_expired(&self, slot: u32, order: &Order) -> bool {
        let due = |now| self.slab.expiry(slot, order.flags) <= now;
        order.flags.has(Flags::UNTIL | Flags::UNTIL_HEIGHT)
            && (order.flags.has(Flags::UNTIL) && due(self.now.time)
                || order.flags.has(Flags::UNTIL_HEIGHT) && due(self.now.height))
    }

    /// Keeps a taker and its own order from trading; answers whether the taker has to go.
    fn prevent(
        &mut self,
        slot: u32,
        maker: &Order,
        taker: &mut Taker,
        steps: &mut Steps,
    ) -> Result<bool, Failure> {
        match taker.self_trade {
            SelfTrade::CancelOldest | SelfTrade::CancelBoth => self.expel(slot, Removal::SelfTrade, steps)?,
            SelfTrade::Decrement => {
                let quantity = maker.shown.min(taker.left);
                self.decrement(slot, maker, quantity, steps)?;
                taker.left = taker.left.saturating_sub(quantity);
                taker.decremented = taker.decremented.saturating_add(quantity);
            }
            SelfTrade::CancelNewest | SelfTrade::Allow => {}
        }
        Ok(matches!(taker.self_trade, SelfTrade::CancelNewest | SelfTrade::CancelBoth))
    }

    /// Takes a quantity off an order instead of a trade, and reports it.
    pub(super) fn decrement(
        &mut self,
        slot: u32,
        order: &Order,
        quantity: u64,
        steps: &mut Steps,
    ) -> Result<(), Failure> {
        let left = order.total().saturating_sub(quantity);
        steps.lose(self.removed(slot, quantity, left, Removal::SelfTrade)?);
        self.consume(slot, order, quantity)?;
        let shown = order.shown.saturating_sub(quantity);
        if shown > 0 {
            self.emit_resized(order, shown);
        } else if order.hidden == 0 {
            self.emit_left(order);
        }
        Ok(())
    }

    /// Trades as much as both want with what the maker shows.
    #[inline]
    pub(super) fn trade(
        &mut self,
        meeting: Meeting,
        maker: &Order,
        taker: &mut Taker,
        turnover: &mut Turnover,
        steps: &mut Steps,
    ) -> Result<(), Failure> {
        let quantity = maker.shown.min(taker.left);
        let value = self.deal(meeting, taker, quantity, steps)?;
        turnover.add((meeting.price, meeting.tick), 1, quantity, u128::from(value));
        self.consume(meeting.slot, maker, quantity)?;
        taker.left = taker.left.wrapping_sub(quantity);
        Ok(())
    }

    /// As `trade`, of one that stands alone.
    pub(super) fn trade_once(
        &mut self,
        meeting: Meeting,
        maker: &Order,
        taker: &mut Taker,
        steps: &mut Steps,
    ) -> Result<(), Failure> {
        let mut turnover = Turnover::NONE;
        self.trade(meeting, maker, taker, &mut turnover, steps)?;
        self.note(&turnover);
        Ok(())
    }

    /// Tells of a trade with the order that is met and reports it; answers what it is worth. What the orders have left
    /// is changed by the caller.
    #[inline(always)]
    pub(super) fn deal(
        &mut self,
        meeting: Meeting,
        taker: &Taker,
        quantity: u64,
        steps: &mut Steps,
    ) -> Result<u64, Broken> {
        let value = meeting.price.value(quantity);
        let (price, half) = (Price(meeting.price.0 >> 1), meeting.price.0 & 1 == 1);
        let (order, side, quantity) = (OrderId(taker.id), taker.side, Quantity(quantity));
        let maker = self.slab.get(meeting.slot)?;
        let (left, maker_order) = (Quantity(maker.total().wrapping_sub(quantity.0)), OrderId(maker.id));
        let fees = self.params.fees;
        let maker_owner = self.slab.owners.account(maker.owner)?;
        steps.report(Fill {
            maker: maker_order,
            maker_owner: *maker_owner,
            taker: order,
            taker_owner: taker.account,
            taker_side: side,
            price,
            half,
            quantity,
            value,
            maker_left: left,
            maker_fee: fee(value, fees.maker),
            taker_fee: fee(value, fees.taker),
        });
        self.emit(BookEvent::Traded { maker: maker_order, taker: order, side, price, half, quantity });
        Ok(value)
    }

    /// Takes a quantity, which is no more than that, off what an order shows, which is told otherwise. An iceberg that
    /// shows nothing more shows its next part, behind all others.
    #[inline(always)]
    pub(super) fn consume(&mut self, slot: u32, order: &Order, quantity: u64) -> Result<(), Broken> {
        let shown = order.shown.wrapping_sub(quantity);
        if shown > 0 {
            self.resize(slot, shown, order.hidden, order.flags)?;
        } else if order.hidden > 0 {
            let shown = self.slab.extra(slot).peak.min(order.hidden);
            let hidden = order.hidden.saturating_sub(shown);
            let priority = self.next_priority()?;
            self.send(slot, Order { priority, shown, hidden, ..*order })?;
            self.emit_joined(order.id, order.rung, shown);
        } else {
            self.remove(slot)?;
        }
        Ok(())
    }
}

/// Whether a resting order is a taker's own, and that matters to the taker.
#[inline]
pub(super) fn is_own(taker: &Taker, maker: &Order) -> bool {
    let same = maker.owner == taker.owner || (taker.group != 0 && maker.group == taker.group);
    same && taker.self_trade != SelfTrade::Allow
}
