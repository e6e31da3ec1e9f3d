//! The slab: a book's orders at numbered slots, which their ids name.
//!
//! Invariants: a slot is live (its id is above zero and names it), or on the free list, which is last in, first
//! out and part of state, so that every node gives an order the same slot, or kept for an order on its way in,
//! within an operation. Orders link to their neighbours in a queue; who changes those links is `queue`. What
//! finds orders beside their ids (owners' lists, timers) follows from the slots: `attach` and `detach` keep it so.

use std::collections::BTreeSet;

use super::answer::{Broken, promised};
use super::id::slot_in;
use super::order::{Extra, Flags, NIL, Order};
use super::owners::Owners;

/// When an order is due, and its id.
pub(super) type Due = (u64, u64);

/// The orders of a book.
pub(super) struct Slab {
    orders: Vec<Order>,
    /// As far as any order has needed one; of a slot without `EXTRA` it means nothing.
    extras: Vec<Extra>,
    pub(super) owners: Owners,
    pub(super) free: u32,
    pub(super) live: u32,
    /// How many orders are in other queues than those at limits.
    pub(super) special: u32,
    /// Orders that leave at a block time.
    pub(super) by_time: BTreeSet<Due>,
    /// Orders that leave at a height.
    pub(super) by_height: BTreeSet<Due>,
    /// Orders that become market orders in the closing call, by priority.
    pub(super) at_close: BTreeSet<(u64, u32)>,
}

impl Slab {
    pub(super) fn new(seed: u64) -> Self {
        Slab {
            orders: Vec::new(),
            extras: Vec::new(),
            owners: Owners::new(seed),
            free: NIL,
            live: 0,
            special: 0,
            by_time: BTreeSet::new(),
            by_height: BTreeSet::new(),
            at_close: BTreeSet::new(),
        }
    }

    /// How many slots there are, live and free.
    #[inline]
    pub(super) fn slots(&self) -> u32 {
        // A book refuses more orders than 32 bits count.
        self.orders.len() as u32
    }

    /// The slot of an order.
    #[inline]
    pub(super) fn find(&self, id: u64) -> Option<u32> {
        let slot = slot_in(id);
        self.orders.get(slot as usize).is_some_and(|order| order.id == id && id != 0).then_some(slot)
    }

    #[inline]
    pub(super) fn get(&self, slot: u32) -> Result<&Order, Broken> {
        promised(self.orders.get(slot as usize), &"a slot is missing")
    }

    #[inline]
    pub(super) fn get_mut(&mut self, slot: u32) -> Result<&mut Order, Broken> {
        promised(self.orders.get_mut(slot as usize), &"a slot is missing")
    }

    /// The extra part of an order; nothing in particular if it has none.
    #[inline]
    pub(super) fn extra(&self, slot: u32) -> Extra {
        self.extras.get(slot as usize).copied().unwrap_or(Extra::NONE)
    }

    /// The extra part of an order, which is empty if it has none.
    pub(super) fn extra_of(&self, slot: u32) -> Result<Extra, Broken> {
        let has = self.get(slot)?.flags.has(Flags::EXTRA);
        Ok(if has { self.extra(slot) } else { Extra::NONE })
    }

    pub(super) fn set_extra(&mut self, slot: u32, extra: Extra) {
        let at = slot as usize;
        if self.extras.len() <= at {
            self.extras.resize(at.saturating_add(1), Extra::NONE);
        }
        if let Some(place) = self.extras.get_mut(at) {
            *place = extra;
        }
    }

    /// The block time or height at which an order leaves; zero if at none.
    #[inline]
    pub(super) fn expiry(&self, slot: u32, flags: Flags) -> u64 {
        if flags.has(Flags::UNTIL | Flags::UNTIL_HEIGHT) { self.extra(slot).expiry } else { 0 }
    }

    /// The slot that is given out next: the latest free one, or a new one.
    #[inline]
    pub(super) fn next_slot(&self) -> u32 {
        std::hint::select_unpredictable(self.free == NIL, self.slots(), self.free)
    }

    /// Adds a slot at the end.
    pub(super) fn append(&mut self, order: &Order) -> u32 {
        let slot = self.slots();
        self.orders.push(*order);
        slot
    }

    /// Takes the first slot off the free list.
    #[inline]
    pub(super) fn take(&mut self) -> Result<u32, Broken> {
        let slot = self.free;
        self.free = self.get(slot)?.next;
        Ok(slot)
    }

    /// Puts a slot, whose order is gone, first on the free list.
    #[inline]
    pub(super) fn release(&mut self, slot: u32) -> Result<(), Broken> {
        let free = self.free;
        let place = self.get_mut(slot)?;
        // Whatever else is left there says nothing.
        (place.id, place.next) = (0, free);
        self.free = slot;
        Ok(())
    }

    /// Takes the last slot away.
    pub(super) fn pop(&mut self) {
        self.orders.pop();
    }

    /// Makes the order in a slot, which is `order`, findable by its owner and its time.
    #[inline(always)]
    pub(super) fn attach(&mut self, slot: u32, order: &Order) -> Result<(), Broken> {
        self.owners.give(order.owner, slot)?;
        // No more orders than 32 bits count, as no more slots.
        self.live = self.live.wrapping_add(1);
        self.special = self.special.wrapping_add(u32::from(!order.rung.is_limit()));
        if order.flags.has(Flags::UNTIL | Flags::UNTIL_HEIGHT | Flags::AT_CLOSE) {
            self.set_timers(slot, order, true);
        }
        Ok(())
    }

    /// Undoes `attach`.
    #[inline(always)]
    pub(super) fn detach(&mut self, slot: u32, order: &Order) -> Result<(), Broken> {
        self.owners.take(order.owner, slot)?;
        self.live = promised(self.live.checked_sub(1), &"an order left twice")?;
        self.special = self.special.wrapping_sub(u32::from(!order.rung.is_limit()));
        if order.flags.has(Flags::UNTIL | Flags::UNTIL_HEIGHT | Flags::AT_CLOSE) {
            self.set_timers(slot, order, false);
        }
        Ok(())
    }

    #[cold]
    fn set_timers(&mut self, slot: u32, order: &Order, present: bool) {
        fn set<T: Ord>(timers: &mut BTreeSet<T>, timer: T, present: bool) {
            if present {
                timers.insert(timer);
            } else {
                timers.remove(&timer);
            }
        }
        let due = (self.expiry(slot, order.flags), order.id);
        if order.flags.has(Flags::UNTIL) {
            set(&mut self.by_time, due, present);
        }
        if order.flags.has(Flags::UNTIL_HEIGHT) {
            set(&mut self.by_height, due, present);
        }
        if order.flags.has(Flags::AT_CLOSE) {
            set(&mut self.at_close, (order.priority, slot), present);
        }
    }

    /// The ids of an owner's orders, lowest first.
    pub(super) fn of_owner(&self, number: u32) -> Result<Vec<u64>, Broken> {
        let ids = self.owners.slots(number)?.map(|slot| Ok(self.get(slot?)?.id));
        let mut ids = ids.collect::<Result<Vec<u64>, Broken>>()?;
        ids.sort_unstable();
        Ok(ids)
    }
}
