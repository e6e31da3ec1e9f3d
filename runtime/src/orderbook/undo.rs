//! Undo: what a book notes of each change, so that it can be taken back exactly.
//!
//! Each call of a book's owner is one operation; a savepoint is a number of operations. Within one,
//! orders change in five ways only, of which each can be inverted as long as inversions come in reverse
//! order: the neighbours that a removed order still names are then its neighbours again. So nothing is
//! copied but the one order that a change is about, and neither neighbours nor levels are. Counters and
//! the day are kept as they were when the operation began. What an operation's changes name is also what
//! has to be written to state.

use sillok_abi::BookEvent;

use super::answer::{Broken, promised};
use super::book::{Book, Counters, Now};
use super::day::Day;
use super::order::{Extra, Order};

/// How an order changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It got a slot that was free.
    Inserted,
    /// It got a new slot.
    Appended,
    /// It left its slot. The log has it as it was.
    Removed,
    /// It went to the end of a queue. The log has it as it was.
    Moved,
    /// Its quantities changed in place. The log has it as it was.
    Resized,
    /// Its extra part changed. The log has that as it was.
    Extra,
}

/// The place that an operation's notes have reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    changes: usize,
    orders: usize,
    extras: usize,
    days: usize,
    events: usize,
    owners: u32,
    counters: Counters,
}

/// What happened since the block began, oldest first.
#[derive(Default)]
pub(super) struct Log {
    /// Where each operation began.
    pub(super) operations: Vec<Point>,
    pub(super) changes: Vec<(Change, u32)>,
    orders: Vec<Order>,
    extras: Vec<Extra>,
    days: Vec<Day>,
    pub(super) events: Vec<BookEvent>,
}

impl Log {
    /// Forgets everything, as nothing before now will be undone.
    pub(super) fn clear(&mut self) {
        self.operations.clear();
        self.changes.clear();
        self.orders.clear();
        self.extras.clear();
        self.days.clear();
        self.events.clear();
    }

    /// Notes a change of an order, which is still as it was.
    #[inline]
    pub(super) fn order(&mut self, change: Change, slot: u32, old: &Order) {
        self.changes.push((change, slot));
        self.orders.push(*old);
    }

    pub(super) fn extra(&mut self, slot: u32, old: Extra) {
        self.changes.push((Change::Extra, slot));
        self.extras.push(old);
    }

    /// Keeps the day as it is, if the running operation has not yet.
    #[inline]
    pub(super) fn day(&mut self, day: &Day) {
        let before = self.operations.last().map_or(0, |point| point.days);
        if self.days.len() == before {
            self.days.push(*day);
        }
    }
}

impl Book {
    /// An operation begins.
    #[inline]
    pub(super) fn begin(&mut self, now: Now) {
        self.now = now;
        let point = self.point();
        self.log.operations.push(point);
    }

    /// Takes the last operation back.
    pub(super) fn undo_operation(&mut self) -> Result<(), Broken> {
        let point = promised(self.log.operations.last().copied(), "there is no operation to undo")?;
        self.undo_to(&point)?;
        self.log.operations.pop();
        Ok(())
    }

    /// The events of the latest operation.
    pub(super) fn latest_events(&self) -> &[BookEvent] {
        let start = self.log.operations.last().map_or(0, |point| point.events);
        self.log.events.get(start..).unwrap_or_default()
    }

    /// A place within the running operation to come back to.
    #[inline]
    pub(super) fn point(&self) -> Point {
        Point {
            changes: self.log.changes.len(),
            orders: self.log.orders.len(),
            extras: self.log.extras.len(),
            days: self.log.days.len(),
            events: self.log.events.len(),
            owners: self.slab.owners.count(),
            counters: self.counters,
        }
    }

    /// Takes back what the running operation did since `point`. A day that had been kept before then has
    /// not changed since: who comes back to a point keeps the day first.
    pub(super) fn undo_to(&mut self, point: &Point) -> Result<(), Broken> {
        while self.log.changes.len() > point.changes {
            let Some((change, slot)) = self.log.changes.pop() else { break };
            self.invert(change, slot)?;
        }
        self.slab.owners.truncate(point.owners);
        if let Some(day) = self.log.days.get(point.days) {
            self.day = *day;
        }
        self.log.days.truncate(point.days);
        self.log.events.truncate(point.events);
        self.counters = point.counters;
        Ok(())
    }

    fn invert(&mut self, change: Change, slot: u32) -> Result<(), Broken> {
        match change {
            Change::Inserted | Change::Appended => self.take_back(slot, change),
            Change::Removed => {
                let old = self.old_order()?;
                self.put_back(slot, old)
            }
            Change::Moved => {
                let old = self.old_order()?;
                self.move_back(slot, old)
            }
            Change::Resized => {
                let old = self.old_order()?;
                self.set_terms(slot, old.shown, old.hidden, old.flags)
            }
            Change::Extra => {
                let old = promised(self.log.extras.pop(), "the log has no extra part")?;
                self.slab.set_extra(slot, old);
                Ok(())
            }
        }
    }

    fn old_order(&mut self) -> Result<Order, Broken> {
        promised(self.log.orders.pop(), "the log has no order")
    }
}
