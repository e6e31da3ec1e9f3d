//! What the contract tells the world.

use sillok_sdk::prelude::*;

use crate::order::Incoming;
use crate::{PlacedOrder, Trade};

/// A class of shares was listed.
#[event]
pub struct Listed {
    /// The listing.
    pub listing: u64,
    /// The company's register.
    pub register: ContractId,
    /// The class of shares.
    pub class: u32,
    /// The cash contract.
    pub cash: ContractId,
}

/// An order was placed. Its fills are told before it, one `Traded` each.
#[event]
pub struct OrderPlaced {
    /// The listing.
    pub listing: u64,
    /// Whose order it is.
    pub owner: Account,
    /// Buy or sell.
    pub side: Side,
    /// The limit price of one share.
    pub price: u64,
    /// How many shares were ordered.
    pub quantity: u64,
    /// What it led to.
    pub placed: PlacedOrder,
}

impl OrderPlaced {
    pub(crate) fn of(incoming: &Incoming, placed: PlacedOrder) -> Self {
        let NewOrder { owner, side, quantity, .. } = incoming.order;
        let price = incoming.price;
        let listing = incoming.listing.id;
        OrderPlaced { listing, owner, side, price: price.0, quantity: quantity.0, placed }
    }
}

/// Two orders met, and shares and cash changed hands.
#[event]
pub struct Traded {
    /// The listing.
    pub listing: u64,
    /// The trade.
    pub trade: Trade,
}

/// An owner cancelled a resting order.
#[event]
pub struct OrderCancelled {
    /// The listing.
    pub listing: u64,
    /// The order.
    pub order: u64,
    /// Whose order it was.
    pub owner: Account,
    /// How many shares were left of it.
    pub quantity: u64,
}
