//! The thresholds. Shares of something are in percent, distances between prices in hundredths of a percent.

use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// What surveillance looks for, and from where on it is a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Whether blocks are followed at all.
    pub(crate) enabled: bool,
    /// Accounts that belong together, beside those that DIDs and their keys tell of: lists of addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) groups: Vec<Vec<String>>,
    /// Trades of somebody with themselves, and back and forth.
    pub(crate) wash: Wash,
    /// Large orders that are there to be seen.
    pub(crate) spoofing: Spoofing,
    /// Prices that move too far.
    pub(crate) jump: Jump,
    /// Who has too much of the trading.
    pub(crate) concentration: Concentration,
}

/// From where on trading back and forth between two is a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wash {
    /// Of trades within so many seconds…
    pub(crate) window_s: u64,
    /// … at least so many each way…
    pub(crate) trades: u32,
    /// … of which the smaller way has at least this share of the other's shares, in percent…
    pub(crate) returned: u32,
    /// … and which are at least this share of what either of them traded, in shares and in trades, in percent.
    pub(crate) of_own: u32,
}

/// From where on cancelled orders are a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Spoofing {
    /// An order is large if it is so many times the average of the last ones.
    pub(crate) times_average: u32,
    /// It was cancelled within so many seconds…
    pub(crate) life_s: u64,
    /// … with at most this share of it filled, in percent…
    pub(crate) filled: u32,
    /// … and its owner traded on the other side while it was there, or within so many seconds of its end.
    pub(crate) after_s: u64,
    /// So many of these…
    pub(crate) repeats: u32,
    /// … within so many seconds are a finding.
    pub(crate) window_s: u64,
}

/// From where on a price is a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Jump {
    /// The reference is what shares cost on average within so many seconds; the last price if nothing traded.
    pub(crate) window_s: u64,
    /// A trade so far from it is a finding, in hundredths of a percent.
    pub(crate) distance: u32,
}

/// From where on a part in a day's trading is a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Concentration {
    /// Once a listing has had so many trades in a day, in Korea…
    pub(crate) trades: u64,
    /// … who bought or sold at least this share of the day's shares, in percent.
    pub(crate) share: u32,
    /// Who holds at least this share of a class, in percent, is marked where holdings are shown.
    pub(crate) of_class: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            enabled: true,
            groups: Vec::new(),
            wash: Wash::default(),
            spoofing: Spoofing::default(),
            jump: Jump::default(),
            concentration: Concentration::default(),
        }
    }
}

impl Default for Wash {
    fn default() -> Self {
        Wash { window_s: 3_600, trades: 3, returned: 80, of_own: 60 }
    }
}

impl Default for Spoofing {
    fn default() -> Self {
        Spoofing { times_average: 5, life_s: 60, filled: 10, after_s: 10, repeats: 3, window_s: 1_800 }
    }
}

impl Default for Jump {
    fn default() -> Self {
        Jump { window_s: 600, distance: 1_000 }
    }
}

impl Default for Concentration {
    fn default() -> Self {
        Concentration { trades: 100, share: 50, of_class: 5 }
    }
}
