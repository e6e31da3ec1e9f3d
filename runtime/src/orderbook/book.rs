//! One book: its rules, its orders, its day, and how an operation on it begins and ends.
//!
//! Invariant: an operation that is refused leaves nothing behind, because whatever it did is undone.

use codec::{Decode, Encode};
use sillok_abi::{BookError, BookEvent, BookParams, ContractId, OrderId, Removal, Removed};

use super::answer::{Broken, Failure, promised};
use super::day::Day;
use super::fees::check_guards;
use super::grid::Grid;
use super::id::{MAX_NUMBER, id_of};
use super::ladder::Ladder;
use super::order::{Order, Rung};
use super::pages::Pages;
use super::slab::Slab;
use super::steps::Steps;
use super::undo::Log;

/// Block time and height, by which orders expire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// Milliseconds since 1970.
    pub time: u64,
    /// The block's height.
    pub height: u64,
}

/// What a book counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Counters {
    /// The number of the next order.
    pub(super) order: u64,
    /// The priority of the next order that joins a queue.
    pub(super) priority: u64,
    /// The number of the next event; of a book in memory, of its block's first.
    pub(super) event: u64,
}

impl Counters {
    pub(super) const FIRST: Counters = Counters { order: 1, priority: 0, event: 0 };
}

/// A book in memory.
pub(super) struct Book {
    pub(super) owner: ContractId,
    pub(super) params: BookParams,
    pub(super) grid: Grid,
    pub(super) slab: Slab,
    pub(super) ladder: Ladder,
    pub(super) counters: Counters,
    pub(super) day: Day,
    pub(super) pages: Pages,
    /// What the block's changes said about `pages`, if nothing has happened since.
    pub(super) planned: Option<Pages>,
    /// How many owners are in state.
    pub(super) owners_written: u32,
    pub(super) log: Log,
    /// Of the running operation.
    pub(super) now: Now,
}

impl Book {
    /// A book without orders.
    pub(super) fn new(owner: ContractId, params: BookParams, seed: u64) -> Result<Self, BookError> {
        let grid = Grid::new(&params)?;
        check_guards(&params)?;
        let reference = grid.ordinal(params.reference, &params)?;
        let day = Day::new(params.phase, grid.ticks(), reference);
        let (slab, ladder) = (Slab::new(seed), Ladder::new(grid.ticks()));
        let (pages, log) = (Pages::default(), Log::default());
        let (counters, now) = (Counters::FIRST, Now::default());
        Ok(Book {
            owner,
            params,
            grid,
            slab,
            ladder,
            counters,
            day,
            pages,
            planned: None,
            owners_written: 0,
            log,
            now,
        })
    }

    /// The id of the next order, which names the slot that it would get now.
    #[inline]
    pub(super) fn next_id(&mut self) -> Result<u64, BookError> {
        Ok(id_of(self.next_number()?, self.slab.next_slot()))
    }

    /// The number of the next order.
    #[inline]
    pub(super) fn next_number(&mut self) -> Result<u64, BookError> {
        let number = self.counters.order;
        if number > MAX_NUMBER {
            return Err(BookError::Full);
        }
        self.counters.order = number.wrapping_add(1);
        Ok(number)
    }

    #[inline]
    pub(super) fn next_priority(&mut self) -> Result<u64, Broken> {
        let priority = self.counters.priority;
        self.counters.priority = promised(priority.checked_add(1), &"priorities are used up")?;
        Ok(priority)
    }

    /// Tells something to everybody.
    #[inline(always)]
    pub(super) fn emit(&mut self, event: BookEvent) {
        self.log.events.push(event);
    }

    /// What it has counted by now.
    pub(super) fn counted(&self) -> Counters {
        let events = self.log.events.len() as u64;
        Counters { event: self.counters.event.wrapping_add(events), ..self.counters }
    }

    /// Tells that an order joined the end of a queue, if that is visible.
    pub(super) fn emit_joined(&mut self, id: u64, rung: Rung, shown: u64) {
        self.emit_joined_at(id, rung, self.grid.price(rung.tick()), shown);
    }

    /// As `emit_joined`, where the queue's price is known.
    #[inline(always)]
    pub(super) fn emit_joined_at(&mut self, id: u64, rung: Rung, price: u64, shown: u64) {
        if rung.is_limit() {
            self.emit(BookEvent::Joined {
                order: OrderId(id),
                side: rung.side(),
                price: sillok_abi::Price(price),
                quantity: sillok_abi::Quantity(shown),
            });
        }
    }

    /// Tells that an order left a visible queue.
    #[inline(always)]
    pub(super) fn emit_left(&mut self, order: &Order) {
        if order.rung.is_limit() {
            self.emit(BookEvent::Left { order: OrderId(order.id) });
        }
    }

    /// Tells that what an order shows has changed.
    #[inline]
    pub(super) fn emit_resized(&mut self, order: &Order, shown: u64) {
        if order.rung.is_limit() && order.shown != shown {
            self.emit(BookEvent::Resized { order: OrderId(order.id), quantity: sillok_abi::Quantity(shown) });
        }
    }
}

impl Book {
    /// Takes an order out of the book, and reports it.
    pub(super) fn expel(&mut self, slot: u32, reason: Removal, steps: &mut Steps) -> Result<(), Failure> {
        let order = *self.slab.get(slot)?;
        let removed = self.removed(slot, order.total(), 0, reason)?;
        self.remove(slot)?;
        self.emit_left(&order);
        steps.lose(removed);
        Ok(())
    }

    /// The report that a part of an order in the book left it.
    pub(super) fn removed(
        &self,
        slot: u32,
        quantity: u64,
        left: u64,
        reason: Removal,
    ) -> Result<Removed, Broken> {
        let view = self.view(slot)?;
        Ok(Removed {
            order: view.order,
            owner: view.owner,
            side: view.side,
            price: view.price,
            quantity: sillok_abi::Quantity(quantity),
            left: sillok_abi::Quantity(left),
            reason,
        })
    }
}
