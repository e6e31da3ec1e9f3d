//! Reads a book from state, and refuses to go on with one that does not hold together.
//!
//! Slots come back as they were stored, the journal's over the pages'; queues follow from the orders'
//! priorities, and what finds orders from the slots.

use sillok_abi::{Account, OrderId};

use super::answer::promised;
use super::book::Book;
use super::id::slot_in;
use super::limits::{MAX_QUANTITY, PAGE_ORDERS, PAGE_OWNERS};
use super::order::{Extra, Flags, Order};
use super::record::{
    BookRecord, PageRecord, SlotRecord, chunk_key, count_key, decode, header_key, owners_key, page_key,
};
use crate::state::{Fault, StateReader};

/// How many books there are.
pub(super) fn count(state: &dyn StateReader) -> Result<u32, Fault> {
    state.get(&count_key())?.map_or(Ok(0), |bytes| decode(&bytes, "the number of books"))
}

/// How much of state a book takes.
pub(crate) struct BookSize {
    /// The keys that are read for it, beside its header.
    pub(crate) keys: u64,
    /// The places of orders in them, free ones included.
    pub(crate) orders: u64,
}

/// How much would have to be read for a book, going by its header; none if there is none of this number.
pub(super) fn size(number: u32, state: &dyn StateReader) -> Result<Option<BookSize>, Fault> {
    let Some(bytes) = state.get(&header_key(number))? else { return Ok(None) };
    let BookRecord { owners, pages, .. } = decode(&bytes, "a book's header")?;
    let chunks = pages.next.saturating_sub(pages.first);
    let whole = pages.slots.div_ceil(PAGE_ORDERS).saturating_add(owners.div_ceil(PAGE_OWNERS));
    Ok(Some(BookSize { keys: chunks.saturating_add(whole.into()), orders: pages.slots.into() }))
}

/// Reads a book by its number.
pub(super) fn book(number: u32, seed: u64, state: &dyn StateReader) -> Result<Book, Fault> {
    read(number, seed, state).map_err(|Fault(cause)| Fault(format!("book {number} in state: {cause}")))
}

fn read(number: u32, seed: u64, state: &dyn StateReader) -> Result<Book, Fault> {
    let bytes = promised(state.get(&header_key(number))?, &"its header is missing")?;
    let record: BookRecord = decode(&bytes, "its header")?;
    let slots = read_slots(number, &record, state)?;
    let mut book = promised(Book::new(record.owner, record.params, seed).ok(), &"its rules make no sense")?;
    (book.counters, book.day, book.pages) = (record.counters, record.day, record.pages);
    book.load_owners(number, record.owners, state)?;
    let orders = slots.into_iter().map(SlotRecord::into_order).collect();
    book.load_orders(orders)?;
    book.slab.free = record.free;
    promised((book.slab.live == record.live).then_some(()), &"its header does not agree with its pages")?;
    book.check_free_list()?;
    Ok(book)
}

/// All slots: those of the pages, and over them those of the journal that are newer.
fn read_slots(number: u32, record: &BookRecord, state: &dyn StateReader) -> Result<Vec<SlotRecord>, Fault> {
    let mut slots = Vec::with_capacity(record.pages.slots as usize);
    let mut since = Vec::new();
    for page in 0..record.pages.slots.div_ceil(PAGE_ORDERS) {
        let bytes = promised(state.get(&page_key(number, page))?, &"a page is missing")?;
        let read: PageRecord = decode(&bytes, "a page")?;
        let rest = (record.pages.slots as usize).saturating_sub(slots.len());
        let whole = read.slots.len() == rest.min(PAGE_ORDERS as usize);
        promised(whole.then_some(()), &"a page has too many slots, or too few")?;
        since.push(read.since);
        slots.extend(read.slots);
    }
    for chunk in record.pages.first..record.pages.next {
        let bytes = promised(state.get(&chunk_key(number, chunk))?, &"a chunk of the journal is missing")?;
        let changed: Vec<(u32, SlotRecord)> = decode(&bytes, "a chunk of the journal")?;
        for (slot, record) in changed {
            let since = promised(since.get((slot / PAGE_ORDERS) as usize), &"a slot is in no page")?;
            let place = promised(slots.get_mut(slot as usize), &"a slot is in no page")?;
            if chunk >= *since {
                *place = record;
            }
        }
    }
    Ok(slots)
}

impl Book {
    fn load_owners(&mut self, number: u32, count: u32, state: &dyn StateReader) -> Result<(), Fault> {
        for page in 0..count.div_ceil(PAGE_OWNERS) {
            let bytes = promised(state.get(&owners_key(number, page))?, &"a page of owners is missing")?;
            let accounts: Vec<Account> = decode(&bytes, "a page of owners")?;
            for account in accounts {
                let new = self.slab.owners.find(&account).is_none();
                promised(new.then_some(()), &"an owner is there twice")?;
                self.slab.owners.add(account);
            }
        }
        let counted = self.slab.owners.count();
        self.owners_written = counted;
        Ok(promised((counted == count).then_some(()), &"the owners are not as many as its header says")?)
    }

    /// Puts the orders in their slots, and in their queues by their priorities.
    fn load_orders(&mut self, orders: Vec<(Order, Option<Extra>)>) -> Result<(), Fault> {
        let mut queued = Vec::new();
        for (mut order, extra) in orders {
            if order.is_live() {
                order.price = self.grid.price(order.rung.tick());
            }
            let slot = self.slab.append(&order);
            if let Some(extra) = extra {
                self.slab.set_extra(slot, extra);
            }
            if order.is_live() {
                self.check_order(slot, &order, extra)?;
                self.slab.attach(slot, &order)?;
                queued.push((order.rung, order.priority, slot));
            }
        }
        queued.sort_unstable();
        for (_, _, slot) in &queued {
            let order = *self.slab.get(*slot)?;
            self.link(*slot, &order)?;
        }
        let mut priorities: Vec<u64> = queued.iter().map(|(_, priority, _)| *priority).collect();
        priorities.sort_unstable();
        let unique = priorities.windows(2).all(|pair| pair.first() != pair.last());
        Ok(promised(unique.then_some(()), &"two orders have one place")?)
    }

    /// An order lies where its id says, and is of a known number, price, quantity and owner.
    fn check_order(&self, slot: u32, order: &Order, extra: Option<Extra>) -> Result<(), Fault> {
        let sound = slot_in(order.id) == slot
            && (1..self.counters.order).contains(&OrderId(order.id).number())
            && order.priority < self.counters.priority
            && order.owner < self.slab.owners.count()
            && (1..=MAX_QUANTITY).contains(&order.shown)
            && order.total() <= MAX_QUANTITY;
        let priced = order.rung.tick() < self.grid.ticks()
            && extra.is_none_or(|extra| extra.limit < self.grid.ticks());
        let flagged = order.flags.0 & !Flags::ALL == 0 && extra.is_some() == order.flags.has(Flags::EXTRA);
        Ok(promised((sound && priced && flagged).then_some(()), &"an order is out of bounds")?)
    }

    /// The free list holds every free slot, once.
    fn check_free_list(&self) -> Result<(), Fault> {
        let free = self.slab.slots().saturating_sub(self.slab.live);
        // One more than there can be, so that a ring shows.
        let listed = self.free_list().take((free as usize).saturating_add(1));
        let mut count = 0u32;
        for slot in listed {
            promised((!self.slab.get(slot?)?.is_live()).then_some(()), &"an order is on the free list")?;
            count = count.saturating_add(1);
        }
        Ok(promised((count == free).then_some(()), &"a free slot is not on the free list, or twice")?)
    }
}
