//! Random orders of all kinds, cancellations, amendments and batches, in all modes and phases, under rules
//! that come and go. After every step everything in the books is exactly covered, and nothing came or went.

use std::cell::RefCell;
use std::collections::BTreeMap;

use codec::Encode;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sillok_abi::{
    CallFailure, Failure, MatchMode, OrderKind, Outcome, Phase, Price, Quantity, SelfTrade, Side, Time,
    TimeInForce, Volatility,
};
use sillok_interfaces::{Investor, Lot, Rules};
use sillok_market::{NewListing, Operation, Order, Status};
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

    fn order(self, world: &World, rich: bool) -> Order {
        let modes =
            [SelfTrade::CancelNewest, SelfTrade::CancelOldest, SelfTrade::CancelBoth, SelfTrade::Decrement];
        let side = if self.mode & 64 == 0 { Side::Buy } else { Side::Sell };
        let lots = || {
            let page = (account(self.by()), 1u32, 0u64, 100u32);
            world.query::<Vec<Lot>>("register", "lots_of", page)
        };
        let lot = (side == Side::Sell).then(lots).and_then(|lots| {
            let index = usize::from(self.pick) % lots.len().max(1);
            lots.get(index).map(|lot| lot.id)
        });
        Order {
            side,
            kind: self.kind(rich),
            quantity: self.shares(),
            time_in_force: self.time(world),
            post_only: self.mode % 11 == 0,
            min_quantity: if self.mode % 7 == 0 { 5 } else { 0 },
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
                let price = (self.mode % 3 != 0).then(|| self.price().0);
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
                let cash = if self.mode % 2 == 0 { 200_000u64 } else { 0 };
                ("batch", (LISTING, owner, cash, Vec::<(u64, u64)>::new(), operations).encode())
            }
            (6, _) => ("advance", LISTING.encode()),
            (7, _) => match taken() {
                Some(order) => {
                    let sale = self.order(world, false);
                    let lot = if order.side == Side::Buy { sale.lot } else { None };
                    let cash = if lot.is_some() { 0u64 } else { 200_000 };
                    ("take", (LISTING, owner, order.order, 5u64, lot, cash).encode())
                }
                None => ("advance", LISTING.encode()),
            },
            _ => ("place", args(world, self.by(), self.order(world, rich)).encode()),
        }
    }

    /// What else happens: time passes, rules come and go, the operator halts or suspends.
    fn disturb(self, world: &mut World) {
        match self.what {
            200..=215 => {
                let until = world.time + 1_000 * u64::from(self.pick % 4_000);
                pass(world, until);
            }
            220..=226 => {
                let rules = Rules { approval: self.kind % 2 == 0, ..Rules::default() };
                let () = world.ok("Alice", "register", "set_rules", (1u32, rules));
            }
            230..=239 => {
                let investor = Investor { approved: self.kind % 2 == 0, foreign: false };
                let holder = account(self.by());
                let () = world.ok("Alice", "register", "set_investor", (holder, investor));
            }
            250 | 251 => {
                let status = if self.kind % 2 == 0 { Status::Halted } else { Status::Suspended };
                for status in [status, Status::Trading] {
                    let _: bool = world.ok("Alice", MARKET, "set_status", (LISTING, status, [0u8; 32]));
                    assert_sound(world);
                }
            }
            _ => {}
        }
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
            step.disturb(&mut world);
            let (method, args) = step.call(&world, rich);
            let receipt = world.call("Eve", MARKET, method, Raw(args));
            let note = |what: String| *seen.borrow_mut().entry(what).or_default() += 1;
            match receipt.outcome {
                Outcome::Success(_) => note(method.to_owned()),
                Outcome::Failed(CallFailure { method: at, failure: Failure::Error { code }, .. }) => {
                    note(format!("{method} refused by {at}: {code}"));
                }
                Outcome::Failed(other) => panic!("{step:?}: {other:?}"),
            }
            for event in &receipt.events {
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
    let seen = run(20_261_126, 20, true, |new| {
        (new.fees, new.tax_class) = (FEES, 1);
        new.volatility = Volatility { fixed: 0, moving: 1_500, millis: 60_000 };
    });
    assert_seen(&seen, &ALWAYS);
    assert_seen(&seen, &["amend", "batch", "PhaseChanged", "StatusChanged"]);
}

#[test]
fn days_with_calls_and_auctions_stay_covered() {
    let seen = run(20_261_127, 20, true, |new| {
        let opens = ((START + 9 * 3_600_000) % 86_400_000 / 60_000) as u32;
        new.timetable = timetable(&[
            (opens - 600, Phase::OpenCall),
            (opens + 10, Phase::Continuous),
            (opens + 20, Phase::CloseCall),
            (opens + 30, Phase::Closed),
        ]);
        (new.fees, new.band, new.first_band) = (FEES, 5_000, Some((100, 1_000)));
    });
    assert_seen(&seen, &ALWAYS);
    assert_seen(&seen, &["amend", "batch"]);
}

#[test]
fn equal_price_trading_stays_covered() {
    let seen = run(20_261_128, 10, false, |new| (new.mode, new.fees) = (MatchMode::EqualPrice, FEES));
    assert_seen(&seen, &ALWAYS);
}

#[test]
fn negotiated_trading_stays_covered() {
    let seen = run(20_261_129, 10, false, |new| (new.mode, new.fees) = (MatchMode::Negotiated, FEES));
    assert_seen(&seen, &["place", "cancel", "take", "Traded", "FillVoided"]);
}
