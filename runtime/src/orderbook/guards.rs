//! Guards of the price: the collar around the market, and what interrupts trading.

use sillok_abi::{BookError, MatchMode, Phase, Side, Time, Volatility};

use super::book::Book;
use super::order::Rung;

impl Book {
    /// Where the market is for an order of this side: the best price of the other side; without one, the
    /// last price; without one, the reference.
    fn market(&self, side: Side) -> u32 {
        self.ladder.best(side.other()).map_or_else(|| self.day.last_or_reference(), Rung::tick)
    }

    /// Refuses a limit that is too far from the market, while orders match as they come.
    #[inline]
    pub(super) fn check_collar(&self, side: Side, tick: u32) -> Result<(), BookError> {
        let collar = self.params.collar;
        let free = collar.through | collar.away == 0 || self.day.phase != Phase::Continuous;
        if free { Ok(()) } else { self.collar(side, tick) }
    }

    fn collar(&self, side: Side, tick: u32) -> Result<(), BookError> {
        let collar = self.params.collar;
        let market = self.market(side);
        let (above, below) = (tick.saturating_sub(market), market.saturating_sub(tick));
        let (through, away) = match side {
            Side::Buy => (above, below),
            Side::Sell => (below, above),
        };
        let too_far = |ticks, bound| bound > 0 && ticks > bound;
        if too_far(through, collar.through) || too_far(away, collar.away) {
            return Err(BookError::OutsideCollar);
        }
        Ok(())
    }

    /// The worst price at which a market order trades: the collar's, within the band.
    pub(super) fn market_limit(&self, side: Side) -> u32 {
        let through = self.params.collar.through;
        if through == 0 {
            return self.end_of_band(side);
        }
        let market = self.market(side);
        match side {
            Side::Buy => self.day.within(market.saturating_add(through)),
            Side::Sell => self.day.within(market.saturating_sub(through)),
        }
    }

    /// Whether a trade at `tick` interrupts trading, of an order before which the last price was `before`.
    #[inline]
    pub(super) fn interrupts(&self, tick: u32, before: u32) -> bool {
        self.may_be_interrupted() && self.params.mode == MatchMode::Continuous && self.is_far(tick, before)
    }

    /// Whether there are thresholds that interrupt trading.
    #[inline]
    pub(super) fn may_be_interrupted(&self) -> bool {
        let Volatility { fixed, moving, .. } = self.params.volatility;
        fixed | moving != 0
    }

    fn is_far(&self, tick: u32, before: u32) -> bool {
        let Volatility { fixed, moving, .. } = self.params.volatility;
        let auction = self.day.auction;
        let base = if auction == super::order::NIL { self.day.reference } else { auction };
        let price = self.grid.price(tick);
        far(price, self.grid.price(before), moving) || far(price, self.grid.price(base), fixed)
    }

    /// Interrupts trading for a call auction.
    pub(super) fn interrupt(&mut self) {
        let until = self.now.time.saturating_add(self.params.volatility.millis);
        self.set_phase(Phase::VolatilityCall, Some(Time(until)));
    }
}

/// Whether a price is at least so many hundredths of a percent away from another.
fn far(price: u64, from: u64, hundredths: u32) -> bool {
    let distance = u128::from(price.abs_diff(from)).saturating_mul(10_000);
    hundredths > 0 && distance >= u128::from(from).saturating_mul(u128::from(hundredths))
}
