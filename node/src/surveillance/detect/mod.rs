//! The patterns, each a function from a listing's part and what happened to a lead, or to nothing.

mod concentration;
mod jump;
mod spoofing;
mod wash;

use sillok_abi::Account;

use super::finding::{Finding, Kind};
use super::watch::Moment;

pub(super) use concentration::concentration;
pub(super) use jump::jump;
pub(super) use spoofing::{after_cancel, cancelled};
pub(super) use wash::{back_and_forth, self_dealing, void};

/// What a finding is made of.
#[derive(Debug)]
pub(super) struct Lead {
    kind: Kind,
    accounts: Vec<Account>,
    orders: Vec<u64>,
    trades: Vec<u64>,
    heights: Vec<u64>,
    figures: Vec<(&'static str, u64)>,
}

impl Lead {
    /// The finding of this number.
    pub(super) fn finding(mut self, number: u64, listing: u64, at: Moment) -> Finding {
        // A negotiated trade has no orders.
        self.orders.retain(|order| *order > 0);
        for list in [&mut self.orders, &mut self.trades, &mut self.heights] {
            list.sort_unstable();
            list.dedup();
        }
        self.accounts.sort_unstable();
        self.accounts.dedup();
        let Lead { kind, accounts, orders, trades, heights, figures } = self;
        let figures = figures.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect();
        let Moment { height, time } = at;
        Finding { number, kind, listing, height, time, accounts, orders, trades, heights, figures }
    }
}
