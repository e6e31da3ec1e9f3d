//! The market: registered shares traded against cash on the chain's own order book.
//!
//! Every order is covered when it is placed: a sale's shares are locked in their register, a
//! purchase's money is held in its cash contract, both for this contract. The order book matches by
//! price, then time, at the resting order's price; each fill is settled at once, in the transaction
//! that made it. What an order no longer needs goes back in that transaction too, so at any time
//!
//! - the cash held for the market is the sum over resting purchases of price × what is left, and
//! - the shares locked for the market are the sum over resting sales of what is left.
//!
//! What is left of an order is known to the book alone and kept nowhere else.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![warn(clippy::arithmetic_side_effects)]

use sillok_interfaces::RegisterRef;
use sillok_sdk::prelude::*;

mod cover;
mod error;
mod event;
mod listing;
mod order;
mod settle;
mod trade;

use order::Incoming;

pub use error::Error;
pub use event::{Listed, OrderCancelled, OrderPlaced, Traded};
pub use listing::{Listing, ListingIndexes};
pub use order::{OpenOrder, OrderRecord, PlacedOrder};
pub use trade::{Tape, Trade};

/// The most rows that one query returns.
const MAX_PAGE: u32 = 100;
/// The most levels of each side that `depth` returns.
const MAX_LEVELS: u32 = 100;

/// What the contract keeps.
#[storage]
pub struct Market {
    /// What is traded, by book; books count up in order of arrival.
    listings: Indexed<u64, Listing, ListingIndexes>,
    /// What a resting order needs beside what the book knows, by listing and order.
    orders: Map<(u64, u64), OrderRecord>,
    /// Resting orders by owner, listing and order.
    orders_of: Set<(Account, u64, u64)>,
    /// How many trades a listing has had, and the last price.
    tapes: Map<u64, Tape>,
    /// The trades of each listing, from 1.
    trades: OrderedMap<(u64, u64), Trade>,
}

#[contract]
impl Market {
    /// Lists a class of shares for trading in a currency, once, and returns the listing's id.
    ///
    /// Prices are of one share, in the smallest unit of the currency: multiples of `tick` from `low`
    /// to `high`. Quantities are multiples of `lot`. Authorised by the register's registrar.
    pub fn list(
        &mut self,
        register: ContractId,
        class: u32,
        cash: ContractId,
        tick: u64,
        lot: u64,
        low: u64,
        high: u64,
    ) -> Result<u64, Error> {
        let company = RegisterRef::at(register);
        require_auth(&company.registrar());
        ensure!(company.class(class).is_some(), Error::NoClass);
        ensure!(!self.listings.by_terms().contains(&(register, class, cash)), Error::AlreadyListed);
        let rules = BookParams::simple(tick, lot, low, high);
        let id = books::create(&rules)?.0;
        let listing = Listing { id, register, class, cash, tick, lot, low, high, listed: block_time() };
        self.listings.insert(&id, &listing)?;
        emit(&Listed { listing: id, register, class, cash });
        Ok(id)
    }

    /// Places an order at a limit price of one share and settles what it matches at once.
    ///
    /// A sale names the seller's `lot`, of which the shares are locked; a purchase names none, and
    /// price × quantity is held. Better prices than the limit and what is cancelled are given back
    /// at once. `Gtc` orders rest until they are cancelled, `Ioc` and `Fok` orders never rest. An order that
    /// would meet one of the same owner is refused whole. Authorised by the owner, the register's
    /// `lock` or the cash contract's `hold` included.
    pub fn place(
        &mut self,
        listing: u64,
        owner: Account,
        side: Side,
        price: u64,
        quantity: u64,
        time_in_force: TimeInForce,
        lot: Option<u64>,
    ) -> Result<PlacedOrder, Error> {
        require_auth(&owner);
        let listing = self.listings.get(&listing).ok_or(Error::NoListing)?;
        use TimeInForce::{Fok, Gtc, Ioc};
        ensure!(matches!(time_in_force, Gtc | Ioc | Fok), Error::NoSuchTime);
        let price = Price(price);
        let order = NewOrder { time_in_force, ..NewOrder::limit(owner, side, price, Quantity(quantity)) };
        // The book judges price and quantity first, with the clearest errors. It is safe before the
        // cover is taken, as a refusal of any later step takes the book's change back too.
        let placed = books::place(BookId(listing.id), &order)?;
        ensure!(placed.fills.iter().all(|fill| fill.maker_owner != owner), Error::SelfTrade);
        let incoming = Incoming { listing, order, price, lot, placed };
        cover::take(&incoming)?;
        let traded = self.settle(&incoming)?;
        cover::give_back_unused(&incoming, traded)?;
        self.rest(&incoming);
        let summary = PlacedOrder::of(&incoming.placed, traded);
        emit(&OrderPlaced::of(&incoming, summary));
        Ok(summary)
    }

    /// Cancels a resting order, gives back what covered it, and returns how many shares were left of
    /// it. Authorised by the order's owner.
    pub fn cancel(&mut self, listing: u64, order: u64) -> Result<u64, Error> {
        let record = self.orders.get(&(listing, order)).ok_or(Error::NoOrder)?;
        require_auth(&record.owner);
        let listed = self.listings.get(&listing).ok_or(Error::NoListing)?;
        let left = books::cancel(BookId(listing), OrderId(order))?;
        cover::give_back(&listed, &left, record.lot)?;
        self.forget(listing, order)?;
        let quantity = left.quantity.0;
        emit(&OrderCancelled { listing, order, owner: record.owner, quantity });
        Ok(quantity)
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

    /// A resting order; none if it never rested, or was filled or cancelled.
    pub fn order(&self, listing: u64, order: u64) -> Option<OpenOrder> {
        let record = self.orders.get(&(listing, order))?;
        let view = books::order(BookId(listing), OrderId(order)).ok()?;
        Some(OpenOrder::of(listing, &record, &view))
    }

    /// An owner's resting orders, in no particular order, from the one numbered `from` (they count
    /// from 0); at most 100.
    pub fn orders_of(&self, owner: Account, from: u32, limit: u32) -> Vec<OpenOrder> {
        let orders = self.orders_of.prefix(&owner).skip(from as usize).take(page(limit));
        orders.filter_map(|(listing, order)| self.order(listing, order)).collect()
    }

    /// How many orders of an owner rest.
    pub fn count_of(&self, owner: Account) -> u32 {
        self.orders_of.prefix(&owner).count() as u32
    }

    /// The best levels of both sides, best first; at most 100 of each.
    pub fn depth(&self, listing: u64, levels: u32) -> Result<Depth, Error> {
        ensure!(self.listings.contains(&listing), Error::NoListing);
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
}

fn page(limit: u32) -> usize {
    limit.min(MAX_PAGE) as usize
}
