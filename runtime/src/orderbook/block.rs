//! The tentative block: savepoints within it, what it changes, and its end.

use codec::{Compact, Encode};

use super::answer::Broken;
use super::book::Book;
use super::books::{OrderBooks, loaded};
use super::limits::{CHUNK_SLOT_BYTES, PAGE_BYTES, PAGE_ORDERS, PAGE_OWNERS};
use super::pages::Plan;
use super::record::{BookRecord, SlotRecord, chunk_key, count_key, header_key, owners_key, page_key};
use crate::state::{Changes, Fault};

/// A savepoint to roll back to: how many operations there had been, and how many books were new.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    operations: usize,
    created: usize,
}

/// The book of each operation of the tentative block, oldest first. Those in one book that follow each other are
/// counted, as most do.
#[derive(Default)]
pub(super) struct Operations {
    runs: Vec<(u32, u32)>,
    count: usize,
}

impl Operations {
    /// Adds one in the book of this number. A block has fewer than 32 bits count.
    #[inline(always)]
    pub(super) fn push(&mut self, book: u32) {
        self.count = self.count.wrapping_add(1);
        match self.runs.last_mut() {
            Some((last, count)) if *last == book => *count = count.wrapping_add(1),
            _ => self.runs.push((book, 1)),
        }
    }

    /// Takes the latest away; answers its book.
    pub(super) fn pop(&mut self) -> Option<u32> {
        let (book, count) = self.runs.last_mut()?;
        let book = *book;
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.runs.pop();
        }
        self.count = self.count.saturating_sub(1);
        Some(book)
    }

    fn clear(&mut self) {
        self.runs.clear();
        self.count = 0;
    }

    /// The books that they touched, each once, in order.
    fn books(&self) -> Vec<u32> {
        let mut books: Vec<u32> = self.runs.iter().map(|(book, _)| *book).collect();
        books.sort_unstable();
        books.dedup();
        books
    }
}

impl OrderBooks {
    /// A place to roll back to. Savepoints nest: rolling back to one also undoes what came after those
    /// within it. Taking one costs nothing, and one that is no longer needed is just forgotten.
    pub fn savepoint(&mut self) -> Mark {
        Mark { operations: self.operations.count, created: self.created }
    }

    /// Undoes everything since `mark`, which is of this block.
    pub fn rollback(&mut self, mark: Mark) {
        if let Err(broken) = self.undo_to(mark) {
            self.fault.get_or_insert(broken.into());
        }
    }

    fn undo_to(&mut self, mark: Mark) -> Result<(), Broken> {
        while self.operations.count > mark.operations {
            let Some(number) = self.operations.pop() else { break };
            self.loaded_mut(number)?.undo_operation()?;
        }
        let undone = self.created.saturating_sub(mark.created);
        if let Some(books) = &mut self.books {
            books.truncate(books.len().saturating_sub(undone));
        }
        self.created = self.created.saturating_sub(undone);
        Ok(())
    }

    /// What the tentative block changes in state. Asked for at the block's end; asking changes nothing.
    pub fn changes(&mut self) -> Result<Changes, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let mut changes = Changes::new();
        if self.created > 0 {
            let count = self.books.as_ref().map_or(0, Vec::len) as u32;
            changes.insert(count_key(), Some(count.encode()));
        }
        for number in self.operations.books() {
            let book = self.loaded_mut(number)?;
            let plan = book.plan();
            book.planned = Some(plan.after);
            book.write_slots(number, &plan, &mut changes)?;
            book.write_owners(number, &mut changes)?;
            changes.insert(header_key(number), Some(book.header(&plan)));
        }
        Ok(changes)
    }

    /// The tentative block has become permanent.
    pub fn commit(&mut self) {
        for number in self.operations.books() {
            if let Ok(book) = self.loaded_mut(number) {
                book.pages = book.planned_pages();
                book.owners_written = book.slab.owners.count();
                book.planned = None;
                book.counters = book.counted();
                book.log.clear();
            }
        }
        self.operations.clear();
        self.created = 0;
    }

    /// Undoes the tentative block.
    pub fn discard(&mut self) {
        self.rollback(Mark::default());
    }

    /// A book that the block touched; such a book is always loaded.
    #[inline]
    pub(super) fn loaded_mut(&mut self, number: u32) -> Result<&mut Book, Broken> {
        loaded(&mut self.books, number as usize)
    }
}

impl Book {
    fn header(&self, plan: &Plan) -> Vec<u8> {
        let record = BookRecord {
            owner: self.owner,
            params: self.params.clone(),
            counters: self.counted(),
            day: self.day,
            free: self.slab.free,
            live: self.slab.live,
            owners: self.slab.owners.count(),
            pages: plan.after,
        };
        record.encode()
    }

    fn write_slots(&self, number: u32, plan: &Plan, changes: &mut Changes) -> Result<(), Broken> {
        for page in &plan.pages {
            changes.insert(page_key(number, *page), Some(self.page(*page, plan.after.next)?));
        }
        if !plan.chunk.is_empty() {
            changes.insert(chunk_key(number, self.pages.next), Some(self.chunk(&plan.chunk)?));
        }
        for chunk in plan.drops.clone() {
            changes.insert(chunk_key(number, chunk), None);
        }
        Ok(())
    }

    /// A page as SCALE has a `PageRecord`, written without one.
    fn page(&self, page: u32, since: u64) -> Result<Vec<u8>, Broken> {
        let first = page.saturating_mul(PAGE_ORDERS);
        let end = first.saturating_add(PAGE_ORDERS).min(self.slab.slots());
        let mut bytes = Vec::with_capacity(PAGE_BYTES);
        since.encode_to(&mut bytes);
        Compact(end.saturating_sub(first)).encode_to(&mut bytes);
        for slot in first..end {
            SlotRecord::write(self.slab.get(slot)?, || self.slab.extra(slot), &mut bytes);
        }
        Ok(bytes)
    }

    /// A chunk of the journal as SCALE has a `Vec<(u32, SlotRecord)>`, written without one.
    fn chunk(&self, slots: &[u32]) -> Result<Vec<u8>, Broken> {
        let bytes = slots.len().saturating_mul(CHUNK_SLOT_BYTES);
        let mut bytes = Vec::with_capacity(bytes.saturating_add(PAGE_BYTES));
        Compact(slots.len() as u32).encode_to(&mut bytes);
        for slot in slots {
            bytes.extend_from_slice(&slot.to_le_bytes());
            SlotRecord::write(self.slab.get(*slot)?, || self.slab.extra(*slot), &mut bytes);
        }
        Ok(bytes)
    }

    /// The pages of owners that are new.
    fn write_owners(&self, number: u32, changes: &mut Changes) -> Result<(), Broken> {
        let count = self.slab.owners.count();
        if count == self.owners_written {
            return Ok(());
        }
        for page in self.owners_written / PAGE_OWNERS..count.div_ceil(PAGE_OWNERS) {
            let first = page.saturating_mul(PAGE_OWNERS);
            let end = first.saturating_add(PAGE_OWNERS).min(count);
            let accounts: Result<Vec<_>, Broken> =
                (first..end).map(|number| self.slab.owners.account(number).copied()).collect();
            changes.insert(owners_key(number, page), Some(accounts?.encode()));
        }
        Ok(())
    }
}
