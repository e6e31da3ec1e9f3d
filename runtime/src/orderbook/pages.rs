//! Which of a book's slots a block writes to state, and how.
//!
//! Slots lie in pages. Orders that change in one block are rarely neighbours, so that rewriting every page
//! with a changed slot would write most of a busy book for each block. Instead, pages with many changed
//! slots are written whole, and the changed slots of all others go into one chunk of a journal. For so many
//! slots in the journal, a page is written whole in turn; once every page has been since a chunk was
//! written, that chunk says nothing any more and goes. So the journal holds at most about twice as many slots
//! as the book has, and a block writes about twice what it changed.
//!
//! Invariant: what is written depends on nothing but the book as the block found it and what it changed.

use codec::{Decode, Encode};

use super::book::Book;
use super::limits::{DENSE_SLOTS, DROPS_PER_BLOCK, FEW_PAGES, PAGE_ORDERS, SLOTS_PER_TURN};
use super::undo::Log;

/// How a book's slots lie in state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Pages {
    /// How many slots are there.
    pub(super) slots: u32,
    /// The first chunk of the journal that is still there.
    pub(super) first: u64,
    /// The number of the next chunk.
    pub(super) next: u64,
    /// Chunks before this one say nothing that the pages do not.
    pub(super) settled: u64,
    /// The number of the next chunk when the current round of pages began.
    pub(super) round: u64,
    /// The page whose turn it is.
    pub(super) turn: u32,
}

/// What a block writes of a book's slots.
pub(super) struct Plan {
    /// The pages to write whole, each once.
    pub(super) pages: Vec<u32>,
    /// The slots to write into a new chunk of the journal; none if empty.
    pub(super) chunk: Vec<u32>,
    /// The chunks to take away.
    pub(super) drops: std::ops::Range<u64>,
    /// How everything lies then.
    pub(super) after: Pages,
}

impl Book {
    /// What the block that is ending writes of the slots.
    pub(super) fn plan(&self) -> Plan {
        let slots = self.slab.slots();
        let before = self.pages;
        let changed = changed_slots(&self.log, slots);
        let (mut pages, mut chunk) = (Vec::new(), Vec::with_capacity(self.log.changes.len()));
        let touched = changed.iter().filter(|bits| **bits != 0).count() as u32;
        for (page, bits) in (0u32..).zip(changed) {
            let first = page.saturating_mul(PAGE_ORDERS);
            let new = first.saturating_add(PAGE_ORDERS) > before.slots && before.slots < slots;
            let whole = touched <= FEW_PAGES || bits.count_ones() >= DENSE_SLOTS || new;
            if bits != 0 && whole {
                pages.push(page);
            } else {
                push_slots(first, bits, &mut chunk);
            }
        }
        let after = Pages { slots, ..before };
        settle(pages, chunk, after)
    }

    /// How the slots lie after the block, as its changes said.
    pub(super) fn planned_pages(&self) -> Pages {
        self.planned.unwrap_or_else(|| self.plan().after)
    }
}

/// Lets pages have their turn, and chunks that are settled go.
fn settle(mut pages: Vec<u32>, chunk: Vec<u32>, mut after: Pages) -> Plan {
    if !chunk.is_empty() {
        let count = after.slots.div_ceil(PAGE_ORDERS);
        let turns = (chunk.len() as u32).div_ceil(SLOTS_PER_TURN).min(count);
        after.next = after.next.saturating_add(1);
        let written = pages.len();
        for _ in 0..turns {
            let whole = pages.get(..written).unwrap_or_default();
            if whole.binary_search(&after.turn).is_err() {
                pages.push(after.turn);
            }
            after.turn = after.turn.saturating_add(1);
            if after.turn >= count {
                (after.turn, after.settled, after.round) = (0, after.round, after.next);
            }
        }
    }
    let end = after.settled.min(after.first.saturating_add(DROPS_PER_BLOCK));
    let drops = after.first..end.max(after.first);
    after.first = drops.end;
    Plan { pages, chunk, drops, after }
}

/// For each page, a bit for each of its slots that changed.
fn changed_slots(log: &Log, slots: u32) -> Vec<u32> {
    let mut changed = vec![0u32; slots.div_ceil(PAGE_ORDERS) as usize];
    for (_, slot) in &log.changes {
        if let Some(bits) = changed.get_mut((slot / PAGE_ORDERS) as usize) {
            *bits |= 1u32.wrapping_shl(*slot);
        }
    }
    changed
}

fn push_slots(first: u32, mut bits: u32, chunk: &mut Vec<u32>) {
    while bits != 0 {
        chunk.push(first | bits.trailing_zeros());
        bits &= bits.wrapping_sub(1);
    }
}

const _: () = assert!(PAGE_ORDERS == 32, "a page's slots are the bits of a word");
