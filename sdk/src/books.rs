//! The node's order books. The contract that creates a book owns it; others can only read it.

use alloc::vec::Vec;
use codec::{Decode, DecodeAll};
use sillok_abi::{
    Account, Amended, Auction, BookAction, BookError, BookId, BookParams, BookQuery, Cancelled, Depth,
    NewOrder, OrderId, OrderView, Phase, PhaseSet, Placed, Price, Quantity, Reported, Resumed, Session, Side,
    Time, Uncrossed,
};

pub use sillok_abi::ticks;

use crate::host;

/// Creates a book owned by this contract.
pub fn create(params: &BookParams) -> Result<BookId, BookError> {
    decoded(host::encoded(params, host::book_create))
}

/// Places an order in a book of this contract. It trades at once against what rests on the other
/// side; what is left rests or is cancelled. The contract settles the fills.
pub fn place(book: BookId, order: &NewOrder) -> Result<Placed, BookError> {
    decoded(host::encoded(order, |order| host::book_place(book.0, order)))
}

/// Cancels a resting order in a book of this contract; the order as it was.
pub fn cancel(book: BookId, order: OrderId) -> Result<OrderView, BookError> {
    decoded(host::book_cancel(book.0, order.0))
}

/// Gives an order in a book of this contract another limit, if one is named, and another quantity: what is to
/// be left of it. Less at the same price keeps its place; otherwise it comes in anew, and may trade.
pub fn amend(
    book: BookId,
    order: OrderId,
    price: Option<Price>,
    quantity: Quantity,
) -> Result<Amended, BookError> {
    act(book, &BookAction::Amend { order, price, quantity })
}

/// Cancels the orders of an owner, of a side, of both, or all, as many as one call may.
pub fn mass_cancel(book: BookId, owner: Option<Account>, side: Option<Side>) -> Result<Cancelled, BookError> {
    act(book, &BookAction::MassCancel { owner, side })
}

/// Takes out orders whose time has come, as many as one call may.
pub fn expire(book: BookId) -> Result<Cancelled, BookError> {
    act(book, &BookAction::Expire)
}

/// Sets the phase of a book of this contract, once what it requires is done.
pub fn set_phase(book: BookId, phase: Phase, until: Option<Time>) -> Result<PhaseSet, BookError> {
    act(book, &BookAction::SetPhase { phase, until })
}

/// Sets the day's reference and band, once no limit order lies outside.
pub fn set_band(book: BookId, reference: Price, low: Price, high: Price) -> Result<PhaseSet, BookError> {
    act(book, &BookAction::SetBand { reference, low, high })
}

/// Takes the next steps of a call auction.
pub fn uncross(book: BookId) -> Result<Uncrossed, BookError> {
    act(book, &BookAction::Uncross)
}

/// Does what is due and was left undone: stops that are triggered, midpoint orders that can meet.
pub fn resume(book: BookId) -> Result<Resumed, BookError> {
    act(book, &BookAction::Resume)
}

/// In a negotiated book of this contract, `taker` takes so much of a named order.
pub fn take(book: BookId, order: OrderId, taker: Account, quantity: Quantity) -> Result<Placed, BookError> {
    act(book, &BookAction::Take { order, taker, quantity })
}

/// Notes a trade that two parties agreed on.
pub fn report(book: BookId, price: Price, quantity: Quantity) -> Result<Reported, BookError> {
    act(book, &BookAction::Report { price, quantity })
}

/// At most `limit` (of no more than 100) orders of an owner with ids above `after`, lowest first.
pub fn orders_of(
    book: BookId,
    owner: Account,
    after: OrderId,
    limit: u32,
) -> Result<Vec<OrderView>, BookError> {
    ask(book, &BookQuery::OrdersOf { owner, after, limit })
}

/// A book's day so far.
pub fn session(book: BookId) -> Result<Session, BookError> {
    ask(book, &BookQuery::Session)
}

/// What an auction would do now.
pub fn indication(book: BookId) -> Result<Option<Auction>, BookError> {
    ask(book, &BookQuery::Indication)
}

/// A resting order.
pub fn order(book: BookId, order: OrderId) -> Result<OrderView, BookError> {
    decoded(host::book_order(book.0, order.0))
}

/// The best `levels` (at most 100) of both sides.
pub fn depth(book: BookId, levels: u32) -> Result<Depth, BookError> {
    decoded(host::book_depth(book.0, levels))
}

/// A book's rules.
pub fn params(book: BookId) -> Result<BookParams, BookError> {
    decoded(host::book_params(book.0))
}

fn act<T: Decode>(book: BookId, action: &BookAction) -> Result<T, BookError> {
    decoded(host::encoded(action, |action| host::book_act(book.0, action)))
}

fn ask<T: Decode>(book: BookId, query: &BookQuery) -> Result<T, BookError> {
    decoded(host::encoded(query, |query| host::book_ask(book.0, query)))
}

fn decoded<T: Decode>(result: Vec<u8>) -> Result<T, BookError> {
    match DecodeAll::decode_all(&mut result.as_slice()) {
        Ok(result) => result,
        Err(_) => panic!("the order book's answer is not SCALE of its type"),
    }
}
