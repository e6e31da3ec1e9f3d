//! Boards: directors who come and go, how many of them agree, and what shows that they do.
#![allow(clippy::unwrap_used, reason = "a test")]

mod credentials;

use codec::{Decode, Encode};
use sillok_abi::{Account, ContractId, Failure};
use sillok_client::transaction::Signer;
use sillok_testing::{DIRECTORS, World, account, key};

/// What the contract refuses.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refusal {
    BadName = 1,
    BadKey,
    KeyTaken,
    TooManyDirectors,
    BadThreshold,
    NoDirector,
    NotAccepted,
}
use Refusal::*;

const SR25519: u8 = 0;
const ED25519: u8 = 1;
const P256: u8 = 2;
const SECP256K1: u8 = 3;

/// Scheme, public key.
type Key = (u8, Vec<u8>);

#[derive(Decode, Debug, PartialEq)]
struct Roll {
    threshold: u32,
    next: u32,
    directors: Vec<(u32, Key)>,
}

fn public(of: &str) -> Key {
    (SR25519, key(of).public().to_vec())
}

fn board_account(world: &World) -> Account {
    Account::Contract(world.id("board"))
}

/// From now on the board signs with these directors' keys.
fn sign_with(world: &mut World, directors: &[(u32, &str)]) {
    let account = board_account(world);
    let directors = directors.iter().map(|(number, name)| (*number, key(name))).collect();
    world.signers.retain(|signer| signer.account() != account);
    world.signers.push(Signer::Board { account, directors });
}

/// A chain whose board signs with the keys of Alice and Charlie.
fn founded() -> World {
    let mut world = World::default();
    sign_with(&mut world, &[(3, "Charlie"), (1, "Alice")]);
    world
}

/// The signature with which a development key accepts its place.
fn acceptance(world: &World, of: &str) -> Vec<u8> {
    let digest: [u8; 32] = world.query("board", "acceptance", (public(of),));
    key(of).sign(&digest).to_vec()
}

fn roll(world: &World) -> Roll {
    world.query("board", "roll", ())
}

fn numbers(world: &World) -> Vec<u32> {
    roll(world).directors.iter().map(|(number, _)| *number).collect()
}

/// Nothing is changed, as the board has not agreed.
fn assert_rejected(world: &mut World, method: &str, args: impl Encode) {
    let failed = world.fails("Eve", "board", method, args);
    assert!(matches!(failed, Failure::BadAuthorisation { .. }), "{method}: {failed:?}");
}

fn deploy(
    world: &mut World,
    salt: u8,
    name: &str,
    directors: &[Key],
    threshold: u32,
) -> Result<ContractId, u32> {
    let code = world.genesis.contracts.iter().find(|contract| contract.name == "board").unwrap().code;
    let args = (name, directors, threshold).encode();
    let instantiate = (account("Alice"), code, [salt; 32], None::<Account>, args);
    let body = world.body("Alice", sillok_abi::native::SYSTEM, "instantiate", instantiate);
    let transaction = world.signed(body);
    match world.send(transaction).unwrap().outcome {
        sillok_abi::Outcome::Success(id) => Ok(ContractId::decode(&mut id.as_slice()).unwrap()),
        sillok_abi::Outcome::Failed(failed) => match failed.failure {
            Failure::Error { code } => Err(code),
            other => panic!("{other:?}"),
        },
    }
}

#[test]
fn a_board_changes_itself_by_its_own_authority() {
    let mut world = founded();
    let world = &mut world;
    assert_eq!(world.query::<String>("board", "name", ()), "Sample Board (SAMPLE)");
    let first: Vec<_> = (1..).zip(DIRECTORS).map(|(number, name)| (number, public(name))).collect();
    assert_eq!(roll(world), Roll { threshold: 2, next: 4, directors: first });

    let dave = acceptance(world, "Dave");
    let number: u32 = world.ok("Eve", "board", "appoint", (public("Dave"), dave, 3u32));
    assert_eq!((number, numbers(world)), (4, vec![1, 2, 3, 4]));
    assert_rejected(world, "set_threshold", (1u32,));
    sign_with(world, &[(1, "Alice"), (3, "Charlie"), (4, "Dave")]);
    let () = world.ok("Eve", "board", "dismiss", (1u32, 2u32));
    assert_eq!((numbers(world), roll(world).threshold), (vec![2, 3, 4], 2));
    sign_with(world, &[(3, "Charlie"), (4, "Dave")]);
    let eve = acceptance(world, "Eve");
    let () = world.ok("Eve", "board", "replace_key", (3u32, public("Eve"), eve));
    assert_rejected(world, "set_threshold", (1u32,));
    sign_with(world, &[(3, "Eve"), (4, "Dave")]);
    let () = world.ok("Eve", "board", "set_threshold", (1u32,));
    sign_with(world, &[(2, "Bob")]);
    let () = world.ok("Eve", "board", "set_threshold", (3u32,));
    assert_eq!(roll(world).next, 5);
}

#[test]
fn nobody_else_changes_a_board() {
    let mut world = founded();
    let board = board_account(&world);
    let unauthorised = Failure::Unauthorised { account: board };
    let dave = acceptance(&world, "Dave");
    let calls = [
        ("appoint", (public("Dave"), dave, 2u32).encode()),
        ("dismiss", (1u32, 2u32).encode()),
        ("replace_key", (1u32, public("Dave"), vec![0u8; 64]).encode()),
        ("set_threshold", (1u32).encode()),
    ];
    for (method, args) in calls {
        let receipt = world.alone("Alice", "board", method, sillok_testing::Raw(args));
        assert_eq!(sillok_testing::failure(&receipt), unauthorised, "{method}");
    }
    assert_eq!(numbers(&world), [1, 2, 3]);
}

#[test]
fn a_board_holds_and_spends() {
    let mut world = founded();
    let board = board_account(&world);
    let () = world.ok("Ferdie", "cash", "mint", (board, 50u64));
    let () = world.ok("Eve", "cash", "transfer", (board, account("Dave"), 20u64));
    assert_eq!((world.cash(board), world.cash(account("Dave"))), ((30, 0), (20, 0)));
    // As the submitter, too, once a member has admitted it.
    let admit = (0u32, board).encode();
    let body = world.body("Alice", sillok_abi::native::MEMBERSHIP, "admit", sillok_testing::Raw(admit));
    let transaction = world.signed(body);
    let _ = world.send(transaction).unwrap();
    let mut body = world.body("Eve", world.id("cash"), "transfer", (board, account("Dave"), 30u64));
    body.submitter = board;
    let transaction = world.signed(body);
    let receipt = world.send(transaction).unwrap();
    assert!(matches!(receipt.outcome, sillok_abi::Outcome::Success(_)), "{receipt:?}");
    assert_eq!(world.cash(board), (0, 0));
}

#[test]
fn each_refusal_has_its_code() {
    let mut world = founded();
    let accepted = |world: &World, of: &str| acceptance(world, of);
    let by_eve = accepted(&world, "Eve");
    let malformed = (P256, vec![4u8; 33]);
    let neutral = (SR25519, vec![0u8; 32]);
    let cases = [
        ("appoint", (&malformed, Vec::<u8>::new(), 2u32).encode(), BadKey),
        ("appoint", (&neutral, Vec::<u8>::new(), 2u32).encode(), BadKey),
        ("appoint", (public("Bob"), &by_eve, 2u32).encode(), KeyTaken),
        ("appoint", (public("Eve"), &by_eve, 0u32).encode(), BadThreshold),
        ("appoint", (public("Eve"), &by_eve, 5u32).encode(), BadThreshold),
        ("appoint", (public("Dave"), &by_eve, 2u32).encode(), NotAccepted),
        ("appoint", (public("Eve"), &by_eve[1..], 2u32).encode(), NotAccepted),
        ("dismiss", (4u32, 2u32).encode(), NoDirector),
        ("dismiss", (0u32, 2u32).encode(), NoDirector),
        ("dismiss", (1u32, 3u32).encode(), BadThreshold),
        ("dismiss", (1u32, 0u32).encode(), BadThreshold),
        ("replace_key", (9u32, public("Eve"), &by_eve).encode(), NoDirector),
        ("replace_key", (1u32, public("Bob"), &by_eve).encode(), KeyTaken),
        ("replace_key", (1u32, &malformed, &by_eve).encode(), BadKey),
        ("replace_key", (1u32, public("Dave"), &by_eve).encode(), NotAccepted),
        ("set_threshold", 0u32.encode(), BadThreshold),
        ("set_threshold", 4u32.encode(), BadThreshold),
    ];
    for (method, args, refusal) in cases {
        let code = world.code("Eve", "board", method, sillok_testing::Raw(args));
        assert_eq!(code, refusal as u32, "{method}: {refusal:?}");
    }
    let founding = |world: &mut World, name: &str, directors: &[Key], threshold| {
        deploy(world, 9, name, directors, threshold).unwrap_err()
    };
    let alice = public("Alice");
    assert_eq!(founding(&mut world, "", std::slice::from_ref(&alice), 1), BadName as u32);
    assert_eq!(founding(&mut world, &"n".repeat(129), std::slice::from_ref(&alice), 1), BadName as u32);
    assert_eq!(founding(&mut world, "b", &[], 0), BadThreshold as u32);
    assert_eq!(founding(&mut world, "b", &[alice.clone(), alice], 1), KeyTaken as u32);
    let many: Vec<Key> = (1..=33).map(|byte| (ED25519, vec![byte; 32])).collect();
    assert_eq!(founding(&mut world, "b", &many, 1), TooManyDirectors as u32);
}

#[test]
fn an_acceptance_is_for_one_board() {
    let mut world = founded();
    let other = deploy(&mut world, 9, "Another Sample Board (SAMPLE)", &[public("Alice")], 1).unwrap();
    let call =
        sillok_abi::Call { contract: other, method: "acceptance".into(), args: public("Dave").encode() };
    let receipt = world.runtime.query(world.state.clone(), world.env(), call).unwrap();
    let sillok_abi::Outcome::Success(digest) = receipt.outcome else { panic!("{receipt:?}") };
    let elsewhere = key("Dave").sign(digest.as_slice().try_into().unwrap()).to_vec();
    assert_eq!(world.code("Eve", "board", "appoint", (public("Dave"), elsewhere, 2u32)), NotAccepted as u32);
}
