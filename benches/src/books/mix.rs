//! The two mixes of operations that order books are measured with, the same on every machine.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sillok_abi::{
    Account, BookId, BookParams, ContractId, NewOrder, OrderId, Price, Quantity, SelfTrade, Side, TimeInForce,
};
use sillok_runtime::{MemoryState, OrderBooks};

/// How many operations a block has.
pub const OPERATIONS: u64 = 1_000;
/// Whose books they are.
pub const OWNER: ContractId = ContractId([7; 32]);
/// How many steps an operation may take, as in a transaction.
pub const MAX_STEPS: u32 = 64;
/// The price between both sides.
pub const MIDDLE: u64 = 1_000;

/// A small generator of its own, so that the mix is the same everywhere (xorshift64*, Vigna 2014).
pub struct Random(pub u64);

impl Random {
    /// Below `bound`, which is small: the upper bits of a product (Lemire 2019).
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) * bound) >> 32
    }
}

/// How often each operation comes, of a hundred, and how far prices lie from the middle.
#[derive(Clone, Copy)]
pub struct Shares {
    /// Limit orders that meet nobody.
    pub add: u64,
    /// Cancellations.
    pub cancel: u64,
    /// Immediate-or-cancel orders that reach all prices. What is left moves to another price.
    pub take: u64,
    /// How many prices there are on each side.
    pub reach: u64,
    /// How many orders rest at the beginning.
    pub resting: usize,
}

/// 60 % add, 30 % cancel, 10 % immediate-or-cancel, in a book of about 10,000 orders at 800 prices.
pub const MIX1: Shares = Shares { add: 60, cancel: 30, take: 10, reach: 400, resting: 10_000 };
/// 82 % move to another price, 9 % add, 6 % cancel, 3 % immediate-or-cancel, in a book of about 1,000 orders
/// at 750 prices.
pub const MIX2: Shares = Shares { add: 9, cancel: 6, take: 3, reach: 375, resting: 1_000 };

/// What a block does, one after the other.
pub enum Operation {
    /// An order comes in.
    Place(NewOrder),
    /// One goes.
    Cancel(OrderId),
    /// One gets another price and quantity.
    Shift(OrderId, Price, Quantity),
}

/// A book in the middle of a day, and what happens in it.
pub struct Mix {
    shares: Shares,
    /// All books.
    pub books: OrderBooks,
    /// The one of the mix.
    pub book: BookId,
    random: Random,
    /// What rests, as of the last block's end.
    resting: Vec<(OrderId, Side)>,
    /// The sides of orders that come in since then, and the ids that they got.
    coming: Vec<Side>,
    placed: Vec<OrderId>,
}

impl Mix {
    /// A book in the middle of a day.
    pub fn new(shares: Shares) -> Self {
        let mut mix = Mix::empty(shares);
        let fill = mix.fill();
        mix.run(&fill);
        // A few blocks, so that what lies in state is as it is in the middle of a day.
        for _ in 0..50 {
            let block = mix.plan();
            mix.run(&block);
        }
        mix
    }

    /// A book without orders.
    pub fn empty(shares: Shares) -> Self {
        let mut books = OrderBooks::new(Arc::new(MemoryState::default()));
        let book = books.create(OWNER, BookParams::simple(1, 1, 1, 2 * MIDDLE)).unwrap().unwrap();
        let (random, resting, coming, placed) = (Random(42), Vec::new(), Vec::new(), Vec::new());
        Mix { shares, books, book, random, resting, coming, placed }
    }

    /// The orders that rest at the beginning.
    pub fn fill(&mut self) -> Vec<Operation> {
        (0..self.shares.resting).map(|_| self.add()).collect()
    }

    fn side(&mut self) -> Side {
        if self.random.below(2) == 0 { Side::Buy } else { Side::Sell }
    }

    /// A price short of the middle.
    fn price(&mut self, side: Side) -> Price {
        let away = 1 + self.random.below(self.shares.reach);
        Price(if side == Side::Buy { MIDDLE - away } else { MIDDLE + away })
    }

    /// An order of one of a thousand owners that does not trade with its own.
    pub fn order(&mut self, side: Side, price: Price, quantity: u64) -> NewOrder {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.random.below(1_000).to_le_bytes());
        NewOrder {
            self_trade: SelfTrade::CancelNewest,
            ..NewOrder::limit(Account::Key(key), side, price, Quantity(quantity))
        }
    }

    fn add(&mut self) -> Operation {
        let side = self.side();
        let (price, quantity) = (self.price(side), 1 + self.random.below(100));
        self.coming.push(side);
        Operation::Place(self.order(side, price, quantity))
    }

    /// Reaches far, and takes about as many resting orders as are added beyond those that are cancelled; a few more
    /// or less, as there are more or less than at the beginning.
    fn take(&mut self) -> Operation {
        let side = self.side();
        let price = Price(if side == Side::Buy { MIDDLE + 400 } else { MIDDLE - 400 });
        let resting = (self.shares.add - self.shares.cancel) / self.shares.take;
        let usual = 50 * resting - 49 + self.random.below(100);
        let surplus = (self.resting.len() as i64 - self.shares.resting as i64) / 20;
        let quantity = usual.saturating_add_signed(surplus).max(1);
        let order = self.order(side, price, quantity);
        Operation::Place(NewOrder { time_in_force: TimeInForce::Ioc, ..order })
    }

    /// A block's operations. A few of the orders to cancel or move will have been filled by then.
    pub fn plan(&mut self) -> Vec<Operation> {
        let Mix { books, book, resting, coming, placed, .. } = self;
        resting.extend(placed.drain(..).zip(coming.drain(..)));
        resting.retain(|(order, _)| books.order(*book, *order).unwrap().is_ok());
        let Shares { add, cancel, take, .. } = self.shares;
        let mut block = Vec::new();
        for _ in 0..OPERATIONS {
            let share = self.random.below(100);
            let at = self.random.below(self.resting.len() as u64) as usize;
            block.push(if share < add {
                self.add()
            } else if share < add + cancel {
                Operation::Cancel(self.resting.swap_remove(at).0)
            } else if share < add + cancel + take {
                self.take()
            } else {
                let (order, side) = self.resting[at];
                Operation::Shift(order, self.price(side), Quantity(1 + self.random.below(100)))
            });
        }
        block
    }

    /// One operation, with a savepoint before it.
    #[inline]
    pub fn operate(&mut self, operation: &Operation) {
        black_box(self.books.savepoint());
        match operation {
            Operation::Place(order) => {
                let placed = self.books.place(OWNER, self.book, order, MAX_STEPS).unwrap().unwrap();
                let placed = black_box(placed);
                if order.time_in_force == TimeInForce::Gtc {
                    self.placed.push(placed.order);
                }
            }
            Operation::Cancel(order) => {
                let cancelled = self.books.cancel(OWNER, self.book, *order);
                assert!(black_box(&cancelled).is_ok());
            }
            Operation::Shift(order, price, quantity) => {
                let moved = self.books.amend(OWNER, self.book, *order, Some(*price), *quantity, MAX_STEPS);
                assert!(black_box(&moved).is_ok());
            }
        }
    }

    /// A block, with all that it writes; answers how long that took.
    #[inline(never)]
    pub fn run(&mut self, block: &[Operation]) -> Duration {
        let start = Instant::now();
        block.iter().for_each(|operation| self.operate(operation));
        self.end();
        start.elapsed()
    }

    /// Ends a block: makes all bytes that it writes.
    pub fn end(&mut self) {
        black_box(self.books.changes().unwrap());
        self.books.commit();
    }
}
