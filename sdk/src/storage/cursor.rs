//! Where an iteration stands: the page that was fetched, and what is still to be fetched.
//!
//! All of it is bytes, so that a contract holds this code once whatever it iterates over. Pages grow
//! while an iteration goes on, so that a short one reads little and a long one asks seldom; they share
//! one buffer, so that an iteration's memory is bounded. Invariant: entries come in the order of their
//! keys (or its reverse), each once, also if the range is narrowed or turned round on the way.

use alloc::vec::Vec;
use core::ops::{Bound, Range};

use codec::{Compact, Decode};
use sillok_abi::RANGE_DESCENDING;

use super::bounds::Bounds;
use super::{StorageField, corrupt};
use crate::host;

/// How many entries the first page of an iteration has.
const FIRST_PAGE: u32 = 16;
/// How many entries the host puts in a page at most.
const LARGEST_PAGE: u32 = 256;

/// An iteration over the entries of a range.
pub(super) struct Cursor {
    field: &'static StorageField,
    /// What all keys begin with: the field's 4 bytes, and what was narrowed down to since.
    shared: Vec<u8>,
    bounds: Bounds,
    flags: u32,
    /// The page: SCALE of `Vec<(Vec<u8>, Vec<u8>)>`.
    page: Vec<u8>,
    /// Where its next entry begins, and how many are left.
    position: usize,
    left: u32,
    /// Where the key of the entry that was given out last is.
    last: Range<usize>,
    /// Whether the range may go on after the page.
    more: bool,
    /// How many entries the next page may have, and how many are wanted in all.
    size: u32,
    wanted: usize,
}

impl Cursor {
    /// Before the first of all entries whose keys begin with `shared`. Nothing is read yet.
    pub(super) fn new(field: &'static StorageField, shared: Vec<u8>, flags: u32) -> Self {
        let (bounds, page, last) = (Bounds::beginning(&shared), Vec::new(), 0..0);
        let (position, left, more) = (0, 0, true);
        let (size, wanted) = (FIRST_PAGE, usize::MAX);
        Cursor { field, shared, bounds, flags, page, position, left, last, more, size, wanted }
    }

    /// The field that is iterated.
    pub(super) fn field(&self) -> &'static StorageField {
        self.field
    }

    /// Reads only what lies between these too.
    pub(super) fn range(&mut self, start: Bound<Vec<u8>>, end: Bound<Vec<u8>>) {
        self.restart();
        match Bounds::between(&self.shared, start, end) {
            Some(bounds) => self.bounds.intersect(bounds),
            None => self.more = false,
        }
    }

    /// Reads only what goes on with `prefix`, with these flags.
    pub(super) fn narrow(&mut self, prefix: &[u8], flags: u32) {
        self.restart();
        self.shared.extend_from_slice(prefix);
        self.bounds.intersect(Bounds::beginning(&self.shared));
        self.flags = self.flags & RANGE_DESCENDING | flags;
    }

    /// Reads what is left the other way round.
    pub(super) fn turn(&mut self) {
        self.restart();
        self.flags ^= RANGE_DESCENDING;
    }

    /// From now on gives out no more than `count` entries.
    pub(super) fn want(&mut self, count: usize) {
        self.wanted = self.wanted.min(count);
        self.size = u32::try_from(count).unwrap_or(u32::MAX).min(LARGEST_PAGE);
    }

    /// The next entry: what its key goes on with, and its value.
    #[inline(never)]
    pub(super) fn next(&mut self) -> Option<(&[u8], &[u8])> {
        if self.wanted == 0 || (self.left == 0 && !self.fetch()) {
            return None;
        }
        self.left -= 1;
        self.wanted -= 1;
        let (Some(key), Some(value)) = (self.part(), self.part()) else { corrupt(self.field) };
        self.last = key.clone();
        match (self.page.get(key), self.page.get(value)) {
            (Some(key), Some(value)) => Some((key.get(self.shared.len()..)?, value)),
            _ => corrupt(self.field),
        }
    }

    /// Fetches the next page; whether it holds anything.
    fn fetch(&mut self) -> bool {
        if !self.more {
            return false;
        }
        self.advance();
        let limit = self.size.min(u32::try_from(self.wanted).unwrap_or(u32::MAX));
        let Bounds { from, to } = &self.bounds;
        self.more = host::storage_range(from, to, limit, self.flags, &mut self.page);
        self.size = self.size.saturating_mul(2).min(LARGEST_PAGE);
        self.position = 0;
        self.left = match self.number() {
            Some(count) => count,
            None => corrupt(self.field),
        };
        self.left > 0
    }

    /// Forgets what was fetched but not given out.
    fn restart(&mut self) {
        self.advance();
        self.more |= self.left > 0;
        self.left = 0;
        self.last = 0..0;
    }

    /// Takes what was given out off the range.
    fn advance(&mut self) {
        let Some(last) = self.page.get(self.last.clone()).filter(|last| !last.is_empty()) else { return };
        let descending = self.flags & RANGE_DESCENDING != 0;
        let bound = if descending { &mut self.bounds.to } else { &mut self.bounds.from };
        bound.clear();
        bound.extend_from_slice(last);
        if !descending {
            // One zero byte more than a key makes the next one after it.
            bound.push(0);
        }
    }

    /// The next key or value of the page.
    fn part(&mut self) -> Option<Range<usize>> {
        let length = self.number()? as usize;
        let start = self.position;
        self.position = start.checked_add(length)?;
        Some(start..self.position)
    }

    /// The next compact number of the page.
    fn number(&mut self) -> Option<u32> {
        let mut rest = self.page.get(self.position..)?;
        let Compact(number) = Compact::<u32>::decode(&mut rest).ok()?;
        self.position = self.page.len() - rest.len();
        Some(number)
    }
}
