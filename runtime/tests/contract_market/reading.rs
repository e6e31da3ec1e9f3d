//! Queries and simulations read a book from state before they do anything with it, and pay for that first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use codec::{Decode, Encode};
use sillok_abi::{Call, Failure, Outcome, Receipt, TrapCode};
use sillok_market::{OpenOrder, PlacedOrder};
use sillok_runtime::{Direction, Fault, GasTable, MemoryState, PageLimit, Parameters, StateReader, Walk};
use sillok_testing::{World, account, failure};

use super::setting::{LISTING, MARKET, args, buy, listed};

/// Orders in the larger book: a few pages.
const ORDERS: usize = 100;
/// How many orders state has under one key, at most.
const PAGE: usize = 32;
/// Gas for any query here.
const PLENTY: u64 = 1_000_000_000;

/// State that counts what is read of it.
struct Counted {
    state: Arc<MemoryState>,
    reads: Arc<AtomicUsize>,
    /// The chain's parameters in state, and what they are given out as.
    parameters: (Vec<u8>, Vec<u8>),
}

impl StateReader for Counted {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let (stored, given) = &self.parameters;
        Ok(self.state.get(key)?.map(|value| if value == *stored { given.clone() } else { value }))
    }

    fn walk(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Walk, Fault> {
        self.state.walk(from, to, direction, limit)
    }
}

/// A market with so many orders that rest.
fn with_orders(count: usize) -> World {
    let mut world = listed(|_| {});
    for number in 0..count {
        let order = args(&world, "Bob", buy(100 + 10 * (number as u64 % 20), 5));
        let _: PlacedOrder = world.ok("Eve", MARKET, "place", order);
    }
    world
}

/// Asks for the best prices with so much gas: what came of it, and how much of state was read.
fn depth(world: &World, query_gas: u64) -> (Receipt, usize) {
    let call = Call { contract: world.id(MARKET), method: "depth".into(), args: (LISTING, 1u32).encode() };
    let reads = Arc::new(AtomicUsize::new(0));
    let given = Parameters { query_gas, ..world.genesis.parameters.clone() };
    let parameters = (world.genesis.parameters.encode(), given.encode());
    let state = Counted { state: world.state.clone(), reads: reads.clone(), parameters };
    let receipt = world.runtime.query(Arc::new(state), world.env(), call).unwrap();
    (receipt, reads.load(Ordering::Relaxed))
}

/// The larger the book, the more a query of it pays: at least what reading so much costs anybody.
#[test]
fn a_query_pays_for_the_book_that_it_reads() {
    let (small, large) = (depth(&with_orders(1), PLENTY), depth(&with_orders(ORDERS), PLENTY));
    let more = large.0.gas_used - small.0.gas_used;
    let read = large.1 - small.1;
    assert!(read >= ORDERS / PAGE, "{read} keys");
    assert!(more >= read as u64 * GasTable::default().first_touch, "{more} gas for {read} keys");
}

/// A call that asks of a book a hundred times pays for reading it once, and each time for what it reads beside it.
#[test]
fn a_query_pays_once() {
    let world = with_orders(ORDERS);
    let args = (account("Bob"), 0u32, ORDERS as u32).encode();
    let call = Call { contract: world.id(MARKET), method: "orders_of".into(), args };
    let receipt = world.runtime.query(world.state.clone(), world.env(), call).unwrap();
    let Outcome::Success(value) = receipt.outcome else { panic!("{:?}", receipt.outcome) };
    assert_eq!(Vec::<OpenOrder>::decode(&mut value.as_slice()).unwrap().len(), ORDERS);
    let beside = receipt.gas_used - depth(&world, PLENTY).0.gas_used;
    assert!(beside < ORDERS as u64 * 2 * GasTable::default().first_touch, "{beside} gas");
}

/// Without the gas for it, nothing of it is read.
#[test]
fn what_is_not_paid_for_is_not_read() {
    let world = with_orders(ORDERS);
    let (paid, reads) = depth(&world, PLENTY);
    let (unpaid, fewer) = depth(&world, paid.gas_used - ORDERS as u64 * GasTable::default().fill);
    assert_eq!(failure(&unpaid), Failure::Trap(TrapCode::OutOfGas));
    assert!(fewer + ORDERS / PAGE <= reads, "{fewer} of {reads} keys were read");
}

/// In a block books are at hand. So a simulation says what the block will say, however large the book is.
#[test]
fn a_simulation_uses_what_the_block_does() {
    let beside = |count| {
        let mut world = with_orders(count);
        let order = args(&world, "Charlie", buy(100, 5));
        let id = world.id(MARKET);
        let transaction = {
            let body = world.body("Eve", id, "place", order);
            world.signed(body)
        };
        let simulated = world.simulate(&transaction.body).receipt;
        let receipt = world.send(transaction).unwrap();
        receipt.gas_used - simulated.gas_used
    };
    assert_eq!(beside(1), beside(ORDERS));
}
