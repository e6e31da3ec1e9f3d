//! All books of a chain, loaded when first touched, and how an operation on one of them runs.

use std::sync::Arc;

use sillok_abi::{BookError, BookId, BookParams, ContractId};

use super::answer::{Answer, Broken, Failure, answer, promised};
use super::block::Operations;
use super::book::{Book, Now};
use super::limits::MAX_BOOKS;
use super::load::{self, BookSize};
use super::steps::Steps;
use crate::state::{Fault, StateReader};

/// The order book module's state, as the tentative block has it.
///
/// A block runs `savepoint`, calls and `rollback` as its frames come and go; at its end `changes` says
/// what to write, and `commit` or `discard` ends it. One instance serves one chain of blocks.
///
/// Calls that change a book are refused with `NoBook` and `NotOwner` before anything else. When several
/// refusals apply, the one that [`BookError`] lists first is given. A call takes at most `most` steps: a
/// match, a removal or a trigger each; what it leaves undone is said with each.
pub struct OrderBooks {
    state: Arc<dyn StateReader>,
    /// A place for every book, empty until the book is loaded; none before their number is known.
    pub(super) books: Places,
    /// How many of them the tentative block created.
    pub(super) created: usize,
    pub(super) operations: Operations,
    now: Now,
    /// Those of the latest operation.
    pub(super) steps: Steps,
    /// Of the hash tables, so that nobody can choose accounts that collide.
    seed: u64,
    /// What went wrong in a call that could not say so; everything fails from then on.
    pub(super) fault: Option<Fault>,
}

/// A place for every book.
pub(super) type Places = Option<Vec<Option<Box<Book>>>>;

impl OrderBooks {
    /// The books in `state`; nothing is read yet.
    pub fn new(state: Arc<dyn StateReader>) -> Self {
        let (books, created, operations, now, fault) = Default::default();
        OrderBooks { state, books, created, operations, now, steps: Steps::none(), seed: 0, fault }
    }

    /// With hash tables of another seed, of which nothing that can be seen depends.
    pub fn seeded(self, seed: u64) -> Self {
        OrderBooks { seed, ..self }
    }

    /// Reads books that are not yet loaded from `state` from now on. It holds what was committed, not
    /// the tentative block.
    pub fn set_state(&mut self, state: Arc<dyn StateReader>) {
        self.state = state;
    }

    /// Sets the block's time and height, by which orders expire.
    pub fn set_now(&mut self, now: Now) {
        self.now = now;
    }

    /// Loads every book, so that no later call waits for it.
    pub fn load_all(&mut self) -> Result<(), Fault> {
        for id in 1..=self.places()?.len() as u64 {
            let _: Result<(), BookError> = answer(self.book(BookId(id)).map(|_| ()))?;
        }
        Ok(())
    }
}

impl OrderBooks {
    /// How much of state a book takes, whether it is loaded or not; none if there is no such book in state.
    pub(crate) fn stored_size(&self, book: BookId) -> Result<Option<BookSize>, Fault> {
        let number = book.0.checked_sub(1).and_then(|number| u32::try_from(number).ok());
        number.map_or(Ok(None), |number| load::size(number, &*self.state))
    }

    pub(super) fn add(&mut self, owner: ContractId, params: BookParams) -> Result<BookId, Failure> {
        let book = Book::new(owner, params, self.seed)?;
        let places = self.places()?;
        let number = u32::try_from(places.len()).unwrap_or(u32::MAX);
        if number >= MAX_BOOKS {
            return Err(BookError::TooManyBooks.into());
        }
        places.push(Some(Box::new(book)));
        self.created = self.created.saturating_add(1);
        // A first operation, so that the book is among those that the block touched.
        self.begin(number)?;
        Ok(BookId(u64::from(number).saturating_add(1)))
    }

    /// As `run`, of an operation whose result is the answer.
    #[inline(always)]
    pub(super) fn operate<T>(
        &mut self,
        caller: ContractId,
        id: BookId,
        most: u32,
        operation: impl FnOnce(&mut Book, &mut Steps) -> Result<T, Failure>,
    ) -> Answer<T> {
        self.run(caller, id, most, operation, |_, answer| answer)
    }

    /// Runs an operation of at most `most` steps on a book of `caller`, which is undone if it is refused, and
    /// makes its answer of what it came to. Answers are large: this one is made where it is to be.
    #[inline(always)]
    pub(super) fn run<S, T>(
        &mut self,
        caller: ContractId,
        id: BookId,
        most: u32,
        operation: impl FnOnce(&mut Book, &mut Steps) -> Result<S, Failure>,
        answer: impl FnOnce(&Book, S) -> T,
    ) -> Answer<T> {
        self.steps.begin(most);
        if !self.is_loaded(id)
            && let Err(failure) = self.load(id)
        {
            return self::answer(Err(failure));
        }
        let OrderBooks { books, operations, now, steps, .. } = self;
        let place = place(id);
        let book = loaded(books, place)?;
        if book.owner != caller {
            return Ok(Err(BookError::NotOwner));
        }
        book.begin(*now);
        // There are fewer books than 32 bits count.
        operations.push(place as u32);
        match operation(book, steps) {
            Ok(done) => Ok(Ok(answer(book, done))),
            Err(failure) => {
                book.undo_operation()?;
                operations.pop();
                self::answer(Err(failure))
            }
        }
    }

    fn begin(&mut self, number: u32) -> Result<(), Broken> {
        let now = self.now;
        self.loaded_mut(number)?.begin(now);
        self.operations.push(number);
        Ok(())
    }

    /// A book, to read, loaded if it was not.
    pub(super) fn book(&mut self, id: BookId) -> Result<&Book, Failure> {
        if !self.is_loaded(id) {
            self.load(id)?;
        }
        Ok(loaded(&mut self.books, place(id))?)
    }

    #[inline]
    fn is_loaded(&self, id: BookId) -> bool {
        let place = self.books.as_ref().and_then(|books| books.get(place(id)));
        place.is_some_and(Option::is_some) && self.fault.is_none()
    }

    #[cold]
    fn load(&mut self, id: BookId) -> Result<(), Failure> {
        self.places()?;
        let at = place(id);
        let place = self.books.as_mut().and_then(|books| books.get_mut(at)).ok_or(BookError::NoBook)?;
        *place = Some(Box::new(load::book(at as u32, self.seed, &*self.state)?));
        Ok(())
    }

    /// The places of all books, once their number is known.
    fn places(&mut self) -> Result<&mut Vec<Option<Box<Book>>>, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if self.books.is_none() {
            let count = load::count(&*self.state)? as usize;
            self.books = Some(std::iter::repeat_with(|| None).take(count).collect());
        }
        Ok(promised(self.books.as_mut(), &"the books' places are missing")?)
    }
}

/// A book's place, one below its id.
#[inline]
fn place(id: BookId) -> usize {
    usize::try_from(id.0.wrapping_sub(1)).unwrap_or(usize::MAX)
}

/// A book that is loaded.
#[inline]
pub(super) fn loaded(books: &mut Places, place: usize) -> Result<&mut Book, Broken> {
    let place = books.as_mut().and_then(|books| books.get_mut(place));
    promised(place.and_then(Option::as_deref_mut), &"a book that is needed is not loaded")
}
