//! Nobody's authority is spent on a call that they did not sign for, nor twice.
#![allow(clippy::unwrap_used, reason = "a test")]

use codec::Encode;
use sillok_abi::{
    Account, Authorisation, Authoriser, CallTree, ContractId, Credential, Failure, Outcome, Time,
    TransactionBody, authorisation_digest,
};
use sillok_client::transaction::Signer;
use sillok_testing::{World, account, failure, key, leaf};

/// Eve submits, sponsoring Alice's transfer, with `tree` signed by `by`'s key for Alice's account.
struct Sponsored {
    nonce: u64,
    expiry: u64,
    by: &'static str,
    chain: Option<[u8; 32]>,
}

impl Default for Sponsored {
    fn default() -> Self {
        Sponsored { nonce: 1, expiry: sillok_testing::START + 60_000, by: "Alice", chain: None }
    }
}

fn sponsored(world: &World, mut body: TransactionBody, tree: CallTree, how: &Sponsored) -> TransactionBody {
    let alice = account("Alice");
    let chain = how.chain.unwrap_or(world.chain());
    let digest = authorisation_digest(&chain, &alice, how.nonce, Time(how.expiry), &tree);
    let credential = Credential::Sr25519(key(how.by).sign(&digest));
    let by = Authoriser::Signer { account: alice, nonce: how.nonce, expiry: Time(how.expiry), credential };
    body.authorisations.push(Authorisation { by, tree });
    body
}

fn transfer(world: &World, amount: u64) -> TransactionBody {
    world.body("Eve", world.id("cash"), "transfer", (account("Alice"), account("Bob"), amount))
}

fn outcome(world: &mut World, body: TransactionBody) -> Option<Failure> {
    let transaction = world.seal(body);
    let receipt = world.send(transaction).unwrap();
    matches!(receipt.outcome, Outcome::Failed(_)).then(|| failure(&receipt))
}

fn unauthorised() -> Option<Failure> {
    Some(Failure::Unauthorised { account: account("Alice") })
}

#[test]
fn a_sponsor_submits_what_another_signed_and_only_that() {
    let mut world = World::default();
    world.mint("Alice", 1_000);
    let exact = |world: &World, amount| CallTree::leaf(transfer(world, amount).call);

    let body = transfer(&world, 1);
    assert_eq!(outcome(&mut world, body), unauthorised(), "nothing signed");

    let body = sponsored(&world, transfer(&world, 2), exact(&world, 1), &Sponsored::default());
    assert_eq!(outcome(&mut world, body), unauthorised(), "other arguments");

    let elsewhere = leaf(world.id("counter"), "transfer", (account("Alice"), account("Bob"), 1u64));
    let body = sponsored(&world, transfer(&world, 1), elsewhere, &Sponsored::default());
    assert_eq!(outcome(&mut world, body), unauthorised(), "another contract");

    let body = sponsored(&world, transfer(&world, 1), exact(&world, 1), &Sponsored::default());
    assert_eq!(outcome(&mut world, body.clone()), None);
    let mut again = body;
    again.nonce += 1_000_000;
    assert!(
        matches!(outcome(&mut world, again), Some(Failure::BadAuthorisation { reason, .. }) if reason.contains("used"))
    );
    assert_eq!(world.cash(account("Bob")), (1, 0));
}

#[test]
fn authorisations_are_bound_to_chain_signer_and_time() {
    let mut world = World::default();
    world.mint("Alice", 1_000);
    let cases = [
        Sponsored { chain: Some([3; 32]), ..Sponsored::default() },
        Sponsored { by: "Eve", ..Sponsored::default() },
        Sponsored { expiry: sillok_testing::START, ..Sponsored::default() },
        Sponsored { expiry: u64::MAX, ..Sponsored::default() },
    ];
    for how in cases {
        let tree = CallTree::leaf(transfer(&world, 1).call);
        let body = sponsored(&world, transfer(&world, 1), tree, &how);
        assert!(matches!(outcome(&mut world, body), Some(Failure::BadAuthorisation { .. })));
    }
    assert_eq!(world.cash(account("Alice")), (1_000, 0));
}

#[test]
fn a_failed_transaction_leaves_a_co_signer_s_authorisation_unused() {
    let mut world = World::default();
    world.mint("Alice", 5);
    let tree = CallTree::leaf(transfer(&world, 9).call);
    let body = sponsored(&world, transfer(&world, 9), tree.clone(), &Sponsored::default());
    assert_eq!(outcome(&mut world, body), Some(Failure::Error { code: 1 }));
    world.mint("Alice", 5);
    let body = sponsored(&world, transfer(&world, 9), tree, &Sponsored::default());
    assert_eq!(outcome(&mut world, body), None, "the same authorisation serves once the money is there");
}

/// The plainest rules of a listing: a tick of 10, prices from 10 to 10,000, trading without pause.
fn market_rules(register: ContractId, cash: ContractId) -> impl Encode {
    let prices = (vec![(0u64, 10u64)], 1u64, 10u64, 10_000u64, 10u64, 0u32, None::<(u64, u64)>);
    let ways = (0u8, 0u8, (Vec::<(u32, u8)>::new(), 0u8), (0u32, 0u32), (0u32, 0u32, 0u64));
    ((register, 1u32, cash), prices, ways, (0i32, 0i32, 0i32), (0u32, 0u64, 0u64), 0u32)
}

#[test]
fn an_authorisation_s_tree_must_reach_every_call_that_asks() {
    let mut world = World::default();
    let lot = world.issue("Alice", 100);
    let (register, cash) = (world.id("register"), world.id("cash"));
    let listing: u64 = world.ok("Alice", "market", "list", market_rules(register, cash));
    let order = (1u8, (0u8, 100u64), 10u64, 0u8, false, 0u64, 1u8, Some(lot));
    let args = (listing, account("Alice"), order, 0u64);
    let body = world.body("Alice", world.id("market"), "place", args);
    let tree = world.simulate(&body).trees.remove(0).1;
    assert_eq!(tree.children.len(), 1, "place asks the owner again for the lock of the shares");

    let signed = |tree: CallTree| {
        let mut body = body.clone();
        body.nonce = world.nonces.next();
        body.authorisations = vec![Authorisation { by: Authoriser::Submitter, tree }];
        body
    };
    let missing = signed(CallTree::leaf(tree.call.clone()));
    // A market that would lock more than was signed for finds no branch for it.
    let mut larger = tree.clone();
    larger.children[0] = leaf(register, "lock", (lot, 99u64, Account::Contract(world.id("market")), true));
    let larger = signed(larger);
    let lifted = signed(tree.children[0].clone());
    let exact = signed(tree);
    assert_eq!(outcome(&mut world, missing), unauthorised());
    assert_eq!(outcome(&mut world, larger), unauthorised());
    assert_eq!(outcome(&mut world, lifted), unauthorised());
    assert_eq!(world.shares(account("Alice")), (100, 0));
    assert_eq!(outcome(&mut world, exact), None);
    assert_eq!(world.shares(account("Alice")), (100, 10));
}

#[test]
fn a_did_is_an_account_whose_keys_rotate() {
    let mut world = World::default();
    let sr25519 = |name: &str, key: &str| (name.to_string(), 0u8, sillok_testing::key(key).public().to_vec());
    let id: [u8; 32] = world.ok("Alice", "did", "create", (sr25519("main", "Dave"), [1u8; 32]));
    let did = Account::Managed { contract: world.id("did"), id };
    let signer =
        |key: &str| Signer::Did { account: did, key_name: "main".into(), key: sillok_testing::key(key) };
    world.signers.push(signer("Dave"));
    let () = world.ok("Ferdie", "cash", "mint", (did, 50u64));
    let () = world.ok("Alice", "cash", "transfer", (did, account("Bob"), 20u64));
    let version: u32 = world.ok("Alice", "did", "rotate_key", (id, "main", sr25519("main", "Eve")));
    assert_eq!(version, 2);

    let failed = world.fails("Alice", "cash", "transfer", (did, account("Bob"), 20u64));
    assert!(matches!(failed, Failure::BadAuthorisation { .. }), "the old key signs no more: {failed:?}");
    world.signers.retain(|signer| signer.account() != did);
    world.signers.push(signer("Eve"));
    let () = world.ok("Alice", "cash", "transfer", (did, account("Bob"), 20u64));
    assert_eq!(world.cash(did), (10, 0));
}
