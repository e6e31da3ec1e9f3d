//! What the market answers, as far as the command line uses it.

use serde::Deserialize;

/// A class of shares that is traded in a currency.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Listing {
    pub(super) id: u64,
    pub(super) register: String,
    pub(super) class: u32,
    pub(super) cash: String,
    pub(super) lot: u64,
    pub(super) low: u64,
    pub(super) high: u64,
    pub(super) status: String,
}

/// The step between prices from one on.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct TickZone {
    pub(super) from: u64,
    pub(super) tick: u64,
}

/// What placing an order led to.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct PlacedOrder {
    pub(super) order: u64,
    pub(super) filled: u64,
    pub(super) traded: u64,
    pub(super) void: u64,
    pub(super) resting: u64,
    pub(super) cancelled: u64,
}

/// A resting order.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct OpenOrder {
    pub(super) listing: u64,
    pub(super) order: u64,
    pub(super) owner: String,
    pub(super) side: String,
    pub(super) price: u64,
    pub(super) quantity: u64,
    pub(super) remaining: u64,
    pub(super) held: u64,
    pub(super) lot: Option<u64>,
    pub(super) placed: String,
}

/// All resting orders at one price.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Level {
    pub(super) price: u64,
    pub(super) quantity: u64,
    pub(super) orders: u32,
}

/// The best levels of both sides, best first.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Depth {
    pub(super) bids: Vec<Level>,
    pub(super) asks: Vec<Level>,
}

/// A trade.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Trade {
    pub(super) number: u64,
    pub(super) price: u64,
    pub(super) quantity: u64,
    pub(super) buyer: String,
    pub(super) seller: String,
    pub(super) taker: String,
    pub(super) lot: u64,
    pub(super) time: String,
}

/// Where a listing stands within its day.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Today {
    pub(super) status: String,
    pub(super) phase: String,
    pub(super) reference: u64,
    pub(super) low: u64,
    pub(super) high: u64,
    pub(super) last: Option<u64>,
    pub(super) trades: u64,
    pub(super) volume: u64,
}

/// How many trades a listing has had.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Tape {
    pub(super) trades: u64,
    pub(super) last_price: Option<u64>,
}
