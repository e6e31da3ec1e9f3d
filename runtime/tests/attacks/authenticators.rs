//! Contracts that judge credentials, and would do more: write, call, spend, say something else than yes.

use codec::Encode;
use sillok_abi::native::{MEMBERSHIP, SYSTEM};
use sillok_abi::{Account, CallTree, ContractId, Credential, Failure, Outcome, Time, Transaction, TrapCode};
use sillok_runtime::Refusal;
use sillok_runtime::limits::{AUTHENTICATION_GAS, MAX_CREDENTIAL_BYTES};
use sillok_testing::puppet::{CHANGER, Script};
use sillok_testing::{World, account, key, leaf};

use super::setting::{
    Apart, INVALID, again, assert_bad, fails, own, passes, puppet, send, unauthorised, world,
};

/// A plain yes.
const YES: [u8; 1] = [1];

fn yes(script: Script) -> Script {
    script.answer(&YES)
}

/// Eve pays Bob a won of the account's money.
fn spending(world: &World, of: Account) -> (sillok_abi::TransactionBody, CallTree) {
    let body = world.body("Eve", world.id("cash"), "transfer", (of, account("Bob"), 1u64));
    let tree = CallTree::leaf(body.call.clone());
    (body, tree)
}

/// A chain on which the contract's account has some money, and what spends it with this credential.
fn attempt(world: &mut World, contract: ContractId, credential: Vec<u8>) -> sillok_abi::TransactionBody {
    let of = Account::Contract(contract);
    let (body, tree) = spending(world, of);
    let apart = Apart { account: of, nonce: world.nonces.next(), ..Apart::of(world, "Eve") };
    again(world, &body, vec![apart.with(Credential::Contract(credential), tree)])
}

fn funded() -> (World, ContractId) {
    let mut world = world();
    let judge = puppet(&world, 0);
    for contract in [judge, world.id(CHANGER), world.id("cash")] {
        let () = world.ok("Ferdie", "cash", "mint", (Account::Contract(contract), 100u64));
    }
    (world, judge)
}

#[test]
fn a_plain_yes_is_a_yes() {
    let (mut world, judge) = funded();
    let body = attempt(&mut world, judge, yes(Script::new()).bytes());
    passes(&mut world, body);
    assert_eq!(world.cash(Account::Contract(judge)), (99, 0));
}

#[test]
fn whatever_else_is_a_no() {
    let (mut world, judge) = funded();
    let answers: [&[u8]; 8] = [&[], &[0], &[2], &[255], &[1, 0], &[1, 1], &[0, 1], &[1; 32]];
    let answers = answers.map(|answer| Script::new().answer(answer));
    let others = [Script::new(), Script::new().refuse(1), Script::new().panic()];
    for script in answers.into_iter().chain(others) {
        let body = attempt(&mut world, judge, script.bytes());
        assert_bad(&fails(&mut world, body), Account::Contract(judge), INVALID);
    }
    // Bytes that are no script at all.
    let body = attempt(&mut world, judge, vec![200; 100]);
    assert_bad(&fails(&mut world, body), Account::Contract(judge), INVALID);
}

#[test]
fn judging_changes_nothing() {
    let (mut world, judge) = funded();
    let (other, cash) = (puppet(&world, 1), world.id("cash"));
    let later = Time(world.time + 1_000);
    let scripts = [
        Script::new().store(),
        Script::new().emit(),
        Script::new().schedule(later, "run", ()),
        Script::new().run(other, &Script::new()),
        Script::new().call(cash, "transfer", (Account::Contract(judge), account("Eve"), 1u64)),
        Script::new().call(SYSTEM, "upload", vec![0u8; 8]),
    ];
    for (index, script) in scripts.into_iter().enumerate() {
        let body = attempt(&mut world, judge, yes(script.clone()).bytes());
        assert_bad(&fails(&mut world, body), Account::Contract(judge), INVALID);
        // By itself the script is one that a puppet can follow.
        let alone = super::setting::running(&world, "Eve", judge, &script);
        let outcome = send(&mut world, alone).outcome;
        assert!(matches!(outcome, Outcome::Success(_)) || index == 5, "{index}: {outcome:?}");
    }
}

/// That it only judges is not for the contract's description to promise.
#[test]
fn a_judge_that_is_no_query_is_not_asked() {
    let (mut world, _) = funded();
    let changer = world.id(CHANGER);
    for script in [yes(Script::new()), yes(Script::new().store())] {
        let body = attempt(&mut world, changer, script.bytes());
        assert_bad(&fails(&mut world, body), Account::Contract(changer), INVALID);
    }
}

#[test]
fn judging_has_a_bound_and_the_submitter_pays() {
    let (mut world, judge) = funded();
    let mut body = attempt(&mut world, judge, Script::new().spin().bytes());
    body.gas_limit = 2 * AUTHENTICATION_GAS;
    let receipt = send(&mut world, body);
    assert_bad(&sillok_testing::failure(&receipt), Account::Contract(judge), INVALID);
    assert!(
        (AUTHENTICATION_GAS..AUTHENTICATION_GAS + 1_000_000).contains(&receipt.gas_used),
        "{}",
        receipt.gas_used
    );
    assert!(receipt.gas_used < 2 * AUTHENTICATION_GAS, "the rest is not lost");
    // With less than that left, the transaction ends for want of gas.
    let mut starved = attempt(&mut world, judge, Script::new().spin().bytes());
    starved.gas_limit = AUTHENTICATION_GAS;
    let receipt = send(&mut world, starved);
    assert_eq!(sillok_testing::failure(&receipt), Failure::Trap(TrapCode::OutOfGas));
    assert_eq!(receipt.gas_used, AUTHENTICATION_GAS);
    // What a yes costs is paid too.
    let body = attempt(&mut world, judge, yes(Script::new()).bytes());
    let with = send(&mut world, body).gas_used;
    let () = world.ok("Ferdie", "cash", "mint", (account("Eve"), 100u64));
    let (body, tree) = spending(&world, account("Eve"));
    let body = again(&world, &body, vec![own(tree)]);
    let without = send(&mut world, body).gas_used;
    assert!(with > without + 1_500, "an instance at least: {with} {without}");
}

#[test]
fn judging_has_nobody_s_authority() {
    let (mut world, judge) = funded();
    let cash = world.id("cash");
    let board = Account::Contract(world.id("board"));
    for asked in [account("Alice"), account("Eve"), Account::Contract(judge), board] {
        let body = attempt(&mut world, judge, yes(Script::new().auth(asked)).bytes());
        assert_bad(&fails(&mut world, body), Account::Contract(judge), INVALID);
    }
    // Not even that of whoever has signed the same transaction, before or after.
    let script = yes(Script::new().auth(account("Alice")));
    let body = attempt(&mut world, judge, script.bytes());
    let alice = Apart::of(&world, "Alice").sign(CallTree::leaf(body.call.clone()));
    let theirs = body.authorisations[0].clone();
    for both in [vec![alice.clone(), theirs.clone()], vec![theirs, alice]] {
        let body = again(&world, &body, both);
        assert_bad(&fails(&mut world, body), Account::Contract(judge), INVALID);
    }
    // Asking others is fine, as long as it is a question.
    let question = Script::new().call(cash, "balance", (account("Alice"),));
    let body = attempt(&mut world, judge, yes(question).bytes());
    passes(&mut world, body);
}

#[test]
fn a_judge_is_not_called_back() {
    let (mut world, judge) = funded();
    let other = puppet(&world, 1);
    let nested = |script: &Script| (([0u8; 32], [0u8; 32]), script.bytes()).encode();
    let itself =
        yes(Script::new().call(judge, "authenticate", sillok_testing::Raw(nested(&yes(Script::new())))));
    let by_another = yes(Script::new().call(other, "authenticate", sillok_testing::Raw(nested(&itself))));
    for script in [itself, by_another] {
        let body = attempt(&mut world, judge, script.bytes());
        assert_bad(&fails(&mut world, body), Account::Contract(judge), INVALID);
    }
    // Another judge may be asked.
    let asks =
        yes(Script::new().call(other, "authenticate", sillok_testing::Raw(nested(&yes(Script::new())))));
    let body = attempt(&mut world, judge, asks.bytes());
    passes(&mut world, body);
}

#[test]
fn who_can_t_judge_says_no() {
    let (mut world, judge) = funded();
    let nowhere = ContractId([77; 32]);
    for contract in [world.id("cash"), nowhere, SYSTEM, MEMBERSHIP, ContractId([0; 32])] {
        let body = attempt(&mut world, contract, yes(Script::new()).bytes());
        assert_bad(&fails(&mut world, body), Account::Contract(contract), INVALID);
    }
    // A credential that is too large is not even shown to the judge.
    let mut large = yes(Script::new()).bytes();
    large.resize(MAX_CREDENTIAL_BYTES, 0);
    let body = attempt(&mut world, judge, large.clone());
    passes(&mut world, body);
    large.push(0);
    let body = attempt(&mut world, judge, large);
    assert_bad(&fails(&mut world, body), Account::Contract(judge), INVALID);
}

#[test]
fn a_judge_s_yes_is_for_its_own_accounts() {
    let (mut world, judge) = funded();
    let yes = yes(Script::new()).bytes();
    let (other, did) = (puppet(&world, 1), world.id("did"));
    let victims = [
        account("Alice"),
        Account::Contract(other),
        Account::Contract(world.id("board")),
        Account::Managed { contract: did, id: judge.0 },
    ];
    for victim in victims {
        let () = world.ok("Ferdie", "cash", "mint", (victim, 1u64));
        let (body, tree) = spending(&world, victim);
        // The puppet agrees in its own name; the victim is not asked whether it does.
        let apart = Apart { account: Account::Contract(judge), ..Apart::of(&world, "Eve") };
        let body = again(&world, &body, vec![apart.with(Credential::Contract(yes.clone()), tree)]);
        assert_eq!(fails(&mut world, body), unauthorised(victim));
    }
}

/// A contract that submits is judged at the door, on the state before the block.
#[test]
fn a_contract_submits_by_what_it_says_of_the_credential() {
    let (mut world, judge) = funded();
    let (board, changer) = (world.id("board"), world.id(CHANGER));
    for contract in [judge, board, changer] {
        let admit = world.body("Alice", MEMBERSHIP, "admit", (0u32, Account::Contract(contract)));
        let transaction = world.signed(admit);
        assert!(matches!(world.send(transaction).unwrap().outcome, Outcome::Success(_)));
    }
    let mut submitted = |submitter: ContractId, credential: Credential| {
        let mut body = world.body("Eve", world.id("counter"), "add", (Account::Contract(submitter), 1u64));
        body.submitter = Account::Contract(submitter);
        body.authorisations =
            vec![own(leaf(body.call.contract, "add", (Account::Contract(submitter), 1u64)))];
        let receipt = world.send(Transaction { body, credential })?;
        assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
        Ok(())
    };
    let by_script = |script: Script| Credential::Contract(script.bytes());
    assert_eq!(submitted(judge, by_script(yes(Script::new()))), Ok(()));
    let refused = Err(Refusal::AuthenticationFailed);
    let hostile = [
        Script::new(),
        Script::new().answer(&[2]),
        yes(Script::new().store()),
        yes(Script::new().emit()),
        yes(Script::new().auth(account("Alice"))),
        Script::new().panic(),
    ];
    for script in hostile {
        assert_eq!(submitted(judge, by_script(script)), refused);
    }
    assert_eq!(submitted(judge, by_script(Script::new().spin())), Err(Refusal::AuthenticationGas));
    assert_eq!(submitted(changer, by_script(yes(Script::new()))), refused);
    let forged =
        [("main", key("Eve").sign(&[0; 32]).to_vec()).encode(), yes(Script::new()).bytes(), Vec::new()];
    for credential in forged {
        assert_eq!(submitted(board, Credential::Contract(credential)), refused);
    }
    assert_eq!(submitted(board, Credential::Sr25519(key("Alice").sign(&[0; 32]))), refused);
}
