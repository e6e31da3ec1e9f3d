//! The order book's types, shared by the native module and the contracts that own books.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};

use crate::Account;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode,
            DecodeWithMemTracking,
        )]
        pub struct $name(pub u64);
    };
}

number!(
    /// Identifies a book; dense, from 1.
    BookId
);
number!(
    /// Identifies an order within its book; dense, from 1, in order of arrival, never used twice.
    OrderId
);
number!(
    /// A price of one share in the smallest unit of the currency.
    Price
);
number!(
    /// A number of shares.
    Quantity
);

/// Which way an order trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking)]
pub enum Side {
    /// Buys shares.
    Buy,
    /// Sells shares.
    Sell,
}

/// What becomes of what does not trade at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum TimeInForce {
    /// Good till cancelled: it rests.
    Gtc,
    /// Immediate or cancel: it is cancelled.
    Ioc,
}

/// A book's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct BookParams {
    /// Prices are multiples of this.
    pub tick: Price,
    /// Quantities are multiples of this.
    pub lot: Quantity,
    /// The lowest price accepted; a multiple of the tick, above zero.
    pub low: Price,
    /// The highest price accepted; a multiple of the tick, not below `low`.
    pub high: Price,
}

/// An order to place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct NewOrder {
    /// Whose order it is; the book only keeps it.
    pub owner: Account,
    /// Buy or sell.
    pub side: Side,
    /// The limit price.
    pub price: Price,
    /// How many shares.
    pub quantity: Quantity,
    /// What becomes of the rest.
    pub time_in_force: TimeInForce,
}

/// One match, at the resting order's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Fill {
    /// The resting order.
    pub maker: OrderId,
    /// Its owner.
    pub maker_owner: Account,
    /// The price: the resting order's limit.
    pub price: Price,
    /// How many shares.
    pub quantity: Quantity,
    /// What is left of the resting order; at zero it has left the book.
    pub maker_left: Quantity,
}

/// What placing an order led to. `quantity = Σ fills + resting + cancelled`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Placed {
    /// The new order's id.
    pub order: OrderId,
    /// Its matches, best price first, oldest first within a price.
    pub fills: Vec<Fill>,
    /// What rests in the book.
    pub resting: Quantity,
    /// What was cancelled: the rest of an immediate-or-cancel order, or the rest of any order
    /// that had reached the bound of fills for one call while it could still match.
    pub cancelled: Quantity,
}

/// A resting order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct OrderView {
    /// Its id.
    pub order: OrderId,
    /// Whose it is.
    pub owner: Account,
    /// Buy or sell.
    pub side: Side,
    /// The limit price.
    pub price: Price,
    /// What is left of it.
    pub quantity: Quantity,
}

/// All resting orders at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Level {
    /// The price.
    pub price: Price,
    /// The sum of their quantities.
    pub quantity: Quantity,
    /// How many orders.
    pub orders: u32,
}

/// The best levels of both sides, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Depth {
    /// Buy orders, highest price first.
    pub bids: Vec<Level>,
    /// Sell orders, lowest price first.
    pub asks: Vec<Level>,
}

/// Why the order book refused. When several apply, the one listed first is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum BookError {
    /// No book has this id.
    NoBook,
    /// Only the contract that created the book may change it.
    NotOwner,
    /// Tick, lot or band are zero, disordered, not multiples of each other, or span too many ticks.
    BadParams,
    /// The price is not a multiple of the tick.
    OffTick,
    /// The price lies outside the band.
    OutsideBand,
    /// The quantity is zero, above the largest allowed (2^43), or not a multiple of the lot.
    OffLot,
    /// No resting order has this id.
    NoOrder,
    /// The book holds as many orders as it may.
    Full,
    /// There are as many books as there may be.
    TooManyBooks,
}
