//! A book's prices: from its lowest to its highest, each with an ordinal counted from 0.
//!
//! The rest of the module knows prices by ordinal only, so that a table of ticks that grow with the
//! price changes this file alone.

use sillok_abi::{BookError, BookParams, Price, Quantity};

use super::limits::{MAX_QUANTITY, MAX_TICKS};

/// The prices of a book and the quantities that trade there.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    tick: u64,
    lot: u64,
    low: u64,
    ticks: u32,
}

impl Grid {
    /// The grid of these rules, unless they are [`BookError::BadParams`].
    pub(super) fn new(params: &BookParams) -> Result<Self, BookError> {
        let ticks = count_ticks(params).ok_or(BookError::BadParams)?;
        Ok(Grid { tick: params.tick.0, lot: params.lot.0, low: params.low.0, ticks })
    }

    /// How many prices there are; every ordinal is below this.
    pub(super) fn ticks(&self) -> u32 {
        self.ticks
    }

    /// The ordinal of a price, which is refused if it is off the tick or outside the band, in this order.
    pub(super) fn ordinal(&self, price: Price) -> Result<u32, BookError> {
        if price.0.checked_rem(self.tick) != Some(0) {
            return Err(BookError::OffTick);
        }
        let steps = price.0.checked_sub(self.low).and_then(|above| above.checked_div(self.tick));
        let ordinal = steps.and_then(|steps| u32::try_from(steps).ok());
        ordinal.filter(|ordinal| *ordinal < self.ticks).ok_or(BookError::OutsideBand)
    }

    /// The price of an ordinal. Ordinals are below [`Self::ticks`], so that nothing saturates.
    pub(super) fn price(&self, ordinal: u32) -> Price {
        Price(self.low.saturating_add(self.tick.saturating_mul(u64::from(ordinal))))
    }

    /// Refuses a quantity that is zero, too large, or not a multiple of the lot.
    pub(super) fn check_quantity(&self, quantity: Quantity) -> Result<(), BookError> {
        let fits = (1..=MAX_QUANTITY).contains(&quantity.0) && quantity.0.checked_rem(self.lot) == Some(0);
        if fits { Ok(()) } else { Err(BookError::OffLot) }
    }
}

/// How many prices the rules span, if they make sense.
fn count_ticks(params: &BookParams) -> Option<u32> {
    let BookParams { tick, lot, low, high } = *params;
    let aligned = low.0.checked_rem(tick.0)? == 0 && high.0.checked_rem(tick.0)? == 0;
    let tradable = low.0 > 0 && (1..=MAX_QUANTITY).contains(&lot.0);
    let steps = high.0.checked_sub(low.0)?.checked_div(tick.0)?;
    let ticks = u32::try_from(steps).ok()?.checked_add(1)?;
    (aligned && tradable && ticks <= MAX_TICKS).then_some(ticks)
}
