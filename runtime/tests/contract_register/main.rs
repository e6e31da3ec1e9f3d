//! A company's register: every refusal by its code, and random business against a naive model.
#![allow(clippy::unwrap_used, reason = "a test")]

mod answers;
mod model;
mod random;

use codec::Encode;
use sillok_abi::{Account, Date, Failure, Time};
use sillok_testing::{Raw, START, World, account, failure};

use answers::Lot;

/// What the contract refuses.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refusal {
    UnknownClass = 1,
    UnknownLot,
    LotEnded,
    ZeroQuantity,
    NotEnoughShares,
    SharesLocked,
    AboveAuthorised,
    DuplicateReference,
    NoBalance,
    SameHolder,
    AlreadyAccepted,
    NotRetractable,
    DateBeforeAcquisition,
    NoLock,
    NotEnoughLocked,
    DeliveryDiffers,
    NotDeliverable,
    TooManyLockers,
    TextTooLong,
    NameMissing,
}
use Refusal::*;

/// Who keeps the register.
const REGISTRAR: &str = "Alice";

/// The day in Korea on which the tests run.
fn today() -> Date {
    Time(START + 9 * 3_600_000).date()
}

fn add_class(world: &mut World, reference: &str, authorised: u64) -> u32 {
    let args = (reference, "Class", 0u8, authorised, 1u32, 1u32, 100u64);
    world.ok(REGISTRAR, "register", "add_class", args)
}

/// Bob's lot of 100 shares, with one lock of 10 that Dave may deliver and one of 20 that Eve may not.
fn locked() -> (World, u64) {
    let mut world = World::default();
    let lot = world.issue("Bob", 100);
    let () = world.ok("Bob", "register", "lock", (lot, 10u64, account("Dave"), true));
    let () = world.ok("Bob", "register", "lock", (lot, 20u64, account("Eve"), false));
    (world, lot)
}

fn refuses(world: &mut World, method: &str, args: impl Encode, refusal: Refusal) {
    assert_eq!(world.code(REGISTRAR, "register", method, args), refusal as u32, "{method}: {refusal:?}");
}

#[test]
fn issues_and_classes_are_refused_for_what_is_wrong_with_them() {
    let (mut world, _) = locked();
    let (world, date, bob) = (&mut world, today(), account("Bob"));
    let issue = |class: u32, quantity: u64, reference: &str| {
        (class, account("Bob"), quantity, "", today(), reference.to_owned())
    };
    refuses(world, "issue", issue(2, 1, ""), UnknownClass);
    refuses(world, "issue", issue(0, 1, ""), UnknownClass);
    refuses(world, "issue", issue(1, 0, ""), ZeroQuantity);
    refuses(world, "issue", issue(1, 999_901, ""), AboveAuthorised);
    refuses(world, "issue", issue(1, u64::MAX, ""), AboveAuthorised);
    refuses(world, "issue", issue(1, 1, &"r".repeat(129)), TextTooLong);
    refuses(world, "issue", (1u32, bob, 1u64, "p".repeat(501), date, ""), TextTooLong);
    let second: u64 = world.ok(REGISTRAR, "register", "issue", issue(1, 999_900, &"r".repeat(128)));
    refuses(world, "issue", issue(1, 1, ""), AboveAuthorised);
    let _: Option<u64> = world.ok(REGISTRAR, "register", "cancel", (second, 5u64, "", date, ""));
    refuses(world, "issue", issue(1, 5, &"r".repeat(128)), DuplicateReference);
    let third: u64 = world.ok(REGISTRAR, "register", "issue", issue(1, 5, "again"));
    assert_eq!(world.query::<Option<u64>>("register", "lot_by_reference", ("again",)), Some(third));

    let class = |reference: &str, name: &str, authorised: u64| {
        (reference.to_owned(), name.to_owned(), 0u8, authorised, 1u32, 1u32, 0u64)
    };
    refuses(world, "add_class", class("", "", 1), NameMissing);
    refuses(world, "add_class", class("", &"n".repeat(201), 1), TextTooLong);
    refuses(world, "add_class", class(&"r".repeat(129), "n", 1), TextTooLong);
    refuses(world, "add_class", class("new", "n", 0), ZeroQuantity);
    refuses(world, "add_class", class("common", "n", 1), DuplicateReference);
}

#[test]
fn lots_are_not_moved_beyond_what_is_free_of_them() {
    let (mut world, lot) = locked();
    let (world, date) = (&mut world, today());
    let transfer = |lot: u64, quantity: u64, to: &str| (lot, quantity, account(to), today(), "", "");
    refuses(world, "transfer", transfer(9, 1, "Eve"), UnknownLot);
    refuses(world, "transfer", transfer(0, 1, "Eve"), UnknownLot);
    refuses(world, "transfer", transfer(lot, 0, "Eve"), ZeroQuantity);
    refuses(world, "transfer", transfer(lot, 101, "Eve"), NotEnoughShares);
    refuses(world, "transfer", transfer(lot, 71, "Eve"), SharesLocked);
    refuses(world, "transfer", transfer(lot, 70, "Bob"), SameHolder);
    let early = Date(date.0 - 1);
    refuses(world, "transfer", (lot, 1u64, account("Eve"), early, "", ""), DateBeforeAcquisition);
    refuses(world, "transfer", (lot, 1u64, account("Eve"), date, "same", "same"), DuplicateReference);
    refuses(world, "repurchase", (lot, 71u64, "", date, ""), SharesLocked);
    refuses(world, "repurchase", (lot, 1u64, "p".repeat(501), date, ""), TextTooLong);
    refuses(world, "cancel", (lot, 71u64, "", date, ""), SharesLocked);
    refuses(world, "accept", (lot, date), AlreadyAccepted);
    refuses(world, "retract", (lot, "", date), NotRetractable);

    let all = world.issue("Charlie", 30);
    refuses(world, "cancel", (all, 30u64, "", date, "rest"), NoBalance);
    let _: u64 = world.ok("Charlie", "register", "transfer", transfer(all, 30, "Bob"));
    refuses(world, "transfer", transfer(all, 1, "Eve"), LotEnded);
    refuses(world, "accept", (all, date), LotEnded);
}

#[test]
fn lockers_do_what_their_locks_allow() {
    let (mut world, lot) = locked();
    let (dave, eve, charlie) = (account("Dave"), account("Eve"), account("Charlie"));
    let world = &mut world;
    refuses(world, "lock", (lot, 0u64, dave, true), ZeroQuantity);
    refuses(world, "lock", (lot, 101u64, dave, true), NotEnoughShares);
    refuses(world, "lock", (lot, 71u64, dave, true), SharesLocked);
    refuses(world, "lock", (lot, 1u64, dave, false), DeliveryDiffers);
    refuses(world, "unlock", (lot, 1u64, charlie), NoLock);
    refuses(world, "unlock", (lot, 11u64, dave), NotEnoughLocked);
    refuses(world, "deliver", (lot, 11u64, dave, charlie), NotEnoughLocked);
    refuses(world, "deliver", (lot, 1u64, eve, charlie), NotDeliverable);
    refuses(world, "deliver", (lot, 1u64, dave, account("Bob")), SameHolder);
    for byte in 0..14u8 {
        let () = world.ok("Bob", "register", "lock", (lot, 1u64, Account::Key([byte; 32]), false));
    }
    refuses(world, "lock", (lot, 1u64, charlie, false), TooManyLockers);
    let delivered: u64 = world.ok("Dave", "register", "deliver", (lot, 10u64, dave, charlie));
    let () = world.ok("Bob", "register", "lock", (lot, 1u64, charlie, false));
    let found: Option<Lot> = world.query("register", "lot", (delivered,));
    let found = found.unwrap();
    assert_eq!((found.holder, found.quantity, found.source), (charlie, 10, Some(lot)));
    assert_eq!((found.acquired, found.accepted), (today(), None), "delivered today, accepted by nobody yet");
}

#[test]
fn nobody_changes_the_register_alone_who_may_not() {
    let (mut world, lot) = locked();
    let (bob, dave, eve, date) = (account("Bob"), account("Dave"), account("Eve"), today());
    let mut needs = |from: &str, method: &str, args: Vec<u8>, missing: &str| {
        let failed = failure(&world.alone(from, "register", method, Raw(args)));
        assert_eq!(failed, Failure::Unauthorised { account: account(missing) }, "{method}");
    };
    let class = ("", "n", 0u8, 1u64, 1u32, 1u32, 0u64);
    needs("Bob", "add_class", class.encode(), REGISTRAR);
    needs("Bob", "issue", (1u32, bob, 1u64, "", date, "").encode(), REGISTRAR);
    needs("Bob", "cancel", (lot, 1u64, "", date, "").encode(), REGISTRAR);
    needs("Bob", "retract", (lot, "", date).encode(), REGISTRAR);
    needs("Bob", "repurchase", (lot, 1u64, "", date, "").encode(), REGISTRAR);
    needs(REGISTRAR, "repurchase", (lot, 1u64, "", date, "").encode(), "Bob");
    needs(REGISTRAR, "transfer", (lot, 1u64, eve, date, "", "").encode(), "Bob");
    needs(REGISTRAR, "accept", (lot, date).encode(), "Bob");
    needs("Dave", "lock", (lot, 1u64, dave, true).encode(), "Bob");
    needs("Bob", "unlock", (lot, 1u64, dave).encode(), "Dave");
    needs("Bob", "deliver", (lot, 1u64, dave, eve).encode(), "Dave");
}
