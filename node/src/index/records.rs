//! What the index stores, in SCALE.

use codec::{Decode, Encode};
use sillok_abi::{Account, Time};

/// A trade.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Trade {
    /// Its number among the listing's.
    pub(crate) number: u64,
    /// Its block's height.
    pub(crate) height: u64,
    /// Its block's time.
    pub(crate) time: Time,
    /// For what, in won a share.
    pub(crate) price: u64,
    /// How many shares.
    pub(crate) quantity: u64,
    /// For how much together.
    pub(crate) value: u64,
    /// Who bought.
    pub(crate) buyer: Account,
    /// Who sold.
    pub(crate) seller: Account,
    /// Whether it was negotiated, and not made by orders that met.
    pub(crate) negotiated: bool,
}

/// How long a candle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interval {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day in Korea.
    Day,
}

/// Korea's distance from UTC, the whole year, in milliseconds.
const KOREA_OFFSET_MS: u64 = 9 * 60 * 60 * 1_000;

impl Interval {
    /// All intervals.
    pub(crate) const ALL: [Interval; 3] = [Interval::Minute, Interval::Hour, Interval::Day];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Interval::Minute => "1m",
            Interval::Hour => "1h",
            Interval::Day => "1d",
        }
    }

    /// How many seconds it has.
    pub(super) fn seconds(self) -> u32 {
        match self {
            Interval::Minute => 60,
            Interval::Hour => 3_600,
            Interval::Day => 86_400,
        }
    }

    /// When the one began that a time is in.
    pub(super) fn start(self, time: Time) -> Time {
        let length = u64::from(self.seconds()) * 1_000;
        let since = (time.0.saturating_add(KOREA_OFFSET_MS)) % length;
        Time(time.0.saturating_sub(since))
    }
}

/// A listing's prices in an interval, of what was not negotiated.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Candle {
    /// When the interval began.
    pub(crate) start: Time,
    /// The first price.
    pub(crate) open: u64,
    /// The highest.
    pub(crate) high: u64,
    /// The lowest.
    pub(crate) low: u64,
    /// The last.
    pub(crate) close: u64,
    /// How many shares were traded.
    pub(crate) shares: u64,
    /// For how much together.
    pub(crate) value: u64,
    /// In how many trades.
    pub(crate) trades: u64,
}

impl Candle {
    /// Of one trade.
    pub(super) fn of(start: Time, trade: &Trade) -> Self {
        let Trade { price, quantity, value, .. } = *trade;
        Candle {
            start,
            open: price,
            high: price,
            low: price,
            close: price,
            shares: quantity,
            value,
            trades: 1,
        }
    }

    /// Takes in the next trade.
    pub(super) fn add(&mut self, trade: &Trade) {
        self.high = self.high.max(trade.price);
        self.low = self.low.min(trade.price);
        self.close = trade.price;
        self.shares = self.shares.saturating_add(trade.quantity);
        self.value = self.value.saturating_add(trade.value);
        self.trades += 1;
    }
}

/// How a class stood.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct ClassStanding {
    /// When.
    pub(crate) time: Time,
    /// How many holders it had.
    pub(crate) holders: u64,
    /// How many shares they had together.
    pub(crate) outstanding: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight_in_korea() {
        // 2026-11-26T23:06:30Z is the morning of the 27th there, which began at 15:00Z.
        let time: Time = Time(1_795_734_390_000);
        let start = |interval: Interval| interval.start(time).to_string();
        assert_eq!(start(Interval::Day), "2026-11-26T15:00:00.000Z");
        assert_eq!(start(Interval::Hour), "2026-11-26T23:00:00.000Z");
        assert_eq!(start(Interval::Minute), "2026-11-26T23:06:00.000Z");
        assert_eq!(Interval::Day.start(Time(1_795_705_200_000 - 1)).to_string(), "2026-11-25T15:00:00.000Z");
    }
}
