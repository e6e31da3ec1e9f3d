//! The order book: a native module that matches orders, reached by contracts through host functions.
//!
//! The contract that creates a book owns it: it alone changes it; everybody reads. What follows from a
//! call comes back to the owner, which settles it. The module knows no shares, money or clock.
//!
//! **Invariants.** The book in memory is a cache of state: loaded from state it is identical, down to
//! the slot of every order. Whatever was done since a savepoint can be undone, and leaves nothing
//! behind. Nothing depends on which books are in memory. No order of iteration comes from a hash table.
//!
//! A call of [`OrderBooks`], one of its `operations` or `queries`, travels through `books` (which book, loaded yet?,
//! may this contract?) to what it asks for: an order through `admission` (may it come in?), `entry` (match, rest),
//! `matching` and `front`, each of which tells `steps` what it did and asks it whether it may go on, and what it
//! sets in motion through `triggers`; others to `amend`, `removal`, `session`, `auction` and `uncross`
//! (with `allotment`), `negotiation`, and `view`. All of them change orders through `queue` alone, which
//! keeps two structures: the `slab` (orders at numbered slots, found by `id`, `owners` and timers) and
//! the `ladder` (queues by price with an `occupancy` bitmap); prices become places on the ladder in `grid`.
//! `queue` links them (`links`) and notes each change in `undo`, which yields rollback and what has to be written:
//! `pages` decides how, `block` writes, `record` defines the bytes, and `load` reads them.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod admission;
mod allotment;
mod amend;
mod answer;
mod auction;
mod block;
mod book;
mod books;
mod day;
mod entry;
mod fees;
mod front;
mod grid;
mod guards;
mod id;
mod ladder;
mod limits;
mod links;
mod load;
mod matching;
mod negotiation;
mod occupancy;
mod operations;
mod order;
mod owners;
mod pages;
mod queries;
mod queue;
mod record;
mod removal;
mod session;
mod slab;
mod steps;
mod taker;
#[cfg(test)]
mod tests;
mod triggers;
mod turnover;
mod uncross;
mod undo;
mod view;

pub use answer::Answer;
pub use block::Mark;
pub use book::Now;
pub use books::OrderBooks;
pub use limits::{MAX_BOOKS, MAX_ORDERS, MAX_OWNERS, MAX_QUANTITY, MAX_TICKS, MAX_VALUE};
pub(crate) use load::BookSize;
