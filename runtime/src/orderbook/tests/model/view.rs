//! What can be seen of the model.

use sillok_abi::{
    Account, Depth, Level, OrderId, OrderState, OrderView, Price, Quantity, Session, Side, Time,
};

use super::{Model, ModelOrder};

impl Model {
    pub(in super::super) fn view(&self, order: &ModelOrder) -> OrderView {
        let worst = if order.side == Side::Buy { self.params.high } else { self.params.low };
        let limited = matches!(order.state, OrderState::Resting | OrderState::Stop);
        let seen = order.state == OrderState::Resting;
        OrderView {
            order: OrderId(order.id),
            owner: order.owner,
            side: order.side,
            price: order.limit.filter(|_| limited).map_or(worst, Price),
            quantity: Quantity(order.left),
            shown: Quantity(if seen { order.shown } else { 0 }),
            state: order.state,
            time_in_force: order.time,
        }
    }

    pub(in super::super) fn views_of(&self, owner: Account) -> Vec<OrderView> {
        let mut views: Vec<OrderView> =
            self.orders.iter().filter(|order| order.owner == owner).map(|order| self.view(order)).collect();
        views.sort_by_key(|view| view.order);
        views
    }

    /// The visible queue of a side: price, id and shown quantity, in the order in which they would trade.
    pub(in super::super) fn queue(&self, side: Side) -> Vec<(u64, u64, u64)> {
        let seen = |order: &&ModelOrder| order.state == OrderState::Resting && order.side == side;
        let mut orders: Vec<&ModelOrder> = self.orders.iter().filter(seen).collect();
        orders.sort_by_key(|order| {
            let price = order.limit.unwrap() as i128;
            (if side == Side::Buy { -price } else { price }, order.place)
        });
        orders.iter().map(|order| (order.limit.unwrap(), order.id, order.shown)).collect()
    }

    pub(in super::super) fn depth(&self) -> Depth {
        let side = |side| {
            let mut levels: Vec<Level> = Vec::new();
            for (price, _, shown) in self.queue(side) {
                match levels.last_mut().filter(|level| level.price.0 == price) {
                    Some(level) => {
                        level.quantity.0 += shown;
                        level.orders += 1;
                    }
                    None => {
                        levels.push(Level { price: Price(price), quantity: Quantity(shown), orders: 1 });
                    }
                }
            }
            levels
        };
        Depth { bids: side(Side::Buy), asks: side(Side::Sell) }
    }

    pub(in super::super) fn session(&self) -> Session {
        Session {
            phase: self.phase,
            until: self.until.map(Time),
            low: Price(self.low),
            high: Price(self.high),
            reference: Price(self.reference),
            last: self.last.map(Price),
            auction: self.auction.map(Price),
            tape: self.tape,
        }
    }
}
