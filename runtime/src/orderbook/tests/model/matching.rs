//! The model's continuous matching, and what it sets in motion.

use sillok_abi::{
    BookError, Fill, MatchMode, OrderId, OrderState, Phase, Price, Quantity, Removal, SelfTrade, Side,
    TimeInForce,
};

use super::{Model, ModelOrder, Planted, Steps};

/// An order that is met, twice the price, and whether that is a whole one.
struct Met {
    id: u64,
    twice: u64,
    whole: bool,
}

impl Model {
    /// The market that a side trades with.
    fn market(&self, side: Side) -> u64 {
        self.best(side.other()).unwrap_or(self.last_or_reference())
    }

    pub(in super::super) fn in_collar(&self, side: Side, price: u64) -> bool {
        let collar = self.params.collar;
        if self.phase != Phase::Continuous || (collar.through == 0 && collar.away == 0) {
            return true;
        }
        let above = self.ordinal(price) - self.ordinal(self.market(side));
        let through = if side == Side::Buy { above } else { -above };
        let wide = i64::from(self.has(Planted::WideCollar));
        (collar.through == 0 || through <= i64::from(collar.through) + wide)
            && (collar.away == 0 || -through <= i64::from(collar.away))
    }

    /// The worst price at which a market order trades.
    fn market_limit(&self, side: Side) -> u64 {
        let end = if side == Side::Buy { self.high } else { self.low };
        let through = i64::from(self.params.collar.through);
        if through == 0 {
            return end;
        }
        let market = self.ordinal(self.market(side));
        let at = if side == Side::Buy { market + through } else { market - through };
        let at = at.clamp(self.ordinal(self.low), self.ordinal(self.high));
        self.prices[at as usize]
    }

    fn halfway(&self) -> Option<u64> {
        let sum = self.best(Side::Buy)? + self.best(Side::Sell)?;
        let sum = if self.has(Planted::TruncatedMidpoint) { sum / 2 * 2 } else { sum };
        (self.params.mode == MatchMode::Continuous).then_some(sum)
    }

    fn meet(&self, taker: &ModelOrder, limit: u64) -> Option<Met> {
        let other = taker.side.other();
        let midpoint = self.first(|order| order.state == OrderState::Midpoint && order.side == other);
        if let (Some(at), Some(twice)) = (midpoint, self.halfway()) {
            let reaches = if taker.side == Side::Buy { twice <= 2 * limit } else { twice >= 2 * limit };
            if taker.state == OrderState::Midpoint || reaches {
                return Some(Met { id: self.orders[at].id, twice, whole: false });
            }
        }
        if taker.state == OrderState::Midpoint {
            return None;
        }
        let price = match self.params.mode {
            MatchMode::Continuous => {
                let best = self.best(other)?;
                let crosses = if taker.side == Side::Buy { best <= limit } else { best >= limit };
                crosses.then_some(best)?
            }
            MatchMode::EqualPrice => limit,
            MatchMode::Negotiated => return None,
        };
        let at = self.first(|order| {
            order.state == OrderState::Resting && order.side == other && order.limit == Some(price)
        })?;
        Some(Met { id: self.orders[at].id, twice: 2 * price, whole: true })
    }

    pub(in super::super) fn expired(&self, order: &ModelOrder) -> bool {
        match order.time {
            TimeInForce::Until(time) => time.0 <= self.now.0,
            TimeInForce::UntilHeight(height) => height <= self.now.1,
            _ => false,
        }
    }

    fn own(&self, taker: &ModelOrder, maker: &ModelOrder) -> bool {
        let group = taker.group != 0 && taker.group == maker.group && !self.has(Planted::GroupIgnored);
        taker.self_trade != SelfTrade::Allow && (taker.owner == maker.owner || group)
    }

    fn interrupts(&self, price: u64, before: u64) -> bool {
        let rules = self.params.volatility;
        let far = |from: u64, hundredths: u32, late: bool| {
            let (moved, bound) = (price.abs_diff(from) * 10_000, from * u64::from(hundredths));
            hundredths > 0 && if late { moved > bound } else { moved >= bound }
        };
        self.params.mode == MatchMode::Continuous
            && (far(before, rules.moving, self.has(Planted::LateInterruption))
                || far(self.auction.unwrap_or(self.reference), rules.fixed, false))
    }

    /// An order that is in no queue matches and rests, or is cancelled; answers why that would be.
    pub(in super::super) fn enter(
        &mut self,
        mut taker: ModelOrder,
        least: u64,
        rests: bool,
        steps: &mut Steps,
    ) -> Result<Removal, BookError> {
        let wanted = taker.left;
        let limit = match taker.state {
            OrderState::Resting => taker.limit.unwrap(),
            _ => self.market_limit(taker.side),
        };
        let mut traded = 0;
        let mut fate = None;
        if self.phase == Phase::Continuous {
            let start = (self.clone(), steps.left, steps.fills.len(), steps.removed.len());
            (traded, fate) = self.match_all(&mut taker, limit, steps);
            if taker.post_only && (taker.left != wanted || fate.is_some()) {
                return Err(BookError::WouldTrade);
            }
            if traded < least && !(self.has(Planted::KeptFills) && traded > 0) {
                *self = start.0;
                steps.left = start.1;
                steps.fills.truncate(start.2);
                steps.removed.truncate(start.3);
                taker.left = wanted;
            }
        }
        if taker.left == 0 {
            return Ok(Removal::SelfTrade);
        }
        if traded < least {
            return Ok(Removal::Unfilled);
        }
        match fate {
            Some(Removal::StepLimit | Removal::SelfTrade) => return Ok(fate.unwrap()),
            _ if !rests => return Ok(Removal::Unfilled),
            _ => {}
        }
        if taker.state == OrderState::Market && !self.phase.is_call() {
            let last = self.last_or_reference().clamp(self.low, self.high);
            taker.state = OrderState::Resting;
            taker.limit = Some(if taker.side == Side::Buy { last.min(limit) } else { last.max(limit) });
        }
        self.add(taker);
        Ok(Removal::SelfTrade)
    }

    /// Matches a taker; answers how much it traded, and what ended it before its time. An interruption is told
    /// as `Unfilled`.
    fn match_all(&mut self, taker: &mut ModelOrder, limit: u64, steps: &mut Steps) -> (u64, Option<Removal>) {
        let before = self.last_or_reference();
        let mut traded = 0;
        while taker.left > 0 {
            let Some(met) = self.meet(taker, limit) else { break };
            if !steps.take() {
                return (traded, Some(Removal::StepLimit));
            }
            let maker = self.orders[self.find(met.id).unwrap()].clone();
            if self.expired(&maker) && !self.has(Planted::ExpiredTrades) {
                self.expel(met.id, Removal::Expired, steps);
            } else if self.own(taker, &maker) {
                if matches!(taker.self_trade, SelfTrade::CancelOldest | SelfTrade::CancelBoth) {
                    self.expel(met.id, Removal::SelfTrade, steps);
                }
                if taker.self_trade == SelfTrade::Decrement {
                    taker.left -= self.decrement(met.id, taker.left, steps);
                }
                if matches!(taker.self_trade, SelfTrade::CancelNewest | SelfTrade::CancelBoth) {
                    return (traded, Some(Removal::SelfTrade));
                }
            } else if met.whole && self.interrupts(met.twice / 2, before) {
                self.phase = Phase::VolatilityCall;
                self.until = Some(self.now.0 + self.params.volatility.millis);
                return (traded, Some(Removal::Unfilled));
            } else {
                let quantity = maker.shown.min(taker.left);
                self.trade(&met, &maker, taker, quantity, steps);
                taker.left -= quantity;
                traded += quantity;
            }
        }
        (traded, None)
    }

    /// Takes from an order what it shows, at most `most`; answers how much.
    fn decrement(&mut self, id: u64, most: u64, steps: &mut Steps) -> u64 {
        let order = self.orders[self.find(id).unwrap()].clone();
        let all = if self.has(Planted::DecrementHidden) { order.left } else { order.shown };
        let quantity = all.min(most);
        steps.removed.push(self.removed(&order, quantity, order.left - quantity, Removal::SelfTrade));
        self.reduce(id, quantity);
        quantity
    }

    fn trade(&mut self, met: &Met, maker: &ModelOrder, taker: &ModelOrder, quantity: u64, steps: &mut Steps) {
        let value = met.twice * quantity / 2;
        let fee = |rate: i32| {
            let exact = i128::from(value) * i128::from(rate);
            let up = i128::from(self.has(Planted::FeeRoundedUp) && exact % 1_000_000 != 0);
            (exact / 1_000_000 + up) as i64
        };
        steps.fills.push(Fill {
            maker: OrderId(maker.id),
            maker_owner: maker.owner,
            taker: OrderId(taker.id),
            taker_owner: taker.owner,
            taker_side: taker.side,
            price: Price(met.twice / 2),
            half: met.twice % 2 == 1,
            quantity: Quantity(quantity),
            value,
            maker_left: Quantity(maker.left - quantity),
            maker_fee: fee(self.params.fees.maker),
            taker_fee: fee(self.params.fees.taker),
        });
        self.note(met.twice / 2, met.whole, quantity, value);
        self.reduce(maker.id, quantity);
    }

    pub(in super::super) fn trade_at(
        &mut self,
        maker: &ModelOrder,
        taker: &ModelOrder,
        price: u64,
        quantity: u64,
        steps: &mut Steps,
    ) {
        self.trade(&Met { id: maker.id, twice: 2 * price, whole: true }, maker, taker, quantity, steps);
    }

    /// Adds a trade to the day's.
    pub(in super::super) fn note(&mut self, price: u64, whole: bool, quantity: u64, value: u64) {
        self.tape.trades += 1;
        self.tape.volume += quantity;
        self.tape.value += u128::from(value);
        if whole {
            let price = Price(price);
            self.tape.open.get_or_insert(price);
            self.tape.high = Some(self.tape.high.unwrap_or(price).max(price));
            self.tape.low = Some(self.tape.low.unwrap_or(price).min(price));
            self.last = Some(price.0);
        }
    }

    /// Takes a quantity from what an order shows.
    fn reduce(&mut self, id: u64, quantity: u64) {
        let at = self.find(id).unwrap();
        self.orders[at].left -= quantity;
        if self.orders[at].left == 0 {
            self.orders.remove(at);
            return;
        }
        let refilled = self.orders[at].shown <= quantity;
        let place = self.place_number();
        let keeps = self.has(Planted::RefillKeepsPlace);
        let loses = self.has(Planted::FillLosesPlace);
        let order = &mut self.orders[at];
        if refilled {
            order.shown = order.peak.unwrap().min(order.left);
        } else {
            order.shown -= quantity;
        }
        if (refilled && !keeps) || loses {
            order.place = place;
        }
    }

    /// Does what is due.
    pub(in super::super) fn settle(&mut self, steps: &mut Steps) {
        while self.due().is_some() && steps.take() {
            match self.due().unwrap() {
                (buy, Some(sell)) => self.cross_halfway(buy, sell, steps),
                (stop, None) => self.trigger(stop, steps),
            }
        }
    }

    /// Two midpoint orders, or a stop.
    pub(in super::super) fn due(&self) -> Option<(u64, Option<u64>)> {
        if self.phase != Phase::Continuous || self.params.mode != MatchMode::Continuous {
            return None;
        }
        let midpoint = |side| self.first(|order| order.state == OrderState::Midpoint && order.side == side);
        if let (Some(buy), Some(sell), Some(_)) = (midpoint(Side::Buy), midpoint(Side::Sell), self.halfway())
        {
            return Some((self.orders[buy].id, Some(self.orders[sell].id)));
        }
        let last = self.last?;
        let stops = |side: Side| {
            let due =
                self.orders.iter().filter(|order| order.state == OrderState::Stop && order.side == side);
            let mut due: Vec<&ModelOrder> = due
                .filter(|order| {
                    let trigger = order.trigger.unwrap();
                    if side == Side::Buy { trigger <= last } else { trigger >= last }
                })
                .collect();
            due.sort_by_key(|order| {
                let trigger = order.trigger.unwrap() as i128;
                (if side == Side::Buy { trigger } else { -trigger }, order.place)
            });
            due.first().map(|order| (order.id, None))
        };
        if self.has(Planted::SaleStopsFirst) {
            return stops(Side::Sell).or(stops(Side::Buy));
        }
        stops(Side::Buy).or(stops(Side::Sell))
    }

    fn cross_halfway(&mut self, buy: u64, sell: u64, steps: &mut Steps) {
        for id in [buy, sell] {
            if self.expired(&self.orders[self.find(id).unwrap()]) && !self.has(Planted::ExpiredTrades) {
                return self.expel(id, Removal::Expired, steps);
            }
        }
        let twice = self.halfway().unwrap();
        let (buyer, seller) =
            (self.orders[self.find(buy).unwrap()].clone(), self.orders[self.find(sell).unwrap()].clone());
        let (maker, taker) = if buyer.place < seller.place { (buyer, seller) } else { (seller, buyer) };
        let quantity = maker.left.min(taker.left);
        if !self.own(&taker, &maker) {
            self.trade(&Met { id: maker.id, twice, whole: false }, &maker, &taker, quantity, steps);
            return self.reduce(taker.id, quantity);
        }
        if taker.self_trade == SelfTrade::Decrement {
            self.decrement(maker.id, quantity, steps);
            self.decrement(taker.id, quantity, steps);
            return;
        }
        if taker.self_trade != SelfTrade::CancelNewest {
            self.expel(maker.id, Removal::SelfTrade, steps);
        }
        if taker.self_trade != SelfTrade::CancelOldest {
            self.expel(taker.id, Removal::SelfTrade, steps);
        }
    }

    fn trigger(&mut self, id: u64, steps: &mut Steps) {
        let at = self.find(id).unwrap();
        if self.expired(&self.orders[at]) {
            return self.expel(id, Removal::Expired, steps);
        }
        let mut order = self.orders[at].clone();
        if order.limit.is_some_and(|limit| !(self.low..=self.high).contains(&limit)) {
            return self.expel(id, Removal::OutsideBand, steps);
        }
        let waiting = self.orders.remove(at);
        let fills = steps.fills.len();
        order.trigger = None;
        order.state = if order.limit.is_some() { OrderState::Resting } else { OrderState::Market };
        let reason = self.enter(order, 0, true, steps).unwrap();
        let traded: u64 = steps.fills[fills..]
            .iter()
            .filter(|fill| fill.taker == OrderId(id))
            .map(|fill| fill.quantity.0)
            .sum();
        let left = self.find(id).map_or(0, |at| self.orders[at].left);
        let lost = waiting.left - traded - left;
        if lost > 0 {
            steps.removed.push(self.removed(&waiting, lost, left, reason));
        }
    }
}
