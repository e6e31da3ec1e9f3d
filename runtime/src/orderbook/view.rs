//! What can be read of a book.

use codec::Encode;
use sillok_abi::{BookError, Depth, Hash, Level, OrderId, OrderView, Quantity, Side, digest};

use super::answer::Failure;
use super::book::Book;
use super::ladder::Rung;
use super::slab::NIL;
use crate::state::Fault;

impl Book {
    /// The resting order with this id.
    pub(super) fn order(&self, id: OrderId) -> Result<OrderView, Failure> {
        let slot = self.slab.find(id.0).ok_or(BookError::NoOrder)?;
        Ok(self.view(slot)?)
    }

    /// The resting order in a slot.
    pub(super) fn view(&self, slot: u32) -> Result<OrderView, Fault> {
        let order = self.slab.get(slot)?;
        Ok(OrderView {
            order: OrderId(order.id),
            owner: *self.slab.owner(slot)?,
            side: order.rung.side(),
            price: self.grid.price(order.rung.tick()),
            quantity: Quantity(order.quantity),
        })
    }

    /// The best `levels` of both sides.
    pub(super) fn depth(&self, levels: u32) -> Depth {
        let side = |side| {
            let best = self.ladder.levels(side).take(levels as usize);
            let level = best.map(|(rung, level)| Level {
                price: self.grid.price(rung.tick()),
                quantity: Quantity(level.quantity),
                orders: level.orders,
            });
            level.collect()
        };
        Depth { bids: side(Side::Buy), asks: side(Side::Sell) }
    }

    /// A digest of everything that the book's later behaviour depends on: rules, counters, every
    /// queue in order with the slots of its orders as queue and index have them, and the free list.
    pub(super) fn digest(&self) -> Result<Hash, Fault> {
        let mut bytes = (self.owner, self.params, self.header()).encode();
        for side in [Side::Buy, Side::Sell] {
            for (rung, level) in self.ladder.levels(side) {
                (side, rung.tick(), level.orders, level.quantity, level.tail).encode_to(&mut bytes);
                self.encode_queue(rung, &mut bytes)?;
            }
        }
        for slot in self.free_list() {
            slot?.encode_to(&mut bytes);
        }
        Ok(digest("sillok/order-book", &bytes))
    }

    fn encode_queue(&self, rung: Rung, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        for slot in self.queue(rung) {
            let slot = slot?;
            let order = self.slab.get(slot)?;
            let found = self.slab.find(order.id);
            (slot, found, order.id, order.quantity, order.prev, self.slab.owner(slot)?).encode_to(bytes);
        }
        Ok(())
    }

    /// The slots of a level's orders, oldest first.
    pub(super) fn queue(&self, rung: Rung) -> impl Iterator<Item = Result<u32, Fault>> {
        self.chain(self.ladder.level(rung).head)
    }

    /// The free slots, latest first.
    pub(super) fn free_list(&self) -> impl Iterator<Item = Result<u32, Fault>> {
        self.chain(self.slab.free_head())
    }

    /// Follows the links from a slot to the end, or to a slot that is missing.
    fn chain(&self, head: u32) -> impl Iterator<Item = Result<u32, Fault>> {
        let follow = |slot: u32| (slot != NIL).then(|| self.slab.get(slot).map(|order| (slot, order.next)));
        let links = std::iter::successors(follow(head), move |link| follow(link.as_ref().ok()?.1));
        links.map(|link| link.map(|(slot, _)| slot))
    }
}
