//! Trades: the public record of what was settled.

use sillok_sdk::prelude::*;

use crate::Error;

/// A settled fill.
#[data]
pub struct Trade {
    /// Its number within the listing, from 1.
    pub number: u64,
    /// The price of one share.
    pub price: u64,
    /// How many shares.
    pub quantity: u64,
    /// Who has the shares now.
    pub buyer: Account,
    /// Who has the cash now.
    pub seller: Account,
    /// The buyer's order.
    pub buy_order: u64,
    /// The seller's order.
    pub sell_order: u64,
    /// Which side came last and met the resting order.
    pub taker: Side,
    /// The buyer's new lot.
    pub lot: u64,
    /// When it was settled.
    pub time: Time,
}

/// How a listing's trading stands.
#[data]
#[derive(Default)]
pub struct Tape {
    /// How many trades there have been.
    pub trades: u64,
    /// The last price; none before the first trade.
    pub last_price: Option<u64>,
}

impl Tape {
    /// Notes a trade at `price` and returns its number.
    pub(crate) fn next(&mut self, price: u64) -> Result<u64, Error> {
        self.trades = self.trades.checked_add(1).ok_or(Error::TooLarge)?;
        self.last_price = Some(price);
        Ok(self.trades)
    }
}

/// Two orders that met: which of them is whose.
pub(crate) struct Match<'a> {
    pub(crate) fill: &'a Fill,
    pub(crate) taker: Side,
    pub(crate) buyer: Account,
    pub(crate) buy_order: u64,
    pub(crate) seller: Account,
    pub(crate) sell_order: u64,
}

impl<'a> Match<'a> {
    /// Of `order`, which came last, and the resting one that it met.
    pub(crate) fn of(order: &NewOrder, id: OrderId, fill: &'a Fill) -> Self {
        let (new, resting) = ((order.owner, id.0), (fill.maker_owner, fill.maker.0));
        let ((buyer, buy_order), (seller, sell_order)) = match order.side {
            Side::Buy => (new, resting),
            Side::Sell => (resting, new),
        };
        Match { fill, taker: order.side, buyer, buy_order, seller, sell_order }
    }

    /// The record of it, once it is settled.
    pub(crate) fn settled(&self, number: u64, lot: u64) -> Trade {
        Trade {
            number,
            price: self.fill.price.0,
            quantity: self.fill.quantity.0,
            buyer: self.buyer,
            seller: self.seller,
            buy_order: self.buy_order,
            sell_order: self.sell_order,
            taker: self.taker,
            lot,
            time: block_time(),
        }
    }
}
