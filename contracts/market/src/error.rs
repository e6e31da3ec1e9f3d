//! What the contract refuses, with the order book's own refusals among it.

use sillok_sdk::prelude::*;

/// What the contract refuses.
#[error]
pub enum Error {
    /// There is no listing of this id.
    NoListing = 1,
    /// The register has no such class of shares.
    NoClass = 2,
    /// This class is already listed in this currency.
    AlreadyListed = 3,
    /// These rules do not fit together: ticks, lot, prices, guards or fees.
    BadRules = 4,
    /// There are as many listings as there may be.
    TooManyListings = 5,
    /// The price is not on a tick.
    OffTick = 6,
    /// The price lies outside the day's band.
    OutsideBand = 7,
    /// The quantity is zero, not a multiple of the listing's lot size, or larger than an order may be.
    OffLot = 8,
    /// A sale needs the lot that it sells from.
    LotMissing = 9,
    /// A purchase takes no lot.
    LotNotNeeded = 10,
    /// A sale takes no cash.
    CashNotNeeded = 11,
    /// The lot belongs to another than the order's owner.
    NotOwnersLot = 12,
    /// The lot is of another class than the listing's.
    WrongClass = 13,
    /// Price times quantity is more than an amount can be.
    TooLarge = 14,
    /// An order has to say what is cancelled when it meets one of its owner's own, and nobody takes an
    /// offer of one's own.
    SelfTrade = 15,
    /// No order of this id and owner rests in this listing: it never did, or was filled or cancelled.
    NoOrder = 16,
    /// The book holds as many orders as it may; try again when some are gone.
    BookFull = 17,
    /// The owner has as many orders in this book as one may.
    TooManyOrders = 18,
    /// The book takes no such order in this phase of its day.
    NotNow = 19,
    /// What the order asks for contradicts itself, or this can't be changed of it.
    BadOrder = 20,
    /// The book does not match orders of this kind.
    WrongMode = 21,
    /// There is no price that the order could take over.
    NoPrice = 22,
    /// The price is too far from the market.
    OutsideCollar = 23,
    /// A post-only order would trade.
    WouldTrade = 24,
    /// The order may cost more than the cash that was put in for it, fees included.
    CashTooLow = 25,
    /// Fewer shares of the lot were put in than are to be sold.
    SharesTooFew = 26,
    /// The order is above what the listing allows one investor.
    OverLimit = 27,
    /// The listing is halted, suspended or delisted.
    NotTrading = 28,
    /// The timetable is not one: minutes of a day that rise, from a phase that may begin a day to the
    /// close, on at least one day of the week.
    BadTimetable = 29,
    /// The rate is above ten percent.
    BadRate = 30,
    /// A rate can only be set for days to come.
    DateNotAhead = 31,
    /// One call does at most 32 operations, with shares of at most 32 lots.
    TooManyOperations = 32,
    /// There is no negotiation of this id.
    NoTalk = 33,
    /// Only the seller or the buyer may do this.
    NotParty = 34,
    /// The negotiation is over, or not as far as that.
    TalkNotSo = 35,
    /// The other party has made another proposal since.
    RoundPassed = 36,
    /// It is the other party's turn.
    NotYourTurn = 37,
    /// The proposal's quantity or price is zero, or seller and buyer are the same.
    BadProposal = 38,
    /// The time has come already, or lies more than 366 days ahead.
    BadExpiry = 39,
    /// A title is missing or has more than 200 bytes.
    BadTitle = 40,
}

/// The listings' terms are the only index of which no two may be the same.
impl From<Duplicate> for Error {
    fn from(_: Duplicate) -> Self {
        Error::AlreadyListed
    }
}

impl From<BookError> for Error {
    fn from(error: BookError) -> Self {
        match error {
            // Only ids of this contract's own listings reach the book.
            BookError::NoBook | BookError::NotOwner => Error::NoListing,
            BookError::BadParams => Error::BadRules,
            BookError::TooManyBooks => Error::TooManyListings,
            BookError::NoOrder => Error::NoOrder,
            BookError::Uncrossing | BookError::WrongPhase | BookError::Crossed => Error::NotNow,
            BookError::WrongMode => Error::WrongMode,
            BookError::BadOrder => Error::BadOrder,
            BookError::OffTick => Error::OffTick,
            BookError::OutsideBand => Error::OutsideBand,
            BookError::OffLot => Error::OffLot,
            BookError::NoPrice => Error::NoPrice,
            BookError::OutsideCollar => Error::OutsideCollar,
            BookError::TooManyOrders => Error::TooManyOrders,
            BookError::Full => Error::BookFull,
            BookError::WouldTrade => Error::WouldTrade,
        }
    }
}
