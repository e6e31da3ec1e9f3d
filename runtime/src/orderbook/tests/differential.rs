//! The module against the naive model: the same random operations, the same answers, books, days and events,
//! through savepoints, rollbacks, blocks, discarded blocks and restarts.
//!
//! `SILLOK_BOOK_OPERATIONS` sets how many operations; a failure names the seed of its run.

use std::fmt::Debug;
use std::sync::Arc;

use sillok_abi::{
    Account, Amended, BookAction, BookError, BookId, BookQuery, ContractId, OrderId, Phase, Placed, Quantity,
    Time,
};

use super::super::{Answer, Mark, Now, OrderBooks};
use super::follower::Follower;
use super::generator::{self, OWNERS, Random, account};
use super::model::{Model, Planted};
use super::numbers::{Ids, Named};
use crate::state::MemoryState;

const OWNER: ContractId = ContractId([7; 32]);
const BOOK: BookId = BookId(1);
/// Operations of one run, with one set of rules.
const RUN: u64 = 2_000;
const DEFAULT_OPERATIONS: u64 = 300_000;

type Check = Result<(), String>;

/// The model and two instances of the module: one that goes on, and a twin that starts anew now and then.
struct World {
    random: Random,
    model: Model,
    committed: Model,
    marks: Vec<(Mark, Mark, Model)>,
    state: MemoryState,
    veteran: OrderBooks,
    twin: OrderBooks,
    follower: Follower,
    ids: Ids,
}

fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Check {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}\n   found {found:?}\nexpected {expected:?}"))
}

/// An answer that outlives the next one.
fn owned(answer: Answer<&Placed>) -> Answer<Placed> {
    Ok(answer?.cloned())
}

impl World {
    fn new(seed: u64, planted: Option<Planted>) -> Self {
        let mut random = Random::new(seed);
        let params = generator::rules(&mut random);
        let books = || {
            let mut books = OrderBooks::new(Arc::new(MemoryState::default()));
            assert_eq!(books.create(OWNER, params.clone()).unwrap(), Ok(BOOK));
            books
        };
        let (veteran, twin) = (books(), books());
        let mut model = Model::new(params);
        model.planted = planted;
        let (committed, state) = (model.clone(), MemoryState::default());
        let (marks, follower, ids) = (Vec::new(), Follower::default(), Ids::default());
        let mut world = World { random, model, committed, marks, state, veteran, twin, follower, ids };
        world.end_block(true).unwrap();
        world
    }

    /// Compares an operation's answers.
    fn both<T: PartialEq + Debug + Named>(
        &mut self,
        what: &dyn Debug,
        expected: Result<T, BookError>,
        operation: impl Fn(&mut OrderBooks) -> super::super::Answer<T>,
    ) -> Check {
        let mut found = operation(&mut self.veteran).map_err(|fault| format!("{what:?}: {fault}"))?;
        let twin = operation(&mut self.twin).map_err(|fault| format!("{what:?}: {fault}"))?;
        same(&format!("the twin's {what:?}"), &twin, &found)?;
        if let Ok(found) = &mut found {
            self.ids.number(found)?;
        }
        same(&format!("{what:?}"), &found, &expected)
    }

    fn step(&mut self) -> Check {
        let most = generator::most(&mut self.random);
        match self.random.below(100) {
            0..58 => self.place(most),
            58..68 => self.amend(most),
            68..74 => self.cancel(),
            74 => self.mass_cancel(most),
            75..77 => {
                let expected = self.model.expire(most);
                self.both(&"expire", expected, |books| books.expire(OWNER, BOOK, most))
            }
            77..83 => self.set_phase(most),
            83 => self.set_band(most),
            84..88 => {
                let expected = self.model.uncross(most);
                self.both(&"uncross", expected, |books| books.uncross(OWNER, BOOK, most))
            }
            88 => {
                let expected = Ok(self.model.resume(most));
                self.both(&"resume", expected, |books| books.resume(OWNER, BOOK, most))
            }
            89 => self.negotiate(),
            90..93 => {
                let marks = (self.veteran.savepoint(), self.twin.savepoint());
                self.marks.push((marks.0, marks.1, self.model.clone()));
                Ok(())
            }
            93..95 => {
                self.rollback();
                Ok(())
            }
            _ => {
                let commit = !self.random.one_in(5);
                self.end_block(commit)
            }
        }
    }

    fn place(&mut self, most: u32) -> Check {
        let params = self.model.params.clone();
        let order = generator::order(&mut self.random, &params, self.model.now);
        let expected = self.model.try_place(&order, most);
        self.both(&order, expected, |books| owned(books.place(OWNER, BOOK, &order, most)))
    }

    /// An order of the book, or an id that nobody has.
    fn pick(&mut self) -> u64 {
        let count = self.model.orders.len() as u64;
        if count == 0 || self.random.one_in(20) {
            return self.random.below(40);
        }
        self.model.orders[self.random.below(count) as usize].id
    }

    fn amend(&mut self, most: u32) -> Check {
        let id = self.pick();
        let params = self.model.params.clone();
        let price = (!self.random.one_in(3)).then(|| generator::price(&mut self.random, &params));
        let left = self.model.left(id).unwrap_or(Quantity(1));
        let quantity = match self.random.below(4) {
            0 => left,
            1 => Quantity(left.0.saturating_sub(params.lot.0)),
            _ => generator::quantity(&mut self.random, &params),
        };
        let expected = self.model.try_amend(id, price, quantity, most);
        let what = ("amend", id, price, quantity);
        let order = self.ids.id(id);
        self.both(&what, expected, |books| {
            let amended = books.amend(OWNER, BOOK, order, price, quantity, most)?;
            Ok(amended.map(|(before, placed)| Amended { before, placed: placed.clone() }))
        })
    }

    fn cancel(&mut self) -> Check {
        let id = self.pick();
        let expected = self.model.cancel(id);
        let order = self.ids.id(id);
        self.both(&("cancel", id), expected, |books| books.cancel(OWNER, BOOK, order))
    }

    fn mass_cancel(&mut self, most: u32) -> Check {
        let side = (!self.random.one_in(2)).then(|| generator::side(&mut self.random));
        let owner = (!self.random.one_in(4)).then(|| account(self.random.below(OWNERS)));
        let expected = self.model.mass_cancel(owner, side, most);
        let what = ("mass cancel", owner, side);
        self.both(&what, expected, |books| books.mass_cancel(OWNER, BOOK, owner, side, most))
    }

    fn set_phase(&mut self, most: u32) -> Check {
        let phase = generator::phase(&mut self.random);
        if phase == Phase::Closed && self.model.check_turn(phase).is_ok() {
            return self.close(most.max(1));
        }
        let until = self.random.one_in(2).then_some(5);
        let expected = self.model.set_phase(phase, until, most);
        let until = until.map(Time);
        self.both(&phase, expected, |books| books.set_phase(OWNER, BOOK, phase, until, most))
    }

    /// Closes step by step. Which orders a step finds depends on slots, which the model does not have.
    fn close(&mut self, most: u32) -> Check {
        let expected = self.model.close();
        let mut all = Vec::new();
        loop {
            let close = |books: &mut OrderBooks| books.set_phase(OWNER, BOOK, Phase::Closed, None, most);
            let found = close(&mut self.veteran).unwrap().map_err(|error| format!("close: {error:?}"))?;
            same("the twin's close", &close(&mut self.twin).unwrap(), &Ok(found.clone()))?;
            all.extend(found.removed);
            if found.done {
                break;
            }
        }
        self.ids.number(&mut all)?;
        all.sort_by_key(|removed| removed.order);
        same("close", &all, &expected)
    }

    fn set_band(&mut self, most: u32) -> Check {
        let params = self.model.params.clone();
        let mut prices = [0; 3].map(|_| generator::price(&mut self.random, &params));
        if !self.random.one_in(8) {
            prices.sort();
        }
        // Mostly the whole band, or it would only ever get narrower.
        if self.random.one_in(2) {
            prices = [params.low, params.reference, params.high];
        }
        let [low, reference, high] = prices;
        let expected = self.model.set_band(reference.0, (low.0, high.0), most);
        let what = ("band", low, reference, high);
        self.both(&what, expected, |books| books.set_band(OWNER, BOOK, reference, (low, high), most))
    }

    fn negotiate(&mut self) -> Check {
        let params = self.model.params.clone();
        let quantity = generator::quantity(&mut self.random, &params);
        if self.random.one_in(2) {
            let price = generator::price(&mut self.random, &params);
            let expected = self.model.report(price.0, quantity.0);
            return self.both(&("report", price, quantity), expected, |books| {
                books.report(OWNER, BOOK, price, quantity)
            });
        }
        let (id, taker) = (self.pick(), account(self.random.below(OWNERS)));
        let expected = self.model.take(id, taker, quantity.0);
        let order = self.ids.id(id);
        self.both(&("take", id, quantity), expected, |books| {
            owned(books.take(OWNER, BOOK, order, taker, quantity))
        })
    }

    fn rollback(&mut self) {
        let keep = self.marks.len().saturating_sub(self.random.below(3) as usize);
        self.marks.truncate(keep);
        let Some((veteran, twin, model)) = self.marks.pop() else { return };
        self.veteran.rollback(veteran);
        self.twin.rollback(twin);
        self.ids.forget(model.next_id);
        self.model = model;
    }

    fn end_block(&mut self, commit: bool) -> Check {
        self.marks.clear();
        if commit {
            let (first, events) = self.veteran.events(BOOK).unwrap().unwrap();
            self.follower.follow(first, events)?;
            let changes = self.veteran.changes().map_err(|fault| fault.to_string())?;
            same("the twin's changes", &self.twin.changes().unwrap(), &changes)?;
            self.state.apply(&changes);
            self.committed = self.model.clone();
            self.veteran.commit();
            self.twin.commit();
        } else {
            self.model = self.committed.clone();
            self.ids.forget(self.model.next_id);
            self.veteran.discard();
            self.twin.discard();
        }
        let state = Arc::new(self.state.clone());
        self.veteran.set_state(state.clone());
        self.twin.set_state(state.clone());
        if self.random.one_in(3) {
            self.twin = OrderBooks::new(state).seeded(self.random.below(100));
        }
        self.next_block();
        self.check_all()
    }

    fn next_block(&mut self) {
        let (time, height) = self.model.now;
        self.model.now = (time + self.random.below(12), height + 1);
        self.committed.now = self.model.now;
        let now = Now { time: self.model.now.0, height: self.model.now.1 };
        self.veteran.set_now(now);
        self.twin.set_now(now);
    }

    /// Everything that can be read, and what two instances of one state must agree on.
    fn check_all(&mut self) -> Check {
        let digest = self.veteran.digest(BOOK).unwrap();
        same("the twin's digest", &self.twin.digest(BOOK).unwrap(), &digest)?;
        self.check()?;
        for side in [sillok_abi::Side::Buy, sillok_abi::Side::Sell] {
            same("what a follower has", &self.follower.queue(side), &self.model.queue(side))?;
        }
        same("rules", &self.veteran.params(BOOK).unwrap(), &Ok(self.model.rules().clone()))
    }

    fn check(&mut self) -> Check {
        same("session", &self.veteran.session(BOOK).unwrap(), &Ok(self.model.session()))?;
        same("depth", &self.veteran.depth(BOOK, u32::MAX).unwrap(), &Ok(self.model.depth()))?;
        if self.model.running.is_none() {
            let indication = self.veteran.indication(BOOK).unwrap();
            same("indication", &indication, &Ok(self.model.indication()))?;
        }
        for owner in (0..OWNERS).map(account) {
            let mut views = self.veteran.orders_of(BOOK, &owner, OrderId(0), u32::MAX).unwrap().unwrap();
            self.ids.number(&mut views)?;
            same("an owner's orders", &views, &self.model.views_of(owner))?;
            self.check_work(owner)?;
        }
        Ok(())
    }
}

impl World {
    /// What looking through an owner's orders costs follows from those alone: a node that has just started
    /// would otherwise charge other gas than one that has been running.
    fn check_work(&mut self, owner: Account) -> Check {
        let expected = self.model.views_of(owner).len() as u64;
        let cancel = BookAction::MassCancel { owner: Some(owner), side: None };
        let list = BookQuery::OrdersOf { owner, after: OrderId(0), limit: 1 };
        for books in [&mut self.veteran, &mut self.twin] {
            same("the work of cancelling", &books.work_of(BOOK, &cancel).unwrap(), &expected)?;
            same("the work of listing", &books.work_of_query(BOOK, &list).unwrap(), &expected)?;
        }
        Ok(())
    }
}

/// Runs one seed; says what differs.
fn run(seed: u64, operations: u64, planted: Option<Planted>) -> Check {
    let mut world = World::new(seed, planted);
    for number in 0..operations {
        let step = world.step().and_then(|()| if number % 8 == 0 { world.check() } else { Ok(()) });
        step.map_err(|difference| {
            format!("seed {seed}, operation {number}, rules {:?}:\n{difference}", world.model.params)
        })?;
    }
    world.end_block(true)
}

#[test]
fn agrees_with_the_model() {
    let operations = std::env::var("SILLOK_BOOK_OPERATIONS").ok().and_then(|count| count.parse().ok());
    for seed in 0..operations.unwrap_or(DEFAULT_OPERATIONS).div_ceil(RUN) {
        if let Err(difference) = run(seed, RUN, None) {
            panic!("{difference}");
        }
    }
}

#[test]
fn every_planted_fault_is_noticed() {
    use Planted::*;
    let all = [
        TruncatedMidpoint,
        FillLosesPlace,
        ShrinkLosesPlace,
        DecrementHidden,
        KeptFills,
        GroupIgnored,
        ExpiredTrades,
        RefillKeepsPlace,
        LowestAuctionPrice,
        NoAllotment,
        SaleStopsFirst,
        FeeRoundedUp,
        LateInterruption,
        WideCollar,
    ];
    for planted in all {
        let noticed = (0..100).any(|seed| run(seed, RUN, Some(planted)).is_err());
        assert!(noticed, "{planted:?} was not noticed");
    }
}
