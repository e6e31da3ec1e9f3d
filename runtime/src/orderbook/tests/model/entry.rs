//! How orders come to the model, change and go.

use sillok_abi::{
    Amended, BookError, MatchMode, NewOrder, OrderId, OrderKind, OrderState, OrderView, Phase, Placed, Price,
    Quantity, Removal, Removed, TimeInForce,
};

use super::{Model, ModelOrder, Planted, Steps};

impl Model {
    pub(in super::super) fn try_place(&mut self, order: &NewOrder, most: u32) -> Result<Placed, BookError> {
        let before = self.clone();
        let placed = self.place(order, most);
        if placed.is_err() {
            *self = before;
        }
        placed
    }

    fn place(&mut self, order: &NewOrder, most: u32) -> Result<Placed, BookError> {
        let limit = self.judge(order)?;
        let id = self.new_id();
        let rests = !matches!(order.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
        let closes = matches!(order.kind, OrderKind::LimitThenMarket { .. });
        let market = matches!(order.kind, OrderKind::Market) || (closes && self.phase == Phase::CloseCall);
        let trigger = match order.kind {
            OrderKind::Stop { trigger } | OrderKind::StopLimit { trigger, .. } => Some(trigger.0),
            _ => None,
        };
        let peak = match order.kind {
            OrderKind::Iceberg { peak, .. } => Some(peak.0),
            _ => None,
        };
        let state = match order.kind {
            OrderKind::Midpoint => OrderState::Midpoint,
            _ if trigger.is_some() => OrderState::Stop,
            _ if market => OrderState::Market,
            _ => OrderState::Resting,
        };
        let entering = ModelOrder {
            id,
            place: 0,
            owner: order.owner,
            group: order.group,
            side: order.side,
            state,
            limit: if market && closes { None } else { limit },
            trigger,
            left: order.quantity.0,
            shown: order.quantity.0,
            peak,
            time: order.time_in_force,
            self_trade: order.self_trade,
            at_close: closes && !market,
            post_only: order.post_only,
            allotted: 0,
        };
        let least =
            if order.time_in_force == TimeInForce::Fok { order.quantity.0 } else { order.min_quantity.0 };
        let mut steps = Steps::new(most);
        let mut reason = Removal::Unfilled;
        if trigger.is_some() {
            self.add(entering);
        } else {
            reason = self.enter(entering, least, rests, &mut steps)?;
        }
        self.settle(&mut steps);
        Ok(self.outcome(id, order.quantity.0, reason, steps))
    }

    /// Every refusal, in the order of `BookError`; the limit that the order comes in with.
    fn judge(&self, order: &NewOrder) -> Result<Option<u64>, BookError> {
        use OrderKind::*;
        let check = |holds: bool, error| if holds { Ok(()) } else { Err(error) };
        let rests = !matches!(order.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
        check(self.running.is_none(), BookError::Uncrossing)?;
        let special = order.post_only || order.min_quantity.0 > 0;
        check(!matches!(self.phase, Phase::PreOpen | Phase::Closed | Phase::Halted), BookError::WrongPhase)?;
        if self.phase.is_call() {
            let collects = !matches!(order.kind, BestLimit | TopLimit | Midpoint) && rests && !special;
            check(collects, BookError::WrongPhase)?;
        }
        let fits = match self.params.mode {
            MatchMode::Continuous => true,
            MatchMode::EqualPrice => matches!(order.kind, Limit { .. } | BestLimit | TopLimit),
            MatchMode::Negotiated => matches!(order.kind, Limit { .. } | TopLimit) && rests && !special,
        };
        check(fits, BookError::WrongMode)?;
        let stops = matches!(order.kind, Stop { .. } | StopLimit { .. });
        let patient = stops || matches!(order.kind, Iceberg { .. } | LimitThenMarket { .. });
        check(rests || !patient, BookError::BadOrder)?;
        let postable =
            rests && !stops && !matches!(order.kind, Market | Midpoint) && order.min_quantity.0 == 0;
        check(!order.post_only || postable, BookError::BadOrder)?;
        check(!(stops && order.min_quantity.0 > 0), BookError::BadOrder)?;
        check(order.min_quantity <= order.quantity, BookError::BadOrder)?;
        match order.time_in_force {
            TimeInForce::Until(time) => check(time.0 > self.now.0, BookError::BadOrder)?,
            TimeInForce::UntilHeight(height) => check(height > self.now.1, BookError::BadOrder)?,
            _ => {}
        }
        let prices: Vec<u64> = match order.kind {
            Limit { price } | LimitThenMarket { price } | Iceberg { price, .. } => vec![price.0],
            Stop { trigger } => vec![trigger.0],
            StopLimit { trigger, price } => vec![trigger.0, price.0],
            _ => vec![],
        };
        let on_tick = |price: &u64| price.is_multiple_of(self.params.tick_at(Price(*price)));
        check(prices.iter().all(on_tick), BookError::OffTick)?;
        let inside = |price: &u64| (self.low..=self.high).contains(price);
        check(prices.iter().all(inside), BookError::OutsideBand)?;
        let lot = self.params.lot.0;
        let whole = |quantity: u64| quantity > 0 && quantity.is_multiple_of(lot);
        check(whole(order.quantity.0), BookError::OffLot)?;
        if let Iceberg { peak, .. } = order.kind {
            check(whole(peak.0), BookError::OffLot)?;
        }
        let limit = match order.kind {
            Limit { price } | LimitThenMarket { price } | Iceberg { price, .. } | StopLimit { price, .. } => {
                Some(price.0)
            }
            BestLimit => Some(self.best(order.side.other()).ok_or(BookError::NoPrice)?),
            TopLimit => Some(self.best(order.side).ok_or(BookError::NoPrice)?),
            Market | Midpoint | Stop { .. } => None,
        };
        if matches!(order.kind, Limit { .. } | LimitThenMarket { .. } | Iceberg { .. }) {
            check(self.in_collar(order.side, prices[0]), BookError::OutsideCollar)?;
        }
        let open = self.orders.iter().filter(|open| open.owner == order.owner).count();
        check(!rests || open < self.params.max_open as usize, BookError::TooManyOrders)?;
        Ok(limit)
    }

    /// Adds an order to its queue's end.
    pub(in super::super) fn add(&mut self, mut order: ModelOrder) {
        order.place = self.place_number();
        order.shown = order.peak.unwrap_or(u64::MAX).min(order.left);
        self.orders.push(order);
    }

    pub(in super::super) fn outcome(
        &self,
        id: u64,
        quantity: u64,
        mut reason: Removal,
        steps: Steps,
    ) -> Placed {
        let order = OrderId(id);
        let own = steps.fills.iter().filter(|fill| fill.taker == order || fill.maker == order);
        let traded: u64 = own.map(|fill| fill.quantity.0).sum();
        let resting = self.find(id).map_or(0, |at| self.orders[at].left);
        if let Some(removed) = steps.removed.iter().rfind(|removed| removed.order == order) {
            reason = removed.reason;
        }
        let cancelled = quantity - traded - resting;
        Placed {
            order,
            fills: steps.fills,
            removed: steps.removed.into_iter().filter(|removed| removed.order != order).collect(),
            resting: Quantity(resting),
            cancelled: Quantity(cancelled),
            reason: (cancelled > 0).then_some(reason),
            phase: self.phase,
        }
    }

    pub(in super::super) fn try_amend(
        &mut self,
        id: u64,
        price: Option<Price>,
        quantity: Quantity,
        most: u32,
    ) -> Result<Amended, BookError> {
        let before = self.clone();
        let amended = self.amend(id, price, quantity, most);
        if amended.is_err() {
            *self = before;
        }
        amended
    }

    fn amend(
        &mut self,
        id: u64,
        price: Option<Price>,
        quantity: Quantity,
        most: u32,
    ) -> Result<Amended, BookError> {
        let check = |holds: bool, error| if holds { Ok(()) } else { Err(error) };
        let at = self.find(id).ok_or(BookError::NoOrder)?;
        check(self.running.is_none(), BookError::Uncrossing)?;
        check(self.phase == Phase::Continuous || self.phase.is_call(), BookError::WrongPhase)?;
        let mut order = self.orders[at].clone();
        let resting = order.state == OrderState::Resting;
        check(resting || (price.is_none() && quantity.0 <= order.left), BookError::BadOrder)?;
        let limit = price.map(|price| price.0).or(order.limit);
        if let Some(Price(price)) = price {
            check(price.is_multiple_of(self.params.tick_at(Price(price))), BookError::OffTick)?;
            check((self.low..=self.high).contains(&price), BookError::OutsideBand)?;
        }
        check(quantity.0 > 0 && quantity.0.is_multiple_of(self.params.lot.0), BookError::OffLot)?;
        let before = self.view(&order);
        let mut steps = Steps::new(most);
        let mut reason = Removal::Unfilled;
        if limit == order.limit && quantity.0 <= order.left {
            let place = if self.has(Planted::ShrinkLosesPlace) { self.place_number() } else { order.place };
            let order = &mut self.orders[at];
            order.place = place;
            order.left = quantity.0;
            order.shown = order.shown.min(quantity.0);
        } else {
            check(self.in_collar(order.side, limit.unwrap()), BookError::OutsideCollar)?;
            self.orders.remove(at);
            order.limit = limit;
            order.left = quantity.0;
            order.shown = quantity.0;
            reason = self.enter(order, 0, true, &mut steps)?;
            self.settle(&mut steps);
        }
        Ok(Amended { before, placed: self.outcome(id, quantity.0, reason, steps) })
    }

    pub(in super::super) fn cancel(&mut self, id: u64) -> Result<OrderView, BookError> {
        let at = self.find(id).ok_or(BookError::NoOrder)?;
        if self.running.is_some() {
            return Err(BookError::Uncrossing);
        }
        let order = self.orders.remove(at);
        Ok(self.view(&order))
    }

    /// Takes an order out and reports it.
    pub(in super::super) fn expel(&mut self, id: u64, reason: Removal, steps: &mut Steps) {
        let at = self.find(id).unwrap();
        let order = self.orders.remove(at);
        steps.removed.push(self.removed(&order, order.left, 0, reason));
    }

    pub(in super::super) fn removed(
        &self,
        order: &ModelOrder,
        quantity: u64,
        left: u64,
        reason: Removal,
    ) -> Removed {
        let view = self.view(order);
        Removed {
            order: view.order,
            owner: view.owner,
            side: view.side,
            price: view.price,
            quantity: Quantity(quantity),
            left: Quantity(left),
            reason,
        }
    }
}
