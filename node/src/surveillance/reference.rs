//! What shares of a listing cost lately, kept as a running sum: a market has many trades, and each is compared.

use std::collections::VecDeque;

use codec::{Decode, Encode};
use sillok_abi::Time;

use super::limits::TRADES;
use super::watch::Past;

/// A trade, as far as prices go.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Priced {
    time: Time,
    value: u64,
    shares: u64,
}

/// The last trades that count for the price to compare with, and their sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Reference {
    trades: VecDeque<Priced>,
    value: u128,
    shares: u128,
    last_price: Option<u64>,
}

impl Reference {
    /// Takes a trade in, and lets go of the oldest of too many. What was negotiated is nobody's last price.
    pub(super) fn add(&mut self, past: &Past) {
        if past.orders == (0, 0) {
            return;
        }
        if self.trades.len() == TRADES {
            self.forget_oldest();
        }
        self.value += u128::from(past.value);
        self.shares += u128::from(past.quantity);
        self.last_price = Some(past.price);
        self.trades.push_back(Priced { time: past.at.time, value: past.value, shares: past.quantity });
    }

    /// What shares have cost on average since a time, or the last price. Trades before that time do not count
    /// from now on.
    pub(super) fn price(&mut self, since: Time) -> Option<u64> {
        while self.trades.front().is_some_and(|oldest| oldest.time < since) {
            self.forget_oldest();
        }
        let average = self.value.checked_div(self.shares);
        average.and_then(|average| u64::try_from(average).ok()).or(self.last_price)
    }

    fn forget_oldest(&mut self) {
        let Some(Priced { value, shares, .. }) = self.trades.pop_front() else { return };
        self.value -= u128::from(value);
        self.shares -= u128::from(shares);
    }
}
