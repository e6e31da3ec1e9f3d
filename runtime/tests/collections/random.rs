//! Random scripts for the shelf and its model: in transactions, some of which are refused, and in calls of
//! another contract, or the shelf itself, which catches the refusal and goes on.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sillok_abi::{Date, Failure};
use sillok_shelf::{Key, Loan, Mark, Op, Within};
use sillok_testing::failure;

use super::{Pair, all, returned, world};
use crate::model::Model;

/// Texts of which some begin with others, or hold what ends them in keys.
const TEXTS: [&str; 7] = ["", "\0", "a", "a\0", "a\0b", "aa", "\u{10FFFF}"];
const NUMBERS: [u32; 8] = [0, 1, 2, 3, 255, 256, 0x00FF_FFFF, u32::MAX];

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(&TEXTS[..]).prop_map(String::from)
}

fn number() -> impl Strategy<Value = u32> {
    prop::sample::select(&NUMBERS[..])
}

fn key() -> impl Strategy<Value = Key> {
    (text(), number())
}

/// Mostly short; sometimes a third of a page.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        9 => prop::collection::vec(any::<u8>(), 0..40),
        1 => any::<u8>().prop_map(|byte| vec![byte; 12_000]),
    ]
}

fn day() -> impl Strategy<Value = i32> {
    prop::sample::select(&[i32::MIN, -1, 0, 1, 255, 256, i32::MAX][..])
}

fn within() -> impl Strategy<Value = Within> {
    let bound = || prop::option::of((number(), any::<bool>()));
    let take = prop::option::of(0..9_u32);
    (bound(), bound(), any::<bool>(), take).prop_map(|(from, to, reversed, take)| Within {
        from,
        to,
        reversed,
        take,
    })
}

fn mark() -> impl Strategy<Value = Mark> {
    let name = prop::option::of(text());
    let code = text().prop_map(String::into_bytes);
    prop_oneof![
        Just(Mark::Blank),
        day().prop_map(Mark::Level),
        (name, code).prop_map(|(name, code)| Mark::Named { name, code }),
    ]
}

fn loan() -> impl Strategy<Value = Loan> {
    let card = prop::option::of(number());
    (text(), day(), card).prop_map(|(borrower, day, card)| Loan { borrower, until: Date(day), card })
}

fn change() -> impl Strategy<Value = Op> {
    let books = prop_oneof![
        6 => (key(), bytes()).prop_map(|(key, book)| Op::Put(key, book)),
        2 => key().prop_map(Op::Take),
        1 => (key(), bytes()).prop_map(|(key, more)| Op::Extend(key, more)),
        1 => Just(Op::PopFirst),
        1 => Just(Op::PopLast),
    ];
    let marks = prop_oneof![
        3 => mark().prop_map(Op::Mark),
        1 => mark().prop_map(Op::Unmark),
        1 => Just(Op::PopMarks),
    ];
    let notes = prop_oneof![
        4 => bytes().prop_map(Op::Push),
        1 => Just(Op::Pop),
        1 => (0..8_u64, bytes()).prop_map(|(position, note)| Op::SetNote(position, note)),
        1 => (0..8_u64).prop_map(Op::SwapRemove),
    ];
    let loans = prop_oneof![
        4 => (number(), loan()).prop_map(|(number, loan)| Op::Lend(number, loan)),
        2 => (number(), day(), prop::option::of(number())).prop_map(|(number, day, card)| Op::Prolong(number, day, card)),
        1 => number().prop_map(Op::Return),
    ];
    prop_oneof![books, marks, notes, loans]
}

fn question() -> impl Strategy<Value = Op> {
    prop_oneof![
        key().prop_map(Op::Get),
        Just(Op::Ends),
        (text(), within()).prop_map(|(section, within)| Op::Section(section, within)),
        (prop::option::of(key()), prop::option::of(key()), within())
            .prop_map(|(after, to, within)| Op::Places(after, to, within)),
        (1..6_u32).prop_map(Op::Pages),
        (prop::option::of(mark()), within()).prop_map(|(after, within)| Op::Marks(after, within)),
        (0..8_u64).prop_map(Op::Note),
        within().prop_map(Op::Notes),
        (text(), within()).prop_map(|(borrower, within)| Op::LoansOf(borrower, within)),
        (text(), day(), within()).prop_map(|(borrower, day, within)| Op::LoansFrom(borrower, day, within)),
        (text(), day(), within()).prop_map(|(borrower, day, within)| Op::LoansOn(borrower, day, within)),
        number().prop_map(Op::Card),
        within().prop_map(Op::Cards),
        (number(), within()).prop_map(|(number, within)| Op::Loans(number, within)),
    ]
}

/// Changes and questions in one script; one in five is refused at its end.
fn script() -> impl Strategy<Value = Vec<Op>> {
    let ops = prop::collection::vec(prop_oneof![2 => change(), 1 => question()], 1..12);
    (ops, 0..5).prop_map(|(mut ops, refused)| {
        if refused == 0 {
            ops.push(Op::Refuse);
        }
        ops
    })
}

#[derive(Clone, Debug)]
enum Step {
    Run(Vec<Op>),
    /// Two scripts for the shelf, by way of this contract: another shelf, or the shelf itself.
    Relay(&'static str, Vec<Op>, Vec<Op>),
    Ask(Vec<Op>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => script().prop_map(Step::Run),
        1 => (prop::sample::select(&["other", "shelf"]), script(), script())
            .prop_map(|(by, first, after)| Step::Relay(by, first, after)),
        2 => prop::collection::vec(question(), 1..12).prop_map(Step::Ask),
    ]
}

impl Pair {
    fn step(&mut self, step: Step) {
        let (contract, method, args, expected) = match step {
            Step::Ask(ops) => return self.ask(ops),
            Step::Run(ops) => {
                let expected = self.model.run(&ops);
                ("shelf", "run", codec::Encode::encode(&(ops,)), expected)
            }
            Step::Relay(by, first, after) => {
                let before = self.model.clone();
                let _refusal = self.model.run(&first);
                let expected = self.model.run(&after);
                if expected.is_none() {
                    self.model = before;
                }
                let args = (self.world.id("shelf"), first, after);
                (by, "relay", codec::Encode::encode(&args), expected)
            }
        };
        let receipt = self.world.call("Bob", contract, method, sillok_testing::Raw(args));
        match expected {
            Some(expected) => assert_eq!(returned::<Vec<Vec<u8>>>(&receipt), expected),
            None => assert_eq!(failure(&receipt), Failure::Error { code: 1 }),
        }
    }

    /// Everything there is, both ways.
    fn check(&self) {
        for reversed in [false, true] {
            self.ask(vec![
                Op::Places(None, None, all(reversed)),
                Op::Marks(None, all(reversed)),
                Op::Notes(all(reversed)),
                Op::LoansFrom(String::new(), i32::MIN, all(reversed)),
                Op::Cards(all(reversed)),
                Op::Loans(0, all(reversed)),
            ]);
        }
        self.ask(vec![Op::Pages(3)]);
    }
}

#[test]
fn agrees_with_maps_in_memory() {
    let genesis = world();
    let met = RefCell::new(BTreeSet::new());
    let config = ProptestConfig {
        cases: 128,
        rng_seed: RngSeed::Fixed(20_261_124),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 10..40))| {
        let mut pair = Pair { world: genesis.fork(), model: Model::default() };
        for step in steps {
            met.borrow_mut().extend(kinds(&step));
            pair.step(step);
        }
        pair.check();
    });
    assert_eq!(met.borrow().len(), 30, "every kind of operation was met: {met:?}");
}

/// The kinds of a step's operations.
fn kinds(step: &Step) -> BTreeSet<u8> {
    let ops = match step {
        Step::Run(ops) | Step::Ask(ops) => ops.clone(),
        Step::Relay(_, first, after) => [first.as_slice(), after].concat(),
    };
    ops.iter().map(|op| codec::Encode::encode(op)[0]).collect()
}
