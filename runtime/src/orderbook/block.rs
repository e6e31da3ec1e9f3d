//! The tentative block: savepoints within it, what it changes, and its end.

use std::collections::{BTreeMap, BTreeSet};

use codec::{Compact, Encode};

use super::answer::promised;
use super::book::Book;
use super::books::OrderBooks;
use super::limits::{PAGE_BYTES, PAGE_ORDERS};
use super::record::{BookRecord, SlotRecord, count_key, header_key, page_key};
use super::undo::Mark;
use crate::state::{Changes, Fault};

impl OrderBooks {
    /// A place to roll back to. Savepoints nest: rolling back to one also undoes what came after those
    /// within it. One that is no longer needed costs nothing.
    pub fn savepoint(&mut self) -> Mark {
        match self.log.epoch.checked_add(1) {
            Some(epoch) => self.log.epoch = epoch,
            None => self.restart_epochs(),
        }
        self.log.mark(self.created)
    }

    /// Undoes everything since `mark`, which is of this block.
    pub fn rollback(&mut self, mark: Mark) {
        while self.log.orders.len() > mark.orders {
            let Some(saved) = self.log.orders.pop() else { break };
            self.touched(saved.book, |book| book.slab.restore(saved.at, saved.old));
        }
        while self.log.owners.len() > mark.owners {
            let Some(saved) = self.log.owners.pop() else { break };
            self.touched(saved.book, |book| book.slab.restore_owner(saved.at, saved.old));
        }
        while self.log.levels.len() > mark.levels {
            let Some(saved) = self.log.levels.pop() else { break };
            self.touched(saved.book, |book| book.ladder.restore(saved.at, saved.old));
        }
        while self.log.headers.len() > mark.headers {
            let Some(saved) = self.log.headers.pop() else { break };
            self.touched(saved.book, |book| book.restore_header(saved.old));
        }
        let undone = self.created.saturating_sub(mark.created);
        if let Some(books) = &mut self.books {
            books.truncate(books.len().saturating_sub(undone));
        }
        self.created = self.created.saturating_sub(undone);
    }

    /// What the tentative block changes in state: the header of each book touched, and each page with
    /// a slot touched. Asked for at the block's end; asking changes nothing.
    pub fn changes(&self) -> Result<Changes, Fault> {
        let mut changes = Changes::new();
        if self.created > 0 {
            let count = self.books.as_ref().map_or(0, Vec::len) as u32;
            changes.insert(count_key(), Some(count.encode()));
        }
        let first_new = self.slots_before();
        for number in first_new.keys() {
            changes.insert(header_key(*number), Some(self.loaded(*number)?.header_record()));
        }
        for (number, page) in self.dirty_pages(&first_new)? {
            changes.insert(page_key(number, page), Some(self.loaded(number)?.page_record(page)?));
        }
        Ok(changes)
    }

    /// The tentative block has become permanent.
    pub fn commit(&mut self) {
        self.created = 0;
        self.log.clear();
        // A new epoch, as stamps of this one promise copies that are gone.
        self.savepoint();
    }

    /// Undoes the tentative block.
    pub fn discard(&mut self) {
        self.rollback(Mark::default());
        self.commit();
    }

    /// How many slots each touched book had when the block began.
    fn slots_before(&self) -> BTreeMap<u32, u32> {
        let mut before = BTreeMap::new();
        for saved in &self.log.headers {
            before.entry(saved.book).or_insert(saved.old.slots);
        }
        before
    }

    /// The pages with slots that were copied, or that are new.
    fn dirty_pages(&self, slots_before: &BTreeMap<u32, u32>) -> Result<BTreeSet<(u32, u32)>, Fault> {
        let copied = self.log.orders.iter().map(|saved| (saved.book, saved.at / PAGE_ORDERS));
        let mut pages: BTreeSet<(u32, u32)> = copied.collect();
        for (number, before) in slots_before {
            let slots = self.loaded(*number)?.slab.slots();
            if slots > *before {
                let new = before / PAGE_ORDERS..slots.div_ceil(PAGE_ORDERS);
                pages.extend(new.map(|page| (*number, page)));
            }
        }
        Ok(pages)
    }

    /// A book that the block touched.
    fn loaded(&self, number: u32) -> Result<&Book, Fault> {
        let place = self.books.as_ref().and_then(|books| books.get(number as usize));
        promised(place.and_then(Option::as_deref), "a book that was changed is not loaded")
    }

    /// Does something to a book that the block touched; such a book is always loaded.
    fn touched(&mut self, number: u32, undo: impl FnOnce(&mut Book)) {
        let place = self.books.as_mut().and_then(|books| books.get_mut(number as usize));
        let book = place.and_then(Option::as_deref_mut);
        debug_assert!(book.is_some(), "a book that was changed is not loaded");
        if let Some(book) = book {
            undo(book);
        }
    }

    /// Epochs have run out, once in four thousand million savepoints: without stamps, everything is
    /// copied again, and counting can start over.
    fn restart_epochs(&mut self) {
        let books = self.books.iter_mut().flatten().flatten();
        books.for_each(|book| book.unstamp());
        self.log.epoch = 1;
    }
}

impl Book {
    fn header_record(&self) -> Vec<u8> {
        BookRecord { owner: self.owner, params: self.params, header: self.header() }.encode()
    }

    /// A page as SCALE has a `Vec<SlotRecord>`, written without one.
    fn page_record(&self, page: u32) -> Result<Vec<u8>, Fault> {
        let first = page.saturating_mul(PAGE_ORDERS);
        let end = first.saturating_add(PAGE_ORDERS).min(self.slab.slots());
        let mut bytes = Vec::with_capacity(PAGE_BYTES);
        Compact(end.saturating_sub(first)).encode_to(&mut bytes);
        for slot in first..end {
            SlotRecord::new(self.slab.get(slot)?, self.slab.owner(slot)?).encode_to(&mut bytes);
        }
        Ok(bytes)
    }
}
