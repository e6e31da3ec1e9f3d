//! A finding: what was seen, of whom, where, and by which figures.

use codec::{Decode, Encode};
use serde_json::{Map, Value, json};
use sillok_abi::{Account, Time};

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(crate) enum Kind {
    /// Both sides of a trade, or of one that was void, belong to the same.
    SelfDealing,
    /// Two accounts sell each other the same shares.
    BackAndForth,
    /// Large orders that were cancelled around trades on the other side.
    Spoofing,
    /// A price far from those before it.
    PriceJump,
    /// Somebody has much of a day's trading.
    Concentration,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Kind; 5] =
        [Kind::SelfDealing, Kind::BackAndForth, Kind::Spoofing, Kind::PriceJump, Kind::Concentration];

    /// Its name, as it is asked for and answered.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::SelfDealing => "self-dealing",
            Kind::BackAndForth => "back-and-forth",
            Kind::Spoofing => "spoofing",
            Kind::PriceJump => "price-jump",
            Kind::Concentration => "concentration",
        }
    }
}

/// What somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Finding {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// What was seen.
    pub(crate) kind: Kind,
    /// In which listing.
    pub(crate) listing: u64,
    /// The block that made it a finding, and its time.
    pub(crate) height: u64,
    /// The block's time.
    pub(crate) time: Time,
    /// Of whom.
    pub(crate) accounts: Vec<Account>,
    /// The orders of it.
    pub(crate) orders: Vec<u64>,
    /// The trades of it.
    pub(crate) trades: Vec<u64>,
    /// The blocks of orders and trades, lowest first.
    pub(crate) heights: Vec<u64>,
    /// What was measured, and what it was measured against.
    pub(crate) figures: Vec<(String, u64)>,
}

impl Finding {
    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let accounts: Vec<String> = self.accounts.iter().map(Account::to_string).collect();
        let figures: Map<String, Value> =
            self.figures.iter().map(|(name, figure)| (name.clone(), Value::from(*figure))).collect();
        json!({
            "number": self.number, "kind": self.kind.name(), "market": self.listing, "height": self.height,
            "time": self.time.to_string(), "accounts": accounts, "orders": self.orders, "trades": self.trades,
            "heights": self.heights, "figures": figures,
        })
    }
}
