//! What can be asked of the market. None of it changes anything.

use sillok_sdk::abi::{Auction, TickZone};
use sillok_sdk::prelude::*;

use crate::limits::MAX_LEVELS;
use crate::order::page;
use crate::{Days, Disclosure, Error, Listing, Market, OpenOrder, Roles, Talk, Tape, TaxRate, Today, Trade};

#[contract(part)]
impl Market {
    /// Who is who.
    pub fn roles(&self) -> Roles {
        self.roles.load()
    }

    /// The rate, in millionths, of a class of the securities transaction tax on a day.
    pub fn tax_rate(&self, class: u32, day: Date) -> u32 {
        self.rate_on(class, day)
    }

    /// All rates of a class of the tax, from the first day after `after` on; at most 100.
    pub fn tax_rates(&self, class: u32, after: Option<Date>, limit: u32) -> Vec<TaxRate> {
        let rates = self.taxes.prefix(&class).after(after.as_ref()).take(page(limit));
        rates.map(|(from, rate)| TaxRate { from, rate }).collect()
    }

    /// A listing: what is traded, and by what rules.
    pub fn listing(&self, id: u64) -> Option<Listing> {
        self.listings.get(&id)
    }

    /// Listings in order of arrival, from the one numbered `from` (they count from 0); at most 100.
    pub fn listings(&self, from: u32, limit: u32) -> Vec<Listing> {
        let listings = self.listings.iter().skip(from as usize).take(page(limit));
        listings.map(|(_, listing)| listing).collect()
    }

    /// The id under which a class of shares is listed in a currency.
    pub fn find(&self, register: ContractId, class: u32, cash: ContractId) -> Option<u64> {
        self.listings.by_terms().key(&(register, class, cash))
    }

    /// The steps between prices of a listing.
    pub fn ticks(&self, listing: u64) -> Result<Vec<TickZone>, Error> {
        Ok(books::params(BookId(listing))?.ticks)
    }

    /// How a listing's days go.
    pub fn days(&self, listing: u64) -> Option<Days> {
        self.days.get(&listing)
    }

    /// Where a listing stands within its day.
    pub fn today(&self, listing: u64) -> Result<Today, Error> {
        self.today_of(listing)
    }

    /// What an auction would do now, if anything could trade.
    pub fn indication(&self, listing: u64) -> Result<Option<Auction>, Error> {
        Ok(books::indication(BookId(listing))?)
    }

    /// The documents of a listing, from the one numbered `from` (they count from 1); at most 100.
    pub fn disclosures(&self, listing: u64, from: u64, limit: u32) -> Vec<Disclosure> {
        let disclosures = self.disclosures.prefix(&listing).range(from..).take(page(limit));
        disclosures.map(|(_, disclosure)| disclosure).collect()
    }

    /// The cash that a purchase at a limit price of one share has to put in.
    pub fn cost(&self, listing: u64, price: u64, quantity: u64) -> Result<u64, Error> {
        self.listings.get(&listing).ok_or(Error::NoListing)?.need(price, quantity)
    }

    /// An order in a book; none if it never rested, or was filled or cancelled.
    pub fn order(&self, listing: u64, order: u64) -> Option<OpenOrder> {
        self.open_order(listing, order)
    }

    /// An owner's orders in books, by listing and order, from the one numbered `from` (they count from 0); at
    /// most 100.
    pub fn orders_of(&self, owner: Account, from: u32, limit: u32) -> Vec<OpenOrder> {
        let orders = self.waiting(owner).skip(from as usize).take(page(limit));
        orders.filter_map(|(listing, order)| self.open_order(listing, order)).collect()
    }

    /// How many orders of an owner are in books.
    pub fn count_of(&self, owner: Account) -> u32 {
        self.waiting(owner).count() as u32
    }

    /// The best levels of both sides, best first; at most 100 of each.
    pub fn depth(&self, listing: u64, levels: u32) -> Result<Depth, Error> {
        Ok(books::depth(BookId(listing), levels.min(MAX_LEVELS))?)
    }

    /// How many trades a listing has had, and the price of the last one.
    pub fn tape(&self, listing: u64) -> Tape {
        self.tapes.get_or_default(&listing)
    }

    /// A listing's trades, oldest first, from number `from` (they count from 1); at most 100.
    pub fn trades(&self, listing: u64, from: u64, limit: u32) -> Vec<Trade> {
        let trades = self.trades.prefix(&listing).range(from..).take(page(limit));
        trades.map(|(_, trade)| trade).collect()
    }

    /// A listing's latest trades, newest first; at most 100.
    pub fn latest_trades(&self, listing: u64, limit: u32) -> Vec<Trade> {
        let trades = self.trades.prefix(&listing).rev().take(page(limit));
        trades.map(|(_, trade)| trade).collect()
    }

    /// A negotiation.
    pub fn talk(&self, id: u64) -> Option<Talk> {
        self.talks.get(&id)
    }

    /// A party's negotiations, oldest first, after the one of this id; at most 100.
    pub fn talks_of(&self, party: Account, after: Option<u64>, limit: u32) -> Vec<Talk> {
        let talks = self.talks_of.prefix(&party).after(after.as_ref()).take(page(limit));
        talks.filter_map(|id| self.talks.get(&id)).collect()
    }
}
