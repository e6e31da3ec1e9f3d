//! Negotiated trades: through proposals and an escrow, and in a book that matches nothing by itself.

use sillok_abi::{MatchMode, Side, Time};
use sillok_interfaces::EscrowStatus;
use sillok_market::{Order, PlacedOrder, Proposal, Talk, TalkStatus, Trade};
use sillok_testing::{World, account};

use super::setting::*;

const SELLER: &str = "Bob";
const BUYER: &str = "Charlie";

fn proposal(world: &World, price: u64) -> Proposal {
    Proposal {
        seller: account(SELLER),
        buyer: account(BUYER),
        lot: 1,
        quantity: 300,
        price,
        expiry: Time(world.time + 600_000),
        document: [9; 32],
    }
}

/// The buyer proposes 400, the seller answers with 450.
fn talking() -> (World, u64) {
    let mut world = listed(|new| (new.fees, new.tax_class) = (FEES, 1));
    let tomorrow = sillok_abi::Date(world.env().time.date().0 + 2);
    let () = world.ok("Ferdie", MARKET, "set_tax", (1u32, tomorrow, 3_500u32));
    world.time += 3 * 86_400_000;
    let first = proposal(&world, 400);
    let talk: u64 = world.ok(BUYER, MARKET, "propose", (LISTING, account(BUYER), first));
    let second = proposal(&world, 450);
    assert_eq!(world.ok::<u32>(SELLER, MARKET, "counter", (talk, account(SELLER), 1u32, second)), 2);
    (world, talk)
}

#[test]
fn an_accepted_proposal_is_delivered_through_an_escrow_and_reported() {
    let (mut world, talk) = talking();
    let deal: [u8; 32] = world.ok(BUYER, MARKET, "accept", (talk, account(BUYER), 2u32));
    assert_eq!(world.code("Eve", MARKET, "report", (talk,)), Refusal::TalkNotSo as u32, "not delivered yet");
    let status: EscrowStatus = world.ok(SELLER, "escrow", "deposit_shares", (deal,));
    assert_eq!(status, EscrowStatus::Settled);
    // 135,000 won; each side owes 202, and the seller 472 of tax.
    assert_eq!(world.cash(account(BUYER)), (CASH - 135_000 - 202, 0));
    assert_eq!(world.cash(account(SELLER)).0, CASH + 135_000 - 202 - 472);
    assert_eq!(OTHERS.map(|name| world.cash(account(name)).0), [404, 472]);
    assert_sound(&world);
    assert_eq!(world.ok::<u64>("Eve", MARKET, "report", (talk,)), 1);
    assert_eq!(world.code("Eve", MARKET, "report", (talk,)), Refusal::TalkNotSo as u32, "once is enough");
    let trades: Vec<Trade> = world.query(MARKET, "trades", (LISTING, 1u64, 10u32));
    let Trade { price, quantity, tax, taker, .. } = trades[0];
    assert_eq!((price, quantity, tax, taker), (450, 300, 472, Side::Buy));
    let talks: Vec<Talk> = world.query(MARKET, "talks_of", (account(BUYER), None::<u64>, 10u32));
    assert_eq!(talks[0].status, TalkStatus::Reported(1));
}

#[test]
fn the_seller_may_be_the_one_who_accepts() {
    let mut world = listed(|_| {});
    let first = proposal(&world, 400);
    let talk: u64 = world.ok(BUYER, MARKET, "propose", (LISTING, account(BUYER), first));
    let deal: [u8; 32] = world.ok(SELLER, MARKET, "accept", (talk, account(SELLER), 1u32));
    assert_eq!(world.shares(account(SELLER)).1, 300);
    let _: EscrowStatus = world.ok(BUYER, "escrow", "deposit_cash", (deal,));
    assert_eq!(world.shares(account(BUYER)).0, SHARES + 300);
    assert_sound(&world);
}

#[test]
fn what_was_accepted_and_not_delivered_goes_back() {
    let (mut world, talk) = talking();
    let _: [u8; 32] = world.ok(BUYER, MARKET, "accept", (talk, account(BUYER), 2u32));
    assert!(world.cash(account(BUYER)).1 > 0);
    world.time += 600_001;
    world.block(Vec::new());
    assert_eq!(world.cash(account(BUYER)), (CASH, 0));
    assert_eq!(world.code("Eve", MARKET, "report", (talk,)), Refusal::TalkNotSo as u32);
}

#[test]
fn nobody_answers_out_of_turn() {
    let (mut world, talk) = talking();
    let next = proposal(&world, 430);
    let (bob, charlie, dave) = (account(SELLER), account(BUYER), account("Dave"));
    let mut refuses = |method: &str, args: Vec<u8>, refusal: Refusal| {
        let code = world.code("Eve", MARKET, method, sillok_testing::Raw(args));
        assert_eq!(code, refusal as u32, "{method}: {refusal:?}");
    };
    refuses("accept", raw((talk, bob, 2u32)), Refusal::NotYourTurn);
    refuses("accept", raw((talk, charlie, 1u32)), Refusal::RoundPassed);
    refuses("accept", raw((talk, dave, 2u32)), Refusal::NotParty);
    refuses("accept", raw((talk + 1, charlie, 2u32)), Refusal::NoTalk);
    refuses("counter", raw((talk, bob, 2u32, next.clone())), Refusal::NotYourTurn);
    let others = Proposal { buyer: dave, ..next.clone() };
    refuses("counter", raw((talk, charlie, 2u32, others)), Refusal::NotParty);
    let nothing = Proposal { quantity: 0, ..next.clone() };
    refuses("counter", raw((talk, charlie, 2u32, nothing)), Refusal::BadProposal);
    let late = Proposal { expiry: Time(1), ..next.clone() };
    refuses("propose", raw((LISTING, charlie, late)), Refusal::BadExpiry);
    refuses("propose", raw((LISTING, dave, next.clone())), Refusal::NotParty);
    refuses("propose", raw((2u64, charlie, next)), Refusal::NoListing);
    refuses("decline", raw((talk, dave)), Refusal::NotParty);
    let () = world.ok(SELLER, MARKET, "decline", (talk, bob));
    assert_eq!(world.code(BUYER, MARKET, "accept", (talk, charlie, 2u32)), Refusal::TalkNotSo as u32);
}

#[test]
fn an_offer_in_a_negotiated_book_is_taken_by_name() {
    let mut world = listed(|new| (new.mode, new.fees) = (MatchMode::Negotiated, FEES));
    let offer = place(&mut world, "Bob", sell("Bob", 500, 100)).order;
    let purchase = place(&mut world, "Charlie", buy(600, 50));
    assert_eq!(facts(purchase), (0, 0, 50, 0), "nothing meets by itself");
    let short = (LISTING, account("Dave"), offer, 60u64, None::<u64>, 30_000u64);
    assert_eq!(world.code("Dave", MARKET, "take", short), Refusal::CashTooLow as u32);
    let taken = (LISTING, account("Dave"), offer, 60u64, None::<u64>, 31_000u64);
    assert_eq!(facts(world.ok("Dave", MARKET, "take", taken)), (60, 30_000, 0, 0));
    assert_sound(&world);
    assert_eq!(world.cash(account("Dave")), (CASH - 30_045, 0));
    let sold = (LISTING, account("Dave"), purchase.order, 50u64, Some(3u64), 0u64);
    let placed: PlacedOrder = world.ok("Dave", MARKET, "take", sold);
    assert_eq!(placed.filled, 50);
    assert_sound(&world);
    let ioc = Order { time_in_force: sillok_abi::TimeInForce::Ioc, ..buy(500, 5) };
    let ioc = args(&world, "Dave", ioc);
    assert_eq!(world.code("Dave", MARKET, "place", ioc), Refusal::WrongMode as u32);
}
