//! Many operations of one owner at once, over one pool of cover: what a market maker's quotes need.

use sillok_sdk::prelude::*;

use crate::desk::Desk;
use crate::limits::MAX_OPERATIONS;
use crate::order::{Order, OrderRecord, PlacedOrder};
use crate::{Error, Market};

/// One of a batch's operations.
#[data]
pub enum Operation {
    /// Places an order.
    Place(Order),
    /// Gives an order another limit, if one is named, and another quantity that is to be left of it.
    Amend {
        /// The order.
        order: u64,
        /// Its new limit.
        price: Option<u64>,
        /// What is to be left of it.
        quantity: u64,
    },
    /// Cancels an order; nothing if it is gone.
    Cancel {
        /// The order.
        order: u64,
    },
    /// Cancels the owner's orders of a side, or of both, as many as one call may.
    CancelAll {
        /// Which side.
        side: Option<Side>,
    },
}

impl Market {
    /// Does all of them, in order.
    pub(crate) fn operate(
        &mut self,
        desk: &mut Desk,
        owner: Account,
        operations: &[Operation],
    ) -> Result<Vec<Option<PlacedOrder>>, Error> {
        ensure!(operations.len() <= MAX_OPERATIONS, Error::TooManyOperations);
        operations.iter().map(|operation| self.operation(desk, owner, operation)).collect()
    }

    fn operation(
        &mut self,
        desk: &mut Desk,
        owner: Account,
        operation: &Operation,
    ) -> Result<Option<PlacedOrder>, Error> {
        match operation {
            Operation::Place(order) => {
                self.judge(desk, &owner, order)?;
                let placed = books::place(desk.book, &order.to_book(owner))?;
                self.take_up(desk, OrderRecord::of(order, owner), &placed, false).map(Some)
            }
            Operation::Amend { order, price, quantity } => {
                ensure!(self.record(desk, *order)?.owner == owner, Error::NoOrder);
                self.change_order(desk, *order, *price, *quantity).map(Some)
            }
            Operation::Cancel { order } => {
                let mine =
                    self.record(desk, *order).is_ok_and(|record| record.owner == owner && record.left > 0);
                if mine {
                    self.withdraw_order(desk, *order)?;
                }
                Ok(None)
            }
            Operation::CancelAll { side } => {
                let cancelled = books::mass_cancel(desk.book, Some(owner), *side)?;
                self.settle(desk, &[], &cancelled.removed)?;
                Ok(None)
            }
        }
    }
}
