//! Random business on the contract and the model side by side. After each step the lots of a class, its
//! holders and its own totals tell the same numbers.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sillok_abi::{Account, CallFailure, Date, Failure, Outcome};
use sillok_testing::{Raw, World, account};

use super::Refusal::NotDeliverable;
use super::answers::{Lock, Lot, ShareClass, history, rebuilt, rows};
use super::model::{AUTHORISED, Act, Model};
use super::{add_class, today};

/// Who may lock shares of others.
const LOCKERS: [&str; 3] = ["Dave", "Eve", "Ferdie"];

/// An act with raw numbers, which are fitted to the lots that are there when it runs.
#[derive(Clone, Copy, Debug)]
struct Step {
    kind: u8,
    lot: u16,
    quantity: u16,
    slip: u8,
    date: u8,
    who: u8,
    references: (u16, u16),
}

fn step() -> impl Strategy<Value = Step> {
    let numbers = (any::<u8>(), any::<u16>(), any::<u16>(), any::<u8>());
    let rest = (any::<u8>(), any::<u8>(), any::<(u16, u16)>());
    (numbers, rest).prop_map(|((kind, lot, quantity, slip), (date, who, references))| Step {
        kind,
        lot,
        quantity,
        slip,
        date,
        who,
        references,
    })
}

impl Step {
    fn fit(self, model: &Model, holders: &[Account]) -> Act {
        let (lot, of_lot) = self.pick_lot(model);
        let quantity = match self.slip {
            0..12 => 0,
            12..40 => of_lot,
            40..50 => of_lot + 1,
            _ => u64::from(self.quantity) % of_lot.max(1) + 1,
        };
        let to = holders[usize::from(self.who) % holders.len()];
        let locker = account(LOCKERS[usize::from(self.who) % LOCKERS.len()]);
        let date = Date(today().0 + if self.date < 12 { -5 } else { i32::from(self.date % 2) });
        let reference = named("r", self.references.0);
        let balance = named(if self.slip > 250 { "r" } else { "b" }, self.references.1);
        match self.kind % 14 {
            0 | 1 => {
                let class = if self.slip < 8 { 9 } else { 1 + u32::from(self.who % 2) };
                let quantity = u64::from(self.quantity % 400);
                Act::Issue { class, holder: to, quantity, date, reference }
            }
            2 => Act::Accept { lot, date },
            3..6 => Act::Transfer { lot, quantity, to, date, reference, balance },
            6 => Act::Repurchase { lot, quantity, date, balance },
            7 => Act::Cancel { lot, quantity, date, balance },
            8 if self.who < 96 => Act::Retract { lot, date },
            8 => Act::Accept { lot, date },
            9 | 10 => Act::Lock { lot, quantity, locker, delivery: !self.slip.is_multiple_of(3) },
            11 => Act::Unlock { lot, quantity, locker },
            _ => Act::Deliver { lot, quantity, locker, to },
        }
    }

    /// Any id that means a live lot, or now and then any id at all; and what a step may ask of it.
    fn pick_lot(self, model: &Model) -> (u64, u64) {
        let live: Vec<_> = model.live_lots().collect();
        let miss = u64::from(self.lot) % (model.last_id + 3);
        if self.slip.is_multiple_of(8) || live.is_empty() {
            return (miss, 50);
        }
        let (lot, locks) = live[usize::from(self.lot) % live.len()];
        let older = model.roots.iter().filter(|(_, root)| **root == lot.root).map(|(id, _)| *id);
        let ids: Vec<u64> = older.chain([lot.root]).collect();
        let locked = locks.first().filter(|_| self.kind % 14 > 10).map(|lock| lock.1);
        (ids[usize::from(self.who) % ids.len()], locked.unwrap_or(lot.quantity))
    }
}

/// A reference, mostly none, sometimes one that is taken.
fn named(prefix: &str, pick: u16) -> String {
    if pick.is_multiple_of(4) { format!("{prefix}{}", pick / 4 % 200) } else { String::new() }
}

/// The contract and the model, in one step after the other.
struct Pair {
    world: World,
    model: Model,
}

impl Pair {
    /// Runs an act on both; the code of the refusal, 0 if there is none.
    fn run(&mut self, act: &Act) -> u32 {
        let mut next = self.model.clone();
        let expected = next.apply(act);
        let (method, args) = act.call();
        let body = self.world.body("Ferdie", self.world.id("register"), method, Raw(args));
        if let Ok(signers) = &expected {
            self.model = next;
            let asked = self.world.simulate(&body).trees;
            let asked: BTreeSet<Account> = asked.into_iter().map(|(account, _)| account).collect();
            assert_eq!(asked, signers.iter().copied().collect(), "{act:?} asks the right accounts");
        }
        let before = self.world.root;
        let transaction = self.world.signed(body);
        let code = match self.world.send(transaction).unwrap().outcome {
            Outcome::Success(_) => 0,
            Outcome::Failed(CallFailure { failure: Failure::Error { code }, .. }) => code,
            other => panic!("{act:?}: {other:?}"),
        };
        let expected_code = expected.as_ref().map_or_else(|refusal| *refusal as u32, |_| 0);
        assert_eq!(code, expected_code, "{act:?}: {expected:?}");
        assert_eq!(code == 0, self.world.root != before, "{act:?}: only a success changes anything");
        self.check();
        code
    }

    fn check(&self) {
        let mut classes = [(0, 0); 2];
        for row in rows(&self.world) {
            let lots = self.lots_of(row.holder, row.class);
            let shares: u64 = lots.iter().map(|lot| lot.quantity).sum();
            let locked: u64 = lots.iter().map(|lot| lot.locked).sum();
            assert_eq!((shares, locked), (row.shares, row.locked), "a holder's lots add up");
            assert!(locked <= shares && shares > 0, "{row:?}");
            let holding: (u64, u64, u64) = self.world.query("register", "holding", (row.class, row.holder));
            assert_eq!(holding, (shares, locked, lots.len() as u64));
            let class = &mut classes[row.class as usize - 1];
            *class = (class.0 + shares, class.1 + lots.len());
        }
        for (index, (shares, lots)) in classes.into_iter().enumerate() {
            let class: Option<ShareClass> = self.world.query("register", "class", (index as u32 + 1,));
            let class = class.unwrap();
            assert_eq!(class.outstanding, shares, "holders have what is outstanding");
            assert!(class.outstanding <= class.issued && class.issued <= class.authorised);
            assert_eq!((class.issued, class.outstanding), self.model.classes[index]);
            let of_class = |lot: &&(Lot, Vec<Lock>)| lot.0.class as usize == index + 1;
            assert_eq!(self.model.live_lots().filter(of_class).count(), lots, "no lot is lost");
        }
    }

    /// A holder's lots, each of which is as the model has it.
    fn lots_of(&self, holder: Account, class: u32) -> Vec<Lot> {
        let pages = (0..).map(|page| (holder, class, page * 7u64, 7u32));
        let pages = pages.map(|page| self.world.query::<Vec<Lot>>("register", "lots_of", page));
        let lots: Vec<Lot> = pages.take_while(|page| !page.is_empty()).flatten().collect();
        for lot in &lots {
            let (expected, locks) = self.model.lots[&lot.root].as_ref().unwrap();
            assert_eq!(lot, expected);
            assert_eq!((lot.holder, lot.class), (holder, class));
            assert_eq!(lot.locked, locks.iter().map(|lock| lock.1).sum::<u64>());
        }
        lots
    }

    /// What is checked once, at the end: locks, ids, history.
    fn finish(&self) {
        for (lot, locks) in self.model.live_lots() {
            let found: Vec<Lock> = self.world.query("register", "locks_of", (lot.id,));
            let sorted = |locks: &[Lock]| locks.iter().copied().collect::<BTreeSet<_>>();
            assert_eq!(sorted(&found), sorted(locks));
        }
        for id in 0..self.model.last_id + 2 {
            let found: Option<Lot> = self.world.query("register", "lot", (id,));
            let root = self.model.roots.get(&id).unwrap_or(&id);
            let expected = self.model.lots.get(root).and_then(|lot| lot.as_ref()).map(|(lot, _)| lot);
            assert_eq!(found.as_ref(), expected, "every id that a lot ever had finds it");
        }
        let entries = history(&self.world);
        assert_eq!(entries.len() as u64, self.model.entries);
        let lots = self.model.live_lots();
        let expected = lots.map(|(lot, _)| (lot.id, (lot.class, lot.holder, lot.quantity, lot.locked)));
        assert_eq!(rebuilt(&entries), expected.collect(), "the history tells all");
    }
}

#[test]
fn agrees_with_the_model() {
    let mut genesis = World::default();
    for (authorised, name) in AUTHORISED.into_iter().zip(["common", "preferred"]) {
        add_class(&mut genesis, name, authorised);
    }
    let contract = genesis.id("register");
    let managed = [6, 7].map(|byte| Account::Managed { contract, id: [byte; 32] });
    let holders = [["Bob", "Charlie"].map(account), ["Dave", "Eve"].map(account), managed].concat();
    let seen = RefCell::new(BTreeSet::new());
    let config = ProptestConfig {
        cases: 16,
        rng_seed: RngSeed::Fixed(20_261_123),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 100..200))| {
        let mut pair = Pair { world: genesis.fork(), model: Model::default() };
        for step in steps {
            let act = step.fit(&pair.model, &holders);
            let code = pair.run(&act);
            if code == 0 {
                seen.borrow_mut().insert(act.call().0.to_owned());
            }
            seen.borrow_mut().insert(code.to_string());
        }
        pair.finish();
    });
    let acts =
        ["issue", "accept", "transfer", "repurchase", "cancel", "retract", "lock", "unlock", "deliver"];
    let codes = (0..=NotDeliverable as u32).map(|code| code.to_string());
    for met in acts.map(String::from).into_iter().chain(codes) {
        assert!(seen.borrow().contains(&met), "it never came to {met}: {seen:?}");
    }
}
