//! What the shelf should answer: the same fields as maps and lists in memory.

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use sillok_abi::Date;
use sillok_shelf::{Key, LONGEST_ANSWER, Loan, Mark, Op, Within};

/// A shelf in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Model {
    books: BTreeMap<Key, Vec<u8>>,
    marks: BTreeSet<Mark>,
    notes: Vec<Vec<u8>>,
    loans: BTreeMap<u32, Loan>,
}

/// What the shelf makes of an answer.
pub(crate) fn answer(value: &impl Encode) -> Vec<u8> {
    let bytes = value.encode();
    if bytes.len() > LONGEST_ANSWER { blake3::hash(&bytes).as_bytes().encode() } else { bytes }
}

/// A part that is everything.
pub(crate) fn everything() -> Within {
    Within { from: None, to: None, reversed: false, take: None }
}

/// Whether something lies between the bounds, which are numbers of it.
fn lies<T: Ord>(what: &T, within: &Within, bound: impl Fn(u32) -> T) -> bool {
    let above = |(from, included): (u32, bool)| *what > bound(from) || included && *what == bound(from);
    let below = |(to, included): (u32, bool)| *what < bound(to) || included && *what == bound(to);
    within.from.is_none_or(above) && within.to.is_none_or(below)
}

fn part<T>(items: impl Iterator<Item = T>, within: &Within) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    if within.reversed {
        items.reverse();
    }
    items.truncate(within.take.map_or(usize::MAX, |take| take as usize));
    items
}

impl Model {
    /// All of this; none, and nothing has happened, if it is told to refuse.
    pub(crate) fn run(&mut self, ops: &[Op]) -> Option<Vec<Vec<u8>>> {
        let mut next = self.clone();
        let answers: Option<Vec<_>> = ops.iter().map(|op| next.change(op)).collect();
        if answers.is_some() {
            *self = next;
        }
        answers
    }

    fn change(&mut self, op: &Op) -> Option<Vec<u8>> {
        Some(match op.clone() {
            Op::Put(key, book) => {
                self.books.insert(key, book);
                answer(&())
            }
            Op::Take(key) => answer(&self.books.remove(&key)),
            Op::Extend(key, more) => {
                let book = self.books.entry(key).or_default();
                book.extend(more);
                answer(&(book.len() as u32))
            }
            Op::PopFirst => answer(&self.books.pop_first()),
            Op::PopLast => answer(&self.books.pop_last()),
            Op::Mark(mark) => {
                self.marks.insert(mark);
                answer(&())
            }
            Op::Unmark(mark) => answer(&self.marks.remove(&mark)),
            Op::PopMarks => answer(&(self.marks.pop_first(), self.marks.pop_last())),
            Op::Push(note) => {
                self.notes.push(note);
                answer(&(self.notes.len() as u64 - 1))
            }
            Op::Pop => answer(&self.notes.pop()),
            Op::SetNote(position, note) => {
                let there = self.notes.get_mut(position as usize).map(|old| *old = note);
                answer(&there.is_some())
            }
            Op::SwapRemove(position) => {
                let there = (position as usize) < self.notes.len();
                answer(&there.then(|| self.notes.swap_remove(position as usize)))
            }
            Op::Lend(number, loan) => answer(&self.lend(number, loan).err()),
            Op::Prolong(number, until, card) => answer(&self.prolong(number, Date(until), card)),
            Op::Return(number) => answer(&self.loans.remove(&number)),
            Op::Refuse => return None,
            other => self.look(&other),
        })
    }

    fn lend(&mut self, number: u32, loan: Loan) -> Result<(), String> {
        let taken = |(other, lent): (&u32, &Loan)| *other != number && lent.card == loan.card;
        if loan.card.is_some() && self.loans.iter().any(taken) {
            return Err("by_card".into());
        }
        self.loans.insert(number, loan);
        Ok(())
    }

    fn prolong(&mut self, number: u32, until: Date, card: Option<u32>) -> Result<Option<Date>, String> {
        let Some(loan) = self.loans.get(&number).cloned() else { return Ok(None) };
        self.lend(number, Loan { until, card, ..loan.clone() })?;
        Ok(Some(loan.until))
    }

    /// What the shelf answers to what changes nothing.
    pub(crate) fn look(&self, op: &Op) -> Vec<u8> {
        match op {
            Op::Get(key) => answer(&(self.books.get(key), self.books.contains_key(key))),
            Op::Ends => {
                let (first, last) = (self.books.first_key_value(), self.books.last_key_value());
                answer(&(first, last, self.books.is_empty()))
            }
            Op::Section(section, within) => {
                let books = self.books.iter().filter(|((of, _), _)| of == section);
                let books = books.map(|((_, number), book)| (*number, book));
                answer(&part(books.filter(|(number, _)| lies(number, within, |number| number)), within))
            }
            Op::Places(after, to, within) => {
                let lies = |key: &&Key| {
                    after.as_ref().is_none_or(|after| *key > after) && to.as_ref().is_none_or(|to| *key < to)
                };
                answer(&part(self.books.keys().filter(lies), within))
            }
            Op::Pages(_) => answer(&self.books.iter().collect::<Vec<_>>()),
            Op::Marks(after, within) => {
                let marks = self.marks.iter().filter(|mark| after.as_ref().is_none_or(|after| *mark > after));
                let set = after.as_ref().is_some_and(|mark| self.marks.contains(mark));
                answer(&(part(marks, within), set))
            }
            Op::Note(position) => {
                let notes = &self.notes;
                let length = (notes.len() as u64, notes.is_empty());
                answer(&(length, (notes.first(), notes.last()), notes.get(*position as usize)))
            }
            Op::Notes(within) => {
                let notes = (0..).zip(&self.notes).filter(|(position, _)| lies(position, within, u64::from));
                answer(&part(notes.map(|(_, note)| note), within))
            }
            other => self.look_at_loans(other),
        }
    }

    fn look_at_loans(&self, op: &Op) -> Vec<u8> {
        let mut by_borrower: Vec<(&u32, &Loan)> = self.loans.iter().collect();
        by_borrower.sort_by_key(|(number, loan)| (&loan.borrower, loan.until, **number));
        let by_borrower = by_borrower.into_iter();
        match op {
            Op::LoansOf(borrower, within) => {
                let lies = |loan: &Loan| lies(&loan.until, within, |day| Date(day as i32));
                let found = by_borrower.filter(|(_, loan)| loan.borrower == *borrower && lies(loan));
                answer(&part(found, within))
            }
            Op::LoansFrom(borrower, day, within) => {
                let pairs = by_borrower.map(|(number, loan)| ((loan.borrower.clone(), loan.until), number));
                let from = (borrower.clone(), Date(*day));
                answer(&part(pairs.filter(|(key, _)| *key >= from), within))
            }
            Op::LoansOn(borrower, day, within) => {
                let on = |loan: &Loan| loan.borrower == *borrower && loan.until == Date(*day);
                let found =
                    by_borrower.filter(|(number, loan)| on(loan) && lies(*number, within, |number| number));
                answer(&part(found, within))
            }
            Op::Card(card) => {
                let found = self.loans.iter().find(|(_, loan)| loan.card == Some(*card));
                answer(&(found, found.map(|(number, _)| number), found.is_some()))
            }
            Op::Cards(within) => {
                let carded = self.loans.iter().filter_map(|entry| Some((entry.1.card?, entry)));
                let carded: BTreeMap<u32, (&u32, &Loan)> = carded.collect();
                let found = carded.into_iter().filter(|(card, _)| lies(card, within, |card| card));
                answer(&part(found.map(|(_, entry)| entry), within))
            }
            Op::Loans(number, within) => {
                let one = (self.loans.get(number), self.loans.contains_key(number));
                let some = self.loans.iter().filter(|(number, _)| lies(*number, within, |number| number));
                answer(&(one, part(some, within)))
            }
            other => panic!("not a question: {other:?}"),
        }
    }
}
