//! Hostile inputs, each refused with its own code, and nothing changed.

use sillok_abi::{
    Collar, ContractId, Fees, MatchMode, OrderKind, Outcome, Phase, Price, SelfTrade, TickZone, Time,
    TimeInForce,
};
use sillok_market::{InvestorLimits, NewListing, Operation, Order, Status};
use sillok_testing::{Raw, START, World, account, failure};

use super::setting::*;

struct Table(World);

impl Table {
    #[track_caller]
    fn refuses(&mut self, method: &str, args: Vec<u8>, refusal: Refusal) {
        let code = self.0.code("Alice", MARKET, method, Raw(args));
        assert_eq!(code, refusal as u32, "{method}: {refusal:?}");
    }

    #[track_caller]
    fn order(&mut self, order: Order, refusal: Refusal) {
        let args = raw(args(&self.0, "Bob", order));
        self.refuses("place", args, refusal);
    }
}

#[test]
fn listings_that_can_t_be() {
    let mut world = listed(|_| {});
    let class = ("preferred", "Preferred", 1u8, 1_000u64, 0u32, 2u32, 500u64);
    let _: u32 = world.ok("Alice", "register", "add_class", class);
    let mut table = Table(world);
    let mut list = |change: &dyn Fn(&mut NewListing), refusal| {
        let mut new = plain(&table.0);
        new.class = 2;
        change(&mut new);
        table.refuses("list", raw((new,)), refusal);
    };
    list(&|new| new.class = 1, Refusal::AlreadyListed);
    list(&|new| new.class = 3, Refusal::NoClass);
    let bad: [&dyn Fn(&mut NewListing); 14] = [
        &|new| new.ticks.clear(),
        &|new| new.ticks[0].tick = Price(0),
        &|new| new.ticks[0].tick = Price(30),
        &|new| new.ticks = (0..17).map(|zone| TickZone { from: Price(zone * 10), tick: Price(10) }).collect(),
        &|new| new.lot = 0,
        &|new| new.low = 0,
        &|new| new.high = 90,
        &|new| new.reference = 1_010,
        &|new| new.high = 100_000_000,
        &|new| new.band = 10_000,
        &|new| new.first_band = Some((600, 1_000)),
        &|new| new.fees = Fees { maker: -2, taker: 1, auction: 0 },
        &|new| new.fees = Fees { maker: 0, taker: 100_001, auction: 0 },
        &|new| (new.mode, new.volatility.moving) = (MatchMode::EqualPrice, 300),
    ];
    for change in bad {
        list(change, Refusal::BadRules);
    }
    list(&|new| new.timetable = timetable(&[(0, Phase::Continuous)]), Refusal::BadTimetable);
}

#[test]
fn orders_that_can_t_be() {
    let mut table = Table(listed(|new| {
        new.collar = Collar { through: 10, away: 30 };
        new.limits = InvestorLimits { open_orders: 2, cash: 50_000, holding: SHARES + 60 };
    }));
    let (bob, bought, sold) = (account("Bob"), buy(500, 5), sell("Bob", 500, 5));
    table.refuses("place", raw((9u64, bob, bought.clone(), 2_500u64)), Refusal::NoListing);
    table.order(buy(505, 5), Refusal::OffTick);
    table.order(buy(90, 5), Refusal::OutsideBand);
    table.order(buy(1_010, 5), Refusal::OutsideBand);
    table.order(buy(610, 5), Refusal::OutsideCollar);
    table.order(buy(500, 4), Refusal::OffLot);
    table.order(buy(500, 0), Refusal::OffLot);
    table.refuses("place", raw((LISTING, bob, buy(500, 65), 32_500u64)), Refusal::OverLimit);
    table.refuses("place", raw((LISTING, bob, bought.clone(), 50_001u64)), Refusal::OverLimit);
    table.order(Order { lot: None, ..sold.clone() }, Refusal::LotMissing);
    table.order(Order { lot: Some(1), ..bought.clone() }, Refusal::LotNotNeeded);
    table.refuses("place", raw((LISTING, bob, sold.clone(), 1u64)), Refusal::CashNotNeeded);
    table.order(Order { lot: Some(2), ..sold.clone() }, Refusal::NotOwnersLot);
    table.order(Order { self_trade: SelfTrade::Allow, ..bought.clone() }, Refusal::SelfTrade);
    table.order(Order { min_quantity: 10, ..bought.clone() }, Refusal::BadOrder);
    table.order(of_kind(OrderKind::BestLimit, buy(0, 5)), Refusal::NoPrice);
    table
        .order(Order { time_in_force: TimeInForce::Until(Time(START)), ..bought.clone() }, Refusal::BadOrder);
    table.order(
        Order { time_in_force: TimeInForce::Until(Time(u64::MAX)), ..bought.clone() },
        Refusal::BadExpiry,
    );
    table.refuses("cancel", raw((LISTING, bob, 1u64)), Refusal::NoOrder);
    table.refuses("take", raw((LISTING, bob, 1u64, 5u64, None::<u64>, 2_500u64)), Refusal::NoOrder);
    let [order, _] = [(); 2].map(|()| place(&mut table.0, "Bob", sell("Bob", 500, 5)).order);
    table.order(sold, Refusal::TooManyOrders);
    let crossing = Order { post_only: true, ..buy(500, 5) };
    let crossing = (LISTING, account("Dave"), crossing, 2_500u64);
    table.refuses("place", raw(crossing), Refusal::WouldTrade);
    table.refuses("take", raw((LISTING, bob, order, 5u64, None::<u64>, 2_500u64)), Refusal::SelfTrade);
    let dave = account("Dave");
    table.refuses("take", raw((LISTING, dave, order, 5u64, None::<u64>, 2_500u64)), Refusal::WrongMode);
}

#[test]
fn numbers_at_the_end_of_their_range() {
    let mut world = stocked();
    let mut new = plain(&world);
    (new.ticks[0].tick, new.lot) = (Price(1 << 30), 1);
    (new.low, new.high, new.reference) = (1 << 30, 1 << 40, 1 << 30);
    let _: u64 = world.ok("Alice", MARKET, "list", (new,));
    let mut table = Table(world);
    let bob = account("Bob");
    let huge = |quantity: u64| {
        let order = Order { kind: OrderKind::Limit { price: Price(1 << 40) }, ..buy(0, quantity) };
        raw((LISTING, bob, order, u64::MAX))
    };
    // The book takes nothing of which the value would not fit an amount.
    table.refuses("place", huge(1 << 43), Refusal::OffLot);
    table.refuses("place", huge(u64::MAX), Refusal::OffLot);
    let args = (LISTING, u64::MAX, u64::MAX);
    let call = sillok_abi::Call { contract: table.0.id(MARKET), method: "cost".into(), args: raw(args) };
    let receipt = table.0.runtime.query(table.0.state.clone(), table.0.env(), call).unwrap();
    assert_eq!(failure(&receipt), sillok_abi::Failure::Error { code: Refusal::TooLarge as u32 });
}

#[test]
fn what_only_some_may_do() {
    let mut world = listed(|_| {});
    let unauthorised = |world: &mut World, from: &str, method: &str, args: Vec<u8>, of: &str| {
        let failed = failure(&world.alone(from, MARKET, method, Raw(args)));
        assert_eq!(failed, sillok_abi::Failure::Unauthorised { account: account(of) }, "{method}");
    };
    let new = plain(&world);
    let roles: sillok_market::Roles = world.query(MARKET, "roles", ());
    let tomorrow = sillok_abi::Date(world.env().time.date().0 + 2);
    unauthorised(&mut world, "Bob", "list", raw((new,)), "Alice");
    unauthorised(&mut world, "Bob", "set_status", raw((LISTING, Status::Halted, [0u8; 32])), "Alice");
    unauthorised(&mut world, "Bob", "disclose", raw((LISTING, [0u8; 32], "A report")), "Alice");
    unauthorised(&mut world, "Bob", "set_holiday", raw((tomorrow, true)), "Alice");
    unauthorised(&mut world, "Alice", "set_tax", raw((0u32, tomorrow, 1u32)), "Ferdie");
    unauthorised(&mut world, "Bob", "appoint", raw((roles.clone(),)), "Alice");
    let other = sillok_market::Roles { operator: account("Bob"), ..roles };
    unauthorised(&mut world, "Alice", "appoint", raw((other.clone(),)), "Bob");
    let () = world.ok("Alice", MARKET, "appoint", (other,));
    unauthorised(&mut world, "Alice", "set_holiday", raw((tomorrow, true)), "Bob");
}

#[test]
fn taxes_and_disclosures_that_can_t_be() {
    let mut table = Table(listed(|_| {}));
    let today = sillok_abi::Date(((table.0.time + 9 * 3_600_000) / 86_400_000) as i32);
    table.refuses("set_tax", raw((0u32, today, 1u32)), Refusal::DateNotAhead);
    table.refuses("set_tax", raw((0u32, sillok_abi::Date(today.0 + 1), 100_001u32)), Refusal::BadRate);
    table.refuses("disclose", raw((LISTING, [0u8; 32], "")), Refusal::BadTitle);
    table.refuses("disclose", raw((LISTING, [0u8; 32], "x".repeat(201))), Refusal::BadTitle);
    table.refuses("disclose", raw((2u64, [0u8; 32], "x")), Refusal::NoListing);
    table.refuses("advance", raw((2u64,)), Refusal::NoListing);
    let cancel = Operation::Cancel { order: 1 };
    let none = Vec::<(u64, u64)>::new();
    let many = raw((LISTING, account("Bob"), 0u64, none, vec![cancel; 33]));
    table.refuses("batch", many, Refusal::TooManyOperations);
    let lots = raw((LISTING, account("Bob"), 0u64, vec![(1u64, 1u64); 33], Vec::<Operation>::new()));
    table.refuses("batch", lots, Refusal::TooManyOperations);
}

#[test]
fn a_market_has_a_bounded_number_of_listings() {
    const MOST: u32 = 8_192;
    let mut world = listed(|_| {});
    let market = world.id(MARKET);
    let listing = |world: &World, number: u32| {
        let mut new = plain(world);
        new.cash = ContractId([1; 32]);
        new.cash.0[..4].copy_from_slice(&number.to_le_bytes());
        let mut body = world.body("Alice", market, "list", (new,));
        body.gas_limit = 3_000_000;
        let tree = sillok_abi::CallTree::leaf(body.call.clone());
        let by = sillok_abi::Authoriser::Submitter;
        body.authorisations.push(sillok_abi::Authorisation { by, tree });
        world.seal(body)
    };
    let mut number = 1;
    while number < MOST {
        let batch = (number..MOST.min(number + 1_024)).map(|number| listing(&world, number)).collect();
        let execution = world.block(batch).execution;
        let listed = |receipt: &sillok_abi::Receipt| matches!(receipt.outcome, Outcome::Success(_));
        assert!(!execution.receipts.is_empty() && execution.receipts.iter().all(listed));
        number += execution.receipts.len() as u32;
    }
    let one_more = listing(&world, MOST);
    let failed = failure(&world.send(one_more).unwrap());
    assert_eq!(failed, sillok_abi::Failure::Error { code: Refusal::TooManyListings as u32 });
}
