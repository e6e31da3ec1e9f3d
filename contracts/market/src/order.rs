//! Orders: what is asked of the market, and what it keeps of those that are in the book.

use sillok_sdk::abi::{OrderState, SelfTrade};
use sillok_sdk::prelude::*;

use crate::limits::MAX_PAGE;
use crate::{Error, Market};

/// An order to place.
#[data]
pub struct Order {
    /// Buy or sell.
    pub side: Side,
    /// What kind, with its prices.
    pub kind: OrderKind,
    /// How many shares.
    pub quantity: u64,
    /// What becomes of the rest.
    pub time_in_force: TimeInForce,
    /// Refused if anything of it would trade at once.
    pub post_only: bool,
    /// If fewer than these trade at once, it is cancelled whole; zero asks for none.
    pub min_quantity: u64,
    /// What is cancelled when it meets one of its owner's own; not `Allow`.
    pub self_trade: SelfTrade,
    /// The lot that a sale sells from; none for a purchase.
    pub lot: Option<u64>,
}

/// What placing an order led to. The quantity ordered is `filled + void + resting + cancelled`.
#[data]
#[derive(Copy)]
pub struct PlacedOrder {
    /// The order's id within its listing.
    pub order: u64,
    /// How many shares changed hands.
    pub filled: u64,
    /// What those shares cost together, without fees and taxes.
    pub traded: u64,
    /// How many shares met an order with which a trade was not allowed.
    pub void: u64,
    /// How many shares are in the book.
    pub resting: u64,
    /// How many shares were cancelled: what could not trade or rest, or was left when an order had met as
    /// many others as one order may.
    pub cancelled: u64,
}

/// What the market keeps of an order in the book.
#[data]
pub struct OrderRecord {
    /// Whose order it is.
    pub owner: Account,
    /// Buy or sell.
    pub side: Side,
    /// What kind it was placed as.
    pub kind: OrderKind,
    /// The lot that a sale sells from.
    pub lot: Option<u64>,
    /// How many shares it was placed for, or last amended to.
    pub quantity: u64,
    /// How many are left.
    pub left: u64,
    /// The worst price at which a purchase may trade.
    pub worst: u64,
    /// What is held for a purchase.
    pub held: u64,
    /// When it was placed or last amended.
    pub placed: Time,
}

/// An order in the book.
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
    /// What kind it was placed as.
    pub kind: OrderKind,
    /// Where it stands.
    pub state: OrderState,
    /// The limit price of one share now, or the worst price that there is.
    pub price: u64,
    /// How many shares it was placed for, or last amended to.
    pub quantity: u64,
    /// How many of them are left.
    pub remaining: u64,
    /// How many of those are shown.
    pub shown: u64,
    /// Until when it rests.
    pub time_in_force: TimeInForce,
    /// The lot that a sale sells from.
    pub lot: Option<u64>,
    /// What is held for a purchase.
    pub held: u64,
    /// When it was placed or last amended.
    pub placed: Time,
}

impl Order {
    /// As the book takes it.
    pub(crate) fn to_book(&self, owner: Account) -> NewOrder {
        NewOrder {
            owner,
            side: self.side,
            kind: self.kind,
            quantity: Quantity(self.quantity),
            time_in_force: self.time_in_force,
            post_only: self.post_only,
            min_quantity: Quantity(self.min_quantity),
            self_trade: self.self_trade,
            group: 0,
        }
    }

    /// A plain order that takes what rests, at its price.
    pub(crate) fn taking(side: Side, price: u64, quantity: u64, lot: Option<u64>) -> Order {
        Order {
            side,
            kind: OrderKind::Limit { price: Price(price) },
            quantity,
            time_in_force: TimeInForce::Ioc,
            post_only: false,
            min_quantity: 0,
            self_trade: SelfTrade::CancelNewest,
            lot,
        }
    }
}

impl OrderRecord {
    /// The record of an order that comes in.
    pub(crate) fn of(order: &Order, owner: Account) -> Self {
        OrderRecord {
            owner,
            side: order.side,
            kind: order.kind,
            lot: order.lot,
            quantity: order.quantity,
            left: order.quantity,
            worst: 0,
            held: 0,
            placed: block_time(),
        }
    }
}

/// The limit that an order of this kind has for as long as it is in the book, if it has one.
pub(crate) fn fixed_limit(kind: &OrderKind) -> Option<u64> {
    match kind {
        OrderKind::Limit { price }
        | OrderKind::StopLimit { price, .. }
        | OrderKind::Iceberg { price, .. } => Some(price.0),
        // This one loses its limit in the closing call.
        OrderKind::LimitThenMarket { .. } => None,
        OrderKind::Market
        | OrderKind::BestLimit
        | OrderKind::TopLimit
        | OrderKind::Midpoint
        | OrderKind::Stop { .. } => None,
    }
}

impl Market {
    /// An order in the book.
    pub(crate) fn open_order(&self, listing: u64, order: u64) -> Option<OpenOrder> {
        let record = self.orders.get(&(listing, order))?;
        let view = books::order(BookId(listing), OrderId(order)).ok()?;
        Some(OpenOrder {
            listing,
            order,
            owner: record.owner,
            side: record.side,
            kind: record.kind,
            state: view.state,
            price: view.price.0,
            quantity: record.quantity,
            remaining: view.quantity.0,
            shown: view.shown.0,
            time_in_force: view.time_in_force,
            lot: record.lot,
            held: record.held,
            placed: record.placed,
        })
    }

    /// An owner's orders in books, by listing and order: the listing, and the order's id.
    pub(crate) fn waiting(&self, owner: Account) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.traded_in.prefix(&owner).flat_map(move |listing| {
            let mut next = Some(OrderId(0));
            // The book has its pages too.
            let pages = core::iter::from_fn(move || {
                let orders = books::orders_of(BookId(listing), owner, next?, MAX_PAGE).ok()?;
                let is_last = orders.len() < MAX_PAGE as usize;
                next = orders.last().map(|order| order.order).filter(|_| !is_last);
                Some(orders)
            });
            pages.flatten().map(move |view| (listing, view.order.0))
        })
    }

    /// An order of this owner, as it is kept.
    pub(crate) fn own(&self, owner: &Account, listing: u64, order: u64) -> Result<OrderRecord, Error> {
        let record = self.orders.get(&(listing, order)).ok_or(Error::NoOrder)?;
        ensure!(record.owner == *owner, Error::NoOrder);
        Ok(record)
    }
}

/// How many rows a page has that asks for `limit`.
pub(crate) fn page(limit: u32) -> usize {
    limit.min(MAX_PAGE) as usize
}
