//! The cash contract: every refusal, and random business against a naive model. After each step all money
//! is somewhere, once.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sillok_abi::native::SYSTEM;
use sillok_abi::{Account, CallFailure, Failure, Outcome};
use sillok_testing::{Raw, World, account, failure};

/// What the contract refuses.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refusal {
    InsufficientFunds = 1,
    InsufficientHold,
    ZeroAmount,
    SameAccount,
    SupplyOverflow,
    BadCurrency,
}
use Refusal::*;

/// The bank of the tests' currency.
const BANK: &str = "Ferdie";
/// Who has money, and holds that of others.
const NAMES: [&str; 4] = ["Alice", "Bob", "Charlie", "Dave"];

#[derive(Clone, Copy, Debug)]
enum Act {
    Mint {
        to: Account,
        amount: u64,
    },
    Burn {
        from: Account,
        amount: u64,
    },
    Transfer {
        from: Account,
        to: Account,
        amount: u64,
    },
    Hold {
        owner: Account,
        amount: u64,
        agent: Account,
    },
    Release {
        owner: Account,
        amount: u64,
        agent: Account,
    },
    Pay {
        owner: Account,
        amount: u64,
        agent: Account,
        to: Account,
    },
    /// So much to an account, half as much to another, and a third as much back to the owner.
    Settle {
        owner: Account,
        amount: u64,
        agent: Account,
        to: [Account; 2],
    },
}
use Act::*;

impl Act {
    /// The method and its arguments.
    fn call(self) -> (&'static str, Vec<u8>) {
        match self {
            Mint { to, amount } => ("mint", (to, amount).encode()),
            Burn { from, amount } => ("burn", (from, amount).encode()),
            Transfer { from, to, amount } => ("transfer", (from, to, amount).encode()),
            Hold { owner, amount, agent } => ("hold", (owner, amount, agent).encode()),
            Release { owner, amount, agent } => ("release", (owner, amount, agent).encode()),
            Pay { owner, amount, agent, to } => ("pay", (owner, amount, agent, to).encode()),
            Settle { owner, amount, agent, to: [one, other] } => {
                ("settle", (owner, agent, vec![(one, amount), (other, amount / 2)], amount / 3).encode())
            }
        }
    }

    /// Who has to agree.
    fn signers(self) -> Vec<Account> {
        match self {
            Mint { .. } => vec![account(BANK)],
            Burn { from, .. } => vec![account(BANK), from],
            Transfer { from, .. } => vec![from],
            Hold { owner, .. } => vec![owner],
            Release { agent, .. } | Pay { agent, .. } | Settle { agent, .. } => vec![agent],
        }
    }
}

/// The naive contract: available money by account, money on hold by owner and agent.
#[derive(Clone, Default)]
struct Model {
    available: BTreeMap<Account, u64>,
    holds: BTreeMap<(Account, Account), u64>,
    supply: u64,
}

impl Model {
    fn apply(&mut self, act: Act) -> Result<(), Refusal> {
        match act {
            Mint { to, amount } => {
                self.supply = self.supply.checked_add(positive(amount)?).ok_or(SupplyOverflow)?;
                self.give(to, amount)
            }
            Burn { from, amount } => {
                self.take(from, amount)?;
                self.supply -= amount;
            }
            Transfer { from, to, amount } => {
                different(from, to)?;
                self.take(from, amount)?;
                self.give(to, amount);
            }
            Hold { owner, amount, agent } => {
                self.take(owner, amount)?;
                *self.holds.entry((owner, agent)).or_default() += amount;
            }
            Release { owner, amount, agent } => {
                self.take_held(owner, agent, amount)?;
                self.give(owner, amount);
            }
            Pay { owner, amount, agent, to } => {
                different(owner, to)?;
                self.take_held(owner, agent, amount)?;
                self.give(to, amount);
            }
            Settle { owner, amount, agent, to: [one, other] } => {
                let all = u128::from(amount) + u128::from(amount / 2) + u128::from(amount / 3);
                self.take_held(owner, agent, u64::try_from(all).map_err(|_| InsufficientHold)?)?;
                self.give(one, positive(amount)?);
                self.give(other, positive(amount / 2)?);
                self.give(owner, amount / 3);
            }
        }
        Ok(())
    }

    fn give(&mut self, to: Account, amount: u64) {
        *self.available.entry(to).or_default() += amount;
    }

    fn take(&mut self, from: Account, amount: u64) -> Result<(), Refusal> {
        let available = self.available.entry(from).or_default();
        *available = available.checked_sub(positive(amount)?).ok_or(InsufficientFunds)?;
        Ok(())
    }

    fn take_held(&mut self, owner: Account, agent: Account, amount: u64) -> Result<(), Refusal> {
        let hold = self.holds.entry((owner, agent)).or_default();
        *hold = hold.checked_sub(positive(amount)?).ok_or(InsufficientHold)?;
        Ok(())
    }

    fn balance(&self, owner: Account) -> (u64, u64) {
        let held = self.holds.iter().filter(|((of, _), _)| *of == owner).map(|(_, amount)| amount).sum();
        (self.available.get(&owner).copied().unwrap_or_default(), held)
    }
}

fn positive(amount: u64) -> Result<u64, Refusal> {
    if amount > 0 { Ok(amount) } else { Err(ZeroAmount) }
}

fn different(one: Account, other: Account) -> Result<(), Refusal> {
    if one == other { Err(SameAccount) } else { Ok(()) }
}

/// An act with raw numbers, which are fitted to the money that is there when it runs.
#[derive(Clone, Copy, Debug)]
struct Step {
    kind: u8,
    who: (u8, u8, u8),
    amount: u16,
    slip: u8,
}

fn step() -> impl Strategy<Value = Step> {
    let raw = (any::<u8>(), any::<(u8, u8, u8)>(), any::<u16>(), any::<u8>());
    raw.prop_map(|(kind, who, amount, slip)| Step { kind, who, amount, slip })
}

impl Step {
    fn fit(self, model: &Model) -> Act {
        let name = |pick: u8| account(NAMES[usize::from(pick) % NAMES.len()]);
        let (x, y, z) = (name(self.who.0), name(self.who.1), name(self.who.2));
        let whole = if self.kind % 11 < 6 {
            model.balance(x).0
        } else {
            model.holds.get(&(x, y)).copied().unwrap_or_default()
        };
        let amount = match self.slip {
            0..16 => 0,
            16..32 => whole,
            32..48 => whole + 1,
            48 => u64::MAX,
            _ => u64::from(self.amount % 300) + 1,
        };
        match self.kind % 11 {
            0 | 1 => Mint { to: x, amount },
            2 => Burn { from: x, amount },
            3 => Transfer { from: x, to: y, amount },
            4 | 5 => Hold { owner: x, amount, agent: y },
            6 => Release { owner: x, amount, agent: y },
            7 | 8 => Pay { owner: x, amount, agent: y, to: z },
            _ => Settle { owner: x, amount: amount / 2, agent: y, to: [z, x] },
        }
    }
}

/// The contract and the model, in one step after the other.
struct Pair {
    world: World,
    model: Model,
}

impl Pair {
    /// Runs an act on both; the code of the refusal, 0 if there is none.
    fn run(&mut self, act: Act) -> u32 {
        let mut next = self.model.clone();
        let expected = next.apply(act);
        let (method, args) = act.call();
        let body = self.world.body("Eve", self.world.id("cash"), method, Raw(args));
        if expected.is_ok() {
            self.model = next;
            let asked = self.world.simulate(&body).trees;
            let asked: Vec<Account> = asked.into_iter().map(|(account, _)| account).collect();
            assert_eq!(asked, act.signers(), "{act:?} asks the right accounts");
        }
        let before = self.world.root;
        let transaction = self.world.signed(body);
        let code = match self.world.send(transaction).unwrap().outcome {
            Outcome::Success(_) => 0,
            Outcome::Failed(CallFailure { failure: Failure::Error { code }, .. }) => code,
            other => panic!("{act:?}: {other:?}"),
        };
        assert_eq!(code, expected.map_or_else(|refusal| refusal as u32, |()| 0), "{act:?}: {expected:?}");
        assert_eq!(code == 0, self.world.root != before, "{act:?}: only a success changes anything");
        self.check();
        code
    }

    fn check(&self) {
        let supply: u64 = self.world.query("cash", "total_supply", ());
        assert_eq!(supply, self.model.supply);
        let mut everywhere = 0;
        for owner in NAMES.map(account) {
            let (available, held) = self.world.cash(owner);
            let hold_of = |agent| self.world.query::<u64>("cash", "hold_of", (owner, agent));
            let holds: u64 = NAMES.map(account).map(hold_of).iter().sum();
            assert_eq!(holds, held, "holds add up to what is held");
            assert_eq!((available, held), self.model.balance(owner));
            everywhere += u128::from(available) + u128::from(held);
        }
        assert_eq!(everywhere, u128::from(supply), "all money is somewhere, once");
        for ((owner, agent), amount) in &self.model.holds {
            assert_eq!(self.world.query::<u64>("cash", "hold_of", (owner, agent)), *amount);
        }
    }
}

#[test]
fn agrees_with_the_model() {
    let genesis = World::default();
    let seen = RefCell::new(BTreeSet::new());
    let config = ProptestConfig {
        cases: 16,
        rng_seed: RngSeed::Fixed(20_261_123),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..200))| {
        let mut pair = Pair { world: genesis.fork(), model: Model::default() };
        for name in NAMES {
            pair.run(Mint { to: account(name), amount: 500 });
        }
        for step in steps {
            let act = step.fit(&pair.model);
            let code = pair.run(act);
            seen.borrow_mut().insert((act.call().0, code));
        }
    });
    for met in
        [("mint", 5), ("burn", 1), ("transfer", 1), ("transfer", 4), ("hold", 1), ("release", 2), ("pay", 2)]
            .into_iter()
            .chain([("settle", 0), ("settle", 2), ("settle", 3)])
    {
        assert!(seen.borrow().contains(&met), "it never came to {met:?}: {seen:?}");
    }
}

#[test]
fn each_refusal_has_its_code() {
    let mut world = World::default();
    let (alice, bob) = (account("Alice"), account("Bob"));
    world.mint("Alice", 100);
    let () = world.ok("Alice", "cash", "hold", (alice, 40u64, bob));
    let mut refused = |from: &str, method: &str, args: Vec<u8>, refusal: Refusal| {
        assert_eq!(world.code(from, "cash", method, Raw(args)), refusal as u32, "{method}: {refusal:?}");
    };
    refused("Alice", "transfer", (alice, bob, 61u64).encode(), InsufficientFunds);
    refused("Alice", "hold", (alice, 61u64, bob).encode(), InsufficientFunds);
    refused(BANK, "burn", (alice, 61u64).encode(), InsufficientFunds);
    refused("Bob", "release", (alice, 41u64, bob).encode(), InsufficientHold);
    refused("Bob", "pay", (alice, 41u64, bob, bob).encode(), InsufficientHold);
    refused("Alice", "release", (alice, 1u64, alice).encode(), InsufficientHold);
    refused(BANK, "mint", (alice, 0u64).encode(), ZeroAmount);
    refused("Alice", "transfer", (alice, bob, 0u64).encode(), ZeroAmount);
    refused("Alice", "transfer", (alice, alice, 1u64).encode(), SameAccount);
    refused("Bob", "pay", (alice, 1u64, bob, alice).encode(), SameAccount);
    refused(BANK, "mint", (bob, u64::MAX - 99).encode(), SupplyOverflow);
    let () = world.ok(BANK, "cash", "mint", (bob, u64::MAX - 100));
    assert_eq!(world.cash(bob), (u64::MAX - 100, 0), "and that is all the money that there can be");
}

#[test]
fn a_currency_has_a_short_code_and_few_decimals() {
    let mut world = World::default();
    let code = world.genesis.contracts.iter().find(|contract| contract.name == "cash").unwrap().code;
    let cases =
        [("", 0u8, true), ("KRW", 19, true), (&"K".repeat(17), 0, true), (&"K".repeat(16), 18, false)];
    for (salt, (currency, decimals, refused)) in cases.into_iter().enumerate() {
        let args = (account(BANK), currency, decimals).encode();
        let args = (account("Alice"), code, [salt as u8 + 100; 32], None::<Account>, args);
        let body = world.body("Alice", SYSTEM, "instantiate", args);
        let transaction = world.signed(body);
        let outcome = world.send(transaction).unwrap().outcome;
        let expected = Failure::Error { code: BadCurrency as u32 };
        let failed = matches!(&outcome, Outcome::Failed(failed) if failed.failure == expected);
        assert_eq!(failed, refused, "{currency} with {decimals} decimals: {outcome:?}");
    }
}

#[test]
fn nobody_else_moves_an_account_s_money() {
    let mut world = World::default();
    let (alice, bob) = (account("Alice"), account("Bob"));
    world.mint("Alice", 100);
    let () = world.ok("Alice", "cash", "hold", (alice, 40u64, bob));
    let mut needs = |method: &str, args: Vec<u8>, missing: &str| {
        let failed = failure(&world.alone("Eve", "cash", method, Raw(args)));
        assert_eq!(failed, Failure::Unauthorised { account: account(missing) }, "{method}");
    };
    needs("mint", (alice, 1u64).encode(), BANK);
    needs("burn", (alice, 1u64).encode(), BANK);
    needs("transfer", (alice, bob, 1u64).encode(), "Alice");
    needs("hold", (alice, 1u64, account("Eve")).encode(), "Alice");
    needs("release", (alice, 1u64, bob).encode(), "Bob");
    needs("pay", (alice, 1u64, bob, account("Eve")).encode(), "Bob");
    let failed = failure(&world.alone(BANK, "cash", "burn", (alice, 1u64)));
    assert_eq!(failed, Failure::Unauthorised { account: alice }, "the bank can't burn alone");
}
