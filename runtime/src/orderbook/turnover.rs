//! What trades come to, added up before the day's tape has it.

use sillok_abi::Price;

use super::book::Book;
use super::fees::Halves;
use super::order::NIL;

/// What trades one after the other come to. Prices are of those at whole prices.
#[derive(Clone, Copy)]
pub(super) struct Turnover {
    trades: u64,
    volume: u64,
    value: u128,
    first: u64,
    low: u64,
    high: u64,
    /// The ordinal of the latest whole price; `u32::MAX` if there is none.
    last: u32,
}

impl Turnover {
    pub(super) const NONE: Turnover =
        Turnover { trades: 0, volume: 0, value: 0, first: 0, low: u64::MAX, high: 0, last: NIL };

    /// Adds trades at one price, fewer than 64 bits count of less than a book may have. `tick` is the price's ordinal,
    /// or `u32::MAX` halfway between two.
    #[inline(always)]
    pub(super) fn add(&mut self, (price, tick): (Halves, u32), trades: u64, volume: u64, value: u128) {
        self.trades = self.trades.wrapping_add(trades);
        self.volume = self.volume.wrapping_add(volume);
        self.value = self.value.wrapping_add(value);
        if tick != NIL {
            let price = price.0 >> 1;
            self.first = if self.last == NIL { price } else { self.first };
            self.low = self.low.min(price);
            self.high = self.high.max(price);
            self.last = tick;
        }
    }
}

impl Book {
    /// Adds trades to the day's. The latest whole price is the last one from now on.
    #[inline]
    pub(super) fn note(&mut self, turnover: &Turnover) {
        if turnover.trades == 0 {
            return;
        }
        let day = self.day_mut();
        let tape = &mut day.tape;
        tape.trades = tape.trades.saturating_add(turnover.trades);
        tape.volume = tape.volume.saturating_add(turnover.volume);
        tape.value = tape.value.saturating_add(turnover.value);
        if turnover.last != NIL {
            tape.open = tape.open.or(Some(Price(turnover.first)));
            tape.high = tape.high.max(Some(Price(turnover.high)));
            tape.low = Some(tape.low.map_or(Price(turnover.low), |low| low.min(Price(turnover.low))));
            day.last = turnover.last;
        }
    }
}
