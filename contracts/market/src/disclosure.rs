//! What a company discloses: documents by their hashes, so that anybody can check the one in hand.

use sillok_sdk::prelude::*;

use crate::event::Disclosed;
use crate::limits::MAX_TITLE;
use crate::{Error, Market};

/// A disclosed document.
#[data]
pub struct Disclosure {
    /// Its number within the listing, from 1.
    pub number: u64,
    /// Its hash.
    pub document: [u8; 32],
    /// What it is.
    pub title: String,
    /// When it was disclosed.
    pub time: Time,
}

impl Market {
    pub(crate) fn enter_disclosure(
        &mut self,
        listing: u64,
        document: [u8; 32],
        title: String,
    ) -> Result<u64, Error> {
        ensure!(!title.is_empty() && title.len() <= MAX_TITLE, Error::BadTitle);
        let last = self.disclosures.keys().prefix(&listing).last();
        let number = last.unwrap_or(0).checked_add(1).ok_or(Error::TooLarge)?;
        let disclosure = Disclosure { number, document, title: title.clone(), time: block_time() };
        self.disclosures.insert(&(listing, number), &disclosure);
        emit(&Disclosed { listing, number, document, title });
        Ok(number)
    }
}
