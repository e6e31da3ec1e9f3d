//! Trades: the public record of what was settled.

use sillok_sdk::prelude::*;

use crate::Error;

/// A settled fill.
#[data]
pub struct Trade {
    /// Its number within the listing, from 1.
    pub number: u64,
    /// The price of one share, rounded down: a trade halfway between two prices costs half a unit more.
    pub price: u64,
    /// How many shares.
    pub quantity: u64,
    /// What they cost together.
    pub value: u64,
    /// Who has the shares now.
    pub buyer: Account,
    /// Who has the cash now.
    pub seller: Account,
    /// The buyer's order; 0 of a negotiated trade.
    pub buy_order: u64,
    /// The seller's order; 0 of a negotiated trade.
    pub sell_order: u64,
    /// Which side came last and met the order that was there.
    pub taker: Side,
    /// The buyer's new lot; 0 of a negotiated trade, of which the escrow knows it.
    pub lot: u64,
    /// What the buyer paid to the market, or got if it is negative.
    pub buyer_fee: i64,
    /// What the seller paid to the market, or got if it is negative.
    pub seller_fee: i64,
    /// The securities transaction tax that was withheld from the seller.
    pub tax: u64,
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
        self.last_price = Some(price);
        self.count()
    }

    /// Notes a trade whose price is no last price, and returns its number.
    pub(crate) fn count(&mut self) -> Result<u64, Error> {
        self.trades = self.trades.checked_add(1).ok_or(Error::TooLarge)?;
        Ok(self.trades)
    }
}

/// One side of a fill.
#[derive(Clone, Copy)]
pub(crate) struct Party {
    pub(crate) order: u64,
    pub(crate) account: Account,
    pub(crate) fee: i64,
}

/// The buyer and the seller of a fill.
pub(crate) fn parties(fill: &Fill) -> (Party, Party) {
    let maker = Party { order: fill.maker.0, account: fill.maker_owner, fee: fill.maker_fee };
    let taker = Party { order: fill.taker.0, account: fill.taker_owner, fee: fill.taker_fee };
    match fill.taker_side {
        Side::Buy => (taker, maker),
        Side::Sell => (maker, taker),
    }
}
