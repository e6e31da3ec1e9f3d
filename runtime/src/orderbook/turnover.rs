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
    /// The first and the latest whole price. Those of one order go up or down, not both.
    ends: (u64, u64),
    /// The ordinal of the latest; `u32::MAX` if there is none.
    last: u32,
}

impl Turnover {
    pub(super) const NONE: Turnover = Turnover { trades: 0, volume: 0, value: 0, ends: (0, 0), last: NIL };

    /// Adds trades at one price, fewer than 64 bits count of less than a book may have. `tick` is the price's ordinal,
    /// or `u32::MAX` halfway between two.
    #[inline(always)]
    pub(super) fn add(&mut self, (price, tick): (Halves, u32), trades: u64, volume: u64, value: u128) {
        self.trades = self.trades.wrapping_add(trades);
        self.volume = self.volume.wrapping_add(volume);
        self.value = self.value.wrapping_add(value);
        if tick != NIL {
            let price = price.0 >> 1;
            self.ends = (if self.last == NIL { price } else { self.ends.0 }, price);
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
            let (first, last) = turnover.ends;
            let (low, high) = (Price(first.min(last)), Price(first.max(last)));
            tape.open = tape.open.or(Some(Price(first)));
            tape.high = tape.high.max(Some(high));
            tape.low = Some(tape.low.map_or(low, |least| least.min(low)));
            day.last = turnover.last;
        }
    }
}
