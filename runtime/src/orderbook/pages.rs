//! Which of a book's slots a block writes to state, and how.
//!
//! Slots lie in pages. Orders that change in one block are rarely neighbours, so that rewriting every page
//! with a changed slot would write most of a busy book for each block. Instead, pages with many changed
//! slots are written whole, and the changed slots of all others go into one chunk of a journal. For so many
//! slots in the journal, a page is written whole in turn; once every page has been since a chunk was
//! written, that chunk says nothing any more and goes. So the journal holds at most about four times as many
//! slots as the book has, and a block writes about one and a half times what it changed.
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
        let few = touches_few(&changed);
        for (pair, bits) in (0u32..).zip(changed) {
            let mut rest = bits;
            for (page, bits) in (pair.saturating_mul(2)..).zip([bits & LOWER, bits & !LOWER]) {
                let end = page.saturating_add(1).saturating_mul(PAGE_ORDERS);
                let new = end > before.slots && before.slots < slots;
                if bits != 0 && (few || new || bits.count_ones() >= DENSE_SLOTS) {
                    pages.push(page);
                    rest &= !bits;
                }
            }
            push_slots(pair.saturating_mul(PAIR), rest, &mut chunk);
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

/// For every two pages, a bit for each of their slots that changed: how many of so many slots did varies less than of half
/// as many, and is guessed better by whoever runs a loop over them.
fn changed_slots(log: &Log, slots: u32) -> Vec<u64> {
    let mut changed = vec![0u64; slots.div_ceil(PAIR) as usize];
    for (_, slot) in &log.changes {
        if let Some(bits) = changed.get_mut((slot / PAIR) as usize) {
            *bits |= 1u64.wrapping_shl(*slot);
        }
    }
    changed
}

/// Whether no more than `FEW_PAGES` pages have changed.
fn touches_few(changed: &[u64]) -> bool {
    let pages = changed.iter().flat_map(|bits| [bits & LOWER, bits & !LOWER]);
    pages.filter(|bits| *bits != 0).nth(FEW_PAGES).is_none()
}

fn push_slots(first: u32, mut bits: u64, chunk: &mut Vec<u32>) {
    while bits != 0 {
        chunk.push(first | bits.trailing_zeros());
        bits &= bits.wrapping_sub(1);
    }
}

/// How many slots two pages have.
const PAIR: u32 = 2 * PAGE_ORDERS;
/// The bits of the first of two pages.
const LOWER: u64 = u32::MAX as u64;

const _: () = assert!(PAIR == 64, "the slots of two pages are the bits of a word");
