//! Who signs: another's key, a credential of the wrong kind, a sponsor who wants more.

use codec::Encode;
use sillok_abi::{
    Account, CallTree, Credential, Failure, Transaction, TransactionBody, authorisation_digest,
};
use sillok_runtime::Refusal;
use sillok_testing::puppet::Script;
use sillok_testing::{World, account, key, leaf};

use super::setting::{
    Apart, INVALID, again, asked, assert_bad, fails, own, passes, puppet, running, send, unauthorised, world,
};

/// Alice has a thousand won; Eve submits what pays one of them to Bob.
fn payment() -> (World, TransactionBody, CallTree) {
    let mut world = world();
    world.mint("Alice", 1_000);
    let body = world.body("Eve", world.id("cash"), "transfer", (account("Alice"), account("Bob"), 1u64));
    let tree = CallTree::leaf(body.call.clone());
    (world, body, tree)
}

#[test]
fn nobody_signs_for_another() {
    let (mut world, body, tree) = payment();
    let forged = Apart { by: "Eve", ..Apart::of(&world, "Alice") };
    let forged = again(&world, &body, vec![forged.sign(tree.clone())]);
    assert_bad(&fails(&mut world, forged), account("Alice"), INVALID);
    // In her own name Eve can sign, but is not who is asked.
    let named = again(&world, &body, vec![Apart::of(&world, "Eve").sign(tree.clone())]);
    assert_eq!(fails(&mut world, named), unauthorised(account("Alice")));
    let submitted = again(&world, &body, vec![own(tree)]);
    assert_eq!(fails(&mut world, submitted), unauthorised(account("Alice")));
}

#[test]
fn nobody_submits_for_another() {
    let (mut world, body, tree) = payment();
    let body = TransactionBody { submitter: account("Alice"), ..again(&world, &body, vec![own(tree)]) };
    let credential = Credential::Sr25519(key("Eve").sign(&body.id()));
    assert_eq!(world.send(Transaction { body, credential }).unwrap_err(), Refusal::BadSignature);
}

#[test]
fn a_credential_is_of_its_account_s_kind() {
    let (mut world, body, tree) = payment();
    let alice = Apart::of(&world, "Alice");
    let digest = authorisation_digest(&alice.chain, &alice.account, alice.nonce, alice.expiry, &tree);
    let signature = key("Alice").sign(&digest);
    // Alice's own signature, but as a contract would have to judge it.
    for credential in [signature.to_vec(), signature.encode(), ("main", signature.to_vec()).encode()] {
        let body = again(&world, &body, vec![alice.with(Credential::Contract(credential), tree.clone())]);
        assert_bad(&fails(&mut world, body), account("Alice"), INVALID);
    }
    // Accounts of contracts have no key: not the zero key, not one of the same bytes.
    let board = world.id("board");
    for of in
        [Account::Contract(board), Account::Managed { contract: world.id("did"), id: key("Alice").public() }]
    {
        let apart = Apart { account: of, ..alice.clone() };
        let body = again(&world, &body, vec![apart.sign(tree.clone())]);
        assert_bad(&fails(&mut world, body), of, INVALID);
    }
    let shared = Apart { account: Account::Key(board.0), ..alice };
    let body = again(&world, &body, vec![shared.sign(tree)]);
    assert_bad(&fails(&mut world, body), Account::Key(board.0), INVALID);
}

/// The key of all zeros is Ristretto's neutral element: anybody makes signatures that fit it.
#[test]
fn there_is_no_account_that_anybody_can_sign_for() {
    let mut world = world();
    let nobody = Account::Key([0; 32]);
    let () = world.ok("Ferdie", "cash", "mint", (nobody, 5u64));
    let tree = leaf(world.id("cash"), "transfer", (nobody, account("Eve"), 5u64));
    let apart = Apart { account: nobody, ..Apart::of(&world, "Eve") };
    // R is the neutral element and s is zero; the last bit marks sr25519.
    let mut signature = [0u8; 64];
    signature[63] = 128;
    let mut body = world.body("Eve", tree.call.contract, "transfer", (nobody, account("Eve"), 5u64));
    body.authorisations = vec![apart.with(Credential::Sr25519(signature), tree)];
    assert_bad(&fails(&mut world, body), nobody, INVALID);
}

#[test]
fn a_signature_is_for_its_own_kind_of_digest() {
    let (mut world, body, tree) = payment();
    let alice = Apart::of(&world, "Alice");
    let by = |digest: [u8; 32]| Credential::Sr25519(key("Alice").sign(&digest));
    // Alice has signed a transaction of hers and a call; neither is an authorisation.
    let hers = TransactionBody { submitter: account("Alice"), ..body.clone() };
    for digest in [hers.id(), sillok_abi::digest("sillok/call", &tree.call)] {
        let body = again(&world, &body, vec![alice.with(by(digest), tree.clone())]);
        assert_bad(&fails(&mut world, body), account("Alice"), INVALID);
    }
    // And her authorisation is no transaction.
    let digest = authorisation_digest(&alice.chain, &alice.account, alice.nonce, alice.expiry, &tree);
    let transaction = Transaction { body: hers, credential: by(digest) };
    assert_eq!(world.send(transaction).unwrap_err(), Refusal::BadSignature);
}

#[test]
fn failing_does_not_burn_another_s_authorisation() {
    let (mut world, _, _) = payment();
    let body = world.body("Eve", world.id("cash"), "transfer", (account("Alice"), account("Bob"), 1_500u64));
    let tree = CallTree::leaf(body.call.clone());
    let authorisation = Apart::of(&world, "Alice").sign(tree);
    for _ in 0..3 {
        let body = again(&world, &body, vec![authorisation.clone()]);
        assert_eq!(fails(&mut world, body), Failure::Error { code: 1 });
    }
    world.mint("Alice", 500);
    // Nor does running out of gas after it was used.
    let whole = again(&world, &body, vec![authorisation.clone()]);
    let used = send(&mut world.fork(), whole).gas_used;
    let starved =
        TransactionBody { gas_limit: used - 3_000, ..again(&world, &body, vec![authorisation.clone()]) };
    assert_eq!(fails(&mut world, starved), Failure::Trap(sillok_abi::TrapCode::OutOfGas));
    let body = again(&world, &body, vec![authorisation]);
    passes(&mut world, body);
}

/// An authorisation that nothing asked for stays good: its owner can't tell from the receipt otherwise.
#[test]
fn what_nothing_asked_for_is_not_spent() {
    let (mut world, body, tree) = payment();
    let authorisation = Apart::of(&world, "Alice").sign(tree);
    let elsewhere = running(&world, "Eve", puppet(&world, 0), &Script::new());
    let elsewhere = again(&world, &elsewhere, vec![authorisation.clone()]);
    passes(&mut world, elsewhere);
    let body = again(&world, &body, vec![authorisation]);
    passes(&mut world, body);
}

/// Alice lets anybody submit her order. Eve can't take the tree apart for calls of her own.
#[test]
fn a_sponsor_gets_no_more_than_was_signed() {
    let (mut world, ..) = payment();
    let (a, cash) = (puppet(&world, 0), world.id("cash"));
    let pay = Script::new().call(cash, "transfer", (account("Alice"), account("Bob"), 1u64));
    let body = running(&world, "Eve", a, &pay);
    let tree = asked(&world, &body, "Alice");
    let authorisation = Apart::of(&world, "Alice").sign(tree.clone());
    let direct = world.body("Eve", cash, "transfer", (account("Alice"), account("Bob"), 1u64));
    let wrapped = running(&world, "Eve", puppet(&world, 1), &Script::new().run(a, &pay));
    let longer = running(
        &world,
        "Eve",
        a,
        &pay.clone().call(cash, "transfer", (account("Alice"), account("Eve"), 1u64)),
    );
    for other in [direct, wrapped, longer] {
        let other = again(&world, &other, vec![authorisation.clone()]);
        assert_eq!(fails(&mut world, other), unauthorised(account("Alice")));
    }
    // The branch by itself is not what Alice signed.
    let direct = world.body("Eve", cash, "transfer", (account("Alice"), account("Bob"), 1u64));
    let mut branch = authorisation.clone();
    branch.tree = tree.children[0].clone();
    let direct = again(&world, &direct, vec![branch]);
    assert_bad(&fails(&mut world, direct), account("Alice"), INVALID);
    // Somebody else may send it as it is: who submits is not a part of it.
    let mut as_signed = again(&world, &body, vec![authorisation]);
    as_signed.submitter = account("Dave");
    passes(&mut world, as_signed);
}
