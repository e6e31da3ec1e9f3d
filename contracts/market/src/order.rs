//! Resting orders: what the market keeps of them, and whose they are.

use sillok_sdk::prelude::*;

use crate::{Error, Listing, Market};

/// An order on its way through the market.
pub(crate) struct Incoming {
    /// What it wants to trade.
    pub(crate) listing: Listing,
    /// What the book was given.
    pub(crate) order: NewOrder,
    /// Its limit.
    pub(crate) price: Price,
    /// The lot that a sale sells from.
    pub(crate) lot: Option<u64>,
    /// What the book answered.
    pub(crate) placed: Placed,
}

/// What placing an order led to. The quantity ordered is `filled + resting + cancelled`.
#[data]
#[derive(Copy)]
pub struct PlacedOrder {
    /// The order's id within its listing.
    pub order: u64,
    /// How many shares traded at once.
    pub filled: u64,
    /// What those shares cost together.
    pub traded: u64,
    /// How many shares rest in the book.
    pub resting: u64,
    /// How many shares were cancelled: all that an `Ioc` order could not trade at once, or what was
    /// left when an order had met as many others as one order may.
    pub cancelled: u64,
}

/// What a resting order needs beside what the book knows of it.
#[data]
pub struct OrderRecord {
    /// Whose order it is.
    pub owner: Account,
    /// The lot that a sale sells from.
    pub lot: Option<u64>,
    /// How many shares it was placed for.
    pub quantity: u64,
    /// When it was placed.
    pub placed: Time,
}

/// A resting order.
#[data]
pub struct OpenOrder {
    /// The listing.
    pub listing: u64,
    /// Its id within the listing.
    pub order: u64,
    /// Whose order it is.
    pub owner: Account,
    /// Buy or sell.
    pub side: Side,
    /// The limit price of one share.
    pub price: u64,
    /// How many shares it was placed for.
    pub quantity: u64,
    /// How many of them are left.
    pub remaining: u64,
    /// The lot that a sale sells from.
    pub lot: Option<u64>,
    /// When it was placed.
    pub placed: Time,
}

impl PlacedOrder {
    pub(crate) fn of(placed: &Placed, traded: u64) -> Self {
        PlacedOrder {
            order: placed.order.0,
            filled: placed.fills.iter().map(|fill| fill.quantity.0).sum(),
            traded,
            resting: placed.resting.0,
            cancelled: placed.cancelled.0,
        }
    }
}

impl OpenOrder {
    pub(crate) fn of(listing: u64, record: &OrderRecord, view: &OrderView) -> Self {
        OpenOrder {
            listing,
            order: view.order.0,
            owner: view.owner,
            side: view.side,
            price: view.price.0,
            quantity: record.quantity,
            remaining: view.quantity.0,
            lot: record.lot,
            placed: record.placed,
        }
    }
}

impl Market {
    /// Keeps an order, if any of it rests.
    pub(crate) fn rest(&mut self, incoming: &Incoming) {
        let Incoming { listing, order, lot, placed, .. } = incoming;
        if placed.resting.0 == 0 {
            return;
        }
        let (owner, id) = (order.owner, placed.order.0);
        let record = OrderRecord { owner, lot: *lot, quantity: order.quantity.0, placed: block_time() };
        self.orders.insert(&(listing.id, id), &record);
        self.orders_of.insert(&(owner, listing.id, id));
    }

    /// Forgets an order that has left the book.
    pub(crate) fn forget(&mut self, listing: u64, order: u64) -> Result<(), Error> {
        let record = self.orders.take(&(listing, order)).ok_or(Error::NoOrder)?;
        self.orders_of.remove(&(record.owner, listing, order));
        Ok(())
    }
}
