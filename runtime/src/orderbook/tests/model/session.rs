//! The model's phases, bands, and removals of many orders.

use sillok_abi::{
    Account, BookError, BookParams, Cancelled, MatchMode, OrderState, Phase, PhaseSet, Placed, Price,
    Quantity, Removal, Reported, Resumed, SelfTrade, Side, Tape, TimeInForce,
};

use super::{Model, ModelOrder, Steps};

impl Model {
    fn idle(&self) -> Result<(), BookError> {
        if self.running.is_some() { Err(BookError::Uncrossing) } else { Ok(()) }
    }

    pub(in super::super) fn mass_cancel(
        &mut self,
        owner: Option<Account>,
        side: Option<Side>,
        most: u32,
    ) -> Result<Cancelled, BookError> {
        self.idle()?;
        let mut chosen: Vec<ModelOrder> = self.orders.clone();
        chosen.retain(|order| owner.is_none_or(|owner| order.owner == owner));
        chosen.retain(|order| side.is_none_or(|side| order.side == side));
        match owner {
            Some(_) => chosen.sort_by_key(|order| order.id),
            None => chosen.sort_by_key(|order| {
                let price = order.trigger.or(order.limit).filter(|_| order.state < OrderState::Midpoint);
                (order.state, order.side, price, order.place)
            }),
        }
        let mut steps = Steps::new(most);
        let done = self.expel_all(&chosen, Removal::Cancelled, &mut steps);
        Ok(Cancelled { removed: steps.removed, done })
    }

    fn expel_all(&mut self, orders: &[ModelOrder], reason: Removal, steps: &mut Steps) -> bool {
        for order in orders {
            if !steps.take() {
                return false;
            }
            self.expel(order.id, reason, steps);
        }
        true
    }

    pub(in super::super) fn expire(&mut self, most: u32) -> Result<Cancelled, BookError> {
        self.idle()?;
        let mut steps = Steps::new(most);
        let done = self.sweep(&mut steps);
        Ok(Cancelled { removed: steps.removed, done })
    }

    pub(in super::super) fn sweep(&mut self, steps: &mut Steps) -> bool {
        let mut due: Vec<ModelOrder> =
            self.orders.iter().filter(|order| self.expired(order)).cloned().collect();
        due.sort_by_key(|order| match order.time {
            TimeInForce::Until(time) => (0, time.0, order.id),
            TimeInForce::UntilHeight(height) => (1, height, order.id),
            _ => unreachable!(),
        });
        self.expel_all(&due, Removal::Expired, steps)
    }

    /// As one call would do it that may take any number of steps.
    pub(in super::super) fn close(&mut self) -> Vec<sillok_abi::Removed> {
        let mut day = self.orders.clone();
        day.retain(|order| order.time == TimeInForce::Day);
        day.sort_by_key(|order| order.id);
        let mut steps = Steps::new(u32::MAX);
        self.expel_all(&day, Removal::DayEnded, &mut steps);
        (self.phase, self.until) = (Phase::Closed, None);
        steps.removed
    }

    pub(in super::super) fn check_turn(&self, phase: Phase) -> Result<(), BookError> {
        use Phase::*;
        self.idle()?;
        let follows: &[Phase] = match self.phase {
            PreOpen => &[OpenCall, Continuous, Closed, Halted],
            OpenCall => &[OpenCall, Continuous, CloseCall, Closed, Halted],
            Continuous => &[OpenCall, VolatilityCall, CloseCall, Closed, Halted],
            VolatilityCall => &[VolatilityCall, Continuous, CloseCall, Closed, Halted],
            CloseCall => &[CloseCall, Closed, Halted],
            Closed => &[PreOpen, OpenCall, Halted],
            Halted => &[PreOpen, OpenCall, VolatilityCall, Continuous, Closed],
        };
        if !follows.contains(&phase) {
            return Err(BookError::WrongPhase);
        }
        if self.params.mode != MatchMode::Continuous {
            return if phase.is_call() { Err(BookError::WrongMode) } else { Ok(()) };
        }
        let must_match = phase == Continuous || (phase == Closed && self.phase.is_call());
        let market = self.orders.iter().any(|order| order.state == OrderState::Market);
        let crossed = self.best(Side::Buy).zip(self.best(Side::Sell)).is_some_and(|(bid, ask)| bid >= ask);
        if must_match && (market || crossed) { Err(BookError::Crossed) } else { Ok(()) }
    }

    pub(in super::super) fn set_phase(
        &mut self,
        phase: Phase,
        until: Option<u64>,
        most: u32,
    ) -> Result<PhaseSet, BookError> {
        self.check_turn(phase)?;
        let mut steps = Steps::new(most);
        if phase == Phase::CloseCall {
            while let Some(at) = self.first(|order| order.at_close) {
                if !steps.take() {
                    return Ok(PhaseSet { removed: vec![], done: false });
                }
                let place = self.place_number();
                let order = &mut self.orders[at];
                (order.at_close, order.state, order.limit, order.place) =
                    (false, OrderState::Market, None, place);
            }
        }
        if phase == Phase::PreOpen {
            (self.tape, self.auction) = (Tape::default(), None);
        }
        (self.phase, self.until) = (phase, until);
        Ok(PhaseSet { removed: vec![], done: true })
    }

    pub(in super::super) fn set_band(
        &mut self,
        reference: u64,
        (low, high): (u64, u64),
        most: u32,
    ) -> Result<PhaseSet, BookError> {
        self.idle()?;
        let known = [reference, low, high].iter().all(|price| self.prices.contains(price));
        if !known || low > reference || reference > high {
            return Err(BookError::BadParams);
        }
        let mut outside = self.orders.clone();
        outside.retain(|order| order.state == OrderState::Resting);
        outside.retain(|order| !(low..=high).contains(&order.limit.unwrap()));
        outside.sort_by_key(|order| {
            let price = order.limit.unwrap() as i128;
            // From the bottom those below, from the top those above.
            (
                order.side,
                price > i128::from(high),
                if price < i128::from(low) { price } else { -price },
                order.place,
            )
        });
        let mut steps = Steps::new(most);
        let done = self.expel_all(&outside, Removal::OutsideBand, &mut steps);
        if done {
            (self.reference, self.low, self.high) = (reference, low, high);
        }
        Ok(PhaseSet { removed: steps.removed, done })
    }

    pub(in super::super) fn resume(&mut self, most: u32) -> Resumed {
        let mut steps = Steps::new(most);
        self.settle(&mut steps);
        Resumed { fills: steps.fills, removed: steps.removed, done: self.due().is_none() }
    }

    pub(in super::super) fn take(
        &mut self,
        id: u64,
        taker: Account,
        quantity: u64,
    ) -> Result<Placed, BookError> {
        let at = self.find(id).ok_or(BookError::NoOrder)?;
        if self.phase != Phase::Continuous {
            return Err(BookError::WrongPhase);
        }
        if self.params.mode != MatchMode::Negotiated {
            return Err(BookError::WrongMode);
        }
        let maker = self.orders[at].clone();
        if self.expired(&maker) {
            return Err(BookError::BadOrder);
        }
        if quantity == 0 || !quantity.is_multiple_of(self.params.lot.0) || quantity > maker.left {
            return Err(BookError::OffLot);
        }
        let new = self.new_id();
        let mut steps = Steps::new(1);
        let order = ModelOrder {
            id: new,
            owner: taker,
            side: maker.side.other(),
            self_trade: SelfTrade::Allow,
            ..maker.clone()
        };
        self.trade_at(&maker, &order, maker.limit.unwrap(), quantity, &mut steps);
        Ok(self.outcome(new, quantity, Removal::Unfilled, steps))
    }

    pub(in super::super) fn report(&mut self, price: u64, quantity: u64) -> Result<Reported, BookError> {
        self.idle()?;
        if self.phase != Phase::Continuous {
            return Err(BookError::WrongPhase);
        }
        if !price.is_multiple_of(self.params.tick_at(Price(price))) {
            return Err(BookError::OffTick);
        }
        if !(self.low..=self.high).contains(&price) {
            return Err(BookError::OutsideBand);
        }
        if quantity == 0 || !quantity.is_multiple_of(self.params.lot.0) {
            return Err(BookError::OffLot);
        }
        let value = price * quantity;
        self.note(price, false, quantity, value);
        let fee = (i128::from(value) * i128::from(self.params.fees.taker) / 1_000_000) as i64;
        Ok(Reported { value, fee })
    }

    pub(in super::super) fn rules(&self) -> &BookParams {
        &self.params
    }

    pub(in super::super) fn left(&self, id: u64) -> Option<Quantity> {
        self.find(id).map(|at| Quantity(self.orders[at].left))
    }
}
