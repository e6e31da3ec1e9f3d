//! Who pays for reading an order book from state.
//!
//! Whoever executes blocks has all books at hand, so that what a transaction does with them costs the same on
//! each node. Queries, simulations and judging credentials have none at hand, and read all of a book before
//! they do anything with it: that is paid for before it is read.
//!
//! Invariant: what is paid follows from the state and the root call alone. A book is paid for when the root
//! call first touches it, even if an earlier one has left it in memory.

use sillok_abi::{BookId, TrapCode};

use super::context::Context;
use super::frame::Stop;
use crate::orderbook::BookSize;

/// Who pays for reading an order book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BooksPrice {
    /// Nobody: books are at hand.
    AtHand,
    /// The running call, out of its gas.
    Gas,
    /// An allowance with so much gas left, so that the call itself uses as much as it would in a block.
    Apart(u64),
}

impl Context {
    /// Takes the gas for reading a book, if the root call has not touched it before. One that is not in state
    /// costs a look at whether it is.
    pub(crate) fn charge_book(&mut self, book: BookId) -> Result<(), Stop> {
        if self.books_price == BooksPrice::AtHand || self.books_touched.contains(&book) {
            return Ok(());
        }
        let per_key = self.shared.parameters.gas.first_touch;
        self.charge_reading(per_key)?;
        if let Some(BookSize { keys, orders }) = self.books.stored_size(book)? {
            let per_order = self.shared.parameters.gas.fill;
            self.charge_reading(
                keys.saturating_mul(per_key).saturating_add(orders.saturating_mul(per_order)),
            )?;
            self.books_touched.insert(book);
        }
        Ok(())
    }

    fn charge_reading(&mut self, cost: u64) -> Result<(), Stop> {
        match &mut self.books_price {
            BooksPrice::AtHand => Ok(()),
            BooksPrice::Gas => self.charge(cost),
            BooksPrice::Apart(left) => {
                let rest = left.checked_sub(cost);
                *left = rest.unwrap_or(0);
                rest.map(|_| ()).ok_or_else(|| TrapCode::OutOfGas.into())
            }
        }
    }
}
