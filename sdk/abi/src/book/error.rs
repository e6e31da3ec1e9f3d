//! Why the order book refuses.

use codec::{Decode, DecodeWithMemTracking, Encode};

/// Why the order book refused. When several apply, the one listed first is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum BookError {
    /// No book has this id.
    NoBook,
    /// Only the contract that created the book may change it.
    NotOwner,
    /// The rules make no sense: ticks, lot, prices, guards or fees.
    BadParams,
    /// There are as many books as there may be.
    TooManyBooks,
    /// No order in the book has this id.
    NoOrder,
    /// An auction has begun and is not over: only its next step is possible.
    Uncrossing,
    /// Not in this phase, or not this kind of order in it.
    WrongPhase,
    /// Not in this book's way of matching.
    WrongMode,
    /// What the order asks for contradicts itself, or this can't be changed of it.
    BadOrder,
    /// The price is not on a tick.
    OffTick,
    /// The price lies outside the band.
    OutsideBand,
    /// The quantity is zero, above the largest allowed, or not a multiple of the lot.
    OffLot,
    /// There is no price that the order could take over.
    NoPrice,
    /// The price is too far from the market.
    OutsideCollar,
    /// The owner has as many orders in the book as one may.
    TooManyOrders,
    /// The book holds as many orders as it may, or has given out all its numbers.
    Full,
    /// A post-only order would trade.
    WouldTrade,
    /// Orders that could trade would be left behind: an auction has to come first.
    Crossed,
}
