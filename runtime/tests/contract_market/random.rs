//! Random orders of all kinds, cancellations, amendments and batches, in all modes and phases, under rules
//! that come and go. After every step everything in the books is exactly covered, and nothing came or went.

use std::cell::RefCell;
use std::collections::BTreeMap;

use codec::Encode;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sillok_abi::{
    CallFailure, Failure, MatchMode, OrderKind, Outcome, Phase, Price, Quantity, Receipt, SelfTrade, Side,
    Time, TimeInForce, Volatility,
};
use sillok_interfaces::{Investor, Lot, Rules};
use sillok_market::{NewListing, Operation, Order, Status, Today};
use sillok_testing::{Raw, START, World, account};

use super::setting::*;

/// A step with raw numbers, which are made a call of whatever there is.
#[derive(Clone, Copy, Debug)]
struct Step {
    what: u8,
    who: u8,
    kind: u8,
    time: u8,
    mode: u8,
    price: u8,
    quantity: u8,
    pick: u16,
}

fn step() -> impl Strategy<Value = Step> {
    let raw = (any::<[u8; 7]>(), any::<u16>());
    raw.prop_map(|([what, who, kind, time, mode, price, quantity], pick)| Step {
        what,
        who,
        kind,
        time,
        mode,
        price,
        quantity,
        pick,
    })
}

impl Step {
    fn by(self) -> &'static str {
        NAMES[usize::from(self.who) % NAMES.len()]
    }

    fn price(self) -> Price {
        Price(400 + 10 * u64::from(self.price % 16))
    }

    fn shares(self) -> u64 {
        5 * (1 + u64::from(self.quantity % 30))
    }

    fn kind(self, rich: bool) -> OrderKind {
        let (price, trigger) = (self.price(), Price(400 + 10 * u64::from(self.pick % 16)));
        match if rich { self.kind % 14 } else { 0 } {
            1 => OrderKind::Market,
            2 => OrderKind::BestLimit,
            3 => OrderKind::TopLimit,
            4 => OrderKind::LimitThenMarket { price },
            5 | 6 => OrderKind::Midpoint,
            7 => OrderKind::Stop { trigger },
            8 => OrderKind::StopLimit { trigger, price },
            9 | 10 => OrderKind::Iceberg { price, peak: Quantity(5 * (1 + u64::from(self.pick % 4))) },
            _ => OrderKind::Limit { price },
        }
    }

    fn time(self, world: &World) -> TimeInForce {
        match self.time % 10 {
            0 | 1 => TimeInForce::Ioc,
            2 => TimeInForce::Fok,
            3 | 4 => TimeInForce::Day,
            5 => TimeInForce::Until(Time(world.time + 1_000 * u64::from(self.pick % 200))),
            6 => TimeInForce::UntilHeight(world.height + 1 + u64::from(self.pick % 20)),
            _ => TimeInForce::Gtc,
        }
    }

    /// One of the owner's lots.
    fn lot(self, world: &World) -> Option<u64> {
        let page = (account(self.by()), 1u32, 0u64, 100u32);
        let lots: Vec<Lot> = world.query("register", "lots_of", page);
        lots.get(usize::from(self.pick) % lots.len().max(1)).map(|lot| lot.id)
    }

    fn order(self, world: &World, rich: bool) -> Order {
        let modes =
            [SelfTrade::CancelNewest, SelfTrade::CancelOldest, SelfTrade::CancelBoth, SelfTrade::Decrement];
        let side = if self.mode & 64 == 0 { Side::Buy } else { Side::Sell };
        let lot = if side == Side::Sell { self.lot(world) } else { None };
        Order {
            side,
            kind: self.kind(rich),
            quantity: self.shares(),
            time_in_force: self.time(world),
            post_only: self.mode.is_multiple_of(11),
            min_quantity: if self.mode.is_multiple_of(7) { 5 } else { 0 },
            self_trade: modes[usize::from(self.mode) % 4],
            lot,
        }
    }

    /// The method and its arguments.
    fn call(self, world: &World, rich: bool) -> (&'static str, Vec<u8>) {
        let owner = account(self.by());
        let open = orders_of(world, owner);
        let mine = open.get(usize::from(self.pick) % open.len().max(1));
        let taken = || {
            let all: Vec<_> = NAMES.iter().flat_map(|name| orders_of(world, account(name))).collect();
            all.get(usize::from(self.pick) % all.len().max(1)).cloned()
        };
        match (self.what % 20, mine) {
            (0 | 1, Some(order)) => ("cancel", (LISTING, owner, order.order).encode()),
            (2..=4, Some(order)) => {
                let price = (!self.mode.is_multiple_of(3)).then(|| self.price().0);
                let more =
                    if order.side == Side::Buy { 30_000u64 } else { u64::from(self.quantity % 2) * 50 };
                ("amend", (LISTING, owner, order.order, price, self.shares(), more).encode())
            }
            (5, Some(order)) => {
                let operations = vec![
                    Operation::Cancel { order: order.order },
                    Operation::Place(Order { side: Side::Buy, lot: None, ..self.order(world, rich) }),
                    Operation::CancelAll { side: Some(Side::Sell) },
                ];
                let cash = if self.mode.is_multiple_of(2) { 200_000u64 } else { 0 };
                ("batch", (LISTING, owner, cash, Vec::<(u64, u64)>::new(), operations).encode())
            }
            (6, _) => ("advance", LISTING.encode()),
            (7, _) => match taken() {
                Some(order) => {
                    let lot = if order.side == Side::Buy { self.lot(world) } else { None };
                    let cash = if lot.is_some() { 0u64 } else { 200_000 };
                    ("take", (LISTING, owner, order.order, 5u64, lot, cash).encode())
                }
                None => ("advance", LISTING.encode()),
            },
            _ => ("place", args(world, self.by(), self.order(world, rich)).encode()),
        }
    }

    /// What else happens: time passes, rules come and go, the operator halts or suspends.
    fn disturb(self, world: &mut World) -> Vec<Receipt> {
        let today: Today = world.query(MARKET, "today", (LISTING,));
        match self.what {
            _ if today.phase == Phase::Closed => {
                let next = world.executor.next_due(&*world.state).unwrap().unwrap();
                return pass(world, next.0);
            }
            200..=215 => {
                let until = world.time + 1_000 * u64::from(self.pick % 300);
                return pass(world, until);
            }
            220..=229 => {
                let rules = Rules { approval: self.kind.is_multiple_of(2), ..Rules::default() };
                let () = world.ok("Alice", "register", "set_rules", (1u32, rules));
            }
            230..=249 => {
                let investor = Investor { approved: self.kind.is_multiple_of(2), foreign: false };
                let holder = account(self.by());
                let () = world.ok("Alice", "register", "set_investor", (holder, investor));
            }
            250 | 251 => {
                let status = if self.kind.is_multiple_of(2) { Status::Halted } else { Status::Suspended };
                for status in [status, Status::Trading] {
                    let _: bool = world.ok("Alice", MARKET, "set_status", (LISTING, status, [0u8; 32]));
                    assert_sound(world);
                }
            }
            _ => {}
        }
        Vec::new()
    }
}

type Seen = RefCell<BTreeMap<String, usize>>;

/// Runs sequences on a listing; what came of each call, by method and failing contract's code.
fn run(seed: u64, cases: u32, rich: bool, change: impl FnOnce(&mut NewListing)) -> BTreeMap<String, usize> {
    let start = listed(change);
    let seen = Seen::default();
    let config = ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 50,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 50..120))| {
        let mut world = start.fork();
        for step in steps {
            let passed = step.disturb(&mut world);
            let (method, args) = step.call(&world, rich);
            let receipt = world.call("Eve", MARKET, method, Raw(args));
            let note = |what: String| *seen.borrow_mut().entry(what).or_default() += 1;
            match &receipt.outcome {
                Outcome::Success(_) => note(method.to_owned()),
                Outcome::Failed(CallFailure { method: at, failure: Failure::Error { code }, .. }) => {
                    note(format!("{method} refused by {at}: {code}"));
                }
                Outcome::Failed(other) => panic!("{step:?}: {other:?}"),
            }
            for event in passed.iter().chain([&receipt]).flat_map(|receipt| &receipt.events) {
                note(event.name.clone());
            }
            assert_sound(&world);
        }
    });
    seen.into_inner()
}

#[track_caller]
fn assert_seen(seen: &BTreeMap<String, usize>, expected: &[&str]) {
    for what in expected {
        assert!(seen.contains_key(*what), "no {what} in {seen:#?}");
    }
}

const ALWAYS: [&str; 5] = ["place", "cancel", "Traded", "OrderRemoved", "FillVoided"];

#[test]
fn continuous_trading_of_all_kinds_stays_covered() {
    let seen = run(20_261_126, 12, true, |new| {
        (new.fees, new.tax_class) = (FEES, 1);
        new.volatility = Volatility { fixed: 0, moving: 1_500, millis: 60_000 };
    });
    assert_seen(&seen, &ALWAYS);
    assert_seen(&seen, &["amend", "batch"]);
}

#[test]
fn days_with_calls_and_auctions_stay_covered() {
    let seen = run(20_261_127, 16, true, |new| {
        let opens = ((START + 9 * 3_600_000) % 86_400_000 / 60_000) as u32;
        new.timetable = timetable(&[
            (opens - 5, Phase::OpenCall),
            (opens + 3, Phase::Continuous),
            (opens + 15, Phase::CloseCall),
            (opens + 20, Phase::Closed),
        ]);
        (new.fees, new.band, new.first_band) = (FEES, 5_000, Some((100, 1_000)));
    });
    assert_seen(&seen, &ALWAYS);
    assert_seen(&seen, &["amend", "batch"]);
}

#[test]
fn equal_price_trading_stays_covered() {
    let seen = run(20_261_128, 8, false, |new| (new.mode, new.fees) = (MatchMode::EqualPrice, FEES));
    assert_seen(&seen, &ALWAYS);
}

#[test]
fn negotiated_trading_stays_covered() {
    let seen = run(20_261_129, 8, false, |new| (new.mode, new.fees) = (MatchMode::Negotiated, FEES));
    assert_seen(&seen, &["place", "cancel", "take", "Traded", "OrderRemoved"]);
}
