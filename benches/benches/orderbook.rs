//! The order book module by itself: a savepoint for each operation, and for each thousand of them a block's
//! end, with everything that it writes to state as bytes.
//!
//! `orderbook/mix1`: 60 % add, 30 % cancel, 10 % immediate-or-cancel, in a book of about 10,000 orders at 800
//! prices. `orderbook/mix2`: 82 % move to another price, 9 % add, 6 % cancel, 3 % immediate-or-cancel, in a
//! book of about 1,000 orders at 750 prices. Both have 1,000 owners and prevent self-trades.
//! `orderbook/sweep_1000_fills`: one order that meets a thousand.
//!
//! Percentiles of single operations are printed first. They contain reading the clock, whose own median
//! is printed too.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sillok_abi::{
    Account, BookId, BookParams, ContractId, NewOrder, OrderId, Price, Quantity, SelfTrade, Side, TimeInForce,
};
use sillok_runtime::{MemoryState, OrderBooks};

const OPERATIONS: u64 = 1_000;
const OWNER: ContractId = ContractId([7; 32]);
const MAX_STEPS: u32 = 64;
const MIDDLE: u64 = 1_000;
const TIMED_BLOCKS: usize = 1_000;

/// A small generator of its own, so that the mix is the same everywhere (xorshift64*, Vigna 2014).
struct Random(u64);

impl Random {
    /// Below `bound`, which is small: the upper bits of a product (Lemire 2019).
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) * bound) >> 32
    }
}

/// How often each operation comes, of a hundred, and how far prices lie from the middle.
#[derive(Clone, Copy)]
struct Shares {
    add: u64,
    cancel: u64,
    take: u64,
    reach: u64,
    resting: usize,
}

const MIX1: Shares = Shares { add: 60, cancel: 30, take: 10, reach: 400, resting: 10_000 };
const MIX2: Shares = Shares { add: 9, cancel: 6, take: 3, reach: 375, resting: 1_000 };

/// What a block does, one after the other.
enum Operation {
    Place(NewOrder),
    Cancel(OrderId),
    Shift(OrderId, Price, Quantity),
}

struct Mix {
    shares: Shares,
    books: OrderBooks,
    book: BookId,
    random: Random,
    /// What rests, as of the last block's end.
    resting: Vec<(OrderId, Side)>,
    next_id: u64,
}

impl Mix {
    fn new(shares: Shares) -> Self {
        let mut books = OrderBooks::new(Arc::new(MemoryState::default()));
        let book = books.create(OWNER, BookParams::simple(1, 1, 1, 2 * MIDDLE)).unwrap().unwrap();
        let mut mix = Mix { shares, books, book, random: Random(42), resting: Vec::new(), next_id: 1 };
        let fill: Vec<Operation> = (0..shares.resting).map(|_| mix.add()).collect();
        mix.run(&fill);
        // A few blocks, so that what lies in state is as it is in the middle of a day.
        for _ in 0..50 {
            let block = mix.plan();
            mix.run(&block);
        }
        mix
    }

    fn side(&mut self) -> Side {
        if self.random.below(2) == 0 { Side::Buy } else { Side::Sell }
    }

    /// A price short of the middle.
    fn price(&mut self, side: Side) -> Price {
        let away = 1 + self.random.below(self.shares.reach);
        Price(if side == Side::Buy { MIDDLE - away } else { MIDDLE + away })
    }

    fn order(&mut self, side: Side, price: Price, quantity: u64) -> NewOrder {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.random.below(1_000).to_le_bytes());
        self.next_id += 1;
        NewOrder {
            self_trade: SelfTrade::CancelNewest,
            ..NewOrder::limit(Account::Key(key), side, price, Quantity(quantity))
        }
    }

    fn add(&mut self) -> Operation {
        let side = self.side();
        let (price, quantity) = (self.price(side), 1 + self.random.below(100));
        self.resting.push((OrderId(self.next_id), side));
        Operation::Place(self.order(side, price, quantity))
    }

    /// Reaches far, and takes about as many resting orders as are added beyond those that are cancelled.
    fn take(&mut self) -> Operation {
        let side = self.side();
        let price = Price(if side == Side::Buy { MIDDLE + 400 } else { MIDDLE - 400 });
        let resting = (self.shares.add - self.shares.cancel) / self.shares.take;
        let quantity = 50 * resting - 49 + self.random.below(100);
        let order = self.order(side, price, quantity);
        Operation::Place(NewOrder { time_in_force: TimeInForce::Ioc, ..order })
    }

    /// A block's operations. A few of the orders to cancel or move will have been filled by then.
    fn plan(&mut self) -> Vec<Operation> {
        let Mix { books, book, resting, .. } = self;
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

    fn operate(&mut self, operation: &Operation) {
        black_box(self.books.savepoint());
        match operation {
            Operation::Place(order) => {
                let placed = self.books.place(OWNER, self.book, order, MAX_STEPS);
                black_box(placed.unwrap().unwrap());
            }
            Operation::Cancel(order) => {
                let _ = black_box(self.books.cancel(OWNER, self.book, *order).unwrap());
            }
            Operation::Shift(order, price, quantity) => {
                let moved = self.books.amend(OWNER, self.book, *order, Some(*price), *quantity, MAX_STEPS);
                let _ = black_box(moved.unwrap());
            }
        }
    }

    /// A block, with all that it writes; answers how long that took.
    fn run(&mut self, block: &[Operation]) -> Duration {
        let start = Instant::now();
        block.iter().for_each(|operation| self.operate(operation));
        let changes = self.books.changes().unwrap();
        self.books.commit();
        black_box(changes);
        start.elapsed()
    }
}

/// Prints the percentiles of single operations.
fn percentiles(name: &str, shares: Shares) {
    let mut mix = Mix::new(shares);
    let mut times = Vec::with_capacity(TIMED_BLOCKS * OPERATIONS as usize);
    let mut clock = Vec::with_capacity(times.capacity());
    for _ in 0..TIMED_BLOCKS {
        for operation in mix.plan() {
            let start = Instant::now();
            mix.operate(&operation);
            times.push(start.elapsed());
            let start = Instant::now();
            clock.push(start.elapsed());
        }
        black_box(mix.books.changes().unwrap());
        mix.books.commit();
    }
    times.sort_unstable();
    clock.sort_unstable();
    let at = |times: &[Duration], share: usize| times[times.len() * share / 1_000].as_nanos();
    println!(
        "{name}: p50 {} ns, p99 {} ns, p99.9 {} ns, with reading the clock: {} ns",
        at(&times, 500),
        at(&times, 990),
        at(&times, 999),
        at(&clock, 500)
    );
}

/// A book with a thousand sellers, and the order that meets them all, which is taken back after each run.
fn sweep(criterion: &mut Criterion) {
    let mut mix = Mix::new(Shares { resting: 0, ..MIX1 });
    let book = mix.books.create(OWNER, BookParams::simple(1, 1, 1, 2 * MIDDLE)).unwrap().unwrap();
    for number in 0..1_000 {
        let order = mix.order(Side::Sell, Price(MIDDLE + number / 10), 1);
        let _ = mix.books.place(OWNER, book, &order, MAX_STEPS).unwrap().unwrap();
    }
    mix.books.commit();
    let order = NewOrder { self_trade: SelfTrade::Allow, ..mix.order(Side::Buy, Price(2 * MIDDLE), 1_000) };
    let mut group = criterion.benchmark_group("orderbook");
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("sweep_1000_fills", |bencher| {
        bencher.iter_custom(|runs| {
            let mut taken = Duration::ZERO;
            for _ in 0..runs {
                let mark = mix.books.savepoint();
                let start = Instant::now();
                let placed = mix.books.place(OWNER, book, &order, u32::MAX).unwrap().unwrap();
                taken += start.elapsed();
                assert_eq!(placed.fills.len(), 1_000);
                mix.books.rollback(mark);
            }
            taken
        });
    });
}

fn mixes(criterion: &mut Criterion) {
    for (name, shares) in [("mix1", MIX1), ("mix2", MIX2)] {
        percentiles(name, shares);
        let mut mix = Mix::new(shares);
        let mut group = criterion.benchmark_group("orderbook");
        group.throughput(Throughput::Elements(OPERATIONS));
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|runs| {
                (0..runs)
                    .map(|_| {
                        let block = mix.plan();
                        mix.run(&block)
                    })
                    .sum()
            })
        });
    }
    sweep(criterion);
}

criterion_group!(benches, mixes);
criterion_main!(benches);
