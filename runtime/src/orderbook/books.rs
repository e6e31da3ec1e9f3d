//! All books of a chain, loaded when first touched, and the calls that contracts make.

use std::sync::Arc;

use sillok_abi::{
    BookError, BookId, BookParams, ContractId, Depth, Hash, NewOrder, OrderId, OrderView, Placed,
};

use super::answer::{Answer, Failure, answer, promised};
use super::book::Book;
use super::limits::MAX_BOOKS;
use super::load;
use super::undo::{Log, Recorder};
use crate::state::{Fault, StateReader};

/// The order book module's state, as the tentative block has it.
///
/// A block runs `savepoint`, calls and `rollback` as its frames come and go; at its end `changes` says
/// what to write, and `commit` or `discard` ends it. One instance serves one chain of blocks.
pub struct OrderBooks {
    state: Arc<dyn StateReader>,
    /// A place for every book, empty until the book is loaded; none before their number is known.
    pub(super) books: Option<Vec<Option<Box<Book>>>>,
    /// How many of them the tentative block created.
    pub(super) created: usize,
    pub(super) log: Log,
}

impl OrderBooks {
    /// The books in `state`; nothing is read yet.
    pub fn new(state: Arc<dyn StateReader>) -> Self {
        OrderBooks { state, books: None, created: 0, log: Log::new() }
    }

    /// Reads books that are not yet loaded from `state` from now on. It holds what was committed, not
    /// the tentative block.
    pub fn set_state(&mut self, state: Arc<dyn StateReader>) {
        self.state = state;
    }

    /// Loads every book, so that no later call waits for it.
    pub fn load_all(&mut self) -> Result<(), Fault> {
        for id in 1..=self.places()?.len() as u64 {
            match self.book(BookId(id)) {
                Ok(_) | Err(Failure::Refused(_)) => {}
                Err(Failure::Fault(fault)) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Creates a book that `owner` alone may change.
    ///
    /// Refuses with `BadParams`, `TooManyBooks`. When several refusals apply, here as in all calls,
    /// the one that [`BookError`] lists first is given.
    pub fn create(&mut self, owner: ContractId, params: BookParams) -> Answer<BookId> {
        answer(self.add(owner, params))
    }

    /// Places an order in a book of `caller`, where it matches at most `max_fills` others.
    ///
    /// What is left of it then rests, unless it is immediate-or-cancel or could still match (it has
    /// reached `max_fills`): then the rest is cancelled. So a book never rests crossed, and who wants
    /// more places the rest again. Refuses with `NoBook`, `NotOwner`, `OffTick`, `OutsideBand`,
    /// `OffLot`, and `Full` if it would have to rest at once in a book that has no room.
    pub fn place(
        &mut self,
        caller: ContractId,
        book: BookId,
        order: NewOrder,
        max_fills: u32,
    ) -> Answer<Placed> {
        answer(
            self.owned(caller, book)
                .and_then(|(book, mut recorder)| book.place(&order, max_fills, &mut recorder)),
        )
    }

    /// Cancels a resting order in a book of `caller`; answers what it was. Refuses with `NoBook`,
    /// `NotOwner`, `NoOrder`.
    pub fn cancel(&mut self, caller: ContractId, book: BookId, order: OrderId) -> Answer<OrderView> {
        answer(self.owned(caller, book).and_then(|(book, mut recorder)| book.cancel(order, &mut recorder)))
    }

    /// A resting order of any book. Refuses with `NoBook`, `NoOrder`.
    pub fn order(&mut self, book: BookId, order: OrderId) -> Answer<OrderView> {
        answer(self.book(book).and_then(|book| book.order(order)))
    }

    /// The best `levels` of both sides of any book. Refuses with `NoBook`.
    pub fn depth(&mut self, book: BookId, levels: u32) -> Answer<Depth> {
        answer(self.book(book).map(|book| book.depth(levels)))
    }

    /// The rules of any book. Refuses with `NoBook`.
    pub fn params(&mut self, book: BookId) -> Answer<BookParams> {
        answer(self.book(book).map(|book| book.params))
    }

    /// A digest of everything in a book, every queue in its order: two books with the same digest
    /// behave the same for ever. Takes time in proportion to the book. Refuses with `NoBook`.
    pub fn digest(&mut self, book: BookId) -> Answer<Hash> {
        answer(self.book(book).and_then(|book| Ok(book.digest()?)))
    }

    fn add(&mut self, owner: ContractId, params: BookParams) -> Result<BookId, Failure> {
        let mut book = Box::new(Book::new(owner, params)?);
        let places = self.places()?;
        let number = u32::try_from(places.len()).unwrap_or(u32::MAX);
        if number >= MAX_BOOKS {
            return Err(BookError::TooManyBooks.into());
        }
        book.record_header(&mut self.log.of(number));
        self.places()?.push(Some(book));
        self.created = self.created.saturating_add(1);
        Ok(BookId(u64::from(number).saturating_add(1)))
    }

    /// A book and its recorder, for its owner to change.
    fn owned(&mut self, caller: ContractId, id: BookId) -> Result<(&mut Book, Recorder<'_>), Failure> {
        let (number, book, log) = self.find(id)?;
        book.check_owner(caller)?;
        Ok((book, log.of(number)))
    }

    /// A book, to read.
    fn book(&mut self, id: BookId) -> Result<&Book, Failure> {
        self.find(id).map(|(_, book, _)| &*book)
    }

    /// A book with its number, loaded if it was not.
    fn find(&mut self, id: BookId) -> Result<(u32, &mut Book, &mut Log), Failure> {
        self.places()?;
        let number = id.0.checked_sub(1).and_then(|number| u32::try_from(number).ok());
        let number = number.ok_or(BookError::NoBook)?;
        let place = self.books.as_mut().and_then(|books| books.get_mut(number as usize));
        let place = place.ok_or(BookError::NoBook)?;
        if place.is_none() {
            *place = Some(Box::new(load::book(number, &*self.state)?));
        }
        let book = promised(place.as_mut(), "a loaded book is missing")?;
        Ok((number, book, &mut self.log))
    }

    /// The places of all books, once their number is known.
    fn places(&mut self) -> Result<&mut Vec<Option<Box<Book>>>, Fault> {
        if self.books.is_none() {
            let count = load::count(&*self.state)? as usize;
            self.books = Some(std::iter::repeat_with(|| None).take(count).collect());
        }
        promised(self.books.as_mut(), "the books' places are missing")
    }
}
