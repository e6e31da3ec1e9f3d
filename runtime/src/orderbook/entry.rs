//! An order comes in: it matches, and what is left of it rests or is cancelled.

use sillok_abi::{
    BookError, BookEvent, NewOrder, OrderId, Phase, Placed, Price, Quantity, Removal, Side, TimeInForce,
};

use super::admission::Admitted;
use super::answer::{Broken, Failure};
use super::book::Book;
use super::id::id_of;
use super::order::{Extra, Family, Flags, NIL, Order, Rung};
use super::steps::Steps;
use super::taker::{End, Taker, Terms};

impl Book {
    /// Matches an order within the call's steps, lets the rest rest, wait or go, and does what is due then.
    #[inline(always)]
    pub(super) fn place(&mut self, order: &NewOrder, steps: &mut Steps) -> Result<(), Failure> {
        let Some(price) = self.plain_limit(order) else { return self.place_any(order, steps) };
        let rests = order.time_in_force == TimeInForce::Gtc;
        let (limit, owner) = self.admit_plain(order, price, rests)?;
        if !rests || self.reaches(order.side, limit) {
            return self.place_crossing(order, limit, owner, steps);
        }
        let number = self.next_number()?;
        let owner = owner.unwrap_or_else(|| self.slab.owners.add(order.owner));
        let id = self.join_plain(number, order, (Rung::limit(order.side, limit), price), owner)?;
        steps.conclude(id, Fate::resting(order.quantity.0), self.day.phase);
        Ok(())
    }

    /// As `place_any`, for most orders that may trade.
    #[inline(never)]
    fn place_crossing(
        &mut self,
        order: &NewOrder,
        limit: u32,
        owner: Option<u32>,
        steps: &mut Steps,
    ) -> Result<(), Failure> {
        let mut taker = Taker { id: self.next_id()?, ..self.taker(order, limit, owner) };
        let rests = order.time_in_force == TimeInForce::Gtc;
        if rests {
            self.keep(taker.id)?;
        }
        let flags = Flags::of(order.time_in_force, order.self_trade);
        let terms = Terms { family: Family::Limit, flags, extra: Extra::NONE, rests, least: 0 };
        let fate = self.enter(&mut taker, &terms, steps)?;
        self.conclude(taker.id, order.quantity.0, fate, steps)
    }

    #[inline(never)]
    fn place_any(&mut self, order: &NewOrder, steps: &mut Steps) -> Result<(), Failure> {
        let Admitted { mut taker, terms, trigger } = self.admit(order)?;
        taker.id = self.next_id()?;
        if terms.rests {
            self.keep(taker.id)?;
        }
        let fate = match trigger {
            Some(trigger) => self.wait(&mut taker, &terms, trigger)?,
            None => self.enter(&mut taker, &terms, steps)?,
        };
        self.conclude(taker.id, order.quantity.0, fate, steps)
    }

    /// Matches a taker and lets what is left rest, or cancels it. A slot is kept for one that may rest.
    pub(super) fn enter(
        &mut self,
        taker: &mut Taker,
        terms: &Terms,
        steps: &mut Steps,
    ) -> Result<Fate, Failure> {
        let wanted = taker.left;
        let mut end = End::Done;
        if self.day.phase == Phase::Continuous {
            let minds = terms.least > 0 || terms.flags.has(Flags::POST_ONLY);
            end = if minds { self.match_or_undo(taker, terms, steps)? } else { self.sweep(taker, steps)? };
        }
        let traded = wanted.saturating_sub(taker.left).saturating_sub(taker.decremented);
        let fails = traded < terms.least;
        let stays = terms.rests && !fails && matches!(end, End::Done | End::Interrupted);
        if stays && taker.left > 0 {
            self.rest(taker, terms)?;
            return Ok(Fate::of(taker, taker.left, Removal::SelfTrade));
        }
        if terms.rests {
            self.give_up(taker.id)?;
        }
        if taker.left == 0 {
            return Ok(Fate::of(taker, 0, Removal::SelfTrade));
        }
        let reason = if fails { Removal::Unfilled } else { end.reason() };
        let (order, quantity) = (OrderId(taker.id), Quantity(taker.left));
        self.emit(BookEvent::Cancelled { order, quantity, reason });
        Ok(Fate::of(taker, 0, reason))
    }

    /// Matches a taker that minds how much; takes that back if it is less than the least.
    #[cold]
    fn match_or_undo(&mut self, taker: &mut Taker, terms: &Terms, steps: &mut Steps) -> Result<End, Failure> {
        let wanted = taker.left;
        let start = (self.point(), steps.left, steps.answer.fills.len(), steps.answer.removed.len());
        let end = self.sweep(taker, steps)?;
        if terms.flags.has(Flags::POST_ONLY) && (end != End::Done || taker.left != wanted) {
            return Err(BookError::WouldTrade.into());
        }
        let traded = wanted.saturating_sub(taker.left).saturating_sub(taker.decremented);
        if traded < terms.least {
            self.undo_to(&start.0)?;
            steps.give_back(start.1);
            steps.answer.fills.truncate(start.2);
            steps.answer.removed.truncate(start.3);
            (taker.left, taker.decremented) = (wanted, 0);
        }
        Ok(end)
    }

    /// Lets what is left of a taker rest where its terms say.
    fn rest(&mut self, taker: &mut Taker, terms: &Terms) -> Result<(), Broken> {
        let (rung, flags) = match terms.family {
            Family::Market if !self.day.phase.is_call() => {
                (Rung::limit(taker.side, self.market_rest(taker)), terms.flags.without(Flags::UNLIMITED))
            }
            Family::Market | Family::Midpoint => (Rung::new(terms.family, taker.side, 0), terms.flags),
            Family::Limit | Family::Stop => (Rung::limit(taker.side, taker.limit), terms.flags),
        };
        self.join(taker, rung, flags, terms.extra)
    }

    /// Where the rest of a market order rests: at the last price, as far as its collar and band let it.
    fn market_rest(&self, taker: &Taker) -> u32 {
        let last = self.day.within(self.day.last_or_reference());
        match taker.side {
            Side::Buy => last.min(taker.limit),
            Side::Sell => last.max(taker.limit),
        }
    }

    /// Lets a stop order wait for its trigger.
    fn wait(&mut self, taker: &mut Taker, terms: &Terms, trigger: u32) -> Result<Fate, Broken> {
        self.join(taker, Rung::new(Family::Stop, taker.side, trigger), terms.flags, terms.extra)?;
        Ok(Fate::resting(taker.left))
    }

    fn join(&mut self, taker: &mut Taker, rung: Rung, flags: Flags, extra: Extra) -> Result<(), Broken> {
        if taker.owner == NIL {
            taker.owner =
                self.slab.owners.find(&taker.account).unwrap_or_else(|| self.slab.owners.add(taker.account));
        }
        let shown = if flags.has(Flags::ICEBERG) { extra.peak.min(taker.left) } else { taker.left };
        let order = Order {
            id: taker.id,
            priority: self.next_priority()?,
            shown,
            hidden: taker.left.saturating_sub(shown),
            price: self.grid.price(rung.tick()),
            rung,
            owner: taker.owner,
            group: taker.group,
            flags,
            ..Order::free(NIL)
        };
        self.settle(&order, extra)?;
        self.emit_joined(order.id, rung, shown);
        Ok(())
    }

    /// The order of this number, which meets nobody and has nothing special, joins the queue at a price whole; answers
    /// its id.
    #[inline(always)]
    fn join_plain(
        &mut self,
        number: u64,
        new: &NewOrder,
        (rung, price): (Rung, Price),
        owner: u32,
    ) -> Result<u64, Broken> {
        let slot = self.take_slot()?;
        let order = Order {
            id: id_of(number, slot),
            priority: self.next_priority()?,
            shown: new.quantity.0,
            hidden: 0,
            price: price.0,
            rung,
            prev: NIL,
            next: NIL,
            owner,
            group: new.group,
            flags: Flags::of(new.time_in_force, new.self_trade),
        };
        self.insert(slot, &order)?;
        self.emit_joined_at(order.id, rung, price.0, new.quantity.0);
        Ok(order.id)
    }

    /// Does what is due, and says what became of an order of `quantity` by then. Until then, `fate` was its.
    #[inline]
    pub(super) fn conclude(
        &mut self,
        id: u64,
        quantity: u64,
        fate: Fate,
        steps: &mut Steps,
    ) -> Result<(), Failure> {
        let Fate { mut resting, mut cancelled, mut reason } = fate;
        if self.is_due() {
            self.settle_due(steps)?;
            Fate { resting, cancelled, reason } = self.fate_by_now(id, quantity, reason, steps)?;
        }
        steps.conclude(id, Fate { resting, cancelled, reason }, self.day.phase);
        Ok(())
    }

    /// What became of an order after others were set in motion, which may have met it; it is no news of theirs.
    #[cold]
    fn fate_by_now(
        &self,
        id: u64,
        quantity: u64,
        reason: Removal,
        steps: &mut Steps,
    ) -> Result<Fate, Broken> {
        let order = OrderId(id);
        let own = |fill: &&sillok_abi::Fill| fill.taker == order || fill.maker == order;
        let Placed { fills, removed, .. } = &mut steps.answer;
        let traded: u64 = fills.iter().filter(own).map(|fill| fill.quantity.0).sum();
        let latest = removed.iter().rfind(|removed| removed.order == order);
        let reason = latest.map_or(reason, |removed| removed.reason);
        removed.retain(|removed| removed.order != order);
        let resting = match self.slab.find(id) {
            Some(slot) => self.slab.get(slot)?.total(),
            None => 0,
        };
        let cancelled = quantity.saturating_sub(traded).saturating_sub(resting);
        Ok(Fate { resting, cancelled, reason })
    }
}

/// What became of an order for the time being.
#[derive(Clone, Copy)]
pub(super) struct Fate {
    /// What is left of it in the book.
    pub(super) resting: u64,
    /// What of it was cancelled.
    pub(super) cancelled: u64,
    /// Why, if anything was.
    pub(super) reason: Removal,
}

impl Fate {
    /// Nothing of it was cancelled.
    #[inline(always)]
    pub(super) fn resting(quantity: u64) -> Self {
        Fate { resting: quantity, cancelled: 0, reason: Removal::Unfilled }
    }

    /// So much of a taker rests, the rest of what is left of it was cancelled.
    #[inline(always)]
    fn of(taker: &Taker, resting: u64, reason: Removal) -> Self {
        let cancelled = taker.left.saturating_sub(resting).saturating_add(taker.decremented);
        Fate { resting, cancelled, reason }
    }
}
