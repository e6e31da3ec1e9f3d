//! Storage fields of the SDK on the real runtime: what the contract `shelf` answers, and what maps and
//! lists in memory do.
#![allow(clippy::unwrap_used, reason = "a test")]

mod gas;
mod model;
mod past;
mod random;

use codec::{Decode, Encode};
use sillok_abi::native::{GenesisContract, code_hash};
use sillok_abi::{Failure, Outcome, Receipt};
use sillok_contracts::SHELF;
use sillok_shelf::{Key, Op, Within};
use sillok_testing::{World, account, failure};

use model::{Model, answer, everything};

/// A chain with two shelves.
fn world() -> World {
    let mut genesis = sillok_testing::genesis();
    genesis.contracts.extend(["shelf", "other"].map(|name| GenesisContract {
        name: name.into(),
        code: code_hash(SHELF),
        deployer: account("Alice"),
        salt: [name.as_bytes()[0]; 32],
        admin: None,
        args: Vec::new(),
    }));
    genesis.codes.push(SHELF.to_vec());
    World::of(genesis)
}

/// What a transaction answered.
fn returned<T: Decode>(receipt: &Receipt) -> T {
    match &receipt.outcome {
        Outcome::Success(value) => T::decode(&mut value.as_slice()).unwrap(),
        Outcome::Failed(failure) => panic!("it failed: {failure:?}"),
    }
}

/// A shelf and its model, told the same.
struct Pair {
    world: World,
    model: Model,
}

impl Pair {
    fn new() -> Self {
        Pair { world: world(), model: Model::default() }
    }

    /// A transaction that succeeds and answers what the model does.
    #[track_caller]
    fn run(&mut self, ops: Vec<Op>) {
        let expected = self.model.run(&ops).unwrap();
        let answers: Vec<Vec<u8>> = self.world.ok("Alice", "shelf", "run", (ops,));
        assert_eq!(answers, expected);
    }

    /// A query that answers what the model does.
    #[track_caller]
    fn ask(&self, ops: Vec<Op>) {
        let expected: Vec<_> = ops.iter().map(|op| self.model.look(op)).collect();
        let answers: Vec<Vec<u8>> = self.world.query("shelf", "ask", (ops,));
        assert_eq!(answers, expected);
    }
}

fn key(number: u32) -> Key {
    ("section".into(), number)
}

/// A part that is everything, in one order or the other.
fn all(reversed: bool) -> Within {
    Within { reversed, ..everything() }
}

#[test]
fn values_larger_than_a_page_are_read_one_by_one() {
    let mut pair = Pair::new();
    for number in 0..4 {
        pair.run(vec![Op::Put(key(number), vec![number as u8; 60_000])]);
    }
    for reversed in [false, true] {
        pair.run(vec![Op::Section("section".into(), all(reversed)), Op::Places(None, None, all(reversed))]);
        pair.ask(vec![Op::Section("section".into(), Within { take: Some(3), ..all(reversed) })]);
    }
    pair.ask(vec![Op::Pages(2), Op::Ends, Op::Section("other".into(), everything())]);
}

#[test]
fn long_fields_are_read_in_many_pages() {
    let mut pair = Pair::new();
    for part in 0..10 {
        let put = |number: u32| Op::Put(key(number * 7 % 1_000), vec![number as u8; number as usize % 90]);
        pair.run((part * 100..part * 100 + 100).map(put).collect());
        pair.run((0..60).map(|note| Op::Push(vec![note; 50])).collect());
    }
    for reversed in [false, true] {
        pair.ask(vec![
            Op::Section("section".into(), all(reversed)),
            Op::Places(Some(key(17)), Some(key(900)), all(reversed)),
            Op::Section(
                "section".into(),
                Within { take: Some(300), from: Some((99, false)), ..all(reversed) },
            ),
            Op::Notes(Within { from: Some((10, true)), to: Some((555, false)), ..all(reversed) }),
        ]);
    }
    pair.ask(vec![Op::Pages(1), Op::Pages(100), Op::Pages(999), Op::Pages(1_000), Op::Pages(5_000)]);
}

#[test]
fn a_transaction_sees_what_others_of_its_block_have_written() {
    let mut world = world();
    let put = |numbers: std::ops::Range<u32>| numbers.map(|number| Op::Put(key(number), vec![1])).collect();
    let _: Vec<Vec<u8>> = world.ok("Alice", "shelf", "run", (Vec::<Op>::from_iter([Op::Ends]),));
    let take = [1, 2, 4].map(|number| Op::Take(key(number))).to_vec();
    let look = vec![Op::Section("section".into(), everything()), Op::Ends];
    let scripts: [Vec<Op>; 3] = [put(0..6), take, look];
    let transactions = scripts.map(|ops| world.seal(world.body("Alice", world.id("shelf"), "run", (ops,))));
    let proposal = world.block(transactions.to_vec());
    let answers: Vec<Vec<u8>> = returned(proposal.execution.receipts.last().unwrap());
    let left: Vec<(u32, Vec<u8>)> = [0, 3, 5].map(|number| (number, vec![1])).to_vec();
    let ends = (Some((key(0), vec![1_u8])), Some((key(5), vec![1_u8])), false);
    assert_eq!(answers, [answer(&left), answer(&ends)]);
}

#[test]
fn what_a_caught_refusal_has_written_is_not_seen() {
    let mut world = world();
    let _: Vec<Vec<u8>> = world.ok("Alice", "shelf", "run", (vec![Op::Put(key(1), vec![1])],));
    let first = vec![
        Op::Put(key(0), vec![0]),
        Op::Take(key(1)),
        Op::Put(key(2), vec![2]),
        Op::Push(vec![]),
        Op::Refuse,
    ];
    let then = vec![Op::Section("section".into(), everything()), Op::Note(0)];
    let args = (world.id("shelf"), first, then);
    let answers: Vec<Vec<u8>> = world.ok("Alice", "other", "relay", args);
    let nothing = ((0_u64, true), (None::<Vec<u8>>, None::<Vec<u8>>), None::<Vec<u8>>);
    assert_eq!(answers, [answer(&vec![(1_u32, vec![1_u8])]), answer(&nothing)]);
    assert_eq!(world.query::<u32>("shelf", "runs", ()), 2);
}

#[test]
fn keys_that_are_too_long_are_refused_in_words() {
    let mut world = world();
    let longest = ("s".repeat(256 - 4 - 2 - 4), 1);
    let too_long = ("s".repeat(256 - 4 - 2 - 3), 1);
    let ops = vec![
        Op::Put(longest.clone(), vec![7]),
        Op::Ends,
        Op::Places(Some(longest.clone()), None, everything()),
        Op::Places(None, Some(longest), everything()),
    ];
    let _: Vec<Vec<u8>> = world.ok("Alice", "shelf", "run", (ops,));
    let refused = world.fails("Alice", "shelf", "run", (vec![Op::Put(too_long, vec![])],));
    let Failure::Panic { message, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(message, "a storage key is longer than 256 bytes");
}

#[test]
fn asking_changes_nothing_and_can_not() {
    let mut world = world();
    let receipt = world.call("Alice", "shelf", "ask", (vec![Op::Refuse],));
    assert!(matches!(failure(&receipt), Failure::Panic { .. }));
    let marks = vec![Op::Marks(None, everything())].encode();
    assert_eq!(world.query::<Vec<Vec<u8>>>("shelf", "ask", sillok_testing::Raw(marks)).len(), 1);
}
