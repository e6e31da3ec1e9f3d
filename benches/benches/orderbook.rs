//! The order book module by itself, with undo and dirty pages.
//!
//! `orderbook/mix1`: 60 % add, 30 % cancel, 10 % immediate-or-cancel around a middle price, a savepoint per
//! operation, a block's commit with its dirty pages every thousand.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sillok_abi::{
    Account, BookId, BookParams, ContractId, NewOrder, OrderId, Price, Quantity, Side, TimeInForce,
};
use sillok_runtime::{MemoryState, OrderBooks};

const OPERATIONS: u64 = 1_000;
const OWNER: ContractId = ContractId([7; 32]);
const MAX_FILLS: u32 = 64;

/// A small generator of its own, so that the mix is the same everywhere (xorshift64*, Vigna 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }
}

struct Mix {
    books: OrderBooks,
    book: BookId,
    random: Random,
    resting: Vec<OrderId>,
}

impl Mix {
    fn new() -> Self {
        let mut books = OrderBooks::new(Arc::new(MemoryState::default()));
        let params = BookParams { tick: Price(1), lot: Quantity(1), low: Price(1), high: Price(2_000) };
        let book = books.create(OWNER, params).unwrap().unwrap();
        let mut mix = Mix { books, book, random: Random(42), resting: Vec::new() };
        (0..10_000).for_each(|_| mix.order(TimeInForce::Gtc));
        mix.books.commit();
        mix
    }

    fn order(&mut self, time_in_force: TimeInForce) {
        let side = if self.random.below(2) == 0 { Side::Buy } else { Side::Sell };
        let away = 1 + self.random.below(400);
        // An immediate order reaches far and takes about three resting ones, so that the book keeps its size.
        let (reach, quantity) = match time_in_force {
            TimeInForce::Gtc => (away, 1 + self.random.below(100)),
            TimeInForce::Ioc => (0, 100 + self.random.below(100)),
        };
        let price = match side {
            Side::Buy => 1_000 + 400 * u64::from(reach == 0) - reach,
            Side::Sell => 1_000 - 400 * u64::from(reach == 0) + reach,
        };
        let order = NewOrder {
            owner: Account::Key([1; 32]),
            side,
            price: Price(price),
            quantity: Quantity(quantity),
            time_in_force,
        };
        let placed = self.books.place(OWNER, self.book, order, MAX_FILLS).unwrap().unwrap();
        if placed.resting.0 > 0 {
            self.resting.push(placed.order);
        }
    }

    /// Cancels an order that still rests; some of those remembered have been filled meanwhile.
    fn cancel(&mut self) {
        while !self.resting.is_empty() {
            let index = self.random.below(self.resting.len() as u64) as usize;
            let order = self.resting.swap_remove(index);
            if self.books.cancel(OWNER, self.book, order).unwrap().is_ok() {
                return;
            }
        }
    }

    fn block(&mut self) -> usize {
        for _ in 0..OPERATIONS {
            self.books.savepoint();
            match self.random.below(10) {
                0..6 => self.order(TimeInForce::Gtc),
                6..9 => self.cancel(),
                _ => self.order(TimeInForce::Ioc),
            }
        }
        let changes = self.books.changes().unwrap().len();
        self.books.commit();
        changes
    }
}

fn mixes(criterion: &mut Criterion) {
    let mut mix = Mix::new();
    let mut group = criterion.benchmark_group("orderbook");
    group.throughput(Throughput::Elements(OPERATIONS));
    group.bench_function("mix1", |bencher| bencher.iter(|| mix.block()));
}

criterion_group!(benches, mixes);
criterion_main!(benches);
