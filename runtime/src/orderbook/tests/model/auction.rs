//! The model's call auction.

use sillok_abi::{Auction, BookError, Fill, OrderId, OrderState, Price, Quantity, Side, Uncrossed};

use super::{Model, ModelOrder, Planted, Steps};

impl Model {
    fn demand(&self, price: u64) -> u64 {
        let wants = |order: &&ModelOrder| {
            order.side == Side::Buy
                && (order.state == OrderState::Market
                    || order.state == OrderState::Resting && order.limit >= Some(price))
        };
        self.orders.iter().filter(wants).map(|order| order.left).sum()
    }

    fn supply(&self, price: u64) -> u64 {
        let offers = |order: &&ModelOrder| {
            order.side == Side::Sell
                && (order.state == OrderState::Market
                    || order.state == OrderState::Resting && order.limit <= Some(price))
        };
        self.orders.iter().filter(offers).map(|order| order.left).sum()
    }

    /// Tries every price of the band.
    fn price(&self) -> Option<(u64, u64)> {
        let band = self.prices.iter().copied().filter(|price| (self.low..=self.high).contains(price));
        let volume = |price: u64| self.demand(price).min(self.supply(price));
        let most = band.clone().map(volume).max().filter(|most| *most > 0)?;
        let mut best = band.filter(|price| volume(*price) == most);
        if self.has(Planted::LowestAuctionPrice) {
            return best.next().map(|price| (price, most));
        }
        best.min_by_key(|price| price.abs_diff(self.last_or_reference())).map(|price| (price, most))
    }

    pub(in super::super) fn indication(&self) -> Option<Auction> {
        let (price, volume) = self.price()?;
        Some(Auction {
            price: Price(price),
            volume: Quantity(volume),
            unfilled_buys: Quantity(self.demand(price) - volume),
            unfilled_sells: Quantity(self.supply(price) - volume),
        })
    }

    pub(in super::super) fn uncross(&mut self, most: u32) -> Result<Uncrossed, BookError> {
        if !self.phase.is_call() {
            return Err(BookError::WrongPhase);
        }
        let mut steps = Steps::new(most);
        let (price, done) = self.run_auction(&mut steps);
        Ok(Uncrossed { price: price.map(Price), fills: steps.fills, removed: steps.removed, done })
    }

    fn run_auction(&mut self, steps: &mut Steps) -> (Option<u64>, bool) {
        if self.running.is_none() {
            if !self.sweep(steps) {
                return (None, false);
            }
            if let Some((price, volume)) = self.price() {
                self.begin_auction(price, volume);
            }
        }
        let price = self.running.map(|running| running.0);
        while let Some((price, left, by_size)) = self.running.filter(|running| running.1 > 0) {
            if !steps.take() {
                return (Some(price), false);
            }
            let buy = self.turn(Side::Buy, by_size, price);
            let sell = self.turn(Side::Sell, by_size, price);
            let quantity = buy.1.min(sell.1).min(left);
            self.running = Some((price, left - quantity, by_size));
            self.cross(buy.0, sell.0, price, quantity, steps);
        }
        let rest = price.unwrap_or(self.last_or_reference().clamp(self.low, self.high));
        for side in [Side::Buy, Side::Sell] {
            while let Some(at) = self.first(|order| order.state == OrderState::Market && order.side == side) {
                if !steps.take() {
                    return (price, false);
                }
                let place = self.place_number();
                let order = &mut self.orders[at];
                (order.state, order.limit, order.place) = (OrderState::Resting, Some(rest), place);
            }
        }
        self.running = None;
        (price, true)
    }

    fn begin_auction(&mut self, price: u64, volume: u64) {
        let excess_buys = price == self.high && self.demand(price) > volume;
        let excess_sells = price == self.low && self.supply(price) > volume;
        let by_size = match (excess_buys, excess_sells) {
            _ if self.has(Planted::NoAllotment) => None,
            (true, _) => Some(Side::Buy),
            (_, true) => Some(Side::Sell),
            _ => None,
        };
        if let Some(side) = by_size {
            let market =
                self.orders.iter().filter(|order| order.state == OrderState::Market && order.side == side);
            let market: u64 = market.map(|order| order.left).sum();
            self.allot(side, price, volume.saturating_sub(market));
        }
        self.auction = Some(price);
        self.running = Some((price, volume, by_size));
    }

    /// Gives out lot by lot, as the rule is told: so many a round, the largest first.
    fn allot(&mut self, side: Side, price: u64, mut amount: u64) {
        let lot = self.params.lot.0;
        let mut turns: Vec<usize> = (0..self.orders.len())
            .filter(|at| {
                let order = &self.orders[*at];
                order.state == OrderState::Resting && order.side == side && order.limit == Some(price)
            })
            .collect();
        turns.sort_by_key(|at| (std::cmp::Reverse(self.orders[*at].left), self.orders[*at].place));
        for round in 0..6 {
            for at in &turns {
                let order = &mut self.orders[*at];
                let open = order.left - order.allotted;
                let half = (open / lot).div_ceil(2);
                let lots = [100, 500, 1_000, 2_000, half, open / lot][round];
                for _ in 0..lots {
                    if amount > 0 && order.allotted < order.left {
                        order.allotted += lot;
                        amount -= lot;
                    }
                }
            }
        }
    }

    /// The order whose turn it is, and how much of it.
    fn turn(&self, side: Side, by_size: Option<Side>, price: u64) -> (u64, u64) {
        let market = self.first(|order| order.state == OrderState::Market && order.side == side);
        if let Some(at) = market {
            return (self.orders[at].id, self.orders[at].left);
        }
        if by_size == Some(side) {
            let at = self.first(|order| order.allotted > 0 && order.limit == Some(price)).unwrap();
            return (self.orders[at].id, self.orders[at].allotted);
        }
        let best = self.best(side);
        let at = self
            .first(|order| order.state == OrderState::Resting && order.side == side && order.limit == best)
            .unwrap();
        (self.orders[at].id, self.orders[at].left)
    }

    fn cross(&mut self, buy: u64, sell: u64, price: u64, quantity: u64, steps: &mut Steps) {
        let buyer = self.orders[self.find(buy).unwrap()].clone();
        let seller = self.orders[self.find(sell).unwrap()].clone();
        let (maker, taker) = if buyer.place < seller.place { (buyer, seller) } else { (seller, buyer) };
        let value = price * quantity;
        let fee = (i128::from(value) * i128::from(self.params.fees.auction) / 1_000_000) as i64;
        steps.fills.push(Fill {
            maker: OrderId(maker.id),
            maker_owner: maker.owner,
            taker: OrderId(taker.id),
            taker_owner: taker.owner,
            taker_side: taker.side,
            price: Price(price),
            half: false,
            quantity: Quantity(quantity),
            value,
            maker_left: Quantity(maker.left - quantity),
            maker_fee: fee,
            taker_fee: fee,
        });
        self.note(price, true, quantity, value);
        for id in [buy, sell] {
            let at = self.find(id).unwrap();
            let order = &mut self.orders[at];
            order.left -= quantity;
            order.allotted = order.allotted.saturating_sub(quantity);
            order.shown = order.peak.unwrap_or(u64::MAX).min(order.left);
            if order.left == 0 {
                self.orders.remove(at);
            }
        }
    }
}
