//! One book: its rules, its orders, and what its owner can do with them.
//!
//! Invariant: what is refused is refused before anything changes. Slab and ladder change together,
//! here and in `matching`, so that every live order stands in exactly one queue, and in order.

use sillok_abi::{
    BookError, BookParams, ContractId, NewOrder, OrderId, OrderView, Placed, Quantity, TimeInForce,
};

use super::answer::{Failure, promised};
use super::grid::Grid;
use super::ladder::{Ladder, Rung};
use super::limits::MAX_ORDERS;
use super::matching::Taker;
use super::record::Header;
use super::slab::{NIL, Order, Slab};
use super::undo::Recorder;
use crate::state::Fault;

/// A book in memory.
pub(super) struct Book {
    pub(super) owner: ContractId,
    pub(super) params: BookParams,
    pub(super) grid: Grid,
    pub(super) slab: Slab,
    pub(super) ladder: Ladder,
    next_order: u64,
    /// The epoch in which the header was last copied (see `undo`).
    stamp: u32,
}

impl Book {
    /// A book without orders.
    pub(super) fn new(owner: ContractId, params: BookParams) -> Result<Self, BookError> {
        let grid = Grid::new(&params)?;
        let (slab, ladder) = (Slab::new(), Ladder::new(grid.ticks()));
        Ok(Book { owner, params, grid, slab, ladder, next_order: Header::EMPTY.next_order, stamp: 0 })
    }

    /// What is stored of the book beside its rules and slots.
    pub(super) fn header(&self) -> Header {
        Header {
            next_order: self.next_order,
            slots: self.slab.slots(),
            free: self.slab.free_head(),
            live: self.slab.live(),
        }
    }

    /// Refuses anyone but the owner.
    pub(super) fn check_owner(&self, caller: ContractId) -> Result<(), BookError> {
        if caller == self.owner { Ok(()) } else { Err(BookError::NotOwner) }
    }

    /// Matches an order with at most `max_fills` others, and lets the rest rest or cancels it.
    pub(super) fn place(
        &mut self,
        order: &NewOrder,
        max_fills: u32,
        recorder: &mut Recorder,
    ) -> Result<Placed, Failure> {
        let mut taker = self.admit(order)?;
        let id = self.next_id(recorder)?;
        let fills = self.sweep(&mut taker, max_fills, recorder)?;
        let left = Quantity(taker.left);
        let rests = left.0 > 0 && order.time_in_force == TimeInForce::Gtc && self.crossed(&taker).is_none();
        if rests {
            self.rest(id, order, &taker, recorder)?;
        }
        let (resting, cancelled) = if rests { (left, Quantity(0)) } else { (Quantity(0), left) };
        Ok(Placed { order: id, fills, resting, cancelled })
    }

    /// Takes a resting order out; answers what it was.
    pub(super) fn cancel(&mut self, id: OrderId, recorder: &mut Recorder) -> Result<OrderView, Failure> {
        let slot = self.slab.find(id.0).ok_or(BookError::NoOrder)?;
        let view = self.view(slot)?;
        self.record_header(recorder);
        self.take_out(slot, recorder)?;
        Ok(view)
    }

    /// Judges an order by the book's rules, in the order in which [`BookError`] lists them.
    fn admit(&self, order: &NewOrder) -> Result<Taker, BookError> {
        let tick = self.grid.ordinal(order.price)?;
        self.grid.check_quantity(order.quantity)?;
        let taker = Taker { side: order.side, tick, left: order.quantity.0 };
        let full = self.slab.live() >= MAX_ORDERS || self.next_order == u64::MAX;
        // An order that matches and then rests has emptied at least one slot.
        if full && order.time_in_force == TimeInForce::Gtc && self.crossed(&taker).is_none() {
            return Err(BookError::Full);
        }
        Ok(taker)
    }

    fn next_id(&mut self, recorder: &mut Recorder) -> Result<OrderId, Fault> {
        self.record_header(recorder);
        let id = self.next_order;
        self.next_order = promised(id.checked_add(1), "order ids are used up")?;
        Ok(OrderId(id))
    }

    /// Puts what is left of an order at the end of its queue.
    fn rest(
        &mut self,
        id: OrderId,
        order: &NewOrder,
        taker: &Taker,
        recorder: &mut Recorder,
    ) -> Result<(), Fault> {
        let rung = Rung::new(taker.side, taker.tick);
        let prev = self.ladder.level(rung).tail;
        let resting = Order { id: id.0, quantity: taker.left, rung, prev, next: NIL, stamp: 0 };
        let slot = self.slab.insert(resting, order.owner, recorder)?;
        if prev != NIL {
            self.slab.edit(prev, recorder)?.next = slot;
        }
        self.ladder.join(slot, &resting, recorder)
    }

    /// Takes an order out of its queue and frees its slot. The header has been recorded.
    pub(super) fn take_out(&mut self, slot: u32, recorder: &mut Recorder) -> Result<(), Fault> {
        let order = *self.slab.get(slot)?;
        if order.prev != NIL {
            self.slab.edit(order.prev, recorder)?.next = order.next;
        }
        if order.next != NIL {
            self.slab.edit(order.next, recorder)?.prev = order.prev;
        }
        self.ladder.leave(&order, recorder)?;
        self.slab.remove(slot, recorder)
    }

    /// Copies the header before it first changes.
    pub(super) fn record_header(&mut self, recorder: &mut Recorder) {
        let header = self.header();
        recorder.header(&mut self.stamp, header);
    }
}

/// Rollback and loading.
impl Book {
    /// Sets the id of the next order, as read from state.
    pub(super) fn load_next_order(&mut self, id: u64) {
        self.next_order = id;
    }

    /// Puts the header back to what it was; slots that came later go.
    pub(super) fn restore_header(&mut self, old: Header) {
        self.slab.truncate(old.slots, old.free, old.live);
        self.next_order = old.next_order;
        self.stamp = 0;
    }

    /// Takes all stamps away, so that epochs can start again.
    pub(super) fn unstamp(&mut self) {
        self.slab.unstamp();
        self.ladder.unstamp();
        self.stamp = 0;
    }
}
