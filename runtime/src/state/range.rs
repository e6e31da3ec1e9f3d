//! Ranges of state, read in pages and both ways.
//!
//! Invariant: where a page ends, and what a reader meets on the way, follows from state and the block's
//! writes alone, so that every node reads, and every contract pays for, the same.

use std::cmp::Ordering;
use std::iter::Peekable;

use super::overlay::Written;
use super::{Entries, Fault, Overlay};

/// Which way a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From its beginning.
    Ascending,
    /// From its end.
    Descending,
}

/// What fills a page. The entry with which it reaches either number is its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit {
    /// A number of entries.
    pub entries: usize,
    /// A number of bytes, of keys and values.
    pub bytes: usize,
}

impl PageLimit {
    /// As many entries as this, of any size.
    pub fn entries(entries: usize) -> Self {
        PageLimit { entries, bytes: usize::MAX }
    }

    /// As many of `entries` as fill a page.
    ///
    /// # Errors
    /// The first that is met.
    pub fn page<E>(self, entries: impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), E>>) -> Result<Entries, E> {
        self.fill(entries, |(key, value)| key.len() + value.len())
    }

    /// As many as fill a page of keys that were met one after the other, each with its value if it has one.
    ///
    /// # Errors
    /// The first that is met.
    pub fn met<E>(self, keys: impl Iterator<Item = Result<MetKey, E>>) -> Result<Vec<MetKey>, E> {
        self.fill(keys, |(key, value)| key.len() + value.as_ref().map_or(0, Vec::len))
    }

    fn fill<T, E>(
        self,
        mut entries: impl Iterator<Item = Result<T, E>>,
        size: impl Fn(&T) -> usize,
    ) -> Result<Vec<T>, E> {
        let (mut page, mut bytes) = (Vec::new(), 0);
        while !self.is_reached(page.len(), bytes) {
            let Some(entry) = entries.next() else { break };
            let entry = entry?;
            bytes += size(&entry);
            page.push(entry);
        }
        Ok(page)
    }

    pub(super) fn is_reached(self, entries: usize, bytes: usize) -> bool {
        entries >= self.entries || bytes >= self.bytes
    }
}

/// A key that was met on the way through a range, and its value if it has one.
pub type MetKey = (Vec<u8>, Option<Vec<u8>>);

/// A page of the keys that a state was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The keys in order, each with its value; without, if it has none in this state and was passed over.
    pub entries: Vec<MetKey>,
    /// How often something had to be searched for that may be on disk.
    pub searches: usize,
}

impl Walk {
    /// Of a state that holds nothing but the newest values: one search, and no key without a value.
    pub fn of_latest(entries: Entries) -> Self {
        Walk { entries: entries.into_iter().map(|(key, value)| (key, Some(value))).collect(), searches: 1 }
    }
}

/// The keys of a range: `from` included, `to` not.
pub(crate) struct Span {
    pub(crate) from: Vec<u8>,
    pub(crate) to: Vec<u8>,
}

impl Span {
    /// Takes off all keys up to `last`, read in this direction.
    pub(super) fn advance(&mut self, last: &[u8], direction: Direction) {
        let bound = match direction {
            Direction::Ascending => &mut self.from,
            Direction::Descending => &mut self.to,
        };
        bound.clear();
        bound.extend_from_slice(last);
        if direction == Direction::Ascending {
            // One zero byte more than a key makes the next one after it.
            bound.push(0);
        }
    }
}

/// Reads one page of a range as the block has left it so far, in steps that can be paid for one by one.
pub(crate) struct RangeReader {
    rest: Span,
    direction: Direction,
    limit: PageLimit,
    page: Entries,
    page_bytes: usize,
    met: usize,
    ended: bool,
}

/// What a step met: entries of the page, and such as were removed, or as the block has replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) entries: usize,
    /// Bytes of their keys and of all values that were read for them.
    pub(crate) bytes: usize,
    /// Searches in the state below: one, if that is the latest.
    pub(crate) searches: usize,
}

impl RangeReader {
    pub(crate) fn new(range: Span, direction: Direction, limit: PageLimit) -> Self {
        RangeReader { rest: range, direction, limit, page: Vec::new(), page_bytes: 0, met: 0, ended: false }
    }

    /// Reads on. None if the page is full or the range at its end.
    ///
    /// A step asks the state below for no more entries than the page lacks or than were met so far, so
    /// that what it reads in vain is no more than what was paid for.
    pub(crate) fn step(&mut self, overlay: &mut Overlay) -> Result<Option<Met>, Fault> {
        overlay.sort();
        if self.ended || self.is_full() {
            return Ok(None);
        }
        let entries = (self.limit.entries - self.page.len()).max(self.met);
        let step = PageLimit { entries, bytes: self.limit.bytes - self.page_bytes };
        let Span { from, to } = &self.rest;
        let Walk { entries, searches } = overlay.base().walk(from, to, self.direction, step)?;
        let met = self.merge(entries, overlay, step);
        self.met += met.entries;
        Ok(Some(Met { searches, ..met }))
    }

    /// The page, and whether the range may go on after it.
    pub(crate) fn finish(self) -> (Entries, bool) {
        (self.page, !self.ended)
    }

    fn is_full(&self) -> bool {
        self.limit.is_reached(self.page.len(), self.page_bytes)
    }

    /// Goes through `base` and the block's writes together, in order, until the page or the step is full.
    ///
    /// If `base` is a full page, going through it makes the step full: nothing is met beyond its last
    /// entry, where the state below has not been asked.
    fn merge(&mut self, base: Vec<MetKey>, overlay: &Overlay, step: PageLimit) -> Met {
        let mut met = Met::default();
        let mut both = Merge {
            base: base.into_iter().peekable(),
            written: overlay.written(&self.rest.from, &self.rest.to, self.direction).peekable(),
            direction: self.direction,
        };
        let mut last = None;
        while !self.is_full() && !step.is_reached(met.entries, met.bytes) {
            let Some((key, value, bytes)) = both.next() else {
                self.ended = true;
                return met;
            };
            met = Met { entries: met.entries + 1, bytes: met.bytes + bytes, ..met };
            if let Some(value) = value {
                self.page_bytes += key.len() + value.len();
                self.page.push((key.clone(), value));
            }
            last = Some(key);
        }
        drop(both);
        if let Some(last) = last {
            self.rest.advance(&last, self.direction);
        }
        met
    }
}

/// A key as the block has left it: its value, if it has one, and the bytes read for it.
type MetEntry = (Vec<u8>, Option<Vec<u8>>, usize);

/// Entries of the state below and the block's writes over them, in order. A write hides the entry.
struct Merge<'a> {
    base: Peekable<std::vec::IntoIter<MetKey>>,
    written: Peekable<Written<'a>>,
    direction: Direction,
}

impl Merge<'_> {
    /// Which of the two has the next key, if any.
    fn order(&mut self) -> Option<Ordering> {
        match (self.base.peek(), self.written.peek()) {
            (None, None) => None,
            (Some(_), None) => Some(Ordering::Less),
            (None, Some(_)) => Some(Ordering::Greater),
            (Some((base, _)), Some((written, _))) => Some(match self.direction {
                Direction::Ascending => base.as_slice().cmp(written),
                Direction::Descending => written.cmp(&base.as_slice()),
            }),
        }
    }
}

impl Iterator for Merge<'_> {
    type Item = MetEntry;

    fn next(&mut self) -> Option<MetEntry> {
        let order = self.order()?;
        let base = if order.is_le() { self.base.next() } else { None };
        let written = if order.is_ge() { self.written.next() } else { None };
        let below = base.as_ref().and_then(|(_, value)| value.as_ref()).map_or(0, Vec::len);
        match (base, written) {
            (_, Some((key, value))) => {
                let bytes = key.len() + below + value.map_or(0, <[u8]>::len);
                Some((key.to_vec(), value.map(<[u8]>::to_vec), bytes))
            }
            (Some((key, value)), None) => {
                let bytes = key.len() + below;
                Some((key, value, bytes))
            }
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests;
