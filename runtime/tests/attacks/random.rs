//! Random trees of calls, and random parts of what their accounts would have to sign.
//!
//! The oracle judges by the protocol's rule in its own way: it knows beforehand which calls an account is
//! asked in, where the runtime finds out as it goes.

use std::cell::{Cell, RefCell};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sillok_abi::{Account, Call, CallTree, Failure, Outcome, TransactionBody};
use sillok_testing::puppet::Script;
use sillok_testing::{World, account};

use super::setting::{Apart, again, own, puppet, send, world};

/// Who is asked. The first submits.
const ACCOUNTS: [&str; 3] = ["Alice", "Bob", "Charlie"];
/// The code with which calls refuse.
const REFUSED: u32 = 7;
/// How deep calls nest; each level has two puppets of its own, as no contract is called while it runs.
const LEVELS: usize = 3;

/// A call, and what happens within it.
#[derive(Clone, Debug)]
struct Plan {
    /// Which of its level's puppets is called.
    second: bool,
    /// Tells arguments apart; there are few, so that calls are often alike.
    tag: u8,
    /// Whether the call's arguments don't show what it does, so that calls that differ look alike.
    hidden: bool,
    /// Who is asked before the calls below, and who after them.
    before: Vec<usize>,
    after: Vec<usize>,
    below: Vec<Plan>,
    /// Whether it refuses in the end.
    refuses: bool,
    /// Whether its caller catches that.
    caught: bool,
}

fn plan() -> impl Strategy<Value = Plan> {
    let asked = || prop::collection::vec(0..ACCOUNTS.len(), 0..3);
    let flags = (any::<bool>(), 0..2u8, any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.8));
    let leaf =
        (flags, asked(), asked()).prop_map(|((second, tag, hidden, refuses, caught), before, after)| Plan {
            second,
            tag,
            hidden,
            before,
            after,
            below: Vec::new(),
            refuses,
            caught,
        });
    leaf.prop_recursive(LEVELS as u32 - 1, 12, 4, move |inner| {
        let calls = prop::collection::vec((inner, prop::bool::weighted(0.3)), 0..4);
        (calls, plan_without_calls()).prop_map(|(calls, plan)| Plan { below: repeated(calls), ..plan })
    })
}

/// Calls, some of which are made twice.
fn repeated(calls: Vec<(Plan, bool)>) -> Vec<Plan> {
    let times = |(plan, twice): (Plan, bool)| vec![plan; if twice { 2 } else { 1 }];
    calls.into_iter().flat_map(times).collect()
}

fn plan_without_calls() -> impl Strategy<Value = Plan> {
    let asked = || prop::collection::vec(0..ACCOUNTS.len(), 0..2);
    (any::<bool>(), 0..2u8, any::<bool>(), prop::bool::weighted(0.15), asked(), asked()).prop_map(
        |(second, tag, hidden, refuses, before, after)| Plan {
            second,
            tag,
            hidden,
            before,
            after,
            below: Vec::new(),
            refuses,
            caught: true,
        },
    )
}

impl Plan {
    fn contract(&self, world: &World, level: usize) -> sillok_abi::ContractId {
        puppet(world, 2 * level + usize::from(self.second))
    }

    /// What the call does.
    fn script(&self, world: &World, level: usize) -> Script {
        let ask = |script: Script, whom: &usize| script.auth(account(ACCOUNTS[*whom]));
        let mut script = self.before.iter().fold(Script::new().tag(self.tag), ask);
        for plan in &self.below {
            let call = plan.call(world, level + 1);
            if plan.hidden {
                script = script.call(call.contract, "plot", plan.script(world, level + 1).args());
            }
            let args = sillok_testing::Raw(call.args);
            script = match plan.caught {
                true => script.try_call(call.contract, &call.method, args),
                false => script.call(call.contract, &call.method, args),
            };
        }
        let script = self.after.iter().fold(script, ask);
        if self.refuses { script.refuse(REFUSED) } else { script }
    }

    fn call(&self, world: &World, level: usize) -> Call {
        let contract = self.contract(world, level);
        match self.hidden {
            true => Call { contract, method: "order".into(), args: vec![self.tag] },
            false => Call { contract, method: "run".into(), args: self.script(world, level).bytes() },
        }
    }

    /// Whether the account is asked in it or below.
    fn asks(&self, whom: usize) -> bool {
        let here = self.before.contains(&whom) || self.after.contains(&whom);
        here || self.below.iter().any(|plan| plan.asks(whom))
    }

    /// Whether it, or a call below that does not fail, asks the account: if not, nothing stays taken.
    fn keeps(&self, whom: usize) -> bool {
        let here = self.before.contains(&whom) || self.after.contains(&whom);
        !self.refuses && (here || self.below.iter().any(|plan| plan.keeps(whom)))
    }

    /// Judges: of each account, `free` holds the branches that calls at this place may still use. Answers
    /// whether the call refuses.
    ///
    /// # Errors
    /// What ends the transaction: somebody's authority is missing, or a refusal was not caught.
    fn judge(&self, world: &World, level: usize, free: &mut [Vec<CallTree>]) -> Result<bool, Failure> {
        let call = self.call(world, level);
        let before = free.to_vec();
        let mut taken: Vec<Option<CallTree>> = Vec::new();
        for (whom, free) in free.iter_mut().enumerate() {
            let place = free.iter().position(|tree| tree.call == call).filter(|_| self.asks(whom));
            taken.push(place.map(|place| free.remove(place)));
        }
        let missing = |whom: &usize| Failure::Unauthorised { account: account(ACCOUNTS[*whom]) };
        let ask = |whom: &usize| taken[*whom].as_ref().map(|_| ()).ok_or_else(|| missing(whom));
        self.before.iter().try_for_each(ask)?;
        let children =
            |tree: &Option<CallTree>| tree.as_ref().map_or(Vec::new(), |tree| tree.children.clone());
        let mut below: Vec<Vec<CallTree>> = taken.iter().map(children).collect();
        for plan in &self.below {
            if plan.judge(world, level + 1, &mut below)? && !plan.caught {
                return Err(Failure::Error { code: REFUSED });
            }
        }
        self.after.iter().try_for_each(ask)?;
        for (whom, before) in before.into_iter().enumerate().filter(|(whom, _)| !self.keeps(*whom)) {
            free[whom] = before;
        }
        Ok(self.refuses)
    }
}

/// A root call and what Alice, Bob and Charlie have signed of it, at most a tree each.
struct Trial<'a> {
    plan: &'a Plan,
    body: &'a TransactionBody,
}

impl Trial<'_> {
    /// Why it fails, by the rule.
    fn expected(&self, world: &World, trees: &[Option<CallTree>]) -> Option<Failure> {
        let mut free: Vec<Vec<CallTree>> = trees.iter().map(|tree| tree.iter().cloned().collect()).collect();
        match self.plan.judge(world, 0, &mut free) {
            Err(failure) => Some(failure),
            Ok(refused) => refused.then_some(Failure::Error { code: REFUSED }),
        }
    }

    /// Why it fails, on the chain.
    fn actual(&self, world: &mut World, trees: &[Option<CallTree>]) -> Option<Failure> {
        let mut authorisations = Vec::new();
        for (index, tree) in trees.iter().enumerate() {
            let Some(tree) = tree.clone() else { continue };
            let apart = Apart { nonce: world.nonces.next(), ..Apart::of(world, ACCOUNTS[index]) };
            authorisations.push(if index == 0 { own(tree) } else { apart.sign(tree) });
        }
        let mut body = again(world, self.body, authorisations);
        body.expiry = sillok_abi::Time(world.time + 60_000);
        match send(world, body).outcome {
            Outcome::Success(_) => None,
            Outcome::Failed(failed) => Some(failed.failure),
        }
    }
}

/// The trees by account, none where the account is not asked.
fn by_account(trees: &[(Account, CallTree)]) -> Vec<Option<CallTree>> {
    let of = |name: &&str| trees.iter().find(|(of, _)| *of == account(name)).map(|(_, tree)| tree.clone());
    ACCOUNTS.iter().map(of).collect()
}

/// How many nodes a tree has.
fn size(tree: &CallTree) -> usize {
    1 + tree.children.iter().map(size).sum::<usize>()
}

/// The tree without its `index`th node and what is below it; nothing is left without the root.
fn without(tree: &CallTree, index: usize) -> Option<CallTree> {
    let mut rest = index.checked_sub(1)?;
    let mut tree = tree.clone();
    for place in 0..tree.children.len() {
        let below = size(&tree.children[place]);
        if rest < below {
            match without(&tree.children[place], rest) {
                Some(child) => tree.children[place] = child,
                None => drop(tree.children.remove(place)),
            }
            return Some(tree);
        }
        rest -= below;
    }
    Some(tree)
}

/// The tree with its `index`th node once more, beside itself.
fn doubled(tree: &CallTree, index: usize) -> CallTree {
    let mut tree = tree.clone();
    let Some(mut rest) = index.checked_sub(1) else { return tree };
    for place in 0..tree.children.len() {
        let below = size(&tree.children[place]);
        if rest == 0 {
            tree.children.insert(place, tree.children[place].clone());
            return tree;
        }
        if rest < below {
            tree.children[place] = doubled(&tree.children[place], rest);
            return tree;
        }
        rest -= below;
    }
    tree
}

#[test]
fn random_parts_of_random_trees() {
    let shared = RefCell::new(world());
    // Successes, refusals and missing authority among what was sent, and the nodes left out.
    let (passed, refused, missing, nodes) = (Cell::new(0), Cell::new(0), Cell::new(0), Cell::new(0));
    let count = |failure: &Option<Failure>| {
        let counter = match failure {
            None => &passed,
            Some(Failure::Error { .. }) => &refused,
            Some(_) => &missing,
        };
        counter.set(counter.get() + 1);
    };
    let config = ProptestConfig {
        cases: 300,
        rng_seed: RngSeed::Fixed(20_261_124),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(plan in plan(), changes in prop::collection::vec((0..3usize, any::<u8>(), any::<bool>()), 1..6))| {
        let world = &mut *shared.borrow_mut();
        let plan = Plan { hidden: false, ..plan };
        let call = plan.call(world, 0);
        let body = world.body("Alice", call.contract, "run", sillok_testing::Raw(call.args));
        let trial = Trial { plan: &plan, body: &body };
        let simulated = world.simulate(&body);
        let whole = by_account(&simulated.trees);

        // What was recorded is enough: signed, it lets the same thing happen.
        let outcome = trial.actual(world, &whole);
        count(&outcome);
        let as_simulated = match simulated.receipt.outcome {
            Outcome::Success(_) => None,
            Outcome::Failed(failed) => Some(failed.failure),
        };
        prop_assert_eq!(&outcome, &as_simulated);
        prop_assert_eq!(&outcome, &trial.expected(world, &whole));

        // And no more: without any one node somebody's authority is missing.
        for (index, tree) in whole.iter().enumerate() {
            for node in 0..tree.as_ref().map_or(0, size) {
                let mut part = whole.clone();
                part[index] = without(tree.as_ref().unwrap(), node);
                let outcome = trial.actual(world, &part);
                nodes.set(nodes.get() + 1);
                prop_assert_eq!(&outcome, &Some(Failure::Unauthorised { account: account(ACCOUNTS[index]) }));
                prop_assert_eq!(&outcome, &trial.expected(world, &part));
            }
        }

        // Whatever else was signed is judged by the rule.
        let mut part = whole.clone();
        for (index, node, double) in changes {
            let Some(tree) = &part[index] else { continue };
            let node = usize::from(node) % size(tree);
            part[index] = if double { Some(doubled(tree, node)) } else { without(tree, node) };
            let outcome = trial.actual(world, &part);
            count(&outcome);
            prop_assert_eq!(&outcome, &trial.expected(world, &part));
        }
    });
    let seen = [&passed, &refused, &missing, &nodes].map(Cell::get);
    assert!(seen.iter().all(|times| *times >= 30), "too little was met to say anything: {seen:?}");
}
