//! A market that Alice has given an order to, and that turns on her: it calls what she did not sign for.

use sillok_abi::{Account, CallFailure, ContractId, Date, Failure, Outcome, Transaction, TrapCode};
use sillok_runtime::limits::MIN_SCHEDULE_AHEAD_MS;
use sillok_testing::puppet::Script;
use sillok_testing::{World, account};

use super::setting::{asked, own, plot, puppet, running, unauthorised, world};

/// How many of her shares Alice lets the market lock.
const ORDERED: u64 = 10;

/// Alice has signed an order: the market is to lock ten of her hundred shares. It is not yet sent.
struct Deal {
    world: World,
    market: ContractId,
    helper: ContractId,
    register: ContractId,
    lot: u64,
    order: Transaction,
}

impl Deal {
    fn new() -> Self {
        let mut world = world();
        let lot = world.issue("Alice", 100);
        world.mint("Alice", 1_000);
        let (market, helper) = (puppet(&world, 0), puppet(&world, 1));
        let register = world.id("register");
        let honest = lock(Script::new(), register, market, lot, ORDERED);
        plot(&mut world, market, &honest);
        let mut body = world.body("Alice", market, "order", (account("Alice"), lot, ORDERED));
        body.authorisations.push(own(asked(&world, &body, "Alice")));
        let order = world.seal(body);
        Deal { world, market, helper, register, lot, order }
    }

    /// What comes of Alice's order if the market does this instead.
    fn instead(&self, script: &Script) -> (World, Outcome) {
        let mut world = self.world.fork();
        plot(&mut world, self.market, script);
        let receipt = world.send(self.order.clone()).unwrap();
        (world, receipt.outcome)
    }

    /// The market does this instead: it must fail for want of Alice's authority in this method of that
    /// contract, and she has what she had.
    #[track_caller]
    fn assert_refused(&self, script: &Script, contract: ContractId, method: &str) {
        let (world, outcome) = self.instead(script);
        let failure = unauthorised(account("Alice"));
        assert_eq!(outcome, Outcome::Failed(CallFailure { contract, method: method.into(), failure }));
        assert_untouched(&world);
    }

    fn lock(&self, script: Script, quantity: u64) -> Script {
        lock(script, self.register, self.market, self.lot, quantity)
    }

    /// The market transfers Alice's shares to Eve.
    fn transfer_to_eve(&self, script: Script) -> Script {
        script.call(
            self.register,
            "transfer",
            (self.lot, ORDERED, account("Eve"), today(&self.world), "", ""),
        )
    }
}

fn lock(script: Script, register: ContractId, market: ContractId, lot: u64, quantity: u64) -> Script {
    script.call(register, "lock", (lot, quantity, Account::Contract(market), true))
}

fn today(world: &World) -> Date {
    world.env().time.date()
}

#[track_caller]
fn assert_untouched(world: &World) {
    assert_eq!(world.shares(account("Alice")), (100, 0));
    assert_eq!(world.shares(account("Eve")), (0, 0));
    assert_eq!(world.cash(account("Alice")), (1_000, 0));
}

#[test]
fn the_order_as_it_was_signed_passes() {
    let mut deal = Deal::new();
    let receipt = deal.world.send(deal.order.clone()).unwrap();
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
    assert_eq!(deal.world.shares(account("Alice")), (100, ORDERED));
}

#[test]
fn shares_don_t_go_elsewhere() {
    let deal = Deal::new();
    deal.assert_refused(&deal.transfer_to_eve(Script::new()), deal.register, "transfer");
    // Nor after the market did what was agreed.
    let both = deal.transfer_to_eve(deal.lock(Script::new(), ORDERED));
    deal.assert_refused(&both, deal.register, "transfer");
}

#[test]
fn no_other_amount_is_locked() {
    let deal = Deal::new();
    for quantity in [ORDERED + 1, ORDERED - 1, 100, 0] {
        deal.assert_refused(&deal.lock(Script::new(), quantity), deal.register, "lock");
    }
}

#[test]
fn nothing_is_locked_for_anybody_else() {
    let deal = Deal::new();
    for locker in [account("Eve"), Account::Contract(deal.helper), account("Alice")] {
        let script = Script::new().call(deal.register, "lock", (deal.lot, ORDERED, locker, true));
        deal.assert_refused(&script, deal.register, "lock");
    }
    let pledge = (deal.lot, ORDERED, Account::Contract(deal.market), false);
    deal.assert_refused(&Script::new().call(deal.register, "lock", pledge), deal.register, "lock");
}

#[test]
fn no_share_of_another_class_is_locked() {
    let mut deal = Deal::new();
    let world = &mut deal.world;
    let class = ("preferred", "Preferred", 1u8, 1_000u64, 0u32, 2u32, 500u64);
    let class: u32 = world.ok("Alice", "register", "add_class", class);
    let date = today(world);
    let lot: u64 = world.ok("Alice", "register", "issue", (class, account("Alice"), 50u64, "", date, ""));
    let () = world.ok("Alice", "register", "accept", (lot, date));
    let script = lock(Script::new(), deal.register, deal.market, lot, ORDERED);
    deal.assert_refused(&script, deal.register, "lock");
}

#[test]
fn what_was_agreed_is_not_done_twice() {
    let deal = Deal::new();
    let twice = deal.lock(deal.lock(Script::new(), ORDERED), ORDERED);
    deal.assert_refused(&twice, deal.register, "lock");
}

#[test]
fn another_contract_can_t_do_it_for_the_market() {
    let deal = Deal::new();
    let nested = Script::new().run(deal.helper, &deal.lock(Script::new(), ORDERED));
    deal.assert_refused(&nested, deal.register, "lock");
    // Nor if the market comes first, and the helper uses what it left.
    let refused = deal.lock(Script::new(), ORDERED).refuse(1);
    let left =
        Script::new().try_run(deal.helper, &refused).run(deal.helper, &deal.lock(Script::new(), ORDERED));
    deal.assert_refused(&left, deal.register, "lock");
}

#[test]
fn the_market_is_not_called_back_while_it_runs() {
    let deal = Deal::new();
    let back = Script::new().call(deal.market, "order", (account("Alice"), deal.lot, ORDERED));
    let script = deal.lock(Script::new().run(deal.helper, &back), ORDERED);
    let (world, outcome) = deal.instead(&script);
    let Outcome::Failed(failed) = outcome else { panic!("{outcome:?}") };
    assert_eq!((failed.contract, failed.failure), (deal.helper, Failure::Trap(TrapCode::Reentrancy)));
    assert_untouched(&world);
    // Not even by catching what comes of it.
    let caught = Script::new().try_call(deal.market, "order", ());
    let (world, outcome) = deal.instead(&Script::new().try_run(deal.helper, &caught));
    assert!(
        matches!(outcome, Outcome::Failed(failed) if failed.failure == Failure::Trap(TrapCode::Reentrancy))
    );
    assert_untouched(&world);
}

#[test]
fn missing_authority_is_not_caught_to_try_something_else() {
    let deal = Deal::new();
    let elsewhere = (deal.lot, ORDERED, account("Eve"), today(&deal.world), "", "");
    let script = deal.lock(Script::new().try_call(deal.register, "transfer", elsewhere), ORDERED);
    deal.assert_refused(&script, deal.register, "transfer");
}

#[test]
fn nothing_is_left_for_later() {
    let deal = Deal::new();
    let (mut world, market) = (deal.world.fork(), deal.market);
    // Both calls are due two blocks after the order's.
    let due = world.env().time.plus(3);
    let again = (account("Alice"), deal.lot, ORDERED);
    let later = Script::new().schedule(due, "order", again).schedule(
        due,
        "run",
        deal.transfer_to_eve(Script::new()).args(),
    );
    plot(&mut world, market, &deal.lock(later, ORDERED));
    let receipt = world.send(deal.order.clone()).unwrap();
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "the order itself is as agreed: {receipt:?}");
    plot(&mut world, market, &deal.lock(Script::new(), ORDERED));
    world.time += MIN_SCHEDULE_AHEAD_MS;
    let late = world.block(Vec::new()).execution.receipts;
    let receipts: Vec<_> = late.iter().map(sillok_testing::failure).collect();
    assert_eq!(receipts, [unauthorised(account("Alice")), unauthorised(account("Alice"))]);
    assert_eq!(world.shares(account("Alice")), (100, ORDERED));
}

#[test]
fn her_other_things_are_out_of_reach() {
    let deal = Deal::new();
    let cash = deal.world.id("cash");
    let pay = Script::new().call(cash, "transfer", (account("Alice"), account("Eve"), 1u64));
    deal.assert_refused(&pay, cash, "transfer");
    let hold = Script::new().call(cash, "hold", (account("Alice"), 1u64, Account::Contract(deal.market)));
    deal.assert_refused(&hold, cash, "hold");
}

#[test]
fn the_market_alone_can_t_even_do_what_was_agreed() {
    let deal = Deal::new();
    // Eve has the market do it without Alice's transaction.
    let mut world = deal.world.fork();
    let body = running(&world, "Eve", deal.market, &deal.lock(Script::new(), ORDERED));
    assert_eq!(super::setting::fails(&mut world, body), unauthorised(account("Alice")));
}
