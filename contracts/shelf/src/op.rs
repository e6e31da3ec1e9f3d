//! What the shelf can be told.

use sillok_sdk::prelude::*;

use crate::Loan;

/// Where a book stands: a section, and a number in it.
pub type Key = (String, u32);

/// A key of a type of its own.
#[data]
#[derive(PartialOrd, Ord, OrderedKey)]
pub enum Mark {
    /// Without fields.
    Blank,
    /// One unnamed field.
    Level(i32),
    /// Two named ones, and a number of its own.
    Named {
        /// Text.
        name: Option<String>,
        /// Bytes.
        code: Vec<u8>,
    } = 7,
}

/// A part of what is in order.
#[data]
pub struct Within {
    /// From here, and whether this one is in it.
    pub from: Option<(u32, bool)>,
    /// To here, and whether this one is in it.
    pub to: Option<(u32, bool)>,
    /// Whether it is read from the end.
    pub reversed: bool,
    /// The most that is wanted.
    pub take: Option<u32>,
}

/// One thing to do or to ask.
#[data]
pub enum Op {
    /// Put a book somewhere.
    Put(Key, Vec<u8>),
    /// Take the book away; it.
    Take(Key),
    /// The book.
    Get(Key),
    /// Append bytes to the book, or to an empty one; how many it has.
    Extend(Key, Vec<u8>),
    /// Take away the first book of all; where it was, and it.
    PopFirst,
    /// Take away the last book of all; where it was, and it.
    PopLast,
    /// The first and the last book of all, and whether there is none.
    Ends,
    /// The books of a part of a section.
    Section(String, Within),
    /// The places of books after this one, and up to that.
    Places(Option<Key>, Option<Key>, Within),
    /// Books in pages of this many, each after the last of the page before; all of them.
    Pages(u32),
    /// Set a mark.
    Mark(Mark),
    /// Remove a mark; whether it was there.
    Unmark(Mark),
    /// The marks after this one, this many; and whether this one is set.
    Marks(Option<Mark>, Within),
    /// Remove the first and the last mark.
    PopMarks,
    /// Append a note; its position.
    Push(Vec<u8>),
    /// Remove the last note.
    Pop,
    /// Replace a note, if there is one at this position.
    SetNote(u64, Vec<u8>),
    /// Remove a note; the last takes its place.
    SwapRemove(u64),
    /// How many notes there are, the first, the last, and the one at this position.
    Note(u64),
    /// The notes at some positions.
    Notes(Within),
    /// Lend a book; which index refused.
    Lend(u32, Loan),
    /// Change the day until which a book is lent and by which card; the day before, or which index refused.
    Prolong(u32, i32, Option<u32>),
    /// Have a book back; its loan.
    Return(u32),
    /// The loans of a borrower on days in this range, with their numbers.
    LoansOf(String, Within),
    /// All loans from this borrower and day on; index keys and numbers alone.
    LoansFrom(String, i32, Within),
    /// The loans of a borrower on a day, whose numbers are in this range.
    LoansOn(String, i32, Within),
    /// The loan of a card.
    Card(u32),
    /// The cards in this range, with their loans.
    Cards(Within),
    /// A loan, and all loans in a range of numbers.
    Loans(u32, Within),
    /// Refuse.
    Refuse,
}
