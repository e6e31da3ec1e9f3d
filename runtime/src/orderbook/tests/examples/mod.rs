//! Worked examples of the rules of KRX and K-OTC, and of what each kind of order does.

mod markets;
mod orders;

use sillok_abi::{
    Account, BookParams, NewOrder, OrderKind, OrderState, Phase, Placed, Price, Quantity, Side, ticks,
};

use super::basics::{MARKET, Market};

pub(super) fn account(number: u8) -> Account {
    Account::Key([number; 32])
}

/// An order of an account of its own for each side, so that orders of two sides are never of one owner.
pub(super) fn order(side: Side, kind: OrderKind, quantity: u64) -> NewOrder {
    let owner = account(if side == Side::Buy { 1 } else { 2 });
    NewOrder { kind, ..NewOrder::limit(owner, side, Price(0), Quantity(quantity)) }
}

pub(super) fn limit(side: Side, price: u64, quantity: u64) -> NewOrder {
    order(side, OrderKind::Limit { price: Price(price) }, quantity)
}

pub(super) fn buy(price: u64, quantity: u64) -> NewOrder {
    limit(Side::Buy, price, quantity)
}

pub(super) fn sell(price: u64, quantity: u64) -> NewOrder {
    limit(Side::Sell, price, quantity)
}

/// Rules as of KRX and K-OTC: their ticks, and ±30 % around a base.
pub(super) fn korean(base: u64) -> BookParams {
    let params = BookParams { ticks: ticks::krx_2023(), ..BookParams::simple(1, 1, base, base) };
    let (low, high) = params.band(Price(base), 3_000);
    BookParams { low, high, reference: Price(base), ..params }
}

impl Market {
    pub(super) fn turn(&mut self, phase: Phase) {
        let set = self.books.set_phase(MARKET, self.book, phase, None, 64).unwrap().unwrap();
        assert!(set.done, "{phase:?}");
    }

    /// Prices and quantities of what an order meets.
    pub(super) fn trades(&mut self, order: NewOrder) -> Vec<(u64, u64)> {
        trades(&self.place(order))
    }

    pub(super) fn uncross(&mut self) -> (Option<u64>, Vec<(u64, u64, u64)>) {
        let (mut fills, mut price) = (Vec::new(), None);
        loop {
            // Few steps at a time, as a contract would take them.
            let step = self.books.uncross(MARKET, self.book, 2).unwrap().unwrap();
            price = price.or(step.price.map(|price| price.0));
            fills.extend(
                step.fills.iter().map(|fill| (fill.maker.number(), fill.taker.number(), fill.quantity.0)),
            );
            if step.done {
                return (price, fills);
            }
        }
    }

    pub(super) fn state_of(&mut self, order: usize) -> Option<(OrderState, u64, u64)> {
        let order = self.id(order);
        let view = self.books.order(self.book, order).unwrap().ok()?;
        Some((view.state, view.price.0, view.quantity.0))
    }

    /// Prices and shown quantities of a side.
    pub(super) fn side(&mut self, side: Side) -> Vec<(u64, u64)> {
        let depth = self.books.depth(self.book, 100).unwrap().unwrap();
        let levels = if side == Side::Buy { depth.bids } else { depth.asks };
        levels.iter().map(|level| (level.price.0, level.quantity.0)).collect()
    }
}

pub(super) fn trades(placed: &Placed) -> Vec<(u64, u64)> {
    placed.fills.iter().map(|fill| (fill.price.0, fill.quantity.0)).collect()
}
