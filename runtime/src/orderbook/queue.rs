//! How orders enter, change and leave queues: the only code that does, forwards and back.
//!
//! Invariants: every live order stands in exactly the queue that its rung names, between the neighbours
//! it names; a level's totals are those of its orders; every change is in the log. Neighbours are linked in `links`.

use super::answer::{Broken, promised};
use super::book::Book;
use super::id::slot_in;
use super::order::{Extra, Flags, NIL, Order, Rung};
use super::undo::Change;

/// Forwards.
impl Book {
    /// Puts an order that has no extra part into the slot that its id names, which has been taken for it, and at the
    /// end of its queue.
    #[inline(always)]
    pub(super) fn insert(&mut self, slot: u32, order: &Order) -> Result<(), Broken> {
        self.occupy(slot, order, Extra::NONE, Change::Inserted)
    }

    /// Keeps the slot that an id names, which is the next to be given out, for its order.
    pub(super) fn keep(&mut self, id: u64) -> Result<(), Broken> {
        let slot = self.take_slot()?;
        self.log.changes.push((Change::Kept, slot));
        promised((slot == slot_in(id)).then_some(()), &"an id names another slot")
    }

    /// As `insert`, into the slot that is kept for the order.
    pub(super) fn settle(&mut self, order: &Order, extra: Extra) -> Result<(), Broken> {
        self.occupy(slot_in(order.id), order, extra, Change::Settled)
    }

    /// Frees the slot that is kept for an order, which does not come.
    pub(super) fn give_up(&mut self, id: u64) -> Result<(), Broken> {
        let slot = slot_in(id);
        self.log.changes.push((Change::Released, slot));
        self.slab.release(slot)
    }

    /// Takes an order out, and keeps its slot for it.
    pub(super) fn lift(&mut self, slot: u32) -> Result<(), Broken> {
        self.log.order(Change::Lifted, slot, self.slab.get(slot)?);
        self.withdraw(slot)
    }

    /// Takes an order out and frees its slot.
    #[inline(always)]
    pub(super) fn remove(&mut self, slot: u32) -> Result<(), Broken> {
        let order = self.slab.get(slot)?;
        self.log.order(Change::Removed, slot, order);
        let order = *order;
        self.unlink(slot, &order)?;
        self.slab.detach(slot, &order)?;
        self.slab.release(slot)
    }

    /// Takes out the first order of a queue and frees its slot, but leaves the queue's ends and totals to `cut`, which
    /// has to follow.
    #[inline(always)]
    pub(super) fn remove_first(&mut self, slot: u32) -> Result<(), Broken> {
        let order = self.slab.get(slot)?;
        self.log.first(Change::Removed, slot, order);
        let order = *order;
        self.slab.detach(slot, &order)?;
        self.slab.release(slot)
    }

    /// Lets the first order of a queue show less, but leaves the queue's totals to `cut`, which has to follow.
    #[inline(always)]
    pub(super) fn reduce_first(&mut self, slot: u32, shown: u64) -> Result<(), Broken> {
        let place = self.slab.get_mut(slot)?;
        self.log.order(Change::Resized, slot, place);
        place.shown = shown;
        Ok(())
    }

    /// The queue begins with the order in slot `first`, if any is left: so many before it are gone, and so much of
    /// what the queue showed.
    pub(super) fn cut(&mut self, rung: Rung, first: u32, orders: u32, shown: u64) -> Result<(), Broken> {
        let level = self.ladder.level_mut(rung)?;
        level.shown = promised(level.shown.checked_sub(shown), &"a level falls below zero")?;
        level.orders = promised(level.orders.checked_sub(orders), &"a level's orders fall below zero")?;
        level.head = first;
        if first == NIL {
            level.tail = NIL;
            self.ladder.vacate(rung);
        } else {
            self.slab.get_mut(first)?.prev = NIL;
        }
        Ok(())
    }

    /// Changes what an order shows and hides, and flags that it is not found by; it keeps its place.
    pub(super) fn resize(&mut self, slot: u32, shown: u64, hidden: u64, flags: Flags) -> Result<(), Broken> {
        let order = *self.slab.get(slot)?;
        self.log.order(Change::Resized, slot, &order);
        self.set_terms(slot, shown, hidden, flags)
    }

    /// Sends an order to the end of a queue, changed: `new` names the queue, quantities and flags.
    pub(super) fn send(&mut self, slot: u32, new: Order) -> Result<(), Broken> {
        let old = *self.slab.get(slot)?;
        let new = Order { price: self.grid.price(new.rung.tick()), ..new };
        self.log.order(Change::Moved, slot, &old);
        self.unlink(slot, &old)?;
        self.relabel(slot, &old, &new)?;
        self.link(slot, &new)
    }

    /// As `send`, of an order that hides nothing, to the queue `rung` at `price`: only its quantity, place and
    /// priority change.
    #[inline(always)]
    pub(super) fn send_plain(
        &mut self,
        slot: u32,
        priority: u64,
        quantity: u64,
        rung: Rung,
        price: u64,
    ) -> Result<(), Broken> {
        let old = *self.slab.get(slot)?;
        self.log.order(Change::Moved, slot, self.slab.get(slot)?);
        self.unlink(slot, &old)?;
        let place = self.slab.get_mut(slot)?;
        (place.priority, place.shown, place.price, place.rung) = (priority, quantity, price, rung);
        self.link(slot, &Order { shown: quantity, rung, ..old })
    }

    /// Changes an order's extra part, without what it is found by.
    pub(super) fn change_extra(&mut self, slot: u32, extra: Extra) {
        self.log.extra(slot, self.slab.extra(slot));
        self.slab.set_extra(slot, extra);
    }
}

/// Back.
impl Book {
    /// Inverts that an order left its slot, which is kept for it.
    pub(super) fn put_back(&mut self, slot: u32) -> Result<(), Broken> {
        let old = self.old_order()?;
        *self.slab.get_mut(slot)? = old;
        self.slab.attach(slot, &old)?;
        self.relink(slot, &old)
    }

    /// Inverts a sending.
    pub(super) fn move_back(&mut self, slot: u32) -> Result<(), Broken> {
        let old = self.old_order()?;
        let now = *self.slab.get(slot)?;
        self.unlink(slot, &now)?;
        self.relabel(slot, &now, &old)?;
        let place = self.slab.get_mut(slot)?;
        (place.prev, place.next) = (old.prev, old.next);
        self.relink(slot, &old)
    }

    /// Sets an order's quantities, and its level's with them, and flags.
    pub(super) fn set_terms(
        &mut self,
        slot: u32,
        shown: u64,
        hidden: u64,
        flags: Flags,
    ) -> Result<(), Broken> {
        let place = self.slab.get_mut(slot)?;
        let old = *place;
        (place.shown, place.hidden, place.flags) = (shown, hidden, flags);
        let new = *place;
        let level = self.ladder.level_mut(old.rung)?;
        level.subtract(&old)?;
        level.add(&new);
        Ok(())
    }
}

/// Slots.
impl Book {
    /// Takes the next slot to be given out.
    #[inline(always)]
    pub(super) fn take_slot(&mut self) -> Result<u32, Broken> {
        if self.slab.free == NIL {
            self.grow();
        }
        self.slab.take()
    }

    /// Adds a free slot where there is none.
    #[cold]
    fn grow(&mut self) {
        let slot = self.slab.append(&Order::free(NIL));
        self.slab.free = slot;
        self.log.changes.push((Change::Grown, slot));
    }

    /// An order comes to its slot, and to the end of its queue.
    #[inline(always)]
    fn occupy(&mut self, slot: u32, order: &Order, extra: Extra, change: Change) -> Result<(), Broken> {
        *self.slab.get_mut(slot)? = *order;
        if order.flags.has(Flags::EXTRA) {
            self.log.extra(slot, self.slab.extra(slot));
            self.slab.set_extra(slot, extra);
        }
        self.log.changes.push((change, slot));
        self.slab.attach(slot, order)?;
        self.link(slot, order)
    }
}

/// Both ways.
impl Book {
    /// Replaces what an order in a slot is, but for its identity.
    #[inline]
    fn relabel(&mut self, slot: u32, old: &Order, new: &Order) -> Result<(), Broken> {
        let moved =
            old.rung.half() != new.rung.half() || old.flags != new.flags || old.flags.has(Flags::AT_CLOSE);
        if moved {
            self.slab.detach(slot, old)?;
        }
        *self.slab.get_mut(slot)? = *new;
        if moved {
            self.slab.attach(slot, new)?;
        }
        Ok(())
    }

    /// An order leaves its slot, which is kept for it.
    pub(super) fn withdraw(&mut self, slot: u32) -> Result<(), Broken> {
        let order = *self.slab.get(slot)?;
        self.unlink(slot, &order)?;
        self.slab.detach(slot, &order)?;
        self.slab.get_mut(slot)?.id = 0;
        Ok(())
    }
}
