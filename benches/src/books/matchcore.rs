//! The same operations in the order book of `matchcore`, a crate that does nothing else.
//!
//! It knows no owners, so that orders of one owner trade here; it has no savepoints and writes nothing for a
//! block. A limit order that crosses trades through its own limit in version 0.4: the mixes have none.

use std::hint::black_box;
use std::time::{Duration, Instant};

use ::matchcore::{
    AmendCmd, AmendPatch, CancelCmd, Command, CommandKind, CommandMeta, LimitOrder, LimitOrderPatch,
    NewOrder, OrderBook, OrderFlags, OrderId, OrderKind, Price, Quantity, QuantityPolicy, SequenceNumber,
    Side, SubmitCmd, TimeInForce, Timestamp,
};
use sillok_abi::TimeInForce::Ioc;

use super::Operation;

/// A book of `matchcore`. Its orders are known by the number of the command that placed them.
pub struct Matchcore {
    book: OrderBook,
    next: u64,
    /// The number of each order, in the order in which they came in.
    ids: Vec<u64>,
}

impl Default for Matchcore {
    fn default() -> Self {
        Matchcore { book: OrderBook::new("mix"), next: 0, ids: vec![0] }
    }
}

impl Matchcore {
    /// Executes a block; answers how long that took, without making commands of it.
    pub fn run(&mut self, block: &[Operation]) -> Duration {
        let commands: Vec<Command> = block.iter().map(|operation| self.command(operation)).collect();
        let start = Instant::now();
        for command in &commands {
            black_box(&self.book.execute(black_box(command)));
        }
        start.elapsed()
    }

    fn command(&mut self, operation: &Operation) -> Command {
        let sequence_number = SequenceNumber(self.next);
        self.next += 1;
        let kind = match operation {
            Operation::Place(order) => {
                self.ids.push(sequence_number.0);
                CommandKind::Submit(SubmitCmd { order: NewOrder::Limit(limit_order(order)) })
            }
            Operation::Cancel(order) => {
                CommandKind::Cancel(CancelCmd { order_id: self.id(*order), order_kind: OrderKind::Limit })
            }
            Operation::Shift(order, price, quantity) => {
                let quantity = QuantityPolicy::Standard { quantity: Quantity(quantity.0) };
                let patch = LimitOrderPatch::new().with_price(Price(price.0)).with_quantity_policy(quantity);
                CommandKind::Amend(AmendCmd { order_id: self.id(*order), patch: AmendPatch::Limit(patch) })
            }
        };
        Command { meta: CommandMeta { sequence_number, timestamp: Timestamp(0) }, kind }
    }

    /// What an order of a [`Mix`](super::Mix) is called here.
    fn id(&self, order: sillok_abi::OrderId) -> OrderId {
        OrderId(self.ids[order.number() as usize])
    }
}

fn limit_order(order: &sillok_abi::NewOrder) -> LimitOrder {
    let sillok_abi::OrderKind::Limit { price } = order.kind else { panic!("the mixes have limit orders") };
    let side = if order.side == sillok_abi::Side::Buy { Side::Buy } else { Side::Sell };
    let time = if order.time_in_force == Ioc { TimeInForce::Ioc } else { TimeInForce::Gtc };
    LimitOrder::new(
        Price(price.0),
        QuantityPolicy::Standard { quantity: Quantity(order.quantity.0) },
        OrderFlags::new(side, false, time),
    )
}
