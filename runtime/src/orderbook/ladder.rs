//! The ladder: one queue of orders for every side and price.
//!
//! Levels lie in chunks of 64 that appear when first used: a wide band costs little until it is
//! traded. Invariant: a level's bit in the occupancy is set exactly if the level holds orders. Both
//! sides have levels of their own at every price, as there are ways of matching in which books cross.

use sillok_abi::Side;

use super::answer::promised;
use super::occupancy::Occupancy;
use super::slab::{NIL, Order};
use super::undo::Recorder;
use crate::state::Fault;

const SELL_BIT: u32 = 1 << 31;
const CHUNK_LEVELS: usize = 64;

/// A side and the ordinal of a price: the place of a level on the ladder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rung(u32);

impl Rung {
    pub(super) fn new(side: Side, tick: u32) -> Self {
        match side {
            Side::Buy => Rung(tick),
            Side::Sell => Rung(tick | SELL_BIT),
        }
    }

    pub(super) fn side(self) -> Side {
        if self.0 & SELL_BIT == 0 { Side::Buy } else { Side::Sell }
    }

    pub(super) fn tick(self) -> u32 {
        self.0 & !SELL_BIT
    }
}

/// The queue at one price: its ends, and totals over it.
#[derive(Clone, Copy)]
pub(super) struct Level {
    /// The slot of the oldest order.
    pub(super) head: u32,
    /// The slot of the latest order.
    pub(super) tail: u32,
    /// How many orders.
    pub(super) orders: u32,
    /// The epoch in which it was last copied (see `undo`).
    pub(super) stamp: u32,
    /// The sum of their quantities.
    pub(super) quantity: u64,
}

impl Level {
    pub(super) const EMPTY: Level = Level { head: NIL, tail: NIL, orders: 0, stamp: 0, quantity: 0 };
}

/// One side of the ladder.
struct Half {
    occupancy: Occupancy,
    chunks: Vec<Option<Box<[Level; CHUNK_LEVELS]>>>,
}

impl Half {
    fn new(ticks: u32) -> Self {
        let chunks = (ticks as usize).div_ceil(CHUNK_LEVELS);
        Half {
            occupancy: Occupancy::new(ticks),
            chunks: std::iter::repeat_with(|| None).take(chunks).collect(),
        }
    }

    fn level(&self, tick: u32) -> &Level {
        let tick = tick as usize;
        let chunk = self.chunks.get(tick / CHUNK_LEVELS).and_then(Option::as_ref);
        chunk.and_then(|chunk| chunk.get(tick % CHUNK_LEVELS)).unwrap_or(&Level::EMPTY)
    }

    fn level_mut(&mut self, tick: u32) -> Option<&mut Level> {
        let tick = tick as usize;
        let chunk = self.chunks.get_mut(tick / CHUNK_LEVELS)?;
        chunk.get_or_insert_with(|| Box::new([Level::EMPTY; CHUNK_LEVELS])).get_mut(tick % CHUNK_LEVELS)
    }
}

/// Both sides of the ladder.
pub(super) struct Ladder {
    buys: Half,
    sells: Half,
}

impl Ladder {
    /// A ladder of `ticks` prices without orders.
    pub(super) fn new(ticks: u32) -> Self {
        Ladder { buys: Half::new(ticks), sells: Half::new(ticks) }
    }

    /// The level at a rung.
    pub(super) fn level(&self, rung: Rung) -> &Level {
        self.half(rung.side()).level(rung.tick())
    }

    /// The best level of a side that holds orders: the highest buying, the lowest selling price.
    pub(super) fn best(&self, side: Side) -> Option<Rung> {
        let occupancy = &self.half(side).occupancy;
        let tick = match side {
            Side::Buy => occupancy.last(),
            Side::Sell => occupancy.first(),
        };
        Some(Rung::new(side, tick?))
    }

    /// The best level with orders that is worse than `rung`, on the same side.
    pub(super) fn after(&self, rung: Rung) -> Option<Rung> {
        let occupancy = &self.half(rung.side()).occupancy;
        let tick = match rung.side() {
            Side::Buy => occupancy.at_or_below(rung.tick().checked_sub(1)?),
            Side::Sell => occupancy.at_or_above(rung.tick().checked_add(1)?),
        };
        Some(Rung::new(rung.side(), tick?))
    }

    /// A side's levels with orders, best first.
    pub(super) fn levels(&self, side: Side) -> impl Iterator<Item = (Rung, &Level)> {
        std::iter::successors(self.best(side), |rung| self.after(*rung)).map(|rung| (rung, self.level(rung)))
    }

    /// The order in `slot` joins the end of its queue.
    pub(super) fn join(&mut self, slot: u32, order: &Order, recorder: &mut Recorder) -> Result<(), Fault> {
        let level = self.edit(order.rung, recorder)?;
        if level.head == NIL {
            level.head = slot;
        }
        level.tail = slot;
        level.orders = promised(level.orders.checked_add(1), "a level's orders overflow")?;
        level.quantity =
            promised(level.quantity.checked_add(order.quantity), "a level's quantity overflows")?;
        self.half_mut(order.rung.side()).occupancy.set(order.rung.tick(), true);
        Ok(())
    }

    /// An order, as it is, leaves its queue, wherever it stands in it.
    pub(super) fn leave(&mut self, order: &Order, recorder: &mut Recorder) -> Result<(), Fault> {
        let level = self.edit(order.rung, recorder)?;
        if order.prev == NIL {
            level.head = order.next;
        }
        if order.next == NIL {
            level.tail = order.prev;
        }
        level.orders = promised(level.orders.checked_sub(1), "a level's orders fall below zero")?;
        let empty = level.orders == 0;
        self.reduce(order.rung, order.quantity, recorder)?;
        if empty {
            self.half_mut(order.rung.side()).occupancy.set(order.rung.tick(), false);
        }
        Ok(())
    }

    /// A queue's total falls by a quantity.
    pub(super) fn reduce(&mut self, rung: Rung, by: u64, recorder: &mut Recorder) -> Result<(), Fault> {
        let level = self.edit(rung, recorder)?;
        level.quantity = promised(level.quantity.checked_sub(by), "a level's quantity falls below zero")?;
        Ok(())
    }

    /// Adds an order read from state to its level, in whatever order they come.
    pub(super) fn load(&mut self, slot: u32, order: &Order) -> Result<(), Fault> {
        let half = self.half_mut(order.rung.side());
        half.occupancy.set(order.rung.tick(), true);
        let level = promised(half.level_mut(order.rung.tick()), "an order is off the ladder")?;
        let ends = [(order.prev, &mut level.head), (order.next, &mut level.tail)];
        for (neighbour, end) in ends {
            if neighbour == NIL {
                promised((*end == NIL).then_some(()), "a queue has two ends on one side")?;
                *end = slot;
            }
        }
        level.orders = promised(level.orders.checked_add(1), "a level's orders overflow")?;
        level.quantity =
            promised(level.quantity.checked_add(order.quantity), "a level's quantity overflows")?;
        Ok(())
    }

    /// Puts a level back to what it was, its bit with it.
    pub(super) fn restore(&mut self, rung: Rung, old: Level) {
        let half = self.half_mut(rung.side());
        half.occupancy.set(rung.tick(), old.orders > 0);
        if let Some(level) = half.level_mut(rung.tick()) {
            *level = Level { stamp: 0, ..old };
        }
    }

    /// Takes all stamps away, so that epochs can start again.
    pub(super) fn unstamp(&mut self) {
        for half in [&mut self.buys, &mut self.sells] {
            for level in half.chunks.iter_mut().flatten().flat_map(|chunk| chunk.iter_mut()) {
                level.stamp = 0;
            }
        }
    }

    fn edit(&mut self, rung: Rung, recorder: &mut Recorder) -> Result<&mut Level, Fault> {
        let level = promised(self.half_mut(rung.side()).level_mut(rung.tick()), "a level is off the ladder")?;
        recorder.level(rung, level);
        Ok(level)
    }

    fn half(&self, side: Side) -> &Half {
        match side {
            Side::Buy => &self.buys,
            Side::Sell => &self.sells,
        }
    }

    fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}
