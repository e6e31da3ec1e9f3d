//! Members, deployers, and calls that the consortium makes.

use codec::{Decode, Encode};
use sillok_abi::governance::{Action, Status};
use sillok_abi::native::{GOVERNANCE, MEMBERSHIP, Member, SYSTEM};
use sillok_abi::{Account, Call, ContractId, Failure, Outcome};
use sillok_runtime::Refusal;
use sillok_testing::{World, account, failure, genesis};

use super::support::{council, enact, events, refused};

fn query<T: Decode>(world: &World, contract: ContractId, method: &str, args: impl Encode) -> T {
    let call = Call { contract, method: method.into(), args: args.encode() };
    let receipt = world.runtime.query(world.state.clone(), world.env(), call).unwrap();
    match receipt.outcome {
        Outcome::Success(value) => T::decode(&mut value.as_slice()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn members_are_taken_up_and_given_shares_by_vote() {
    let mut world = council(&[1, 1, 1, 1]);
    let add = |gas_share| Action::AddMember {
        name: "Second (SAMPLE)".into(),
        admin: account("Bob"),
        gas_share,
        state_quota: 1 << 20,
    };
    assert_eq!(refused(&mut world, add(1_001)), 52);
    let nameless =
        Action::AddMember { name: String::new(), admin: account("Bob"), gas_share: 1, state_quota: 1 };
    assert_eq!(refused(&mut world, nameless), 51);
    enact(&mut world, add(300));
    let share = |gas_share| Action::SetMemberShare { member: 1, gas_share, state_quota: 1 << 20 };
    assert_eq!(refused(&mut world, share(300)), 35);
    enact(&mut world, share(200));
    assert_eq!(refused(&mut world, Action::SetMemberAdmin { member: 2, admin: account("Eve") }), 50);
    enact(&mut world, Action::SetMemberAdmin { member: 1, admin: account("Eve") });
    let member: Option<Member> = query(&world, MEMBERSHIP, "member", (1u32,));
    let member = member.unwrap();
    assert_eq!((member.admin, member.gas_share), (account("Eve"), 200));

    let late = account("Late");
    assert_eq!(refused(&mut world, Action::Admit { member: 0, account: account("Bob") }), 54);
    assert_eq!(refused(&mut world, Action::Dismiss { member: 1, account: account("Bob") }), 55);
    enact(&mut world, Action::Admit { member: 1, account: late });
    assert_eq!(query::<Option<u32>>(&world, MEMBERSHIP, "member_of", (late,)), Some(1));
    enact(&mut world, Action::Dismiss { member: 1, account: late });
    assert_eq!(query::<Option<u32>>(&world, MEMBERSHIP, "member_of", (late,)), None);
}

#[test]
fn a_member_without_a_share_submits_nothing_and_operators_still_govern() {
    let mut world = council(&[1, 1, 1, 1]);
    let share = |gas_share| Action::SetMemberShare { member: 0, gas_share, state_quota: 1 << 30 };
    enact(&mut world, share(0));
    let body = world.body("Alice", MEMBERSHIP, "dismiss", (0u32, account("Bob")));
    let transaction = world.seal(body);
    assert_eq!(world.send(transaction).unwrap_err(), Refusal::GasLimit);
    enact(&mut world, share(1_000));
    // The lane is for governing alone.
    let body = world.body("Alice", MEMBERSHIP, "admit", (0u32, account("V0Operator")));
    let body = sillok_abi::TransactionBody { submitter: account("V0Operator"), ..body };
    let transaction = world.seal(body);
    assert_eq!(world.send(transaction).unwrap_err(), Refusal::NotAdmitted);
}

#[test]
fn deployers_can_be_appointed() {
    let mut world = World::of(genesis());
    let instantiate = |world: &mut World, salt: u8| {
        let code = world.genesis.contracts[5].code;
        let args = (account("Alice"), code, [salt; 32], None::<Account>, (account("Alice"),).encode());
        let body = world.body("Alice", SYSTEM, "instantiate", args);
        let transaction = world.signed(body);
        world.send(transaction).unwrap()
    };
    let appoint = Action::AppointDeployer { account: account("Alice") };
    let dismiss = Action::DismissDeployer { account: account("Alice") };
    enact(&mut world, Action::RestrictDeployment { restricted: true });
    assert_eq!(refused(&mut world, Action::RestrictDeployment { restricted: true }), 35);
    assert_eq!(failure(&instantiate(&mut world, 101)), Failure::Error { code: 111 });
    assert_eq!(refused(&mut world, dismiss.clone()), 61);
    enact(&mut world, appoint.clone());
    assert_eq!(refused(&mut world, appoint), 60);
    assert_eq!(world.ask::<Vec<Account>>("deployers", (None::<Account>, 9u32)), [account("Alice")]);
    assert!(world.ask::<Vec<Account>>("deployers", (Some(account("Alice")), 9u32)).is_empty());
    assert!(matches!(instantiate(&mut world, 101).outcome, Outcome::Success(_)));
    enact(&mut world, dismiss);
    assert_eq!(failure(&instantiate(&mut world, 102)), Failure::Error { code: 111 });
    enact(&mut world, Action::RestrictDeployment { restricted: false });
    assert!(matches!(instantiate(&mut world, 102).outcome, Outcome::Success(_)));
}

/// A chain whose cash is the consortium's.
fn consortium_bank() -> World {
    let mut genesis = genesis();
    let consortium = Account::Contract(GOVERNANCE);
    let cash = genesis.contracts.iter_mut().find(|contract| contract.name == "cash").unwrap();
    cash.args = (consortium, "KRW", 0u8).encode();
    cash.admin = Some(consortium);
    World::of(genesis)
}

fn mint(world: &World, to: Account, amount: u64, gas: u64) -> Action {
    let (contract, method) = (world.id("cash"), "mint".to_string());
    Action::Call { contract, method, args: (to, amount).encode(), gas }
}

#[test]
fn the_consortium_acts_as_an_account_of_its_own() {
    let mut world = consortium_bank();
    let alone = world.alone("Ferdie", "cash", "mint", (account("Bob"), 1u64));
    assert_eq!(failure(&alone), Failure::Unauthorised { account: Account::Contract(GOVERNANCE) });
    let action = mint(&world, account("Bob"), 500, 50_000_000);
    let proposal = world.proposal(vec![action]);
    let receipt = world.propose(0, proposal);
    assert!(events(&receipt).ends_with(&["Called", "Executed"]), "{:?}", events(&receipt));
    assert_eq!(world.cash(account("Bob")), (500, 0));
}

#[test]
fn a_called_contract_that_fails_takes_everything_back_and_says_why() {
    let mut world = consortium_bank();
    let good = mint(&world, account("Bob"), 500, 50_000_000);
    let failing = |method: &str, args: Vec<u8>, gas| Action::Call {
        contract: world.id("cash"),
        method: method.into(),
        args,
        gas,
    };
    let own = Account::Contract(GOVERNANCE);
    let cases = [
        (failing("transfer", (own, account("Bob"), 1u64).encode(), 50_000_000), "refused with error 1"),
        (failing("nothing", Vec::new(), 50_000_000), "trapped: NoMethod"),
        (failing("mint", vec![1], 50_000_000), "trapped: BadArguments"),
        (failing("mint", (account("Bob"), 1u64).encode(), 1_000), "trapped: OutOfGas"),
        (
            failing("transfer", (account("Bob"), own, 1u64).encode(), 50_000_000),
            "asked for an authority that the consortium does not have",
        ),
    ];
    for (bad, detail) in cases {
        let status = world.decide(vec![good.clone(), bad]);
        let Status::Failed { failure, .. } = status else { panic!("{status:?}") };
        assert_eq!((failure.action, failure.code, failure.detail.as_str()), (1, 90, detail));
        assert_eq!(world.cash(account("Bob")), (0, 0));
    }
}

#[test]
fn what_can_not_be_called_is_refused() {
    let mut world = council(&[1, 1, 1, 1]);
    let call =
        |contract, method: &str, args, gas| Action::Call { contract, method: method.into(), args, gas };
    let cases = [
        (call(GOVERNANCE, "vote", Vec::new(), 1), 92),
        (call(SYSTEM, "upload", Vec::new(), 0), 91),
        (call(SYSTEM, "upload", Vec::new(), 500_000_001), 91),
        (call(SYSTEM, &"x".repeat(65), Vec::new(), 1), 93),
        (call(SYSTEM, "upload", vec![0; 4_097], 1), 93),
    ];
    for (action, expected) in cases {
        assert_eq!(refused(&mut world, action), expected);
    }
}

#[test]
fn contracts_of_the_consortium_are_upgraded_by_vote() {
    let mut world = consortium_bank();
    let upload = world.body("Alice", SYSTEM, "upload", (sillok_contracts::BENCH.to_vec(),));
    let upload = sillok_abi::TransactionBody { gas_limit: 8_000_000_000, ..upload };
    let transaction = world.signed(upload);
    assert!(matches!(world.send(transaction).unwrap().outcome, Outcome::Success(_)));
    let code = sillok_abi::native::code_hash(sillok_contracts::BENCH);
    let args = (world.id("cash"), code, Vec::<u8>::new()).encode();
    let upgrade = Action::Call { contract: SYSTEM, method: "upgrade".into(), args, gas: 400_000_000 };
    let later = sillok_abi::governance::NewProposal {
        height: Some(world.height + 5),
        ..world.proposal(vec![upgrade])
    };
    world.decide_proposal(later);
    for _ in 0..5 {
        world.block(Vec::new());
    }
    // The other code has another layout: the system module says so, and the reason is kept.
    let status = world.standing(0);
    let Status::Failed { failure, .. } = status else { panic!("{status:?}") };
    assert_eq!((failure.code, failure.detail.as_str()), (90, "refused with error 108"));
}
