//! Listings: which shares trade against which cash, and by what rules.

use sillok_sdk::prelude::*;

/// A class of shares that is traded in a currency.
#[data]
pub struct Listing {
    /// Its id, which is also its book's.
    pub id: u64,
    /// The company's register.
    pub register: ContractId,
    /// The class of shares.
    pub class: u32,
    /// The cash contract.
    pub cash: ContractId,
    /// Prices are multiples of this.
    pub tick: u64,
    /// Quantities are multiples of this.
    pub lot: u64,
    /// The lowest price accepted.
    pub low: u64,
    /// The highest price accepted.
    pub high: u64,
    /// When it was listed.
    pub listed: Time,
}

/// What listings are found by.
#[indexes]
pub trait ListingIndexes {
    /// The listing of a register's class in a currency.
    #[unique]
    fn by_terms(listing: &Listing) -> (ContractId, u32, ContractId) {
        (listing.register, listing.class, listing.cash)
    }
}
