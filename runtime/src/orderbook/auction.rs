//! The price of a call auction (단일가): the one at which most shares trade; of several, the one nearest
//! to the last price, or else the reference (KRX trading regulation, article 23).

use sillok_abi::{Auction, Price, Quantity, Side};

use super::book::Book;
use super::order::{Family, Rung};

/// What an auction would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Equilibrium {
    /// The ordinal of its price.
    pub(super) tick: u32,
    /// How many shares trade.
    pub(super) volume: u64,
    /// What buyers want at the price or above, in all.
    pub(super) demand: u64,
    /// What sellers offer at the price or below, in all.
    pub(super) supply: u64,
}

/// Prices at which the same volume trades.
#[derive(Clone, Copy)]
struct Range {
    volume: u64,
    low: u32,
    high: u32,
}

impl Book {
    /// What an auction would do now; none if nothing can trade.
    pub(super) fn equilibrium(&self) -> Option<Equilibrium> {
        let range = self.best_range().filter(|range| range.volume > 0)?;
        let tick = self.day.last_or_reference().max(range.low).min(range.high);
        Some(Equilibrium { tick, volume: range.volume, demand: self.demand(tick), supply: self.supply(tick) })
    }

    /// The prices at which most trades. Demand falls and supply rises with the price, so they lie together.
    ///
    /// Goes through the prices from below, from one at which something changes to the next.
    fn best_range(&self) -> Option<Range> {
        let mut demand = self.demand(0);
        let mut supply = self.market_total(Side::Sell);
        let mut buys = self.rungs(Family::Limit, Side::Buy).peekable();
        let mut sells = self.rungs(Family::Limit, Side::Sell).peekable();
        let mut best: Option<Range> = None;
        let mut tick = self.day.low;
        while tick <= self.day.high {
            while let Some(rung) = sells.next_if(|rung| rung.tick() <= tick) {
                supply = supply.saturating_add(self.ladder.level(rung).total());
            }
            while let Some(rung) = buys.next_if(|rung| rung.tick() < tick) {
                demand = demand.saturating_sub(self.ladder.level(rung).total());
            }
            let falls = buys.peek().map(|rung| rung.tick().saturating_add(1));
            let rises = sells.peek().map(|rung| rung.tick());
            let next = falls.into_iter().chain(rises).min().unwrap_or(u32::MAX);
            let high = next.saturating_sub(1).min(self.day.high);
            let volume = demand.min(supply);
            match &mut best {
                Some(best) if volume < best.volume => {}
                Some(best) if volume == best.volume => best.high = high,
                _ => best = Some(Range { volume, low: tick, high }),
            }
            tick = next;
        }
        best
    }

    /// What buyers want at an ordinal or above.
    fn demand(&self, tick: u32) -> u64 {
        let levels = self.ladder.levels(Side::Buy).take_while(|(rung, _)| rung.tick() >= tick);
        levels.fold(self.market_total(Side::Buy), |sum, (_, level)| sum.saturating_add(level.total()))
    }

    /// What sellers offer at an ordinal or below.
    fn supply(&self, tick: u32) -> u64 {
        let levels = self.ladder.levels(Side::Sell).take_while(|(rung, _)| rung.tick() <= tick);
        levels.fold(self.market_total(Side::Sell), |sum, (_, level)| sum.saturating_add(level.total()))
    }

    pub(super) fn market_total(&self, side: Side) -> u64 {
        self.ladder.level(Rung::new(Family::Market, side, 0)).total()
    }

    /// How many levels an auction looks through, and at the ends of the band how many orders.
    pub(super) fn auction_work(&self) -> u64 {
        let mut work = 0u64;
        for side in [Side::Buy, Side::Sell] {
            work = work.saturating_add(self.ladder.levels(side).count() as u64);
            let end = self.ladder.level(Rung::limit(side, self.end_of_band(side)));
            work = work.saturating_add(u64::from(end.orders));
        }
        work
    }

    /// What everybody sees of that.
    pub(super) fn indication(&self) -> Option<Auction> {
        let Equilibrium { tick, volume, demand, supply } = self.equilibrium()?;
        Some(Auction {
            price: Price(self.grid.price(tick)),
            volume: Quantity(volume),
            unfilled_buys: Quantity(demand.saturating_sub(volume)),
            unfilled_sells: Quantity(supply.saturating_sub(volume)),
        })
    }
}
