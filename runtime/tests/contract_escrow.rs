//! Escrow: shares against cash, both delivered or neither, whatever the order of deposits and whoever
//! walks away.
#![allow(clippy::unwrap_used, reason = "a test")]

use codec::{Decode, Encode};
use sillok_abi::{Account, ContractId, Failure, Outcome, Time, digest};
use sillok_testing::{World, account, failure};

/// What the contract refuses.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refusal {
    Unknown = 1,
    AlreadyOpened,
    SameParty,
    NoShares,
    NoPrice,
    Expired,
    ExpiryTooFar,
    NoLot,
    NotSellersLot,
    LotTooSmall,
    Ended,
    AlreadyDeposited,
    NotParty,
    NotYetExpired,
    BadCharges,
}
use Refusal::*;

const OPEN: u8 = 0;
const SHARES_IN: u8 = 1;
const CASH_IN: u8 = 2;
const SETTLED: u8 = 3;
const CANCELLED: u8 = 4;
const EXPIRED: u8 = 5;

const SELLER: &str = "Alice";
const BUYER: &str = "Bob";
/// How long the tests' escrows run, in milliseconds.
const DURATION: u64 = 100_000;

#[derive(Encode, Decode, Clone, Debug, PartialEq)]
struct Terms {
    seller: Account,
    buyer: Account,
    register: ContractId,
    lot: u64,
    quantity: u64,
    cash: ContractId,
    price: u64,
    charges: Vec<(Account, u64)>,
    expiry: Time,
    document: Option<[u8; 32]>,
    salt: [u8; 32],
}

/// A status, when it was reached, and by whom.
type Step = (u8, Time, Option<Account>);
/// Id, terms, status, history.
type Deal = ([u8; 32], Terms, u8, Vec<Step>);

/// The seller has 1,000 shares, the buyer 5,000 of cash; 400 shares for 4,000 are agreed on.
fn agreed() -> (World, Terms) {
    let mut world = World::default();
    let lot = world.issue(SELLER, 1_000);
    world.mint(BUYER, 5_000);
    let terms = Terms {
        seller: account(SELLER),
        buyer: account(BUYER),
        register: world.id("register"),
        lot,
        quantity: 400,
        cash: world.id("cash"),
        price: 4_000,
        charges: Vec::new(),
        document: None,
        expiry: Time(world.time + DURATION),
        salt: [0; 32],
    };
    (world, terms)
}

fn open(world: &mut World, terms: &Terms) -> [u8; 32] {
    world.ok(SELLER, "escrow", "open", (terms, terms.seller))
}

fn deal(world: &World, id: [u8; 32]) -> Deal {
    world.query::<Option<Deal>>("escrow", "get", (id,)).unwrap()
}

/// Nothing has moved, and nothing is locked or on hold.
fn assert_untouched(world: &World) {
    assert_eq!((world.shares(account(SELLER)), world.shares(account(BUYER))), ((1_000, 0), (0, 0)));
    assert_eq!((world.cash(account(SELLER)), world.cash(account(BUYER))), ((0, 0), (5_000, 0)));
}

fn refuses(world: &mut World, from: &str, method: &str, args: impl Encode, refusal: Refusal) {
    assert_eq!(world.code(from, "escrow", method, args), refusal as u32, "{method}: {refusal:?}");
}

#[test]
fn both_legs_are_delivered_in_either_order() {
    let (world, terms) = agreed();
    settles(world.fork(), &terms, [("deposit_shares", SELLER, SHARES_IN), ("deposit_cash", BUYER, SETTLED)]);
    settles(world.fork(), &terms, [("deposit_cash", BUYER, CASH_IN), ("deposit_shares", SELLER, SETTLED)]);
}

fn settles(mut world: World, terms: &Terms, steps: [(&str, &str, u8); 2]) {
    let (seller, buyer) = (account(SELLER), account(BUYER));
    let id = open(&mut world, terms);
    assert_eq!(id, digest("sillok/escrow", terms));
    assert_eq!(world.query::<[u8; 32]>("escrow", "id_of", (terms,)), id);
    // Part of the lot moves elsewhere: the lot's old id stays good.
    let date = Time(world.time).date();
    let _: u64 =
        world.ok(SELLER, "register", "transfer", (terms.lot, 100u64, account("Charlie"), date, "", ""));
    for (method, by, status) in steps {
        let other = if by == SELLER { BUYER } else { SELLER };
        let failed = failure(&world.alone(other, "escrow", method, (id,)));
        assert_eq!(failed, Failure::Unauthorised { account: account(by) }, "the other's deposit");
        assert_eq!(world.ok::<u8>(by, "escrow", method, (id,)), status);
        let refusal = if status == SETTLED { Ended } else { AlreadyDeposited };
        refuses(&mut world, by, method, (id,), refusal);
    }
    assert_eq!((world.cash(seller), world.cash(buyer)), ((4_000, 0), (1_000, 0)));
    assert_eq!((world.shares(seller), world.shares(buyer)), ((500, 0), (400, 0)));
    let (.., status, history) = deal(&world, id);
    let history: Vec<_> = history.into_iter().map(|(status, _, by)| (status, by)).collect();
    let by = |step: usize| Some(account(steps[step].1));
    assert_eq!(status, SETTLED);
    assert_eq!(history, [(OPEN, Some(seller)), (steps[0].2, by(0)), (SETTLED, by(1))]);

    refuses(&mut world, SELLER, "cancel", (id, seller), Ended);
    for party in [seller, buyer] {
        assert_eq!(world.query::<u32>("escrow", "count_of", (party,)), 1);
        let deals: Vec<Deal> = world.query("escrow", "deals_of", (party, 0u32, 1_000u32));
        assert_eq!(deals, [deal(&world, id)]);
    }
    world.time = terms.expiry.0;
    let execution = world.block(Vec::new()).execution;
    assert_eq!(execution.scheduled, 1);
    assert_eq!(execution.receipts[0].outcome, Outcome::Success(vec![SETTLED]), "nothing is left to refund");
    assert_eq!(deal(&world, id).2, SETTLED);
}

#[test]
fn what_was_deposited_goes_back_by_itself_at_expiry() {
    let (world, terms) = agreed();
    for deposit in [None, Some(("deposit_shares", SELLER)), Some(("deposit_cash", BUYER))] {
        expires(world.fork(), &terms, deposit);
    }
}

fn expires(mut world: World, terms: &Terms, deposit: Option<(&str, &str)>) {
    let id = open(&mut world, terms);
    if let Some((method, by)) = deposit {
        let _: u8 = world.ok(by, "escrow", method, (id,));
    }
    refuses(&mut world, "Charlie", "expire", (id,), NotYetExpired);
    assert_eq!(world.executor.next_due(&*world.state).unwrap(), Some(terms.expiry));
    world.time = terms.expiry.0 - 2;
    assert!(world.block(Vec::new()).execution.receipts.is_empty(), "not yet due");
    let execution = world.block(Vec::new()).execution;
    assert_eq!((execution.scheduled, execution.receipts.len()), (1, 1));
    assert_eq!(execution.receipts[0].outcome, Outcome::Success(vec![EXPIRED]));
    assert_eq!(world.executor.next_due(&*world.state).unwrap(), None);
    assert_untouched(&world);
    let (.., status, history) = deal(&world, id);
    assert_eq!((status, history.last()), (EXPIRED, Some(&(EXPIRED, terms.expiry, None))));
    refuses(&mut world, SELLER, "deposit_shares", (id,), Ended);
    refuses(&mut world, BUYER, "deposit_cash", (id,), Ended);
    assert_eq!(world.ok::<u8>("Charlie", "escrow", "expire", (id,)), EXPIRED, "and it stays so");
}

#[test]
fn either_party_can_cancel_and_nobody_else() {
    let (world, terms) = agreed();
    for (method, depositor) in [("deposit_shares", SELLER), ("deposit_cash", BUYER)] {
        for by in [SELLER, BUYER] {
            let mut world = world.fork();
            let id = open(&mut world, &terms);
            let _: u8 = world.ok(depositor, "escrow", method, (id,));
            refuses(&mut world, "Charlie", "cancel", (id, account("Charlie")), NotParty);
            let failed = failure(&world.alone("Charlie", "escrow", "cancel", (id, account(by))));
            assert_eq!(failed, Failure::Unauthorised { account: account(by) });
            let () = world.ok(by, "escrow", "cancel", (id, account(by)));
            assert_untouched(&world);
            assert_eq!(deal(&world, id).2, CANCELLED);
            refuses(&mut world, SELLER, "deposit_shares", (id,), Ended);
        }
    }
}

#[test]
fn bad_terms_are_refused_when_it_is_opened() {
    let (mut world, good) = agreed();
    let _ = open(&mut world, &good);
    let mut with = |change: &dyn Fn(&mut Terms), refusal: Refusal| {
        let mut terms = good.clone();
        change(&mut terms);
        let seller = terms.seller;
        refuses(&mut world, SELLER, "open", (terms, seller), refusal);
    };
    with(&|_| {}, AlreadyOpened);
    with(&|terms| terms.buyer = terms.seller, SameParty);
    with(&|terms| terms.charges = vec![(account("Eve"), 4_000)], BadCharges);
    with(&|terms| terms.quantity = 0, NoShares);
    with(&|terms| terms.price = 0, NoPrice);
    with(&|terms| terms.expiry = Time(1), Expired);
    with(&|terms| terms.expiry = terms.expiry.plus(366 * 86_400_000), ExpiryTooFar);
    with(&|terms| terms.lot = 99, NoLot);
    with(&|terms| terms.seller = account("Charlie"), NotSellersLot);
    with(&|terms| terms.quantity = 1_001, LotTooSmall);
}

#[test]
fn unknown_escrows_are_refused() {
    let (mut world, terms) = agreed();
    let id = digest("sillok/escrow", &terms);
    refuses(&mut world, SELLER, "deposit_shares", (id,), Unknown);
    refuses(&mut world, BUYER, "deposit_cash", (id,), Unknown);
    refuses(&mut world, SELLER, "cancel", (id, account(SELLER)), Unknown);
    refuses(&mut world, SELLER, "expire", (id,), Unknown);
    assert_eq!(world.query::<Option<Deal>>("escrow", "get", (id,)), None);
}

#[test]
fn a_leg_that_can_t_be_covered_leaves_the_other_where_it_is() {
    const INSUFFICIENT_FUNDS: u32 = 1;
    const SHARES_LOCKED: u32 = 6;
    let (mut world, mut terms) = agreed();
    terms.price = 5_001;
    let dear = open(&mut world, &terms);
    let _: u8 = world.ok(SELLER, "escrow", "deposit_shares", (dear,));
    assert_eq!(world.refused(BUYER, "escrow", "deposit_cash", (dear,)), (terms.cash, INSUFFICIENT_FUNDS));
    assert_eq!((world.shares(account(SELLER)), deal(&world, dear).2), ((1_000, 400), SHARES_IN));

    terms = Terms { price: 1, quantity: 700, ..terms };
    let large = open(&mut world, &terms);
    let _: u8 = world.ok(BUYER, "escrow", "deposit_cash", (large,));
    let refused = world.refused(SELLER, "escrow", "deposit_shares", (large,));
    assert_eq!(refused, (terms.register, SHARES_LOCKED), "400 of 1,000 are promised already");
    let () = world.ok(SELLER, "escrow", "cancel", (dear, account(SELLER)));
    assert_eq!(world.ok::<u8>(SELLER, "escrow", "deposit_shares", (large,)), SETTLED);
}
