//! All books of a chain, loaded when first touched, and the calls that contracts make.

use std::sync::Arc;

use sillok_abi::{
    Account, Amended, Auction, BookAction, BookError, BookEvent, BookId, BookParams, BookQuery, Cancelled,
    ContractId, Depth, Hash, NewOrder, OrderId, OrderView, Phase, PhaseSet, Placed, Price, Quantity,
    Reported, Resumed, Session, Side, Time, Uncrossed,
};

use super::answer::{Answer, Broken, Failure, answer, promised};
use super::book::{Book, Now, Steps};
use super::limits::MAX_BOOKS;
use super::load::{self, BookSize};
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
    /// The book of each operation of the tentative block.
    pub(super) operations: Vec<u32>,
    now: Now,
    steps_taken: u32,
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
        OrderBooks { state, books, created, operations, now, steps_taken: 0, seed: 0, fault }
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

    /// Creates a book that `owner` alone may change. Refuses with `BadParams`, `TooManyBooks`.
    pub fn create(&mut self, owner: ContractId, params: BookParams) -> Answer<BookId> {
        answer(self.add(owner, params))
    }

    /// Places an order. It matches at once if the phase and its kind let it; what is left of it rests, waits
    /// or is cancelled. An order that could still match when the steps are used up is not left in the book
    /// crossed: its rest is cancelled with the reason `StepLimit`, and can be placed again.
    pub fn place(&mut self, caller: ContractId, book: BookId, order: &NewOrder, most: u32) -> Answer<Placed> {
        let place = |book: &mut Book, steps: &mut Steps| book.place(order, steps);
        self.run(caller, book, most, place, |book, entry, steps| entry.placed(book, steps))
    }

    /// Gives an order another limit, if one is named, and another quantity: what is to be left of it. Less at
    /// the same price keeps its place; otherwise it comes in anew, with its id. Only an order at a limit can
    /// get another limit or more.
    pub fn amend(
        &mut self,
        caller: ContractId,
        book: BookId,
        order: OrderId,
        price: Option<Price>,
        quantity: Quantity,
        most: u32,
    ) -> Answer<Amended> {
        let amend = |book: &mut Book, steps: &mut Steps| book.amend(order, price, quantity, steps);
        self.run(caller, book, most, amend, |book, (before, entry), steps| Amended {
            before: before.view(book),
            placed: entry.placed(book, steps),
        })
    }

    /// Takes an order out, in any phase; answers what it was.
    pub fn cancel(&mut self, caller: ContractId, book: BookId, order: OrderId) -> Answer<OrderView> {
        self.run(caller, book, 0, |book, _| book.cancel(order), |book, seen, _| seen.view(book))
    }

    /// Takes out all orders of an owner, if one is named, and of a side, if one is named. Not done means that
    /// the steps are used up: call again.
    pub fn mass_cancel(
        &mut self,
        caller: ContractId,
        book: BookId,
        owner: Option<Account>,
        side: Option<Side>,
        most: u32,
    ) -> Answer<Cancelled> {
        self.operate(caller, book, most, |book, steps| book.mass_cancel(owner.as_ref(), side, steps))
    }

    /// Takes out orders whose time has come. They don't trade in any case. Not done means call again.
    pub fn expire(&mut self, caller: ContractId, book: BookId, most: u32) -> Answer<Cancelled> {
        self.operate(caller, book, most, |book, steps| book.expire(steps))
    }

    /// Sets the phase, once what it requires is done: closing takes out orders for the day, the closing call
    /// makes market orders of those that become such. Not done means call again. Refuses what may not follow
    /// with `WrongPhase`, and to leave orders behind that an auction has to match with `Crossed`.
    pub fn set_phase(
        &mut self,
        caller: ContractId,
        book: BookId,
        phase: Phase,
        until: Option<Time>,
        most: u32,
    ) -> Answer<PhaseSet> {
        self.operate(caller, book, most, |book, steps| book.turn_to(phase, until, steps))
    }

    /// Sets the day's reference and band, once limit orders outside of it are taken out. Not done means call
    /// again. Prices that are none of the book's, or out of order, are refused with `BadParams`.
    pub fn set_band(
        &mut self,
        caller: ContractId,
        book: BookId,
        reference: Price,
        band: (Price, Price),
        most: u32,
    ) -> Answer<PhaseSet> {
        self.operate(caller, book, most, |book, steps| book.set_band(reference, band.0, band.1, steps))
    }

    /// Takes an auction's next steps. Not done means call again, and nothing else happens in the book before.
    pub fn uncross(&mut self, caller: ContractId, book: BookId, most: u32) -> Answer<Uncrossed> {
        self.operate(caller, book, most, |book, steps| book.uncross(steps))
    }

    /// Does what is due and was left undone: midpoint orders that can meet, and stops that are triggered.
    pub fn resume(&mut self, caller: ContractId, book: BookId, most: u32) -> Answer<Resumed> {
        self.operate(caller, book, most, |book, steps| {
            book.settle_due(steps)?;
            let (fills, removed) = (std::mem::take(&mut steps.fills), std::mem::take(&mut steps.removed));
            Ok(Resumed { fills, removed, done: !book.is_due() })
        })
    }

    /// In a negotiated book, `taker` takes so much of a named order, at its price.
    pub fn take(
        &mut self,
        caller: ContractId,
        book: BookId,
        order: OrderId,
        taker: Account,
        quantity: Quantity,
    ) -> Answer<Placed> {
        let take = |book: &mut Book, steps: &mut Steps| book.take(order, taker, quantity, steps);
        self.run(caller, book, 1, take, |book, entry, steps| entry.placed(book, steps))
    }

    /// Notes a trade that two parties agreed on outside of the book.
    pub fn report(
        &mut self,
        caller: ContractId,
        book: BookId,
        price: Price,
        quantity: Quantity,
    ) -> Answer<Reported> {
        self.operate(caller, book, 0, |book, _| {
            let (value, fee) = book.report_trade(price, quantity)?;
            Ok(Reported { value, fee })
        })
    }
}

/// Reading, which anybody may. Refuses with `NoBook`, and an order's with `NoOrder`.
impl OrderBooks {
    /// An order of any book.
    pub fn order(&mut self, book: BookId, order: OrderId) -> Answer<OrderView> {
        answer(self.book(book).and_then(|book| book.order(order)))
    }

    /// At most `limit` orders of an owner with ids above `after`, lowest first.
    pub fn orders_of(
        &mut self,
        book: BookId,
        owner: &Account,
        after: OrderId,
        limit: u32,
    ) -> Answer<Vec<OrderView>> {
        answer(self.book(book).and_then(|book| Ok(book.orders_of(owner, after, limit)?)))
    }

    /// The best `levels` of both sides.
    pub fn depth(&mut self, book: BookId, levels: u32) -> Answer<Depth> {
        answer(self.book(book).map(|book| book.depth(levels)))
    }

    /// The rules.
    pub fn params(&mut self, book: BookId) -> Answer<BookParams> {
        answer(self.book(book).map(|book| book.params.clone()))
    }

    /// The day so far.
    pub fn session(&mut self, book: BookId) -> Answer<Session> {
        answer(self.book(book).map(|book| book.session()))
    }

    /// What an auction would do now; none if nothing can trade.
    pub fn indication(&mut self, book: BookId) -> Answer<Option<Auction>> {
        answer(self.book(book).map(|book| book.indication()))
    }

    /// The number of the first event of the tentative block, and its events so far.
    pub fn events(&mut self, book: BookId) -> Answer<(u64, &[BookEvent])> {
        answer(self.book(book).map(|book| {
            let events = book.log.events.as_slice();
            (book.counters.event.wrapping_sub(events.len() as u64), events)
        }))
    }

    /// As `events`, of the latest operation alone.
    pub fn latest_events(&mut self, book: BookId) -> Answer<(u64, &[BookEvent])> {
        answer(self.book(book).map(|book| {
            let events = book.latest_events();
            (book.counters.event.wrapping_sub(events.len() as u64), events)
        }))
    }

    /// A digest of everything in a book, every queue in its order: two books with the same digest
    /// behave the same for ever. Takes time in proportion to the book.
    pub fn digest(&mut self, book: BookId) -> Answer<Hash> {
        answer(self.book(book).and_then(|book| Ok(book.digest()?)))
    }
}

/// What calls cost.
impl OrderBooks {
    /// How many steps the latest call that changes books took, even if it was refused or some were taken back.
    pub fn steps_taken(&self) -> u32 {
        self.steps_taken
    }

    /// How many orders or levels an action has to look through before its first step. 0 if there is no such
    /// book.
    pub fn work_of(&mut self, book: BookId, action: &BookAction) -> Result<u64, Fault> {
        let work = self.book(book).map(|book| match action {
            BookAction::MassCancel { owner: Some(owner), .. } => book.orders_open(owner),
            BookAction::SetPhase { phase: Phase::Closed, .. } => book.slots_to_sweep(),
            BookAction::Uncross => book.auction_work(),
            _ => 0,
        });
        Ok(answer(work)?.unwrap_or(0))
    }

    /// As `work_of`, of a query.
    pub fn work_of_query(&mut self, book: BookId, query: &BookQuery) -> Result<u64, Fault> {
        let work = self.book(book).map(|book| match query {
            BookQuery::OrdersOf { owner, .. } => book.orders_open(owner),
            BookQuery::Indication => book.auction_work(),
            BookQuery::Session => 0,
        });
        Ok(answer(work)?.unwrap_or(0))
    }
}

impl OrderBooks {
    /// How much of state a book takes, whether it is loaded or not; none if there is no such book in state.
    pub(crate) fn stored_size(&self, book: BookId) -> Result<Option<BookSize>, Fault> {
        let number = book.0.checked_sub(1).and_then(|number| u32::try_from(number).ok());
        number.map_or(Ok(None), |number| load::size(number, &*self.state))
    }

    fn add(&mut self, owner: ContractId, params: BookParams) -> Result<BookId, Failure> {
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
    fn operate<T>(
        &mut self,
        caller: ContractId,
        id: BookId,
        most: u32,
        operation: impl FnOnce(&mut Book, &mut Steps) -> Result<T, Failure>,
    ) -> Answer<T> {
        self.run(caller, id, most, operation, |_, answer, _| answer)
    }

    /// Runs an operation of at most `most` steps on a book of `caller`, which is undone if it is refused, and
    /// makes its answer of what it came to. Answers are large: this one is made where it is to be.
    #[inline(always)]
    fn run<S, T>(
        &mut self,
        caller: ContractId,
        id: BookId,
        most: u32,
        operation: impl FnOnce(&mut Book, &mut Steps) -> Result<S, Failure>,
        answer: impl FnOnce(&Book, S, Steps) -> T,
    ) -> Answer<T> {
        self.steps_taken = 0;
        if !self.is_loaded(id)
            && let Err(failure) = self.load(id)
        {
            return self::answer(Err(failure));
        }
        let OrderBooks { books, operations, now, steps_taken, .. } = self;
        let place = place(id);
        let book = loaded(books, place)?;
        if book.owner != caller {
            return Ok(Err(BookError::NotOwner));
        }
        book.begin(*now);
        let mut steps = Steps::new(most);
        let done = operation(book, &mut steps);
        *steps_taken = steps.taken;
        match done {
            Ok(done) => {
                // There are fewer books than 32 bits count.
                operations.push(place as u32);
                Ok(Ok(answer(book, done, steps)))
            }
            Err(failure) => {
                book.undo_operation()?;
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
    fn book(&mut self, id: BookId) -> Result<&Book, Failure> {
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
