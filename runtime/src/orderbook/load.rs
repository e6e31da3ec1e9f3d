//! Reads a book from state, and refuses to go on with one that does not hold together.
//!
//! Slots come back as they were stored; index, levels and occupancy follow from them in one pass, in
//! whatever order the slots lie, as an order without one before it is the head of its queue.

use sillok_abi::Side;

use super::answer::promised;
use super::book::Book;
use super::ladder::Rung;
use super::limits::{MAX_QUANTITY, PAGE_ORDERS};
use super::record::{BookRecord, Header, SlotRecord, count_key, decode, header_key, page_key};
use super::slab::{NIL, Order};
use crate::state::{Fault, StateReader};

/// How many books there are.
pub(super) fn count(state: &dyn StateReader) -> Result<u32, Fault> {
    state.get(&count_key())?.map_or(Ok(0), |bytes| decode(&bytes, "the number of books"))
}

/// Reads a book by its number.
pub(super) fn book(number: u32, state: &dyn StateReader) -> Result<Book, Fault> {
    read(number, state).map_err(|Fault(cause)| Fault(format!("book {number} in state: {cause}")))
}

fn read(number: u32, state: &dyn StateReader) -> Result<Book, Fault> {
    let bytes = promised(state.get(&header_key(number))?, "its header is missing")?;
    let BookRecord { owner, params, header } = decode(&bytes, "its header")?;
    let mut book = promised(Book::new(owner, params).ok(), "its rules make no sense")?;
    for page in 0..header.slots.div_ceil(PAGE_ORDERS) {
        let bytes = promised(state.get(&page_key(number, page))?, "a page is missing")?;
        let slots: Vec<SlotRecord> = decode(&bytes, "a page")?;
        for (order, owner) in slots.into_iter().map(SlotRecord::into_order) {
            book.slab.load(order, owner)?;
        }
    }
    book.load_header(header)?;
    book.load_levels()?;
    book.check_chains()?;
    Ok(book)
}

impl Book {
    /// Rebuilds the levels from the orders in the slots.
    fn load_levels(&mut self) -> Result<(), Fault> {
        for slot in 0..self.slab.slots() {
            let order = *self.slab.get(slot)?;
            if order.is_live() {
                self.check_order(slot, &order)?;
                self.ladder.load(slot, &order)?;
            }
        }
        Ok(())
    }

    /// An order has a known id, price and quantity, and its neighbours know it.
    fn check_order(&self, slot: u32, order: &Order) -> Result<(), Fault> {
        let sound = order.id < self.header().next_order
            && order.rung.tick() < self.grid.ticks()
            && (1..=MAX_QUANTITY).contains(&order.quantity);
        let same_queue = |other: &Order| other.is_live() && other.rung == order.rung;
        let ahead = order.prev == NIL || {
            let prev = self.slab.get(order.prev)?;
            same_queue(prev) && prev.next == slot
        };
        let behind = order.next == NIL || {
            let next = self.slab.get(order.next)?;
            same_queue(next) && next.prev == slot
        };
        promised((sound && ahead && behind).then_some(()), "an order is out of bounds or out of its queue")
    }

    /// Queues and free list hold every slot: none is in a ring apart.
    fn check_chains(&self) -> Result<(), Fault> {
        let mut queued = 0u32;
        for side in [Side::Buy, Side::Sell] {
            for (rung, _) in self.ladder.levels(side) {
                queued = queued.saturating_add(self.count_queue(rung)?);
            }
        }
        promised((queued == self.slab.live()).then_some(()), "an order is in no queue")?;
        let free = self.slab.slots().saturating_sub(queued);
        // One more than there can be, so that a ring shows.
        let listed = self.free_list().take((free as usize).saturating_add(1));
        let mut count = 0u32;
        for slot in listed {
            promised((!self.slab.get(slot?)?.is_live()).then_some(()), "an order is on the free list")?;
            count = count.saturating_add(1);
        }
        promised((count == free).then_some(()), "a free slot is not on the free list, or twice")
    }

    fn count_queue(&self, rung: Rung) -> Result<u32, Fault> {
        self.queue(rung).try_fold(0u32, |count, slot| slot.map(|_| count.saturating_add(1)))
    }

    /// Takes over the header, which has to agree with the slots.
    fn load_header(&mut self, header: Header) -> Result<(), Fault> {
        self.slab.load_free(header.free);
        self.load_next_order(header.next_order);
        promised((self.header() == header).then_some(()), "its header does not agree with its pages")
    }
}
