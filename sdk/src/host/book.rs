//! What the order book's module does for a contract.

use alloc::vec::Vec;

use super::{address, length, raw, result};

/// Creates a book; SCALE of `Result<BookId, BookError>`.
pub(crate) fn book_create(params: &[u8]) -> Vec<u8> {
    result(raw::book_create(address(params.as_ptr()), length(params)))
}

/// Places an order; SCALE of `Result<Placed, BookError>`.
pub(crate) fn book_place(book: u64, order: &[u8]) -> Vec<u8> {
    result(raw::book_place(book, address(order.as_ptr()), length(order)))
}

/// Cancels an order; SCALE of `Result<OrderView, BookError>`.
pub(crate) fn book_cancel(book: u64, order: u64) -> Vec<u8> {
    result(raw::book_cancel(book, order))
}

/// Has an action done in a book; SCALE of `Result<T, BookError>`.
pub(crate) fn book_act(book: u64, action: &[u8]) -> Vec<u8> {
    result(raw::book_act(book, address(action.as_ptr()), length(action)))
}

/// Asks something of a book; SCALE of `Result<T, BookError>`.
pub(crate) fn book_ask(book: u64, query: &[u8]) -> Vec<u8> {
    result(raw::book_ask(book, address(query.as_ptr()), length(query)))
}

/// A resting order; SCALE of `Result<OrderView, BookError>`.
pub(crate) fn book_order(book: u64, order: u64) -> Vec<u8> {
    result(raw::book_order(book, order))
}

/// A book's best levels; SCALE of `Result<Depth, BookError>`.
pub(crate) fn book_depth(book: u64, levels: u32) -> Vec<u8> {
    result(raw::book_depth(book, levels))
}

/// A book's rules; SCALE of `Result<BookParams, BookError>`.
pub(crate) fn book_params(book: u64) -> Vec<u8> {
    result(raw::book_params(book))
}
