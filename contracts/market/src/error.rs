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
    /// These rules do not fit together: tick, lot size and prices must be above zero, `low` and
    /// `high` multiples of the tick with `low` not above `high`, and not too many ticks apart.
    BadRules = 4,
    /// There are as many listings as there may be.
    TooManyListings = 5,
    /// The price is not a multiple of the listing's tick.
    OffTick = 6,
    /// The price lies outside the listing's lowest and highest price.
    OutsideBand = 7,
    /// The quantity is zero, not a multiple of the listing's lot size, or larger than an order may be.
    OffLot = 8,
    /// A sale needs the lot that it sells from.
    LotMissing = 9,
    /// A purchase takes no lot.
    LotNotNeeded = 10,
    /// The register has no such lot, or nothing is left of it.
    NoLot = 11,
    /// The lot belongs to another than the order's owner.
    NotOwnersLot = 12,
    /// The lot is of another class than the listing's.
    WrongClass = 13,
    /// Price times quantity is more than an amount can be.
    TooLarge = 14,
    /// The order would trade with one of its owner's own; cancel that one first, or change the price.
    SelfTrade = 15,
    /// No order of this id rests in this listing: it never did, or was filled or cancelled.
    NoOrder = 16,
    /// The book holds as many orders as it may; try again when some are gone.
    BookFull = 17,
    /// Orders here are good till cancelled, immediate or cancel, or fill or kill.
    NoSuchTime = 18,
    /// The book takes no such order now.
    NotNow = 19,
    /// The book takes no such order.
    BadOrder = 20,
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
            BookError::OffTick => Error::OffTick,
            BookError::OutsideBand => Error::OutsideBand,
            BookError::OffLot => Error::OffLot,
            BookError::NoOrder => Error::NoOrder,
            BookError::Full => Error::BookFull,
            BookError::TooManyBooks => Error::TooManyListings,
            BookError::Uncrossing | BookError::WrongPhase | BookError::Crossed => Error::NotNow,
            BookError::WrongMode
            | BookError::BadOrder
            | BookError::NoPrice
            | BookError::OutsideCollar
            | BookError::TooManyOrders
            | BookError::WouldTrade => Error::BadOrder,
        }
    }
}
