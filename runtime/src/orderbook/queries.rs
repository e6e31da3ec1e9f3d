//! What anybody may read of books, and what calls cost.

use sillok_abi::{
    Account, Auction, BookAction, BookEvent, BookId, BookParams, BookQuery, Depth, Hash, OrderId, OrderView,
    Phase, Session,
};

use super::answer::{Answer, answer};
use super::books::OrderBooks;
use crate::state::Fault;

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
        answer(self.book(book).map(|book| (book.counters.event, book.log.events.as_slice())))
    }

    /// As `events`, of the latest operation alone.
    pub fn latest_events(&mut self, book: BookId) -> Answer<(u64, &[BookEvent])> {
        answer(self.book(book).map(|book| {
            let events = book.latest_events();
            (book.counted().event.wrapping_sub(events.len() as u64), events)
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
        self.steps.taken()
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
