//! What was signed once, sent again: here, on another chain, to another contract, later, in other words.

use sillok_abi::{CallTree, Time, Transaction, TransactionBody};
use sillok_runtime::Refusal;
use sillok_testing::{World, account, leaf};

use super::setting::{
    Apart, EXPIRED, INVALID, TOO_FAR, USED, again, assert_bad, fails, passes, send, unauthorised, world,
};

/// Alice has a thousand won, and Eve submits what pays one of them to Eve.
fn payment() -> (World, TransactionBody, CallTree) {
    let mut world = world();
    world.mint("Alice", 1_000);
    let body = world.body("Eve", world.id("cash"), "transfer", (account("Alice"), account("Eve"), 1u64));
    let tree = CallTree::leaf(body.call.clone());
    (world, body, tree)
}

fn paid(world: &World) -> u64 {
    world.cash(account("Eve")).0
}

/// The same genesis under another name.
fn other_chain() -> World {
    let mut genesis = world().genesis;
    genesis.name = "another".into();
    let mut world = World::of(genesis);
    world.mint("Alice", 1_000);
    world
}

#[test]
fn a_transaction_counts_once() {
    let (mut world, body, tree) = payment();
    let signed = again(&world, &body, vec![Apart::of(&world, "Alice").sign(tree)]);
    let transaction = world.seal(signed);
    world.send(transaction.clone()).unwrap();
    for _ in 0..3 {
        assert_eq!(world.send(transaction.clone()).unwrap_err(), Refusal::Replayed);
    }
    // Another signature under the same body makes no other transaction.
    let resealed = world.seal(transaction.body.clone());
    assert_ne!(resealed.credential, transaction.credential);
    assert_eq!(world.send(resealed).unwrap_err(), Refusal::Replayed);
    // Nor do two of them in one block.
    let mut twin = world.seal(again(&world, &body, Vec::new()));
    twin.body.nonce = world.nonces.next();
    let twin = world.seal(twin.body);
    let proposal = world.block(vec![twin.clone(), twin]);
    assert_eq!((proposal.transactions.len(), proposal.refused.len()), (1, 1));
    assert_eq!(paid(&world), 1);
}

#[test]
fn a_transaction_is_for_one_chain() {
    let (world, body, tree) = payment();
    let signed = again(&world, &body, vec![Apart::of(&world, "Alice").sign(tree)]);
    let mut other = other_chain();
    let transaction = world.seal(signed);
    assert_eq!(other.send(transaction.clone()).unwrap_err(), Refusal::WrongChain);
    let body = TransactionBody { chain: other.chain(), ..transaction.body };
    let moved = Transaction { body, credential: transaction.credential };
    assert_eq!(other.send(moved).unwrap_err(), Refusal::BadSignature);
}

#[test]
fn an_authorisation_is_for_one_chain() {
    let (world, _, tree) = payment();
    let here = Apart::of(&world, "Alice");
    let mut other = other_chain();
    let body = other.body("Eve", tree.call.contract, "transfer", (account("Alice"), account("Eve"), 1u64));
    assert_eq!(body.call, tree.call, "the contract has the same id on both chains");
    let moved = again(&other, &body, vec![here.sign(tree.clone())]);
    assert_bad(&fails(&mut other, moved), account("Alice"), INVALID);
    let there = again(&other, &body, vec![Apart::of(&other, "Alice").sign(tree)]);
    passes(&mut other, there);
}

#[test]
fn an_authorisation_counts_once() {
    let (mut world, body, tree) = payment();
    let authorisation = Apart::of(&world, "Alice").sign(tree.clone());
    let first = again(&world, &body, vec![authorisation.clone()]);
    passes(&mut world, first);
    let second = again(&world, &body, vec![authorisation]);
    assert_bad(&fails(&mut world, second), account("Alice"), USED);
    // The number is used up, whatever it is put on next and however long that is good for.
    let apart = Apart { expiry: Time(world.time + 1_000_000), ..Apart::of(&world, "Alice") };
    let third = again(&world, &body, vec![apart.sign(tree.clone())]);
    assert_bad(&fails(&mut world, third), account("Alice"), USED);
    let fresh = again(&world, &body, vec![Apart { nonce: 2, ..apart }.sign(tree)]);
    passes(&mut world, fresh);
    assert_eq!(paid(&world), 2);
}

#[test]
fn of_two_in_one_block_the_second_is_refused() {
    let (mut world, body, tree) = payment();
    let authorisation = Apart::of(&world, "Alice").sign(tree);
    let both = [(); 2].map(|()| world.seal(again(&world, &body, vec![authorisation.clone()])));
    let proposal = world.block(both.to_vec());
    let [first, second] = proposal.execution.receipts.as_slice() else { panic!("both are in the block") };
    assert!(matches!(first.outcome, sillok_abi::Outcome::Success(_)));
    assert_bad(&sillok_testing::failure(second), account("Alice"), USED);
    assert_eq!(paid(&world), 1);
}

#[test]
fn an_authorisation_is_for_one_contract() {
    let (mut world, body, tree) = payment();
    let other = world.id("other-cash");
    let () = world.ok("Ferdie", "other-cash", "mint", (account("Alice"), 1_000u64));
    let authorisation = Apart::of(&world, "Alice").sign(tree);
    let mut elsewhere = again(&world, &body, vec![authorisation.clone()]);
    elsewhere.call.contract = other;
    assert_eq!(fails(&mut world, elsewhere.clone()), unauthorised(account("Alice")));
    // With the tree changed to fit, it is no longer what Alice signed.
    elsewhere.nonce = world.nonces.next();
    elsewhere.authorisations[0].tree.call.contract = other;
    assert_bad(&fails(&mut world, elsewhere), account("Alice"), INVALID);
}

#[test]
fn an_authorisation_is_for_one_method_and_these_arguments() {
    let (mut world, body, tree) = payment();
    let authorisation = Apart::of(&world, "Alice").sign(tree);
    let cash = world.id("cash");
    let (alice, bob, eve) = (account("Alice"), account("Bob"), account("Eve"));
    let others = [
        leaf(cash, "transfer", (alice, eve, 2u64)),
        leaf(cash, "transfer", (alice, bob, 1u64)),
        leaf(cash, "hold", (alice, 1u64, eve)),
    ];
    for other in others {
        let mut body = again(&world, &body, vec![authorisation.clone()]);
        body.call = other.call.clone();
        assert_eq!(fails(&mut world, body.clone()), unauthorised(alice), "{}", other.call.method);
        body.nonce = world.nonces.next();
        body.authorisations[0].tree = other;
        assert_bad(&fails(&mut world, body), alice, INVALID);
    }
}

#[test]
fn an_authorisation_ends_when_it_says() {
    let (mut world, body, tree) = payment();
    let of = |world: &World, expiry: u64| Apart {
        expiry: Time(expiry),
        nonce: expiry,
        ..Apart::of(world, "Alice")
    };
    let sent = |world: &mut World, apart: &Apart| {
        let body = again(world, &body, vec![apart.sign(tree.clone())]);
        TransactionBody { expiry: Time(world.time + 60_000), ..body }
    };
    // The next block's time is one above the last one's: the expiry itself is too late.
    let (late, just) = (of(&world, world.time + 1), of(&world, world.time + 3));
    let first = sent(&mut world, &late);
    assert_bad(&fails(&mut world, first), account("Alice"), EXPIRED);
    let second = sent(&mut world, &just);
    passes(&mut world, second);
    let third = sent(&mut world, &just);
    // The block in which it has expired forgets its number, too.
    let receipt = send(&mut world, third);
    assert_bad(&sillok_testing::failure(&receipt), account("Alice"), EXPIRED);

    let lifetime = world.genesis.parameters.max_authorisation_lifetime_ms;
    let longest = of(&world, world.time + 1 + lifetime);
    let longer = of(&world, world.time + 3 + lifetime);
    let fourth = sent(&mut world, &longest);
    passes(&mut world, fourth);
    let fifth = sent(&mut world, &longer);
    assert_bad(&fails(&mut world, fifth), account("Alice"), TOO_FAR);
    assert_eq!(paid(&world), 2);
}

#[test]
fn an_authorisation_does_not_come_back_when_its_number_is_forgotten() {
    let (mut world, body, tree) = payment();
    let apart = Apart::of(&world, "Alice");
    let first = again(&world, &body, vec![apart.sign(tree.clone())]);
    passes(&mut world, first);
    let remembered = world.state.clone();
    world.time = apart.expiry.0 - 1;
    let sweeping = world.body("Eve", world.id("cash"), "transfer", (account("Eve"), account("Bob"), 0u64));
    send(&mut world, sweeping);
    assert_eq!(world.time, apart.expiry.0);
    assert!(world.state != remembered, "the number was forgotten");
    let body = TransactionBody { expiry: Time(world.time + 60_000), ..body };
    let second = again(&world, &body, vec![apart.sign(tree.clone())]);
    assert_bad(&fails(&mut world, second), account("Alice"), EXPIRED);
    // With another expiry it is not what was signed.
    let mut forged = apart.sign(tree);
    if let sillok_abi::Authoriser::Signer { expiry, .. } = &mut forged.by {
        *expiry = Time(world.time + 1_000);
    }
    let third = again(&world, &body, vec![forged]);
    assert_bad(&fails(&mut world, third), account("Alice"), INVALID);
    assert_eq!(paid(&world), 1);
}
