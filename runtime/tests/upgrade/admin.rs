//! Who may upgrade: the admin, an account that it hands the contract over to, or nobody.

use codec::Encode;
use sillok_abi::native::{SYSTEM, code_hash};
use sillok_abi::{Account, Authoriser, Failure, MethodKind};
use sillok_client::transaction::Signer;
use sillok_contracts::COUNTER2;
use sillok_runtime::Refusal;
use sillok_testing::{account, failure, key};

use crate::script::{idle, module, script};
use crate::{counted, events, info, succeeded, system, system_alone, upgrade};

#[test]
fn nobody_but_the_admin_upgrades() {
    let mut world = counted();
    let (counter, before) = (world.id("counter"), (*world.state).clone());
    let args = (counter, code_hash(COUNTER2), 10u64.encode());
    let receipt = system_alone(&mut world, "Bob", "upgrade", args.clone());
    assert_eq!(failure(&receipt), Failure::Unauthorised { account: account("Alice") });
    assert_eq!(*world.state, before);
    // With Alice's authority Bob may submit, and nothing of it serves twice.
    assert!(succeeded(&system(&mut world, "Bob", "upgrade", args)));
}

#[test]
fn an_upgrade_is_not_replayed() {
    let alice = account("Alice");
    let [one, two] = ["one", "two"].map(|method| module([1; 32], &[idle(method, MethodKind::Query)]));
    let mut world = crate::script::world(alice, &[(&one, alice)], &[&two]);
    let body = world.body("Bob", SYSTEM, "upgrade", (script(0), code_hash(&two), Vec::<u8>::new()));
    let transaction = world.signed(body);
    assert!(succeeded(&world.send(transaction.clone()).unwrap()));
    assert!(succeeded(&upgrade(&mut world, "Alice", script(0), &one, ())));
    assert_eq!(world.send(transaction.clone()).unwrap_err(), Refusal::Replayed);

    // In a transaction of his own Bob offers Alice's authorisation again.
    let mut body = world.body("Bob", SYSTEM, "upgrade", (script(0), code_hash(&two), Vec::<u8>::new()));
    body.authorisations = transaction.body.authorisations;
    assert!(matches!(body.authorisations[0].by, Authoriser::Signer { .. }));
    let again = world.seal(body);
    let failed = failure(&world.send(again).unwrap());
    assert!(matches!(failed, Failure::BadAuthorisation { account, .. } if account == alice), "{failed:?}");
    assert_eq!(info(&world, script(0)).unwrap().code, code_hash(&one));
}

#[test]
fn both_sides_authorise_a_hand_over() {
    let mut world = counted();
    let counter = world.id("counter");
    let to_bob = (counter, Some(account("Bob")));
    let receipt = system_alone(&mut world, "Alice", "set_admin", to_bob);
    assert_eq!(failure(&receipt), Failure::Unauthorised { account: account("Bob") });
    let receipt = system_alone(&mut world, "Bob", "set_admin", to_bob);
    assert_eq!(failure(&receipt), Failure::Unauthorised { account: account("Alice") });
    assert_eq!(info(&world, counter).unwrap().admin, Some(account("Alice")));

    let receipt = system(&mut world, "Alice", "set_admin", to_bob);
    assert_eq!(events(&receipt), [(SYSTEM, "AdminChanged")]);
    assert_eq!(receipt.events[0].data, to_bob.encode());
    let args = (counter, code_hash(COUNTER2), 10u64.encode());
    let receipt = system_alone(&mut world, "Alice", "upgrade", args.clone());
    assert_eq!(failure(&receipt), Failure::Unauthorised { account: account("Bob") });
    assert!(succeeded(&system_alone(&mut world, "Bob", "upgrade", args)));
}

#[test]
fn nothing_goes_to_an_account_that_nobody_can_sign_for() {
    let mut world = counted();
    let mistyped: Account = key("Nobody").account();
    assert!(!world.signers.iter().any(|signer: &Signer| signer.account() == mistyped));
    let counter = world.id("counter");
    let receipt = system_alone(&mut world, "Alice", "set_admin", (counter, Some(mistyped)));
    assert_eq!(failure(&receipt), Failure::Unauthorised { account: mistyped });
}

#[test]
fn a_frozen_contract_stays_as_it_is_for_ever() {
    let mut world = counted();
    let counter = world.id("counter");
    let receipt = system_alone(&mut world, "Bob", "set_admin", (counter, None::<Account>));
    assert_eq!(failure(&receipt), Failure::Unauthorised { account: account("Alice") });
    assert!(succeeded(&system_alone(&mut world, "Alice", "set_admin", (counter, None::<Account>))));
    assert_eq!(info(&world, counter).unwrap().admin, None);
    let frozen = Failure::Error { code: 106 };
    assert_eq!(failure(&upgrade(&mut world, "Alice", counter, COUNTER2, 10u64)), frozen);
    let receipt = system(&mut world, "Alice", "set_admin", (counter, Some(account("Alice"))));
    assert_eq!(failure(&receipt), frozen);
    let _: u64 = world.ok("Bob", "counter", "add", (account("Bob"), 1u64));
}
