//! Accounts whose keys change: DIDs and boards, and those who were a part of them.

use sillok_abi::{Account, CallTree, Credential, TransactionBody, authorisation_digest};
use sillok_client::transaction::{Signer, board_credential};
use sillok_testing::{World, account, key};

use super::setting::{Apart, INVALID, again, assert_bad, fails, passes, world};

/// Eve pays Bob a won of the account's money.
fn spending(world: &World, of: Account) -> (TransactionBody, CallTree) {
    let body = world.body("Eve", world.id("cash"), "transfer", (of, account("Bob"), 1u64));
    let tree = CallTree::leaf(body.call.clone());
    (body, tree)
}

/// An authorisation of `of`, with what `prove` makes of its digest.
fn signed(world: &World, of: Account, prove: impl Fn(&[u8; 32]) -> Credential) -> TransactionBody {
    let (body, tree) = spending(world, of);
    let apart = Apart { account: of, nonce: world.nonces.next(), ..Apart::of(world, "Eve") };
    let digest = authorisation_digest(&apart.chain, &of, apart.nonce, apart.expiry, &tree);
    again(world, &body, vec![apart.with(prove(&digest), tree)])
}

fn did(world: &mut World) -> Account {
    let first = ("main", 0u8, key("Dave").public().to_vec());
    let id: [u8; 32] = world.ok("Alice", "did", "create", (first, [1u8; 32]));
    let did = Account::Managed { contract: world.id("did"), id };
    let () = world.ok("Ferdie", "cash", "mint", (did, 50u64));
    did
}

fn did_signer(account: Account, name: &str) -> Signer {
    Signer::Did { account, key_name: "main".into(), key: key(name) }
}

#[test]
fn a_did_s_old_key_signs_no_more() {
    let mut world = world();
    let did = did(&mut world);
    let Account::Managed { id, .. } = did else { panic!("{did}") };
    let before = signed(&world, did, |digest| did_signer(did, "Dave").credential(digest));
    let unsent = signed(&world, did, |digest| did_signer(did, "Dave").credential(digest));
    passes(&mut world, before);
    world.signers.push(did_signer(did, "Dave"));
    let _: u32 =
        world.ok("Alice", "did", "rotate_key", (id, "main", ("main", 0u8, key("Eve").public().to_vec())));
    let after = signed(&world, did, |digest| did_signer(did, "Dave").credential(digest));
    assert_bad(&fails(&mut world, after), did, INVALID);
    assert_bad(&fails(&mut world, unsent), did, INVALID);
    let new = signed(&world, did, |digest| did_signer(did, "Eve").credential(digest));
    passes(&mut world, new);
}

/// Within a block too: whoever has taken the key away in an earlier transaction has taken it away.
#[test]
fn a_did_s_old_key_signs_no_more_in_the_same_block() {
    let mut world = world();
    let did = did(&mut world);
    let Account::Managed { id, .. } = did else { panic!("{did}") };
    world.signers.push(did_signer(did, "Dave"));
    let rotate = (id, "main", ("main", 0u8, key("Eve").public().to_vec()));
    let rotate = world.signed(world.body("Alice", world.id("did"), "rotate_key", rotate));
    let spend = signed(&world, did, |digest| did_signer(did, "Dave").credential(digest));
    let mut spend = spend;
    // The same submitter's transactions run in the order of their nonces.
    spend.submitter = account("Alice");
    let spend = world.seal(spend);
    let receipts = world.block(vec![rotate, spend]).execution.receipts;
    assert!(matches!(receipts[0].outcome, sillok_abi::Outcome::Success(_)), "{:?}", receipts[0]);
    assert_bad(&sillok_testing::failure(&receipts[1]), did, INVALID);
}

#[test]
fn a_did_s_key_signs_for_no_other_did() {
    let mut world = world();
    let did = did(&mut world);
    let second = ("main", 0u8, key("Bob").public().to_vec());
    let id: [u8; 32] = world.ok("Alice", "did", "create", (second, [1u8; 32]));
    let other = Account::Managed { contract: world.id("did"), id };
    let crossed = signed(&world, did, |digest| did_signer(other, "Bob").credential(digest));
    assert_bad(&fails(&mut world, crossed), did, INVALID);
}

fn funded_board() -> (World, Account) {
    let mut world = world();
    let board = Account::Contract(world.id("board"));
    let () = world.ok("Ferdie", "cash", "mint", (board, 50u64));
    (world, board)
}

/// The signatures of these directors' keys under these numbers, in this order.
fn approvals(digest: &[u8; 32], by: &[(u32, &str)]) -> Credential {
    use codec::Encode;
    let signed: Vec<_> = by.iter().map(|(number, name)| (*number, key(name).sign(digest))).collect();
    Credential::Contract(signed.encode())
}

#[test]
fn a_board_needs_as_many_as_its_threshold() {
    let (mut world, board) = funded_board();
    for by in [
        vec![],
        vec![(1, "Alice")],
        vec![(1, "Alice"), (1, "Alice")],
        vec![(1, "Alice"), (2, "Alice")],
        vec![(1, "Alice"), (2, "Eve")],
        vec![(1, "Alice"), (4, "Eve")],
        vec![(2, "Bob"), (1, "Alice")],
        vec![(1, "Alice"), (2, "Bob"), (3, "Charlie")],
    ] {
        let body = signed(&world, board, |digest| approvals(digest, &by));
        assert_bad(&fails(&mut world, body), board, INVALID);
    }
    let body = signed(&world, board, |digest| approvals(digest, &[(1, "Alice"), (2, "Bob")]));
    passes(&mut world, body);
}

#[test]
fn directors_sign_one_and_the_same_thing() {
    let (mut world, board) = funded_board();
    // Bob has signed another authorisation, that of another number.
    let body = signed(&world, board, |digest| {
        let other = key("Bob").sign(&[digest[0] ^ 1; 32]);
        board_credential(vec![(1, key("Alice").sign(digest)), (2, other)])
    });
    assert_bad(&fails(&mut world, body), board, INVALID);
    // What they have agreed to as directors of this board is for no other account.
    let did = Account::Managed { contract: world.id("board"), id: [1; 32] };
    let body = signed(&world, did, |digest| approvals(digest, &[(1, "Alice"), (2, "Bob")]));
    assert_bad(&fails(&mut world, body), did, INVALID);
}

#[test]
fn who_was_dismissed_does_not_count() {
    let (mut world, board) = funded_board();
    let before = signed(&world, board, |digest| approvals(digest, &[(1, "Alice"), (3, "Charlie")]));
    let directors = vec![(1, key("Alice")), (2, key("Bob"))];
    world.signers.push(Signer::Board { account: board, directors });
    let () = world.ok("Eve", "board", "dismiss", (3u32, 2u32));
    assert_bad(&fails(&mut world, before), board, INVALID);
}
