//! What the order book answers.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};

use super::{OrderId, OrderView, Phase, Price, Quantity, Side};
use crate::Account;

/// One match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Fill {
    /// The order that was there first.
    pub maker: OrderId,
    /// Its owner.
    pub maker_owner: Account,
    /// The order that came later: the one placed, one that it triggered, or in an auction the younger.
    pub taker: OrderId,
    /// Its owner.
    pub taker_owner: Account,
    /// Its side.
    pub taker_side: Side,
    /// The price; of a match halfway between two prices, rounded down.
    pub price: Price,
    /// Whether half a unit comes on top of the price.
    pub half: bool,
    /// How many shares.
    pub quantity: Quantity,
    /// What they cost together: (2 × price + half) × quantity / 2, rounded down.
    pub value: u64,
    /// What is left of the maker, hidden or not; at zero it has left the book.
    pub maker_left: Quantity,
    /// What the maker owes, or gets if it is negative.
    pub maker_fee: i64,
    /// What the taker owes, or gets if it is negative.
    pub taker_fee: i64,
}

/// Why an order, or a part of one, left a book without trading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum Removal {
    /// Its owner's contract cancelled or reduced it.
    Cancelled,
    /// It met an order of its own.
    SelfTrade,
    /// Its time had come.
    Expired,
    /// The book closed, and it was for the day.
    DayEnded,
    /// It was to trade at once, or could not rest: what was left had nobody to trade with.
    Unfilled,
    /// The call's bound of steps was reached while it could still trade.
    StepLimit,
    /// It lay outside the band that was set.
    OutsideBand,
}

/// A part of an order that left the book without trading. It is not the order of the call itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Removed {
    /// The order.
    pub order: OrderId,
    /// Whose it is.
    pub owner: Account,
    /// Buy or sell.
    pub side: Side,
    /// The worst price at which it might have traded.
    pub price: Price,
    /// How many shares were taken out.
    pub quantity: Quantity,
    /// What is left of it; at zero it has left the book.
    pub left: Quantity,
    /// Why.
    pub reason: Removal,
}

/// What placing an order led to. Of its own fills, `quantity = Σ fills + resting + cancelled`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Placed {
    /// The new order's id.
    pub order: OrderId,
    /// The matches, its own and those of the orders that it set in motion, in the order in which they
    /// happened. The taker of its own is `order`, unless it met a midpoint order as the older one.
    pub fills: Vec<Fill>,
    /// Other orders that left the book, wholly or in part.
    pub removed: Vec<Removed>,
    /// What of it is in the book, resting or waiting.
    pub resting: Quantity,
    /// What of it was cancelled.
    pub cancelled: Quantity,
    /// Why, if anything was.
    pub reason: Option<Removal>,
    /// Where the book stands now: an order can interrupt trading.
    pub phase: Phase,
}

/// What amending an order led to. `resting + Σ fills + cancelled` of it is the new quantity.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Amended {
    /// The order as it was.
    pub before: OrderView,
    /// What happened, as if it had been placed.
    pub placed: Placed,
}

/// What a call that takes many orders out did: all that it had to, or as many as it may at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Cancelled {
    /// What was taken out.
    pub removed: Vec<Removed>,
    /// Whether nothing is left to do; otherwise call again.
    pub done: bool,
}

/// What setting a phase did.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct PhaseSet {
    /// Orders that left because of it.
    pub removed: Vec<Removed>,
    /// Whether the phase is set; otherwise call again, as there was more to do than one call may.
    pub done: bool,
}

/// What doing what was due did.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Resumed {
    /// The matches.
    pub fills: Vec<Fill>,
    /// Orders that left without trading.
    pub removed: Vec<Removed>,
    /// Whether nothing is due any more; otherwise call again.
    pub done: bool,
}

/// What reporting a trade led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Reported {
    /// What the shares cost together.
    pub value: u64,
    /// What each side owes, or gets if it is negative: the taker's fee.
    pub fee: i64,
}

/// What a step of an auction did.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Uncrossed {
    /// The price at which everything trades; none if nothing can.
    pub price: Option<Price>,
    /// The matches. The maker is the order that joined its queue first.
    pub fills: Vec<Fill>,
    /// Orders whose time had come.
    pub removed: Vec<Removed>,
    /// Whether the auction is over; otherwise call again.
    pub done: bool,
}

/// What an auction would do now (예상체결).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Auction {
    /// At this price.
    pub price: Price,
    /// So many shares would trade.
    pub volume: Quantity,
    /// What buyers would still want there.
    pub unfilled_buys: Quantity,
    /// What sellers would still offer there.
    pub unfilled_sells: Quantity,
}

/// All resting orders at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Level {
    /// The price.
    pub price: Price,
    /// The sum of the quantities that they show.
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
