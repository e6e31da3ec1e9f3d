//! How each field does what it is told.

use core::ops::Bound;

use sillok_sdk::prelude::*;
use sillok_sdk::{Index, Rows, Unique};

use crate::{Error, Loan, Op, Shelf, Within, answer};

impl Shelf {
    /// Does one thing, or answers what changes nothing.
    pub(crate) fn change(&mut self, op: Op) -> Result<Vec<u8>, Error> {
        Ok(match op {
            Op::Put(key, book) => answer(&self.books.insert(&key, &book)),
            Op::Take(key) => answer(&self.books.take(&key)),
            Op::Extend(key, more) => answer(&self.books.update(&key, |book| {
                book.extend_from_slice(&more);
                book.len() as u32
            })),
            Op::PopFirst => answer(&self.books.pop_first()),
            Op::PopLast => answer(&self.books.pop_last()),
            Op::Mark(mark) => answer(&self.marks.insert(&mark)),
            Op::Unmark(mark) => answer(&self.marks.remove(&mark)),
            Op::PopMarks => answer(&(self.marks.pop_first(), self.marks.pop_last())),
            Op::Push(note) => answer(&self.notes.push(&note)),
            Op::Pop => answer(&self.notes.pop()),
            Op::SetNote(position, note) => {
                let there = position < self.notes.len();
                if there {
                    self.notes.set(position, &note);
                }
                answer(&there)
            }
            Op::SwapRemove(position) => answer(&self.notes.swap_remove(position)),
            Op::Lend(number, loan) => answer(&refusal(self.loans.insert(&number, &loan))),
            Op::Prolong(number, until, card) => answer(&self.prolong(number, Date(until), card)),
            Op::Return(number) => answer(&self.loans.remove(&number)),
            Op::Refuse => return Err(Error::Told),
            other => self.look(other),
        })
    }

    /// The day until which it was lent; or which index refused.
    fn prolong(&mut self, number: u32, until: Date, card: Option<u32>) -> Result<Option<Date>, String> {
        let updated = self.loans.update(&number, |loan| {
            loan.card = card;
            core::mem::replace(&mut loan.until, until)
        });
        updated.map_err(|duplicate| duplicate.index.to_owned())
    }

    /// Answers what changes nothing.
    pub(crate) fn look(&self, op: Op) -> Vec<u8> {
        match op {
            Op::Get(key) => answer(&(self.books.get(&key), self.books.contains(&key))),
            Op::Ends => answer(&(self.books.first(), self.books.last(), self.books.is_empty())),
            Op::Section(section, within) => {
                answer(&part(self.books.prefix(&section).range(range(&within, |number| number)), &within))
            }
            Op::Places(after, to, within) => {
                answer(&part(self.books.keys().after(after.as_ref()).before(to.as_ref()), &within))
            }
            Op::Pages(size) => answer(&self.pages(size as usize)),
            Op::Marks(after, within) => {
                let set = after.as_ref().is_some_and(|mark| self.marks.contains(mark));
                answer(&(part(self.marks.after(after.as_ref()), &within), set))
            }
            Op::Note(position) => {
                let (first, last) = (self.notes.first(), self.notes.last());
                answer(&((self.notes.len(), self.notes.is_empty()), (first, last), self.notes.get(position)))
            }
            Op::Notes(within) => answer(&part(self.notes.range(range(&within, u64::from)), &within)),
            other => self.look_at_loans(other),
        }
    }

    /// Every book, read as a client does that knows of nothing but the last page.
    fn pages(&self, size: usize) -> Vec<((String, u32), Vec<u8>)> {
        let mut all: Vec<((String, u32), Vec<u8>)> = Vec::new();
        loop {
            let last = all.last().map(|(key, _)| key.clone());
            let page: Vec<_> = self.books.after(last.as_ref()).take(size).collect();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    fn look_at_loans(&self, op: Op) -> Vec<u8> {
        let by_borrower: Index<'_, (String, Date), u32, Loan> = self.loans.by_borrower();
        let by_card: Unique<'_, u32, u32, Loan> = self.loans.by_card();
        let date = |day: u32| Date(day as i32);
        match op {
            Op::LoansOf(borrower, within) => {
                answer(&part(by_borrower.prefix(&borrower).range(range(&within, date)), &within))
            }
            Op::LoansFrom(borrower, day, within) => {
                answer(&part(by_borrower.keys().range((borrower, Date(day))..), &within))
            }
            Op::LoansOn(borrower, day, within) => {
                let found = by_borrower.of(&(borrower, Date(day)));
                answer(&part(found.range(range(&within, |number| number)), &within))
            }
            Op::Card(card) => answer(&(by_card.get(&card), by_card.key(&card), by_card.contains(&card))),
            Op::Cards(within) => answer(&part(by_card.range(range(&within, |card| card)), &within)),
            Op::Loans(number, within) => {
                let found = (self.loans.get(&number), self.loans.contains(&number));
                answer(&(found, part(self.loans.range(range(&within, |number| number)), &within)))
            }
            other => panic!("not a question: {other:?}"),
        }
    }
}

fn refusal(result: Result<(), Duplicate>) -> Option<String> {
    result.err().map(|duplicate| duplicate.index.to_owned())
}

/// The bounds, as keys of another type.
fn range<K>(within: &Within, key: impl Fn(u32) -> K) -> (Bound<K>, Bound<K>) {
    let bound = |bound: Option<(u32, bool)>| match bound {
        None => Bound::Unbounded,
        Some((number, true)) => Bound::Included(key(number)),
        Some((number, false)) => Bound::Excluded(key(number)),
    };
    (bound(within.from), bound(within.to))
}

/// As many as are wanted, from the end that is wanted.
fn part<R: sillok_sdk::Row>(rows: Rows<'_, R>, within: &Within) -> Vec<R::Item> {
    let rows = if within.reversed { rows.rev() } else { rows };
    match within.take {
        Some(count) => rows.take(count as usize).collect(),
        None => rows.collect(),
    }
}
