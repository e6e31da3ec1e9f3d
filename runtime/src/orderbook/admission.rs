//! Whether an order may come in: every refusal, in the order in which [`BookError`] lists them.

use sillok_abi::{BookError, MatchMode, NewOrder, OrderKind, Phase, Price, Side, TimeInForce};

use super::book::Book;
use super::limits::{MAX_ORDERS, MAX_OWNERS};
use super::order::{Extra, Family, Flags, NIL, Rung};
use super::taker::{Taker, Terms, may_rest};

/// An order that may come in.
pub(super) struct Admitted {
    pub(super) taker: Taker,
    pub(super) terms: Terms,
    /// The trigger that it waits for first.
    pub(super) trigger: Option<u32>,
}

/// An order's prices as ordinals.
struct Ticks {
    limit: u32,
    trigger: Option<u32>,
}

impl Book {
    /// Whether orders match as they come, and none waits unseen: what happens then is simple.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.day.phase == Phase::Continuous
            && self.day.running.is_none()
            && self.params.mode == MatchMode::Continuous
            && self.slab.special == 0
    }

    /// The limit of an order that asks for nothing special, in a book where nothing special happens.
    #[inline]
    pub(super) fn plain_limit(&self, order: &NewOrder) -> Option<Price> {
        use TimeInForce::{Gtc, Ioc};
        let OrderKind::Limit { price } = order.kind else { return None };
        let asks = order.post_only || order.min_quantity.0 != 0;
        (self.is_plain() && matches!(order.time_in_force, Gtc | Ioc) && !asks).then_some(price)
    }

    /// As `admit`, for orders that have a `plain_limit`: its ordinal, and the owner's number.
    #[inline(always)]
    pub(super) fn admit_plain(
        &self,
        order: &NewOrder,
        price: Price,
        rests: bool,
    ) -> Result<(u32, Option<u32>), BookError> {
        let limit = self.tick_of(price)?;
        self.grid.check_quantity(order.quantity)?;
        self.check_collar(order.side, limit)?;
        Ok((limit, self.check_room(order, rests)?))
    }

    /// Judges an order. Changes nothing.
    pub(super) fn admit(&self, order: &NewOrder) -> Result<Admitted, BookError> {
        self.check_phase(order)?;
        self.check_mode(order)?;
        self.check_terms(order)?;
        let ticks = self.ticks(order)?;
        self.check_quantities(order)?;
        let limit = self.limit(order, ticks.limit)?;
        if has_own_limit(&order.kind) {
            self.check_collar(order.side, limit)?;
        }
        let owner = self.check_room(order, may_rest(order))?;
        Ok(Admitted {
            taker: self.taker(order, limit, owner),
            terms: self.terms(order, &ticks),
            trigger: ticks.trigger,
        })
    }

    fn check_phase(&self, order: &NewOrder) -> Result<(), BookError> {
        if self.day.running.is_some() {
            return Err(BookError::Uncrossing);
        }
        let fits = match self.day.phase {
            Phase::PreOpen | Phase::Closed | Phase::Halted => false,
            Phase::Continuous => true,
            Phase::OpenCall | Phase::VolatilityCall | Phase::CloseCall => {
                use OrderKind::{BestLimit, Midpoint, TopLimit};
                let collects = !matches!(order.kind, BestLimit | TopLimit | Midpoint);
                collects && may_rest(order) && !order.post_only && order.min_quantity.0 == 0
            }
        };
        if fits { Ok(()) } else { Err(BookError::WrongPhase) }
    }

    fn check_mode(&self, order: &NewOrder) -> Result<(), BookError> {
        use OrderKind::{BestLimit, Limit, TopLimit};
        let fits = match self.params.mode {
            MatchMode::Continuous => true,
            MatchMode::EqualPrice => matches!(order.kind, Limit { .. } | BestLimit | TopLimit),
            MatchMode::Negotiated => {
                let plain = !order.post_only && order.min_quantity.0 == 0;
                matches!(order.kind, Limit { .. } | TopLimit) && may_rest(order) && plain
            }
        };
        if fits { Ok(()) } else { Err(BookError::WrongMode) }
    }

    /// Refuses what contradicts itself.
    fn check_terms(&self, order: &NewOrder) -> Result<(), BookError> {
        use OrderKind::{Iceberg, LimitThenMarket, Market, Midpoint, Stop, StopLimit};
        let waits = matches!(order.kind, Stop { .. } | StopLimit { .. });
        let must_rest = waits || matches!(order.kind, Iceberg { .. } | LimitThenMarket { .. });
        let never_posts = waits || matches!(order.kind, Market | Midpoint);
        let least = order.min_quantity.0;
        let late = match order.time_in_force {
            TimeInForce::Until(time) => time.0 <= self.now.time,
            TimeInForce::UntilHeight(height) => height <= self.now.height,
            _ => false,
        };
        let contradicts = late
            || (must_rest && !may_rest(order))
            || (order.post_only && (never_posts || !may_rest(order) || least > 0))
            || (waits && least > 0)
            || least > order.quantity.0;
        if contradicts { Err(BookError::BadOrder) } else { Ok(()) }
    }

    /// The ordinals of the prices that the order names.
    fn ticks(&self, order: &NewOrder) -> Result<Ticks, BookError> {
        let (price, trigger) = match order.kind {
            OrderKind::Limit { price }
            | OrderKind::LimitThenMarket { price }
            | OrderKind::Iceberg { price, .. } => (Some(price), None),
            OrderKind::Stop { trigger } => (None, Some(trigger)),
            OrderKind::StopLimit { trigger, price } => (Some(price), Some(trigger)),
            OrderKind::Market | OrderKind::BestLimit | OrderKind::TopLimit | OrderKind::Midpoint => {
                (None, None)
            }
        };
        let prices = [price, trigger];
        let mut ordinals = [None; 2];
        let mut outside = false;
        for (price, ordinal) in prices.into_iter().zip(&mut ordinals) {
            let Some(price) = price else { continue };
            match self.tick_of(price) {
                Ok(tick) => *ordinal = Some(tick),
                Err(BookError::OutsideBand) => outside = true,
                Err(error) => return Err(error),
            }
        }
        if outside {
            return Err(BookError::OutsideBand);
        }
        let [limit, trigger] = ordinals;
        Ok(Ticks { limit: limit.unwrap_or(NIL), trigger })
    }

    /// The ordinal of a price on a tick and within the day's band.
    #[inline(always)]
    pub(super) fn tick_of(&self, price: Price) -> Result<u32, BookError> {
        match self.grid.find(price) {
            Some(tick) if self.day.low <= tick && tick <= self.day.high => Ok(tick),
            _ => Err(self.why_not(price)),
        }
    }

    /// Why a price is refused that is none of the day's.
    #[cold]
    fn why_not(&self, price: Price) -> BookError {
        self.grid.ordinal(price, &self.params).err().unwrap_or(BookError::OutsideBand)
    }

    fn check_quantities(&self, order: &NewOrder) -> Result<(), BookError> {
        self.grid.check_quantity(order.quantity)?;
        match order.kind {
            OrderKind::Iceberg { peak, .. } => self.grid.check_quantity(peak),
            _ => Ok(()),
        }
    }

    /// The worst price at which the order may trade.
    fn limit(&self, order: &NewOrder, limit: u32) -> Result<u32, BookError> {
        let best = |side| self.ladder.best(side).map(Rung::tick).ok_or(BookError::NoPrice);
        match order.kind {
            OrderKind::BestLimit => best(order.side.other()),
            OrderKind::TopLimit => best(order.side),
            OrderKind::Market => Ok(self.market_limit(order.side)),
            OrderKind::Midpoint | OrderKind::Stop { .. } => Ok(self.end_of_band(order.side)),
            _ => Ok(limit),
        }
    }

    /// Refuses an owner with too many orders, and any order if the book is full. Answers the owner's number,
    /// which matters only to an order that rests or must not meet its own.
    #[inline]
    fn check_room(&self, order: &NewOrder, rests: bool) -> Result<Option<u32>, BookError> {
        if !rests && order.self_trade == sillok_abi::SelfTrade::Allow {
            return Ok(None);
        }
        let number = self.slab.owners.find(&order.owner);
        let open = number.and_then(|number| self.slab.owners.orders(number).ok()).unwrap_or(0);
        if rests && open >= self.params.max_open {
            return Err(BookError::TooManyOrders);
        }
        let strangers = number.is_none() && self.slab.owners.count() >= MAX_OWNERS;
        if rests && (self.slab.live >= MAX_ORDERS || strangers) {
            return Err(BookError::Full);
        }
        Ok(number)
    }

    #[inline]
    pub(super) fn taker(&self, order: &NewOrder, limit: u32, owner: Option<u32>) -> Taker {
        Taker {
            id: 0,
            account: order.owner,
            owner: owner.unwrap_or(NIL),
            group: order.group,
            side: order.side,
            self_trade: order.self_trade,
            midpoint: order.kind == OrderKind::Midpoint,
            limit,
            left: order.quantity.0,
            decremented: 0,
            before: self.day.last_or_reference(),
        }
    }

    fn terms(&self, order: &NewOrder, ticks: &Ticks) -> Terms {
        let at_close = matches!(order.kind, OrderKind::LimitThenMarket { .. });
        let closes = at_close && self.day.phase == Phase::CloseCall;
        let family = match order.kind {
            OrderKind::Midpoint => Family::Midpoint,
            OrderKind::Market | OrderKind::Stop { .. } => Family::Market,
            _ if closes => Family::Market,
            _ => Family::Limit,
        };
        let mut flags = Flags::of(order.time_in_force, order.self_trade);
        let mut extra = Extra::NONE;
        match order.time_in_force {
            TimeInForce::Until(time) => extra.expiry = time.0,
            TimeInForce::UntilHeight(height) => extra.expiry = height,
            _ => {}
        }
        match order.kind {
            OrderKind::Iceberg { peak, .. } => {
                extra.peak = peak.0;
                flags = flags.with(Flags::ICEBERG | Flags::EXTRA);
            }
            OrderKind::StopLimit { .. } => {
                extra.limit = ticks.limit;
                flags = flags.with(Flags::EXTRA);
            }
            _ => {}
        }
        if family == Family::Market {
            flags = flags.with(Flags::UNLIMITED);
        } else if at_close {
            flags = flags.with(Flags::AT_CLOSE);
        }
        if order.post_only {
            flags = flags.with(Flags::POST_ONLY);
        }
        let all = order.time_in_force == TimeInForce::Fok;
        let least = if all { order.quantity.0 } else { order.min_quantity.0 };
        Terms { family, flags, extra, rests: may_rest(order), least }
    }

    /// The last price of the band that a side can trade at.
    pub(super) fn end_of_band(&self, side: Side) -> u32 {
        match side {
            Side::Buy => self.day.high,
            Side::Sell => self.day.low,
        }
    }
}

/// Whether the order names the limit that it comes in with.
fn has_own_limit(kind: &OrderKind) -> bool {
    matches!(kind, OrderKind::Limit { .. } | OrderKind::LimitThenMarket { .. } | OrderKind::Iceberg { .. })
}
