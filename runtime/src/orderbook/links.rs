//! The links of a queue: an order joins it, leaves it, and comes back to where it stood.
//!
//! Whether an order has neighbours is as good as random, so that jumps would mostly be wrong: what would be written to
//! a neighbour that is not there goes to the order itself, where it does no harm.

use super::answer::{Broken, promised};
use super::book::Book;
use super::order::{NIL, Order};

impl Book {
    /// The order in a slot, which is `order`, joins the end of its queue.
    #[inline(always)]
    pub(super) fn link(&mut self, slot: u32, order: &Order) -> Result<(), Broken> {
        let level = self.ladder.level_mut(order.rung)?;
        level.add(order);
        level.orders = level.orders.wrapping_add(1);
        let last = std::mem::replace(&mut level.tail, slot);
        level.head = or(last == NIL, slot, level.head);
        self.ladder.occupy(order.rung);
        self.slab.get_mut(or(last == NIL, slot, last))?.next = slot;
        let place = self.slab.get_mut(slot)?;
        (place.prev, place.next) = (last, NIL);
        Ok(())
    }

    /// The order in a slot, which is `order`, leaves its queue, wherever it stands in it.
    #[inline(never)]
    pub(super) fn unlink(&mut self, slot: u32, order: &Order) -> Result<(), Broken> {
        let level = self.ladder.level_mut(order.rung)?;
        level.subtract(order)?;
        level.orders = promised(level.orders.checked_sub(1), &"a level's orders fall below zero")?;
        let empty = level.orders == 0;
        level.head = or(order.prev == NIL, order.next, level.head);
        level.tail = or(order.next == NIL, order.prev, level.tail);
        self.slab.get_mut(or(order.prev == NIL, slot, order.prev))?.next = order.next;
        self.slab.get_mut(or(order.next == NIL, slot, order.next))?.prev = order.prev;
        if empty {
            self.ladder.vacate(order.rung);
        }
        Ok(())
    }

    /// An order comes back between the neighbours that it names.
    pub(super) fn relink(&mut self, slot: u32, order: &Order) -> Result<(), Broken> {
        let level = self.ladder.level_mut(order.rung)?;
        level.add(order);
        level.orders = level.orders.wrapping_add(1);
        if order.prev == NIL {
            level.head = slot;
        }
        if order.next == NIL {
            level.tail = slot;
        }
        if order.prev != NIL {
            self.slab.get_mut(order.prev)?.next = slot;
        }
        if order.next != NIL {
            self.slab.get_mut(order.next)?.prev = slot;
        }
        self.ladder.occupy(order.rung);
        Ok(())
    }
}

/// `yes` if it is, otherwise `no`: chosen without a jump.
#[inline(always)]
pub(super) fn or(is: bool, yes: u32, no: u32) -> u32 {
    std::hint::select_unpredictable(is, yes, no)
}
