//! What the contract tells the world.

use sillok_sdk::abi::Removal;
use sillok_sdk::prelude::*;

use crate::{PlacedOrder, Proposal, Status, Trade};

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

/// A listing was halted, suspended, delisted, or trades again.
#[event]
pub struct StatusChanged {
    /// The listing.
    pub listing: u64,
    /// What it is now.
    pub status: Status,
    /// The hash of the notice.
    pub document: [u8; 32],
}

/// The company disclosed a document.
#[event]
pub struct Disclosed {
    /// The listing.
    pub listing: u64,
    /// Its number within the listing.
    pub number: u64,
    /// The document's hash.
    pub document: [u8; 32],
    /// What it is.
    pub title: String,
}

/// A rate of the securities transaction tax was entered.
#[event]
pub struct TaxRateEntered {
    /// The class of the table.
    pub class: u32,
    /// The first day.
    pub from: Date,
    /// Millionths of a sale's value.
    pub rate: u32,
}

/// An order was placed or amended. What it led to is told before it.
#[event]
pub struct OrderPlaced {
    /// The listing.
    pub listing: u64,
    /// Whose order it is.
    pub owner: Account,
    /// Buy or sell.
    pub side: Side,
    /// What kind, with its prices.
    pub kind: OrderKind,
    /// How many shares were ordered.
    pub quantity: u64,
    /// Whether it was there before.
    pub amended: bool,
    /// What it led to.
    pub placed: PlacedOrder,
}

/// Two orders met, and shares and cash changed hands.
#[event]
pub struct Traded {
    /// The listing.
    pub listing: u64,
    /// The trade.
    pub trade: Trade,
}

/// Two orders met and could not trade: nothing changed hands, and what covered these shares went back.
#[event]
pub struct FillVoided {
    /// The listing.
    pub listing: u64,
    /// The buyer's order.
    pub buy_order: u64,
    /// The seller's order.
    pub sell_order: u64,
    /// Who would have bought.
    pub buyer: Account,
    /// Who would have sold.
    pub seller: Account,
    /// The price of one share.
    pub price: u64,
    /// How many shares.
    pub quantity: u64,
    /// The register's error that says why; 0 if buyer and seller are the same.
    pub reason: u32,
}

/// An order, or a part of it, left the book without trading, and what covered it went back.
#[event]
pub struct OrderRemoved {
    /// The listing.
    pub listing: u64,
    /// The order.
    pub order: u64,
    /// Whose order it was.
    pub owner: Account,
    /// How many shares left.
    pub quantity: u64,
    /// How many are left in the book.
    pub left: u64,
    /// Why.
    pub reason: Removal,
}

/// A listing's day came to another phase.
#[event]
pub struct PhaseChanged {
    /// The listing.
    pub listing: u64,
    /// The phase.
    pub phase: Phase,
}

/// A new day began, with this band.
#[event]
pub struct DayBegun {
    /// The listing.
    pub listing: u64,
    /// The base.
    pub reference: u64,
    /// The lowest price.
    pub low: u64,
    /// The highest price.
    pub high: u64,
}

/// Somebody made a proposal, the first or another one.
#[event]
pub struct Proposed {
    /// The negotiation.
    pub talk: u64,
    /// The listing.
    pub listing: u64,
    /// Who.
    pub by: Account,
    /// Which proposal this is, from 1.
    pub round: u32,
    /// What.
    pub proposal: Proposal,
}

/// A proposal was accepted: its escrow is open, with the accepting party's side in it.
#[event]
pub struct Agreed {
    /// The negotiation.
    pub talk: u64,
    /// The escrow.
    pub escrow: [u8; 32],
}

/// A negotiation was called off.
#[event]
pub struct TalkEnded {
    /// The negotiation.
    pub talk: u64,
    /// By whom.
    pub by: Account,
}
