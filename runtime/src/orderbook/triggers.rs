//! What an operation sets in motion: midpoint orders that can meet, and stops whose trigger was reached.
//!
//! It is done at the end of every operation that matches or adds orders, within its steps. What is left
//! undone is due still, and done first at the end of the next one, or by `resume`.

use sillok_abi::{MatchMode, OrderId, Phase, Price, Quantity, Removal, Removed, SelfTrade, Side};

use super::answer::{Broken, Failure};
use super::book::Book;
use super::entry::Fate;
use super::matching::{Meeting, is_own};
use super::order::{Family, Flags, NIL, Order, Rung};
use super::steps::Steps;
use super::taker::{Taker, Terms};

/// What is due.
enum Due {
    /// These two meet halfway: a buyer's slot and a seller's.
    Midpoints(u32, u32),
    /// This stop is triggered.
    Stop(u32),
}

impl Book {
    /// Does what is due, one step each.
    pub(super) fn settle_due(&mut self, steps: &mut Steps) -> Result<(), Failure> {
        while let Some(due) = self.due() {
            if !steps.take() {
                break;
            }
            match due {
                Due::Midpoints(buy, sell) => self.cross_halfway(buy, sell, steps)?,
                Due::Stop(slot) => self.trigger(slot, steps)?,
            }
        }
        Ok(())
    }

    /// Whether anything is due.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.due().is_some()
    }

    /// The next thing that is due: midpoint orders first, then purchases by the lowest trigger, then sales by
    /// the highest.
    #[inline]
    fn due(&self) -> Option<Due> {
        let quiet = self.slab.special == 0
            || self.day.phase != Phase::Continuous
            || self.params.mode != MatchMode::Continuous;
        if quiet { None } else { self.find_due() }
    }

    #[cold]
    fn find_due(&self) -> Option<Due> {
        let queue = |side| self.head(Rung::new(Family::Midpoint, side, 0));
        if let (Some(buy), Some(sell), Some(_)) = (queue(Side::Buy), queue(Side::Sell), self.halfway()) {
            return Some(Due::Midpoints(buy, sell));
        }
        let last = self.day.last;
        if last == NIL {
            return None;
        }
        let stop = |side, tick| Rung::new(Family::Stop, side, tick);
        let buys = self.ladder.first(stop(Side::Buy, 0)).filter(|tick| *tick <= last);
        let sells = self.ladder.last(stop(Side::Sell, 0)).filter(|tick| *tick >= last);
        let rung =
            buys.map(|tick| stop(Side::Buy, tick)).or_else(|| sells.map(|tick| stop(Side::Sell, tick)))?;
        self.head(rung).map(Due::Stop)
    }

    /// The earlier of two midpoint orders is met by the later one.
    fn cross_halfway(&mut self, buy: u32, sell: u32, steps: &mut Steps) -> Result<(), Failure> {
        for slot in [buy, sell] {
            if self.has_expired(slot, self.slab.get(slot)?) {
                return self.expel(slot, Removal::Expired, steps);
            }
        }
        let Some(price) = self.halfway() else { return Ok(()) };
        let (buyer, seller) = (*self.slab.get(buy)?, *self.slab.get(sell)?);
        let buyer_first = buyer.priority < seller.priority;
        let (slot, maker, later, order) =
            if buyer_first { (buy, buyer, sell, seller) } else { (sell, seller, buy, buyer) };
        let mut taker = self.taker_of(&order)?;
        if !is_own(&taker, &maker) {
            let quantity = maker.shown.min(order.shown);
            self.trade_once(Meeting { slot, price, tick: NIL }, &maker, &mut taker, steps)?;
            return Ok(self.consume(later, &order, quantity)?);
        }
        match taker.self_trade {
            SelfTrade::CancelOldest => self.expel(slot, Removal::SelfTrade, steps),
            SelfTrade::CancelBoth => {
                self.expel(slot, Removal::SelfTrade, steps)?;
                self.expel(later, Removal::SelfTrade, steps)
            }
            SelfTrade::Decrement => {
                let quantity = maker.shown.min(order.shown);
                self.decrement(slot, &maker, quantity, steps)?;
                self.decrement(later, &order, quantity, steps)
            }
            SelfTrade::CancelNewest | SelfTrade::Allow => self.expel(later, Removal::SelfTrade, steps),
        }
    }

    /// A stop becomes a market or limit order and comes in, unless its time has come, or its limit is outside
    /// the band by now.
    fn trigger(&mut self, slot: u32, steps: &mut Steps) -> Result<(), Failure> {
        let order = *self.slab.get(slot)?;
        if self.has_expired(slot, &order) {
            return self.expel(slot, Removal::Expired, steps);
        }
        let extra = self.slab.extra(slot);
        let unlimited = order.flags.has(Flags::UNLIMITED);
        let limit = if unlimited { self.market_limit(order.rung.side()) } else { extra.limit };
        if self.day.within(limit) != limit {
            return self.expel(slot, Removal::OutsideBand, steps);
        }
        let price = self.view(slot)?.price;
        let mut taker = Taker { limit, midpoint: false, ..self.taker_of(&order)? };
        let family = if unlimited { Family::Market } else { Family::Limit };
        let terms = Terms { family, flags: order.flags, extra, rests: true, least: 0 };
        self.lift(slot)?;
        let fate = self.enter(&mut taker, &terms, steps)?;
        self.report(&taker, price, fate, steps);
        Ok(())
    }

    /// Reports what a triggered order lost without trading.
    fn report(&self, taker: &Taker, price: Price, fate: Fate, steps: &mut Steps) {
        if fate.cancelled > 0 {
            steps.lose(Removed {
                order: OrderId(taker.id),
                owner: taker.account,
                side: taker.side,
                price,
                quantity: Quantity(fate.cancelled),
                left: Quantity(fate.resting),
                reason: fate.reason,
            });
        }
    }

    /// An order in the book as one that takes.
    pub(super) fn taker_of(&self, order: &Order) -> Result<Taker, Broken> {
        Ok(Taker {
            id: order.id,
            account: *self.slab.owners.account(order.owner)?,
            owner: order.owner,
            group: order.group,
            side: order.rung.side(),
            self_trade: order.flags.self_trade(),
            midpoint: order.rung.family() == Family::Midpoint,
            limit: order.rung.tick(),
            left: order.total(),
            decremented: 0,
            before: self.day.last_or_reference(),
        })
    }
}
