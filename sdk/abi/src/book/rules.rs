//! A book's rules, and where it stands within its day.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};

use super::{Price, Quantity};
use crate::Time;

/// From a price on, the step between prices, until the next zone begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct TickZone {
    /// The first price of the zone; a multiple of the tick.
    pub from: Price,
    /// The step.
    pub tick: Price,
}

/// Tables of ticks.
pub mod ticks {
    use alloc::{vec, vec::Vec};

    use super::{Price, TickZone};

    /// One tick at every price.
    pub fn flat(tick: u64) -> Vec<TickZone> {
        vec![TickZone { from: Price(0), tick: Price(tick) }]
    }

    /// The table of KRX and K-OTC since 25 January 2023.
    pub fn krx_2023() -> Vec<TickZone> {
        [(0, 1), (2_000, 5), (5_000, 10), (20_000, 50), (50_000, 100), (200_000, 500), (500_000, 1_000)]
            .map(|(from, tick)| TickZone { from: Price(from), tick: Price(tick) })
            .to_vec()
    }
}

/// How orders meet outside of call auctions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum MatchMode {
    /// Best price first, oldest first within a price.
    #[default]
    Continuous,
    /// Only at equal prices, as on K-OTC (상대매매): the book may be crossed.
    EqualPrice,
    /// Never by themselves (협의): somebody takes a named order, or two parties report a trade.
    Negotiated,
}

/// How far from the market a limit may be, in ticks; zero sets no bound. The market is the best price
/// of the other side; without one, the last price; without one, the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Collar {
    /// Beyond the market, towards trading.
    pub through: u32,
    /// Short of the market, away from trading.
    pub away: u32,
}

/// What interrupts continuous trading for a call auction, in hundredths of a percent; zero is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Volatility {
    /// 정적: a price this far or farther from the last auction's, or else the reference.
    pub fixed: u32,
    /// 동적: a price this far or farther from the last price before the order, or else the reference.
    pub moving: u32,
    /// How long the call lasts, in milliseconds.
    pub millis: u64,
}

/// Fees in millionths of a trade's value; negative ones are rebates. Each fee is rounded towards zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Fees {
    /// Of the order that was there first.
    pub maker: i32,
    /// Of the order that came later.
    pub taker: i32,
    /// Of both sides in a call auction.
    pub auction: i32,
}

/// A book's rules.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct BookParams {
    /// The steps between prices; the first zone begins at zero.
    pub ticks: Vec<TickZone>,
    /// Quantities are multiples of this.
    pub lot: Quantity,
    /// The lowest price that the book can ever hold; on a tick, above zero. A day's band lies within.
    pub low: Price,
    /// The highest price that the book can ever hold; on a tick, not below `low`.
    pub high: Price,
    /// The price that stands in for the last one until there is one; on a tick.
    pub reference: Price,
    /// How orders meet.
    pub mode: MatchMode,
    /// How far from the market orders may be.
    pub collar: Collar,
    /// What leads to a volatility interruption.
    pub volatility: Volatility,
    /// How many orders an owner may have in the book at once.
    pub max_open: u32,
    /// What a trade costs its sides.
    pub fees: Fees,
    /// Where it begins.
    pub phase: Phase,
}

impl BookParams {
    /// Continuous trading from the start, one tick, no guards and no fees.
    pub fn simple(tick: u64, lot: u64, low: u64, high: u64) -> Self {
        BookParams {
            ticks: ticks::flat(tick),
            lot: Quantity(lot),
            low: Price(low),
            high: Price(high),
            reference: Price(low),
            mode: MatchMode::Continuous,
            collar: Collar::default(),
            volatility: Volatility::default(),
            max_open: u32::MAX,
            fees: Fees::default(),
            phase: Phase::Continuous,
        }
    }

    /// The step between prices at `price`, by this book's table; zero if the table is empty.
    pub fn tick_at(&self, price: Price) -> u64 {
        let zone = self.ticks.iter().rev().find(|zone| zone.from <= price);
        zone.map_or(0, |zone| zone.tick.0)
    }

    /// The band around a base price of so many hundredths of a percent: the width is rounded down to
    /// the base's tick, and the ends inwards to their own. KRX and K-OTC have 3,000.
    pub fn band(&self, base: Price, hundredths: u32) -> (Price, Price) {
        let down =
            |price: u64, tick: u64| price.checked_rem(tick).map_or(price, |over| price.saturating_sub(over));
        let wide = (u128::from(base.0).saturating_mul(u128::from(hundredths))) / 10_000;
        let width = down(u64::try_from(wide).unwrap_or(u64::MAX), self.tick_at(base));
        let (low, high) = (base.0.saturating_sub(width), base.0.saturating_add(width));
        let low_tick = self.tick_at(Price(low));
        let low_down = down(low, low_tick);
        let low = if low_down == low { low } else { low_down.saturating_add(low_tick) };
        (Price(low), Price(down(high, self.tick_at(Price(high)))))
    }
}

/// Where a book stands within its day.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking,
)]
pub enum Phase {
    /// Before the day: orders can be cancelled, none comes in.
    PreOpen,
    /// The opening call: orders collect.
    OpenCall,
    /// Orders match as they come, by the book's mode.
    #[default]
    Continuous,
    /// A volatility interruption: orders collect.
    VolatilityCall,
    /// The closing call: orders collect.
    CloseCall,
    /// After the day: orders can be cancelled, none comes in.
    Closed,
    /// Stopped: orders can be cancelled, none comes in.
    Halted,
}

impl Phase {
    /// Whether orders collect for an auction.
    pub fn is_call(self) -> bool {
        matches!(self, Phase::OpenCall | Phase::VolatilityCall | Phase::CloseCall)
    }
}

/// The day's trades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Tape {
    /// How many trades.
    pub trades: u64,
    /// How many shares.
    pub volume: u64,
    /// What they cost together; divided by the volume, the day's average price.
    pub value: u128,
    /// The first price.
    pub open: Option<Price>,
    /// The highest price.
    pub high: Option<Price>,
    /// The lowest price.
    pub low: Option<Price>,
}

/// A book's day so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Session {
    /// Where it stands.
    pub phase: Phase,
    /// Until when that is meant to last, if anybody said so.
    pub until: Option<Time>,
    /// The lowest price accepted today.
    pub low: Price,
    /// The highest price accepted today.
    pub high: Price,
    /// The base price of the day.
    pub reference: Price,
    /// The price of the latest trade at a whole price, of any day.
    pub last: Option<Price>,
    /// The price of the latest auction of the day.
    pub auction: Option<Price>,
    /// What was traded today.
    pub tape: Tape,
}
