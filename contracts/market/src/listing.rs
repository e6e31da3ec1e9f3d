//! Listings: which shares trade against which cash, and by what rules.

use sillok_sdk::prelude::*;

use crate::{Error, Market};

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

impl Market {
    /// Stores a listing under its id, its number and what it trades.
    pub(crate) fn add_listing(&mut self, listing: &Listing) -> Result<(), Error> {
        let Listing { id, register, class, cash, .. } = *listing;
        let number = self.listing_count.get_or_default();
        self.listing_count.set(&number.checked_add(1).ok_or(Error::TooManyListings)?);
        self.listing_at.insert(&number, &id);
        self.listing_of.insert(&(register, class, cash), &id);
        self.listings.insert(&id, listing);
        Ok(())
    }
}
