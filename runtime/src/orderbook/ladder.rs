//! The ladder: one queue of orders for every family, side and price.
//!
//! Levels lie in chunks of 64 that appear when first used: a wide band costs little until it is
//! traded. Invariant: a level's bit in the occupancy is set exactly if the level holds orders. Both
//! sides have levels of their own at every price, as there are ways of matching in which books cross.
//! Orders' own links are changed by `queue`.

use sillok_abi::Side;

use super::answer::{Broken, promised};
use super::occupancy::Occupancy;
use super::order::{NIL, Order, Rung};

const CHUNK_LEVELS: usize = 64;
const HALVES: usize = 8;

/// The queue at one rung: its ends, and totals over it.
#[derive(Clone, Copy)]
pub(super) struct Level {
    /// The slot of the first order.
    pub(super) head: u32,
    /// The slot of the last order.
    pub(super) tail: u32,
    /// How many orders.
    pub(super) orders: u32,
    /// The sum of what they show.
    pub(super) shown: u64,
    /// The sum of what they hide.
    pub(super) hidden: u64,
}

impl Level {
    pub(super) const EMPTY: Level = Level { head: NIL, tail: NIL, orders: 0, shown: 0, hidden: 0 };

    /// The sum of all that is left of its orders.
    #[inline]
    pub(super) fn total(&self) -> u64 {
        self.shown.saturating_add(self.hidden)
    }

    /// Adds an order's quantities, of which as many as a book may have fit.
    #[inline]
    pub(super) fn add(&mut self, order: &Order) {
        self.shown = self.shown.wrapping_add(order.shown);
        self.hidden = self.hidden.wrapping_add(order.hidden);
    }

    /// Takes an order's quantities off.
    #[inline]
    pub(super) fn subtract(&mut self, order: &Order) -> Result<(), Broken> {
        self.shown = promised(self.shown.checked_sub(order.shown), &"a level falls below zero")?;
        self.hidden = promised(self.hidden.checked_sub(order.hidden), &"a level falls below zero")?;
        Ok(())
    }
}

type Chunk = Option<Box<[Level; CHUNK_LEVELS]>>;

/// The levels of one family and side.
struct Half {
    occupancy: Occupancy,
    chunks: Vec<Chunk>,
}

impl Half {
    fn new(ticks: u32) -> Self {
        let chunks = (ticks as usize).div_ceil(CHUNK_LEVELS);
        let chunks = std::iter::repeat_with(|| None).take(chunks).collect();
        Half { occupancy: Occupancy::new(ticks), chunks }
    }

    #[inline]
    fn level(&self, tick: u32) -> &Level {
        let tick = tick as usize;
        let chunk = self.chunks.get(tick / CHUNK_LEVELS).and_then(Option::as_ref);
        chunk.and_then(|chunk| chunk.get(tick % CHUNK_LEVELS)).unwrap_or(&Level::EMPTY)
    }

    #[inline(always)]
    fn level_mut(&mut self, tick: u32) -> Option<&mut Level> {
        let tick = tick as usize;
        let chunk = self.chunks.get_mut(tick / CHUNK_LEVELS)?;
        if chunk.is_none() {
            fill(chunk);
        }
        chunk.as_mut()?.get_mut(tick % CHUNK_LEVELS)
    }
}

#[cold]
fn fill(chunk: &mut Chunk) {
    *chunk = Some(Box::new([Level::EMPTY; CHUNK_LEVELS]));
}

/// All queues of a book.
pub(super) struct Ladder {
    halves: [Half; HALVES],
    /// The ordinals of the best limits of buyers and sellers; `u32::MAX` without any.
    best: [u32; 2],
}

impl Ladder {
    /// A ladder of `ticks` prices without orders. Midpoint and market orders have one queue a side.
    pub(super) fn new(ticks: u32) -> Self {
        let halves = std::array::from_fn(|half| Half::new(if half < 4 { ticks } else { 1 }));
        Ladder { halves, best: [NIL; 2] }
    }

    /// The level at a rung.
    #[inline]
    pub(super) fn level(&self, rung: Rung) -> &Level {
        self.half(rung).level(rung.tick())
    }

    /// The level at a rung, to change it.
    #[inline(always)]
    pub(super) fn level_mut(&mut self, rung: Rung) -> Result<&mut Level, Broken> {
        promised(self.half_mut(rung).level_mut(rung.tick()), &"a level is off the ladder")
    }

    /// Notes that a level holds orders.
    #[inline(always)]
    pub(super) fn occupy(&mut self, rung: Rung) {
        let tick = rung.tick();
        self.half_mut(rung).occupancy.insert(tick);
        let Some(best) = self.best.get_mut(rung.half()) else { return };
        let better = match rung.side() {
            Side::Buy => tick.wrapping_add(1) > best.wrapping_add(1),
            Side::Sell => tick < *best,
        };
        *best = std::hint::select_unpredictable(better, tick, *best);
    }

    /// Notes that a level holds no orders any more.
    #[inline(always)]
    pub(super) fn vacate(&mut self, rung: Rung) {
        let tick = rung.tick();
        let half = &mut self.halves[rung.half() & (HALVES - 1)];
        half.occupancy.remove(tick);
        let Some(best) = self.best.get_mut(rung.half()) else { return };
        if *best == tick {
            let next = match rung.side() {
                Side::Buy => half.occupancy.at_or_below(tick),
                Side::Sell => half.occupancy.at_or_above(tick),
            };
            *best = next.unwrap_or(NIL);
        }
    }

    /// Whether the best limit of the other side is at `limit` or better for `side`. Sides are as good as random:
    /// instead of a jump, all bits are turned over for sales, which turns the order of numbers round.
    #[inline(always)]
    pub(super) fn reaches(&self, side: Side, limit: u32) -> bool {
        let [buy, sell] = self.best;
        let is_sale = side == Side::Sell;
        let (best, turn) =
            (std::hint::select_unpredictable(is_sale, buy, sell), u32::from(is_sale).wrapping_neg());
        (best ^ turn <= limit ^ turn) & (best != NIL)
    }

    /// The best limit level of a side that holds orders: the highest buying, the lowest selling price.
    #[inline]
    pub(super) fn best(&self, side: Side) -> Option<Rung> {
        let [buy, sell] = self.best;
        let tick = if side == Side::Buy { buy } else { sell };
        (tick != NIL).then(|| Rung::limit(side, tick))
    }

    /// The best limit level with orders that is worse than `rung`, on the same side.
    pub(super) fn after(&self, rung: Rung) -> Option<Rung> {
        let occupancy = &self.half(rung).occupancy;
        let tick = match rung.side() {
            Side::Buy => occupancy.at_or_below(rung.tick().checked_sub(1)?),
            Side::Sell => occupancy.at_or_above(rung.tick().checked_add(1)?),
        };
        Some(Rung::limit(rung.side(), tick?))
    }

    /// A side's limit levels with orders, best first.
    pub(super) fn levels(&self, side: Side) -> impl Iterator<Item = (Rung, &Level)> {
        std::iter::successors(self.best(side), |rung| self.after(*rung)).map(|rung| (rung, self.level(rung)))
    }

    /// The level of the lowest ordinal that holds orders, of the family and side of `rung`.
    pub(super) fn first(&self, rung: Rung) -> Option<u32> {
        self.half(rung).occupancy.first()
    }

    /// The level of the highest ordinal that holds orders, of the family and side of `rung`.
    pub(super) fn last(&self, rung: Rung) -> Option<u32> {
        self.half(rung).occupancy.last()
    }

    /// The level of the lowest ordinal from that of `rung` on that holds orders, of its family and side.
    pub(super) fn at_or_above(&self, rung: Rung) -> Option<u32> {
        self.half(rung).occupancy.at_or_above(rung.tick())
    }

    // There are as many halves as three bits can number.

    #[inline]
    fn half(&self, rung: Rung) -> &Half {
        &self.halves[rung.half() & (HALVES - 1)]
    }

    #[inline]
    fn half_mut(&mut self, rung: Rung) -> &mut Half {
        &mut self.halves[rung.half() & (HALVES - 1)]
    }
}
