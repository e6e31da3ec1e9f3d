//! The node's order books. The contract that creates a book owns it; others can only read it.

use alloc::vec::Vec;
use codec::{Decode, DecodeAll};
use sillok_abi::{BookError, BookId, BookParams, Depth, NewOrder, OrderId, OrderView, Placed};

use crate::host::{self, Scratch};

/// Creates a book owned by this contract.
pub fn create(params: &BookParams) -> Result<BookId, BookError> {
    decoded(Scratch::encode(params, host::book_create))
}

/// Places an order in a book of this contract. It trades at once against what rests on the other
/// side; what is left rests or is cancelled. The contract settles the fills.
pub fn place(book: BookId, order: &NewOrder) -> Result<Placed, BookError> {
    decoded(Scratch::encode(order, |order| host::book_place(book.0, order)))
}

/// Cancels a resting order in a book of this contract; the order as it was.
pub fn cancel(book: BookId, order: OrderId) -> Result<OrderView, BookError> {
    decoded(host::book_cancel(book.0, order.0))
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

fn decoded<T: Decode>(result: Vec<u8>) -> Result<T, BookError> {
    match DecodeAll::decode_all(&mut result.as_slice()) {
        Ok(result) => result,
        Err(_) => panic!("the order book's answer is not SCALE of its type"),
    }
}
