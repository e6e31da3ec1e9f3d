//! The order book: a native module that matches orders, reached by contracts through host functions.
//!
//! The contract that creates a book owns it: it alone places and cancels orders there; everybody reads.
//! What follows from an order comes back to the owner, which settles it. The module knows no shares,
//! money or clock.
//!
//! **Invariants.** The book in memory is a cache of state: loaded from state it is identical, down to
//! the slot of every order. Whatever was done since a savepoint can be undone, and leaves nothing
//! behind. Nothing depends on which books are in memory. No order of iteration comes from a hash table.
//!
//! A call travels from [`books`](OrderBooks) (which book, loaded yet?, may this contract?) to `book`
//! (admit, match, rest), which changes two structures: the `slab` (orders at numbered slots, found by
//! id through `index`) and the `ladder` (price levels with an `occupancy` bitmap); prices become places
//! on the ladder in `grid`. Both report what they touch for the first time to `undo`, which yields
//! rollback (`block`) and the dirty pages, whose bytes `record` defines and `load` reads.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod answer;
mod block;
mod book;
mod books;
mod grid;
mod index;
mod ladder;
mod limits;
mod load;
mod matching;
mod occupancy;
mod record;
mod slab;
#[cfg(test)]
mod tests;
mod undo;
mod view;

pub use answer::Answer;
pub use books::OrderBooks;
pub use limits::{MAX_BOOKS, MAX_ORDERS, MAX_QUANTITY, MAX_TICKS};
pub use undo::Mark;
