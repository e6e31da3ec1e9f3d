//! Undo: what a book notes of each change, so that it can be taken back exactly.
//!
//! Each call of a book's owner is one operation; a savepoint is a number of operations. Within one,
//! orders change in few ways only, of which each can be inverted as long as inversions come in reverse
//! order: the neighbours that a removed order still names are then its neighbours again. So nothing is
//! copied but the one order that a change is about, and neither neighbours nor levels are. Counters and
//! the day are kept as they were when the operation began. What an operation's changes name is also what
//! has to be written to state.

use sillok_abi::BookEvent;

use super::answer::{Broken, promised};
use super::book::{Book, Now};
use super::day::Day;
use super::order::{Extra, NIL, Order};

/// How an order changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// There is a new slot, which is free.
    Grown,
    /// The first free slot is kept for it.
    Kept,
    /// It came to the slot that was kept for it.
    Settled,
    /// It got the first free slot: `Kept` and `Settled` at once.
    Inserted,
    /// It left its slot, which is kept for it. The log has it as it was.
    Lifted,
    /// The slot that was kept for it is free.
    Released,
    /// It left its slot, which is free: `Lifted` and `Released` at once. The log has it as it was.
    Removed,
    /// It went to the end of a queue. The log has it as it was.
    Moved,
    /// Its quantities changed in place. The log has it as it was.
    Resized,
    /// Its extra part changed. The log has that as it was.
    Extra,
}

/// The place that an operation's notes have reached. A block's operations note less than 32 bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    changes: u32,
    days: u32,
    events: u32,
    owners: u32,
    order: u64,
    priority: u64,
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
    #[inline(always)]
    pub(super) fn order(&mut self, change: Change, slot: u32, old: &Order) {
        self.changes.push((change, slot));
        self.orders.push(*old);
    }

    /// As `order`, of one that stands first in its queue: those before it, if there were any, are gone.
    #[inline(always)]
    pub(super) fn first(&mut self, change: Change, slot: u32, old: &Order) {
        self.order(change, slot, old);
        if let Some(old) = self.orders.last_mut() {
            old.prev = NIL;
        }
    }

    pub(super) fn extra(&mut self, slot: u32, old: Extra) {
        self.changes.push((Change::Extra, slot));
        self.extras.push(old);
    }

    /// Keeps the day as it is, if the running operation has not yet.
    #[inline]
    pub(super) fn day(&mut self, day: &Day) {
        let before = self.operations.last().map_or(0, |point| point.days);
        if self.days.len() == before as usize {
            self.days.push(*day);
        }
    }
}

impl Book {
    /// An operation begins.
    #[inline(always)]
    pub(super) fn begin(&mut self, now: Now) {
        (self.now, self.planned) = (now, None);
        let point = self.point();
        self.log.operations.push(point);
    }

    /// Takes the last operation back.
    pub(super) fn undo_operation(&mut self) -> Result<(), Broken> {
        let point = promised(self.log.operations.last().copied(), &"there is no operation to undo")?;
        self.undo_to(&point)?;
        self.log.operations.pop();
        self.planned = None;
        Ok(())
    }

    /// The events of the latest operation.
    pub(super) fn latest_events(&self) -> &[BookEvent] {
        let start = self.log.operations.last().map_or(0, |point| point.events);
        self.log.events.get(start as usize..).unwrap_or_default()
    }

    /// A place within the running operation to come back to.
    #[inline(always)]
    pub(super) fn point(&self) -> Point {
        Point {
            changes: self.log.changes.len() as u32,
            days: self.log.days.len() as u32,
            events: self.log.events.len() as u32,
            owners: self.slab.owners.count(),
            order: self.counters.order,
            priority: self.counters.priority,
        }
    }

    /// Takes back what the running operation did since `point`. A day that had been kept before then has
    /// not changed since: who comes back to a point keeps the day first.
    pub(super) fn undo_to(&mut self, point: &Point) -> Result<(), Broken> {
        while self.log.changes.len() > point.changes as usize {
            let Some((change, slot)) = self.log.changes.pop() else { break };
            self.invert(change, slot)?;
        }
        self.slab.owners.truncate(point.owners);
        if let Some(day) = self.log.days.get(point.days as usize) {
            self.day = *day;
        }
        self.log.days.truncate(point.days as usize);
        self.log.events.truncate(point.events as usize);
        (self.counters.order, self.counters.priority) = (point.order, point.priority);
        Ok(())
    }

    fn invert(&mut self, change: Change, slot: u32) -> Result<(), Broken> {
        match change {
            Change::Grown => {
                self.slab.take()?;
                self.slab.pop();
                Ok(())
            }
            Change::Kept => self.slab.release(slot),
            Change::Settled => self.withdraw(slot),
            Change::Inserted => {
                self.withdraw(slot)?;
                self.slab.release(slot)
            }
            Change::Lifted => self.put_back(slot),
            Change::Released => self.slab.take().map(|_| ()),
            Change::Removed => {
                self.slab.take()?;
                self.put_back(slot)
            }
            Change::Moved => self.move_back(slot),
            Change::Resized => {
                let old = self.old_order()?;
                self.set_terms(slot, old.shown, old.hidden, old.flags)
            }
            Change::Extra => {
                let old = promised(self.log.extras.pop(), &"the log has no extra part")?;
                self.slab.set_extra(slot, old);
                Ok(())
            }
        }
    }

    /// The order that the latest change was about, as it was.
    pub(super) fn old_order(&mut self) -> Result<Order, Broken> {
        promised(self.log.orders.pop(), &"the log has no order")
    }
}
