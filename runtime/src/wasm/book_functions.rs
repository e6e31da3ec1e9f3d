//! What the order book's host functions do. What the module answers goes to the contract as it is.

use codec::Encode;
use sillok_abi::{BookAction, BookId, BookParams, BookQuery, ContractId, NewOrder, OrderId};

use super::host::Host;
use crate::execution::Stop;
use crate::limits;
use crate::orderbook::OrderBooks;
use crate::state::Fault;

impl Host<'_> {
    pub(super) fn book_create(&mut self, params: u32, length: u32) -> Result<u32, Stop> {
        let params: BookParams = self.read_value(params, length)?;
        self.context.writable()?;
        let owner = self.context.frame().call.contract;
        let created = self.context.books.create(owner, params)?;
        Ok(self.leave(created.encode()))
    }

    pub(super) fn book_place(&mut self, book: u64, order: u32, length: u32) -> Result<u32, Stop> {
        let order: NewOrder = self.read_value(order, length)?;
        self.context.writable()?;
        self.context.charge_book(BookId(book))?;
        let owner = self.context.frame().call.contract;
        let placed = self.context.books.place(owner, BookId(book), &order, limits::MAX_BOOK_STEPS)?.encode();
        self.charge_steps()?;
        Ok(self.leave(placed))
    }

    pub(super) fn book_act(&mut self, book: u64, action: u32, length: u32) -> Result<u32, Stop> {
        let action: BookAction = self.read_value(action, length)?;
        self.context.writable()?;
        self.context.charge_book(BookId(book))?;
        let work = self.context.books.work_of(BookId(book), &action)?;
        self.charge_levels(work)?;
        let owner = self.context.frame().call.contract;
        let answer = act(&mut self.context.books, owner, BookId(book), action)?;
        self.charge_steps()?;
        Ok(self.leave(answer))
    }

    pub(super) fn book_ask(&mut self, book: u64, query: u32, length: u32) -> Result<u32, Stop> {
        let query: BookQuery = self.read_value(query, length)?;
        self.context.charge_book(BookId(book))?;
        let work = self.context.books.work_of_query(BookId(book), &query)?;
        self.charge_levels(work)?;
        let (books, book) = (&mut self.context.books, BookId(book));
        let answer = match query {
            BookQuery::OrdersOf { owner, after, limit } => {
                books.orders_of(book, &owner, after, limit.min(limits::MAX_ORDERS_LISTED))?.encode()
            }
            BookQuery::Session => books.session(book)?.encode(),
            BookQuery::Indication => books.indication(book)?.encode(),
        };
        Ok(self.leave(answer))
    }

    /// Charges for the steps that the call took.
    fn charge_steps(&mut self) -> Result<(), Stop> {
        let price = self.context.shared.parameters.gas.fill;
        let steps = u64::from(self.context.books.steps_taken());
        self.context.charge(price.saturating_mul(steps))
    }

    /// Charges for orders or levels to look through.
    fn charge_levels(&mut self, levels: u64) -> Result<(), Stop> {
        let price = self.context.shared.parameters.gas.level;
        self.context.charge(price.saturating_mul(levels))
    }

    pub(super) fn book_cancel(&mut self, book: u64, order: u64) -> Result<u32, Stop> {
        self.context.writable()?;
        self.context.charge_book(BookId(book))?;
        let owner = self.context.frame().call.contract;
        let cancelled = self.context.books.cancel(owner, BookId(book), OrderId(order))?;
        Ok(self.leave(cancelled.encode()))
    }

    pub(super) fn book_order(&mut self, book: u64, order: u64) -> Result<u32, Stop> {
        self.context.charge_book(BookId(book))?;
        let found = self.context.books.order(BookId(book), OrderId(order))?;
        Ok(self.leave(found.encode()))
    }

    pub(super) fn book_depth(&mut self, book: u64, levels: u32) -> Result<u32, Stop> {
        self.context.charge_book(BookId(book))?;
        let depth = self.context.books.depth(BookId(book), levels.min(limits::MAX_DEPTH_LEVELS))?;
        let count = depth.as_ref().map_or(0, |depth| depth.bids.len() + depth.asks.len());
        let price = self.context.shared.parameters.gas.level;
        self.context.charge(count as u64 * price)?;
        Ok(self.leave(depth.encode()))
    }

    pub(super) fn book_params(&mut self, book: u64) -> Result<u32, Stop> {
        self.context.charge_book(BookId(book))?;
        let params = self.context.books.params(BookId(book))?;
        Ok(self.leave(params.encode()))
    }
}

/// Does what the owner of a book asks for; answers what goes to the contract.
fn act(
    books: &mut OrderBooks,
    owner: ContractId,
    book: BookId,
    action: BookAction,
) -> Result<Vec<u8>, Fault> {
    use BookAction::{Amend, Expire, MassCancel, Report, Resume, SetBand, SetPhase, Take, Uncross};
    let most = limits::MAX_BOOK_STEPS;
    Ok(match action {
        Amend { order, price, quantity } => books.amend(owner, book, order, price, quantity, most)?.encode(),
        MassCancel { owner: whose, side } => books.mass_cancel(owner, book, whose, side, most)?.encode(),
        Expire => books.expire(owner, book, most)?.encode(),
        SetPhase { phase, until } => books.set_phase(owner, book, phase, until, most)?.encode(),
        SetBand { reference, low, high } => {
            books.set_band(owner, book, reference, (low, high), most)?.encode()
        }
        Uncross => books.uncross(owner, book, most)?.encode(),
        Resume => books.resume(owner, book, most)?.encode(),
        Take { order, taker, quantity } => books.take(owner, book, order, taker, quantity)?.encode(),
        Report { price, quantity } => books.report(owner, book, price, quantity)?.encode(),
    })
}
