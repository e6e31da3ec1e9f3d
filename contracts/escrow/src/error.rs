//! What the contract refuses.

use sillok_sdk::prelude::*;

/// What the contract refuses.
#[error]
pub enum Error {
    /// There is no escrow of this id.
    Unknown = 1,
    /// An escrow of exactly these terms was already opened; use another salt.
    AlreadyOpened = 2,
    /// Seller and buyer are the same.
    SameParty = 3,
    /// The number of shares is zero.
    NoShares = 4,
    /// The price is zero.
    NoPrice = 5,
    /// The expiry has passed: nothing more can be deposited, settled or cancelled.
    Expired = 6,
    /// The expiry lies more than 366 days ahead.
    ExpiryTooFar = 7,
    /// The register has no such lot, or nothing is left of it.
    NoLot = 8,
    /// The lot belongs to another than the seller.
    NotSellersLot = 9,
    /// The lot has fewer shares than the escrow is for.
    LotTooSmall = 10,
    /// The escrow has ended: it was settled, cancelled or refunded.
    Ended = 11,
    /// This side's deposit is already in; the other side's is awaited.
    AlreadyDeposited = 12,
    /// Only the seller or the buyer may do this.
    NotParty = 13,
    /// The expiry has not passed yet.
    NotYetExpired = 14,
    /// There are more than four charges, or one is zero, or they leave nothing of the price.
    BadCharges = 15,
}
