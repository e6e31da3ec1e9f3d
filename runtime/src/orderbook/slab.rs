//! The slab: a book's orders at numbered slots, found by id.
//!
//! Invariants: a slot is live (its id is above zero, and the index finds it) or on the free list, which
//! is last in, first out and part of state, so that every node gives an order the same slot. A slot
//! never goes away. Orders link to their neighbours in the queue at their price; who changes the links
//! is `book`.

use sillok_abi::Account;

use super::answer::promised;
use super::index::Index;
use super::ladder::Rung;
use super::undo::Recorder;
use crate::state::Fault;

/// No slot: the end of a queue or of the free list.
pub(super) const NIL: u32 = u32::MAX;

/// A slot's hot part, which matching reads and writes.
#[derive(Clone, Copy)]
pub(super) struct Order {
    /// Its id; 0 if the slot is free.
    pub(super) id: u64,
    /// What is left of it.
    pub(super) quantity: u64,
    /// Its side and price.
    pub(super) rung: Rung,
    /// The slot of the order before it in its queue.
    pub(super) prev: u32,
    /// The slot of the order behind it in its queue; of a free slot, the next on the free list.
    pub(super) next: u32,
    /// The epoch in which it was last copied (see `undo`).
    pub(super) stamp: u32,
}

const _: () = assert!(size_of::<Order>() == 32, "two orders share a cache line");

impl Order {
    /// A free slot, with the one after it on the free list.
    pub(super) fn free(next: u32) -> Self {
        Order { id: 0, quantity: 0, rung: Rung::default(), prev: NIL, next, stamp: 0 }
    }

    pub(super) fn is_live(&self) -> bool {
        self.id != 0
    }
}

/// The orders of a book.
pub(super) struct Slab {
    orders: Vec<Order>,
    /// Beside the hot parts; that of a free slot means nothing.
    owners: Vec<Account>,
    index: Index,
    free: u32,
    live: u32,
}

impl Slab {
    pub(super) fn new() -> Self {
        Slab { orders: Vec::new(), owners: Vec::new(), index: Index::new(), free: NIL, live: 0 }
    }

    /// How many slots there are, live and free.
    pub(super) fn slots(&self) -> u32 {
        // Appending refuses to go beyond 32 bits.
        self.orders.len() as u32
    }

    /// How many orders rest.
    pub(super) fn live(&self) -> u32 {
        self.live
    }

    /// The first slot on the free list.
    pub(super) fn free_head(&self) -> u32 {
        self.free
    }

    /// The slot of a resting order.
    pub(super) fn find(&self, id: u64) -> Option<u32> {
        self.index.find(id)
    }

    pub(super) fn get(&self, slot: u32) -> Result<&Order, Fault> {
        promised(self.orders.get(slot as usize), "a slot is missing")
    }

    pub(super) fn owner(&self, slot: u32) -> Result<&Account, Fault> {
        promised(self.owners.get(slot as usize), "an owner is missing")
    }

    /// The order in a slot, to change it.
    pub(super) fn edit(&mut self, slot: u32, recorder: &mut Recorder) -> Result<&mut Order, Fault> {
        let order = promised(self.orders.get_mut(slot as usize), "a slot is missing")?;
        recorder.order(slot, order);
        Ok(order)
    }

    /// Stores an order in the latest free slot, or a new one; answers which. The caller has recorded
    /// the book's header.
    pub(super) fn insert(
        &mut self,
        order: Order,
        owner: Account,
        recorder: &mut Recorder,
    ) -> Result<u32, Fault> {
        let slot = match self.free {
            NIL => self.append(Order { stamp: recorder.epoch(), ..order }, owner)?,
            slot => self.reuse(slot, order, owner, recorder)?,
        };
        self.live = promised(self.live.checked_add(1), "more orders than can be counted")?;
        self.index.insert(order.id, slot);
        Ok(slot)
    }

    /// Frees the slot of a live order. The caller has recorded the book's header.
    pub(super) fn remove(&mut self, slot: u32, recorder: &mut Recorder) -> Result<(), Fault> {
        let next = self.free;
        let order = self.edit(slot, recorder)?;
        let id = order.id;
        *order = Order { stamp: order.stamp, ..Order::free(next) };
        self.free = slot;
        self.live = promised(self.live.checked_sub(1), "an order was removed twice")?;
        self.index.remove(id);
        Ok(())
    }

    /// Adds a slot at the end, outside the index and the count of live orders.
    fn append(&mut self, order: Order, owner: Account) -> Result<u32, Fault> {
        let slot = promised(u32::try_from(self.orders.len()).ok(), "more slots than 32 bits count")?;
        self.orders.push(order);
        self.owners.push(owner);
        Ok(slot)
    }

    fn reuse(
        &mut self,
        slot: u32,
        order: Order,
        owner: Account,
        recorder: &mut Recorder,
    ) -> Result<u32, Fault> {
        let place = self.edit(slot, recorder)?;
        let next = place.next;
        *place = Order { stamp: place.stamp, ..order };
        self.free = next;
        let kept = promised(self.owners.get_mut(slot as usize), "an owner is missing")?;
        if *kept != owner {
            recorder.owner(slot, *kept);
            *kept = owner;
        }
        Ok(slot)
    }
}

/// What rollback and loading do, past the record of changes.
impl Slab {
    /// Puts a slot back to what it was.
    pub(super) fn restore(&mut self, slot: u32, old: Order) {
        let Some(place) = self.orders.get_mut(slot as usize) else { return };
        let id = place.id;
        *place = Order { stamp: 0, ..old };
        if id != old.id {
            self.index.remove(id);
            if old.is_live() {
                self.index.insert(old.id, slot);
            }
        }
    }

    /// Puts a slot's owner back to what it was.
    pub(super) fn restore_owner(&mut self, slot: u32, old: Account) {
        if let Some(place) = self.owners.get_mut(slot as usize) {
            *place = old;
        }
    }

    /// Takes away the slots from `slots` on, and puts the free list and count back to what they were.
    pub(super) fn truncate(&mut self, slots: u32, free: u32, live: u32) {
        for order in self.orders.drain((slots as usize).min(self.orders.len())..) {
            self.index.remove(order.id);
        }
        self.owners.truncate(slots as usize);
        self.free = free;
        self.live = live;
    }

    /// Adds a slot read from state.
    pub(super) fn load(&mut self, order: Order, owner: Account) -> Result<(), Fault> {
        let slot = self.append(order, owner)?;
        if order.is_live() {
            let new = self.index.insert(order.id, slot);
            promised(new.then_some(()), "two orders have one id")?;
            self.live = promised(self.live.checked_add(1), "more orders than can be counted")?;
        }
        Ok(())
    }

    /// Sets the head of the free list that was read from state.
    pub(super) fn load_free(&mut self, head: u32) {
        self.free = head;
    }

    /// Takes all stamps away, so that epochs can start again.
    pub(super) fn unstamp(&mut self) {
        self.orders.iter_mut().for_each(|order| order.stamp = 0);
    }
}
