//! Frames that refuse leave nothing: not in order books, not of locks, not in storage, not among events.
//!
//! The model is that such a frame never ran. So a chain on which frames refuse at any depth, and are caught,
//! has to be, to the bit, the chain on which the same is done without them.
#![allow(clippy::unwrap_used, reason = "a test")]

mod plan;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use sillok_abi::{
    BookId, BookParams, Event, Failure, NewOrder, Outcome, Price, Quantity, Receipt, Side, TrapCode,
};
use sillok_runtime::OrderBooks;
use sillok_testing::puppet::Script;
use sillok_testing::{World, genesis, puppet};

use plan::{AGAIN, Frame, SHARES, Step, Table, frame};

fn world() -> World {
    let mut genesis = genesis();
    genesis.contracts.retain(|contract| contract.name == "register");
    puppet::add(&mut genesis);
    World::of(genesis)
}

/// A block of one transaction for each of these frames, in this order.
fn play(world: &mut World, table: &Table, frames: &[Frame]) -> Vec<Receipt> {
    let transactions = frames.iter().map(|frame| {
        let body = world.body("Eve", table.players[frame.player], "run", frame.script(table).args());
        world.seal(body)
    });
    let transactions = transactions.collect();
    let proposal = world.block(transactions);
    assert!(proposal.refused.is_empty() && proposal.deferred.is_empty());
    proposal.execution.receipts
}

fn events(receipts: Vec<Receipt>) -> Vec<Vec<Event>> {
    receipts.into_iter().map(|receipt| receipt.events).collect()
}

/// The two chains are one after every block, and so is a node that stops in between.
fn check(blocks: &[Vec<Frame>]) -> TestCaseResult {
    let mut world = world();
    let table = Table::lay(&mut world);
    let mut model = world.fork();
    for frames in blocks {
        let mut restarted = world.fork();
        let receipts = play(&mut world, &table, frames);
        for (frame, receipt) in frames.iter().zip(&receipts) {
            prop_assert_eq!(frame.refuses, !matches!(receipt.outcome, Outcome::Success(_)));
        }
        let surviving: Vec<Frame> = frames.iter().map(Frame::surviving).collect();
        let expected = play(&mut model, &table, &surviving);
        prop_assert_eq!(events(receipts), events(expected));
        prop_assert_eq!(&world.state, &model.state);
        play(&mut restarted, &table, frames);
        prop_assert_eq!(&world.state, &restarted.state);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn frames_that_refuse_never_were(
        blocks in prop::collection::vec(prop::collection::vec(frame(), 1..4), 1..4),
    ) {
        let enterable = |frames: Vec<Frame>| frames.into_iter().map(|frame| frame.enterable(&[])).collect();
        let blocks: Vec<Vec<Frame>> = blocks.into_iter().map(enterable).collect();
        check(&blocks)?;
    }
}

fn sell(book: u64, quantity: u64) -> Step {
    Step::Place { book, side: Side::Sell, price: 5, quantity }
}

fn buy(book: u64, quantity: u64) -> Step {
    Step::Place { book, side: Side::Buy, price: 5, quantity }
}

fn of(player: usize, steps: Vec<Step>, refuses: bool) -> Frame {
    Frame { player, steps, refuses }
}

/// What is offered at the best price of each side: bought and sold.
fn depth(world: &World, book: u64) -> Option<(u64, u64)> {
    let mut books = OrderBooks::new(world.state.clone());
    let depth = books.depth(BookId(book), 10).unwrap().ok()?;
    let best = |levels: &[sillok_abi::Level]| levels.first().map_or(0, |level| level.quantity.0);
    Some((best(&depth.bids), best(&depth.asks)))
}

fn locked(world: &World, table: &Table, player: usize) -> u64 {
    world.shares(sillok_abi::Account::Contract(table.players[player])).1
}

/// A match, a cancellation and a book of three frames down, all of which ended well, go with the frame
/// above them; what was done before and after it stays.
#[test]
fn what_ended_well_goes_with_the_frame_above() {
    let mut world = world();
    let table = Table::lay(&mut world);
    play(&mut world, &table, &[of(AGAIN, vec![Step::Create, sell(1, 4)], false)]);
    assert_eq!(depth(&world, 1), Some((0, 4)));

    let deepest = of(AGAIN, vec![buy(1, 3), Step::Cancel { book: 1, order: 1 }, Step::Create], false);
    let middle = of(1, vec![Step::Lock { quantity: 3, locker: 2 }, Step::Frame(deepest)], false);
    let failing = of(0, vec![Step::Store(1), Step::Frame(middle), Step::Emit], true);
    let root = of(AGAIN, vec![sell(1, 1), Step::Frame(failing), sell(1, 2)], false);
    let receipts = play(&mut world, &table, &[root]);
    assert!(receipts[0].events.is_empty());
    assert_eq!(depth(&world, 1), Some((0, 7)));
    assert_eq!(depth(&world, 2), None);
    assert_eq!(locked(&world, &table, 1), 0);
}

/// The same frames without the refusal.
#[test]
fn what_ends_well_all_the_way_up_stays() {
    let mut world = world();
    let table = Table::lay(&mut world);
    let deepest = of(AGAIN, vec![buy(1, 3), Step::Create], false);
    let middle = of(1, vec![Step::Lock { quantity: 3, locker: 2 }, Step::Frame(deepest)], false);
    let root = of(AGAIN, vec![Step::Create, sell(1, 4), Step::Frame(middle), Step::Emit], false);
    let receipts = play(&mut world, &table, &[root]);
    assert_eq!(receipts[0].events.len(), 2, "the lock's and its own");
    assert_eq!((depth(&world, 1), depth(&world, 2)), (Some((0, 1)), Some((0, 0))));
    assert_eq!(locked(&world, &table, 1), 3);
}

/// A refusal of the register itself, which has written before it refuses, is caught in each of its callers.
#[test]
fn a_lock_that_is_refused_leaves_the_others() {
    let mut world = world();
    let table = Table::lay(&mut world);
    let lock = |quantity| Step::Lock { quantity, locker: 2 };
    let inner = of(0, vec![lock(2), lock(SHARES)], true);
    let root = of(1, vec![lock(4), lock(SHARES), Step::Frame(inner), lock(5), lock(2)], false);
    let receipts = play(&mut world, &table, &[root]);
    assert_eq!(receipts[0].events.len(), 2);
    assert_eq!((locked(&world, &table, 1), locked(&world, &table, 0)), (9, 0));
}

/// Entering again is a trap for all but who bears it, and takes everything with it.
#[test]
fn entering_again_where_it_is_not_allowed_leaves_nothing() {
    let mut world = world();
    let table = Table::lay(&mut world);
    play(&mut world, &table, &[of(0, vec![Step::Create, sell(1, 4)], false)]);
    let before = world.root;
    let again = of(0, vec![buy(1, 1)], false);
    let middle = of(1, vec![Step::Lock { quantity: 1, locker: 0 }, Step::Frame(again)], false);
    let root = of(0, vec![buy(1, 2), Step::Create, Step::Frame(middle)], false);
    let receipts = play(&mut world, &table, &[root]);
    assert_eq!(sillok_testing::failure(&receipts[0]), Failure::Trap(TrapCode::Reentrancy));
    assert_eq!(world.root, before);
    // The book is as it was in memory too.
    play(&mut world, &table, &[of(0, vec![buy(1, 1)], false)]);
    assert_eq!(depth(&world, 1), Some((0, 3)));
}

/// A trap at the deepest place that calls can reach takes the changes of all frames above it.
#[test]
fn a_trap_at_the_bottom_takes_all_with_it() {
    let mut world = world();
    let table = Table::lay(&mut world);
    play(&mut world, &table, &[of(AGAIN, vec![Step::Create], false)]);
    let before = world.root;
    let me = table.players[AGAIN];
    let owner = sillok_abi::Account::Contract(me);
    let order = NewOrder::limit(owner, Side::Sell, Price(5), Quantity(1));
    let nested = |depth: usize, bottom: Script| {
        (1..depth).fold(bottom, |inner, _| {
            Script::new().place(1, &order).create_book(&BookParams::simple(1, 1, 1, 9)).try_run(me, &inner)
        })
    };
    for (depth, bottom) in [(16, Script::new().panic()), (17, Script::new())] {
        let body = world.body("Eve", me, "run", nested(depth, bottom).args());
        let transaction = world.seal(body);
        let receipt = world.send(transaction).unwrap();
        assert!(matches!(receipt.outcome, Outcome::Failed(_)), "{receipt:?}");
        assert_eq!(world.root, before, "{depth}");
    }
    let body = world.body("Eve", me, "run", nested(16, Script::new()).args());
    let transaction = world.seal(body);
    assert!(matches!(world.send(transaction).unwrap().outcome, Outcome::Success(_)));
    assert_eq!(depth(&world, 1), Some((0, 15)));
}
