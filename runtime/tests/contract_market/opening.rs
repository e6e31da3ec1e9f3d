//! A thousand companies open in the same minute.

use sillok_abi::{Outcome, Phase, Side};
use sillok_market::{NewListing, Today};
use sillok_runtime::Parameters;

use super::companies::*;
use super::sessions::{OPEN, OPEN_CALL, at, krx};
use super::setting::*;

/// A block makes so many scheduled calls at most (docs/protocol.md, "Scheduled calls").
const CALLS_PER_BLOCK: usize = 256;

/// Blocks made until nothing is due before `until`, and the receipts of their scheduled calls.
fn open(world: &mut sillok_testing::World, until: u64) -> (usize, Vec<sillok_abi::Receipt>) {
    let (mut blocks, mut receipts) = (0, Vec::new());
    while world.executor.next_due(&*world.state).unwrap().is_some_and(|due| due.0 <= until) {
        world.time = world.time.max(until - 1_000);
        receipts.extend(world.block(Vec::new()).execution.receipts);
        blocks += 1;
    }
    (blocks, receipts)
}

#[test]
fn a_thousand_companies_open_in_the_same_minute() {
    let mut world = world();
    let listing = |world: &sillok_testing::World, company: u64| {
        let mut new = NewListing { register: register(company), ..plain(world) };
        krx(&mut new);
        new
    };
    let lists = (0..COMPANIES)
        .map(|company| transaction(&world, "Alice", "list", raw((listing(&world, company),)), None));
    let lists = lists.collect();
    commit(&mut world, lists);
    let (blocks, receipts) = open(&mut world, at(1, OPEN_CALL) + 1_000);
    assert_eq!(
        (blocks, receipts.len()),
        ((COMPANIES as usize).div_ceil(CALLS_PER_BLOCK), COMPANIES as usize)
    );
    let sales = (0..COMPANIES)
        .map(|company| order_of(&world, company, holder(company), order(Side::Sell, 500, 100, Some(1)), 0));
    let sales = sales.collect();
    commit(&mut world, sales);
    let purchases =
        (0..COMPANIES).map(|company| order_of(&world, company, buyer(company), buy(500, 60), 31_000));
    let purchases = purchases.collect();
    commit(&mut world, purchases);

    let (blocks, receipts) = open(&mut world, at(1, OPEN) + 1_000);
    assert!(receipts.iter().all(|receipt| matches!(receipt.outcome, Outcome::Success(_))));
    let used: u64 = receipts.iter().map(|receipt| receipt.gas_used).sum();
    // By what they use, not by the hundred million each that they may use: by those it would be forty blocks.
    let by_gas = used.div_ceil(Parameters::default().block_scheduled_gas) as usize + 1;
    let fewest = (COMPANIES as usize).div_ceil(CALLS_PER_BLOCK);
    assert!((fewest..=fewest.max(by_gas)).contains(&blocks), "{blocks} blocks for {used} gas");
    for company in 0..COMPANIES {
        let today: Today = world.query(MARKET, "today", (listing_of(&world, company),));
        assert_eq!((today.phase, today.volume), (Phase::Continuous, 60), "company {company}");
    }
}
