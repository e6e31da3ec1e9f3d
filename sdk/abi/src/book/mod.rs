//! The order book's types, shared by the native module and the contracts that own books.
//!
//! What goes in is an `order` or another `action`, by a book's `rules`; what comes out is an `outcome`, or an
//! `error`; what everybody may follow are its `event`s.

mod action;
mod describe;
mod error;
mod event;
mod order;
mod outcome;
mod rules;

pub use action::{BookAction, BookQuery};
pub use error::BookError;
pub use event::BookEvent;
pub use order::{NewOrder, OrderKind, OrderState, OrderView, SelfTrade, TimeInForce};
pub use outcome::{
    Amended, Auction, Cancelled, Depth, Fill, Level, PhaseSet, Placed, Removal, Removed, Reported, Resumed,
    Uncrossed,
};
pub use rules::{BookParams, Collar, Fees, MatchMode, Phase, Session, Tape, TickZone, Volatility, ticks};

use codec::{Decode, DecodeWithMemTracking, Encode};

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
    /// Identifies an order within its book: its [number](OrderId::number) and, in the lowest 20 bits, where the book
    /// has it. A later order has a higher id; none is used twice.
    OrderId
);

impl OrderId {
    /// How many of an id's lowest bits say where the book has the order, instead of its number.
    pub const SLOT_BITS: u32 = 20;

    /// The order's number within its book: dense, from 1, in order of arrival.
    pub const fn number(self) -> u64 {
        self.0 >> OrderId::SLOT_BITS
    }
}

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

impl Side {
    /// The side that this one trades with.
    #[inline]
    pub fn other(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }
}
