//! Where a listing stands within its day.

use sillok_sdk::prelude::*;

use crate::{Error, Market, Status};

/// A listing's day so far.
#[data]
pub struct Today {
    /// Whether the listing trades.
    pub status: Status,
    /// The phase.
    pub phase: Phase,
    /// Until when an interruption lasts.
    pub until: Option<Time>,
    /// The day's base.
    pub reference: u64,
    /// The day's lowest price.
    pub low: u64,
    /// The day's highest price.
    pub high: u64,
    /// The last price, of any day.
    pub last: Option<u64>,
    /// How many fills there were, void ones and negotiated trades included.
    pub trades: u64,
    /// Of how many shares.
    pub volume: u64,
    /// What they cost together.
    pub value: u128,
    /// The first price.
    pub opened: Option<u64>,
    /// The highest price of a trade.
    pub highest: Option<u64>,
    /// The lowest price of a trade.
    pub lowest: Option<u64>,
}

impl Market {
    pub(crate) fn today_of(&self, listing: u64) -> Result<Today, Error> {
        let listed = self.listings.get(&listing).ok_or(Error::NoListing)?;
        let session = books::session(BookId(listing))?;
        let plain = |price: Option<Price>| price.map(|price| price.0);
        Ok(Today {
            status: listed.status,
            phase: session.phase,
            until: session.until,
            reference: session.reference.0,
            low: session.low.0,
            high: session.high.0,
            last: plain(session.last),
            trades: session.tape.trades,
            volume: session.tape.volume,
            value: session.tape.value,
            opened: plain(session.tape.open),
            highest: plain(session.tape.high),
            lowest: plain(session.tape.low),
        })
    }
}
