//! A book's day: its phase, its band, its last prices, its trades, and an auction under way.

use codec::{Decode, Encode};
use sillok_abi::{BookEvent, Phase, Price, Session, Side, Tape, Time};

use super::book::Book;
use super::order::NIL;

/// An auction whose price is set and whose trades are not all made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Running {
    /// The ordinal of its price.
    pub(super) tick: u32,
    /// How many shares are still to trade.
    pub(super) left: u64,
    /// The side whose orders at the price trade what they were allotted by size.
    pub(super) by_size: Option<Side>,
    /// The slot of the first of those that may still have a part; `u32::MAX` if none has.
    pub(super) next: u32,
}

/// What a book keeps of its day. Prices are ordinals, `u32::MAX` is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Day {
    pub(super) phase: Phase,
    /// Until when that is meant to last.
    pub(super) until: Option<Time>,
    /// The day's band.
    pub(super) low: u32,
    pub(super) high: u32,
    /// The base price.
    pub(super) reference: u32,
    /// The price of the latest trade at a whole price.
    pub(super) last: u32,
    /// The price of the day's latest auction.
    pub(super) auction: u32,
    pub(super) tape: Tape,
    pub(super) running: Option<Running>,
    /// The slot that the sweep at the end of the day goes on from.
    pub(super) swept: u32,
}

impl Day {
    /// A first day.
    pub(super) fn new(phase: Phase, ticks: u32, reference: u32) -> Self {
        Day {
            phase,
            until: None,
            low: 0,
            high: ticks.saturating_sub(1),
            reference,
            last: NIL,
            auction: NIL,
            tape: Tape::default(),
            running: None,
            swept: 0,
        }
    }

    /// The ordinal of the last price, or else of the reference.
    #[inline]
    pub(super) fn last_or_reference(&self) -> u32 {
        if self.last == NIL { self.reference } else { self.last }
    }

    /// An ordinal within the band.
    pub(super) fn within(&self, tick: u32) -> u32 {
        tick.max(self.low).min(self.high)
    }
}

impl Book {
    /// The day, to change it.
    #[inline]
    pub(super) fn day_mut(&mut self) -> &mut Day {
        self.log.day(&self.day);
        &mut self.day
    }

    /// Sets the phase and tells it.
    pub(super) fn set_phase(&mut self, phase: Phase, until: Option<Time>) {
        let day = self.day_mut();
        (day.phase, day.until) = (phase, until);
        self.emit(BookEvent::Phase { phase });
    }

    /// The day as everybody sees it.
    pub(super) fn session(&self) -> Session {
        let Day { phase, until, low, high, reference, last, auction, tape, .. } = self.day;
        let price = |tick| Price(self.grid.price(tick));
        let some = |tick| (tick != NIL).then(|| price(tick));
        Session {
            phase,
            until,
            low: price(low),
            high: price(high),
            reference: price(reference),
            last: some(last),
            auction: some(auction),
            tape,
        }
    }
}
