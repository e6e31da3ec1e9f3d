//! A book's prices: from its lowest to its highest, each with an ordinal counted from 0.
//!
//! The rest of the module knows prices by ordinal only, so that a table of ticks that grow with the
//! price concerns this file alone.

use sillok_abi::{BookError, BookParams, Price, Quantity};

use super::limits::{MAX_QUANTITY, MAX_TICKS, MAX_VALUE, MAX_ZONES};

/// A run of prices with one tick.
#[derive(Clone, Copy)]
struct Zone {
    /// Its first price.
    low: u64,
    /// The ordinal of that price.
    first: u32,
    tick: u64,
}

/// The prices of a book and the quantities that trade there.
pub(super) struct Grid {
    /// Lowest first; never empty.
    zones: Vec<Zone>,
    high: u64,
    ticks: u32,
    lot: u64,
    max_quantity: u64,
}

impl Grid {
    /// The grid of these rules, unless they are [`BookError::BadParams`].
    pub(super) fn new(params: &BookParams) -> Result<Self, BookError> {
        Self::build(params).ok_or(BookError::BadParams)
    }

    fn build(params: &BookParams) -> Option<Self> {
        let (low, high, lot) = (params.low.0, params.high.0, params.lot.0);
        let sound = check_table(params)? && 0 < low && low <= high && (1..=MAX_QUANTITY).contains(&lot);
        let aligned = [params.low, params.high, params.reference]
            .iter()
            .all(|price| price.0.checked_rem(params.tick_at(*price)) == Some(0));
        let inside = (low..=high).contains(&params.reference.0);
        if !(sound && aligned && inside) {
            return None;
        }
        let (zones, ticks) = zones(params)?;
        let max_quantity = MAX_QUANTITY.min(MAX_VALUE.checked_div(high)?);
        (ticks <= MAX_TICKS && lot <= max_quantity).then_some(Grid { zones, high, ticks, lot, max_quantity })
    }

    /// How many prices there are; every ordinal is below this.
    pub(super) fn ticks(&self) -> u32 {
        self.ticks
    }

    /// The ordinal of a price, which is refused if it is off the tick or outside the book's prices.
    pub(super) fn ordinal(&self, price: Price, params: &BookParams) -> Result<u32, BookError> {
        self.find(price).ok_or_else(|| {
            let on_tick = price.0.checked_rem(params.tick_at(price)) == Some(0);
            if on_tick { BookError::OutsideBand } else { BookError::OffTick }
        })
    }

    /// The ordinal of a price, if it is one of the book's.
    #[inline(always)]
    pub(super) fn find(&self, price: Price) -> Option<u32> {
        let zone = self.zones.iter().rfind(|zone| zone.low <= price.0)?;
        let (steps, over) = divide(price.0.wrapping_sub(zone.low), zone.tick);
        // Of a price of the book, both are below the number of ticks.
        (price.0 <= self.high && over == 0).then_some(zone.first.wrapping_add(steps as u32))
    }

    /// The price of an ordinal. Ordinals are below [`Self::ticks`], so that nothing saturates.
    #[inline]
    pub(super) fn price(&self, ordinal: u32) -> u64 {
        let zone = self.zones.iter().rfind(|zone| zone.first <= ordinal);
        zone.map_or(0, |zone| {
            let steps = ordinal.saturating_sub(zone.first);
            zone.low.saturating_add(zone.tick.saturating_mul(u64::from(steps)))
        })
    }

    /// Refuses a quantity that is zero, too large, or not a multiple of the lot.
    #[inline]
    pub(super) fn check_quantity(&self, quantity: Quantity) -> Result<(), BookError> {
        let fits = (1..=self.max_quantity).contains(&quantity.0) && self.is_whole(quantity.0);
        if fits { Ok(()) } else { Err(BookError::OffLot) }
    }

    #[inline]
    fn is_whole(&self, quantity: u64) -> bool {
        self.lot == 1 || quantity.checked_rem(self.lot) == Some(0)
    }
}

/// Quotient and remainder; most prices fit 32 bits, in which dividing takes a third of the time.
fn divide(value: u64, by: u64) -> (u64, u64) {
    if by == 1 {
        return (value, 0);
    }
    if let (Ok(value), Ok(by)) = (u32::try_from(value), u32::try_from(by)) {
        let (quotient, rest) = (value.checked_div(by).unwrap_or(0), value.checked_rem(by).unwrap_or(1));
        return (u64::from(quotient), u64::from(rest));
    }
    (value.checked_div(by).unwrap_or(0), value.checked_rem(by).unwrap_or(1))
}

/// Whether zones rise from zero, and each begins on a tick of its own and of the one before.
fn check_table(params: &BookParams) -> Option<bool> {
    let first = params.ticks.first()?;
    let mut sound = first.from.0 == 0 && params.ticks.len() <= MAX_ZONES;
    for (zone, next) in params.ticks.iter().zip(params.ticks.iter().skip(1)) {
        sound &= zone.from < next.from;
        sound &= next.from.0.checked_rem(zone.tick.0) == Some(0);
        sound &= next.from.0.checked_rem(next.tick.0) == Some(0);
    }
    Some(sound && params.ticks.iter().all(|zone| zone.tick.0 > 0))
}

/// The zones between the lowest and highest price, and how many prices there are.
fn zones(params: &BookParams) -> Option<(Vec<Zone>, u32)> {
    let (low, high) = (params.low.0, params.high.0);
    let mut zones = Vec::new();
    let mut first = 0u32;
    for (number, zone) in params.ticks.iter().enumerate() {
        let from = zone.from.0.max(low);
        let next = params.ticks.get(number.checked_add(1)?).map_or(u64::MAX, |next| next.from.0);
        // The last price of the zone is a tick below the next one's first, or the highest of the book.
        let last = high.min(next.checked_sub(zone.tick.0)?);
        if next <= low || from > high {
            continue;
        }
        zones.push(Zone { low: from, first, tick: zone.tick.0 });
        let steps = last.checked_sub(from)?.checked_div(zone.tick.0)?;
        first = first.checked_add(u32::try_from(steps).ok()?)?.checked_add(1)?;
    }
    Some((zones, first))
}

#[cfg(test)]
mod tests {
    use sillok_abi::{BookError, BookParams, Price, ticks};

    use super::Grid;

    fn krx(low: u64, high: u64) -> BookParams {
        BookParams { ticks: ticks::krx_2023(), ..BookParams::simple(1, 1, low, high) }
    }

    #[test]
    fn every_price_of_a_table_has_its_ordinal() {
        let params = krx(1_990, 21_000);
        let grid = Grid::new(&params).unwrap();
        assert_eq!(grid.ticks(), 10 + 600 + 1_500 + 21);
        for ordinal in 0..grid.ticks() {
            assert_eq!(grid.ordinal(Price(grid.price(ordinal)), &params), Ok(ordinal));
            assert!(ordinal == 0 || grid.price(ordinal) > grid.price(ordinal - 1));
        }
        assert_eq!(grid.price(9), 1_999);
        assert_eq!(grid.price(10), 2_000);
        assert_eq!(grid.price(11), 2_005);
        assert_eq!(grid.ordinal(Price(2_001), &params), Err(BookError::OffTick));
        assert_eq!(grid.ordinal(Price(1_989), &params), Err(BookError::OutsideBand));
        assert_eq!(grid.ordinal(Price(21_050), &params), Err(BookError::OutsideBand));
        assert_eq!(grid.ordinal(Price(21_010), &params), Err(BookError::OffTick));
    }

    #[test]
    fn a_band_is_rounded_inwards() {
        let band = |base, hundredths| krx(1, 1).band(Price(base), hundredths);
        assert_eq!(band(10_000, 3_000), (Price(7_000), Price(13_000)));
        // 30 % of 1,995 is 598.5, rounded down to a tick of 1; 2,593 is off the tick of 5.
        assert_eq!(band(1_995, 3_000), (Price(1_397), Price(2_590)));
        // 30 % of 6,130 is 1,839, rounded down to 1,830; 4,300 has a tick of 5.
        assert_eq!(band(6_130, 3_000), (Price(4_300), Price(7_960)));
    }
}
