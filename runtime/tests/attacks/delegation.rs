//! A contract's own authority: for its direct calls, and nobody else's.

use sillok_abi::native::{MEMBERSHIP, SYSTEM, code_hash};
use sillok_abi::{Account, Time};
use sillok_runtime::limits::MIN_SCHEDULE_AHEAD_MS;
use sillok_testing::puppet::Script;
use sillok_testing::{account, leaf};

use super::setting::{
    Apart, INVALID, again, assert_bad, fails, own, passes, plot, puppet, running, unauthorised, world,
};

#[test]
fn a_contract_agrees_to_its_direct_calls_alone() {
    let mut world = world();
    let [a, b, c] = [0, 1, 2].map(|number| puppet(&world, number));
    let (of_a, cash) = (Account::Contract(a), world.id("cash"));
    let () = world.ok("Ferdie", "cash", "mint", (of_a, 100u64));
    let take = Script::new().call(cash, "transfer", (of_a, account("Eve"), 1u64));

    let by_itself = running(&world, "Eve", a, &take);
    passes(&mut world, by_itself);
    assert_eq!(world.cash(account("Eve")), (1, 0));
    let others = [
        world.body("Eve", cash, "transfer", (of_a, account("Eve"), 1u64)),
        running(&world, "Eve", b, &take),
        // What it calls does not act for it: neither one step further nor two.
        running(&world, "Eve", a, &Script::new().run(b, &take)),
        running(&world, "Eve", a, &Script::new().run(b, &Script::new().run(c, &take))),
    ];
    for body in others {
        assert_eq!(fails(&mut world, body), unauthorised(of_a));
    }
    // Nor does it act for itself before it calls: the call to it is another's.
    let inside = running(&world, "Eve", a, &Script::new().auth(of_a));
    assert_eq!(fails(&mut world, inside), unauthorised(of_a));
    let called = running(&world, "Eve", b, &Script::new().run(a, &Script::new().auth(of_a)));
    assert_eq!(fails(&mut world, called), unauthorised(of_a));
    // And nobody's signature stands for it but what its `authenticate` accepts.
    let signed = world.body("Eve", cash, "transfer", (of_a, account("Eve"), 1u64));
    let tree = leaf(cash, "transfer", (of_a, account("Eve"), 1u64));
    let apart = Apart { account: of_a, ..Apart::of(&world, "Eve") };
    let signed = again(&world, &signed, vec![apart.sign(tree)]);
    assert_bad(&fails(&mut world, signed), of_a, INVALID);
}

#[test]
fn a_contract_s_other_accounts_do_not_act_by_its_calls() {
    let mut world = world();
    let [a, b] = [0, 1].map(|number| puppet(&world, number));
    let managed = Account::Managed { contract: a, id: [0; 32] };
    for asked in [managed, Account::Managed { contract: a, id: a.0 }, Account::Key(a.0)] {
        let body = running(&world, "Eve", a, &Script::new().run(b, &Script::new().auth(asked)));
        assert_eq!(fails(&mut world, body), unauthorised(asked));
    }
    let body = running(&world, "Eve", a, &Script::new().run(b, &Script::new().auth(Account::Contract(a))));
    passes(&mut world, body);
}

#[test]
fn who_submits_agrees_to_nothing_without_a_tree() {
    let mut world = world();
    world.mint("Alice", 5);
    let body = world.body("Alice", world.id("cash"), "transfer", (account("Alice"), account("Bob"), 1u64));
    assert_eq!(fails(&mut world, body), unauthorised(account("Alice")));
}

#[test]
fn native_modules_ask_as_contracts_do() {
    let mut world = world();
    let puppet = puppet(&world, 0);
    let admission = (0u32, Account::Contract(puppet));
    let code = code_hash(counter_wasm(&world).as_slice());
    let instance = (account("Alice"), code, [55u8; 32], None::<Account>, account_args());
    for by in ["Eve", "Alice"] {
        let script = Script::new().call(MEMBERSHIP, "admit", admission);
        let body = running(&world, by, puppet, &script);
        assert_eq!(fails(&mut world, body), unauthorised(account("Alice")), "{by}");
        let body = running(&world, by, puppet, &Script::new().call(SYSTEM, "instantiate", instance.clone()));
        assert_eq!(fails(&mut world, body), unauthorised(account("Alice")), "{by}");
    }
    // What Alice signs to have done directly serves no contract.
    let mut body = running(&world, "Alice", puppet, &Script::new().call(MEMBERSHIP, "admit", admission));
    body.authorisations = vec![own(leaf(MEMBERSHIP, "admit", admission))];
    assert_eq!(fails(&mut world, body), unauthorised(account("Alice")));
    // Nobody is a native module.
    for module in [SYSTEM, MEMBERSHIP] {
        let module = Account::Contract(module);
        let body = running(&world, "Eve", puppet, &Script::new().auth(module));
        assert_eq!(fails(&mut world, body), unauthorised(module));
    }
}

/// SCALE of the counter's owner.
fn account_args() -> Vec<u8> {
    codec::Encode::encode(&account("Alice"))
}

fn counter_wasm(world: &sillok_testing::World) -> Vec<u8> {
    let counter = world.genesis.contracts.iter().find(|contract| contract.name == "counter").unwrap().code;
    world.genesis.codes.iter().find(|code| code_hash(code) == counter).unwrap().clone()
}

/// A scheduled call has its own contract's authority and no one else's, whoever had signed when it was
/// scheduled.
#[test]
fn a_scheduled_call_has_its_contract_s_authority_alone() {
    let mut world = world();
    let [a, b] = [0, 1].map(|number| puppet(&world, number));
    let due = Time(world.time + 3);
    let own_only = Script::new().run(b, &Script::new().auth(Account::Contract(a)));
    let of_alice = Script::new().auth(account("Alice"));
    plot(
        &mut world,
        a,
        &Script::new()
            .schedule(due, "run", own_only.args())
            .schedule(due, "run", of_alice.args())
            .auth(account("Alice")),
    );
    let mut body = world.body("Alice", a, "order", ());
    body.authorisations = vec![own(leaf(a, "order", ()))];
    passes(&mut world, body);
    world.time += MIN_SCHEDULE_AHEAD_MS;
    let receipts = world.block(Vec::new()).execution.receipts;
    assert!(matches!(receipts[0].outcome, sillok_abi::Outcome::Success(_)), "{:?}", receipts[0]);
    assert_eq!(sillok_testing::failure(&receipts[1]), unauthorised(account("Alice")));
}
