//! Trees that don't fit: a branch too few or too many, another order or root, a node for two calls.

use sillok_abi::{Call, CallTree, ContractId, TransactionBody};
use sillok_testing::puppet::Script;
use sillok_testing::{World, account};

use super::setting::{
    Apart, TWO, again, asked, assert_bad, fails, own, passes, plot, puppet, running, unauthorised, world,
};

/// Alice's root call of a puppet that has three others ask for her: `b`, below `b` also `d`, and `c`.
fn branching() -> (World, TransactionBody, CallTree) {
    let world = world();
    let [a, b, c, d] = [0, 1, 2, 3].map(|number| puppet(&world, number));
    let ask = Script::new().auth(account("Alice"));
    let below_b = ask.clone().run(d, &ask);
    let body = running(&world, "Alice", a, &Script::new().run(b, &below_b).run(c, &ask));
    let tree = asked(&world, &body, "Alice");
    assert_eq!((tree.children.len(), tree.children[0].children.len()), (2, 1));
    (world, body, tree)
}

/// Sends Alice's call with this tree: whether it passes, and otherwise for want of her authority where.
fn judge(world: &mut World, body: &TransactionBody, tree: CallTree) -> Option<ContractId> {
    let body = again(world, body, vec![own(tree)]);
    let transaction = world.seal(body);
    match world.send(transaction).unwrap().outcome {
        sillok_abi::Outcome::Success(_) => None,
        sillok_abi::Outcome::Failed(failed) => {
            assert_eq!(failed.failure, unauthorised(account("Alice")));
            Some(failed.contract)
        }
    }
}

#[test]
fn every_branch_is_needed() {
    let (mut world, body, whole) = branching();
    let [_, b, c, d] = [0, 1, 2, 3].map(|number| puppet(&world, number));
    assert_eq!(judge(&mut world, &body, whole.clone()), None);
    let without = |spoil: fn(&mut CallTree)| {
        let mut tree = whole.clone();
        spoil(&mut tree);
        tree
    };
    let cases = [
        (without(|tree| drop(tree.children.remove(0))), b),
        (without(|tree| drop(tree.children.remove(1))), c),
        (without(|tree| tree.children[0].children.clear()), d),
        (without(|tree| tree.children.clear()), b),
    ];
    for (tree, asking) in cases {
        assert_eq!(judge(&mut world, &body, tree), Some(asking));
    }
    let body = again(&world, &body, Vec::new());
    assert_eq!(fails(&mut world, body), unauthorised(account("Alice")), "no tree at all");
}

#[test]
fn a_branch_that_nothing_asks_for_is_not_used() {
    let (mut world, body, whole) = branching();
    let cash = world.id("cash");
    world.mint("Alice", 10);
    let pay = |to: &str| sillok_testing::leaf(cash, "transfer", (account("Alice"), account(to), 1u64));
    let mut tree = whole;
    tree.children.push(pay("Eve"));
    tree.children[0].children.push(pay("Eve"));
    assert_eq!(judge(&mut world, &body, tree), None);
    assert_eq!(world.cash(account("Alice")), (10, 0), "agreeing to a call does not make it");
}

#[test]
fn siblings_may_be_met_in_any_order() {
    let (mut world, body, mut tree) = branching();
    tree.children.reverse();
    assert_eq!(judge(&mut world, &body, tree), None);
}

#[test]
fn a_branch_covers_at_its_own_place_only() {
    let (mut world, body, whole) = branching();
    let [_, b, c, d] = [0, 1, 2, 3].map(|number| puppet(&world, number));
    let moved = |shift: fn(&mut CallTree)| {
        let mut tree = whole.clone();
        shift(&mut tree);
        tree
    };
    let cases = [
        // One level up, one level down, below the sibling, and in the parent's stead.
        (
            moved(|tree| {
                let child = tree.children[0].children.remove(0);
                tree.children.push(child);
            }),
            d,
        ),
        (
            moved(|tree| {
                let child = tree.children.remove(1);
                tree.children[0].children.push(child);
            }),
            c,
        ),
        (
            moved(|tree| {
                let child = tree.children[0].children.remove(0);
                tree.children[1].children.push(child);
            }),
            d,
        ),
        (moved(|tree| tree.children[0] = tree.children[0].children.remove(0)), b),
    ];
    for (tree, asking) in cases {
        assert_eq!(judge(&mut world, &body, tree), Some(asking));
    }
}

#[test]
fn the_root_is_the_transaction_s_root_call() {
    let (mut world, body, whole) = branching();
    let b = puppet(&world, 1);
    for child in &whole.children {
        assert_eq!(judge(&mut world, &body, child.clone()), Some(b), "a branch by itself");
    }
    let below = CallTree { call: whole.call.clone(), children: vec![whole.clone()] };
    assert_eq!(judge(&mut world, &body, below), Some(b), "the whole a level down");
    // What Alice signed for her own call does not serve when another contract makes that call.
    let outer = running(
        &world,
        "Alice",
        puppet(&world, 4),
        &Script::new().call(whole.call.contract, "run", sillok_testing::Raw(whole.call.args.clone())),
    );
    assert_eq!(judge(&mut world, &outer, whole), Some(b));
}

#[test]
fn a_node_serves_one_call() {
    let mut world = world();
    let [a, b] = [0, 1].map(|number| puppet(&world, number));
    let ask = Script::new().auth(account("Alice"));
    let body = running(&world, "Alice", a, &Script::new().run(b, &ask).run(b, &ask));
    let twice = asked(&world, &body, "Alice");
    assert_eq!(twice.children.len(), 2);
    let mut once = twice.clone();
    once.children.pop();
    assert_eq!(judge(&mut world, &body, once), Some(b));
    assert_eq!(judge(&mut world, &body, twice.clone()), None);
    let thrice = Script::new().run(b, &ask).run(b, &ask).run(b, &ask);
    let body = running(&world, "Alice", a, &thrice);
    let tree = CallTree { call: body.call.clone(), children: twice.children };
    assert_eq!(judge(&mut world, &body, tree), Some(b));
    // Asking several times within a call is asking once.
    let body = running(&world, "Alice", a, &ask.clone().auth(account("Alice")).auth(account("Alice")));
    let tree = CallTree::leaf(body.call.clone());
    assert_eq!(judge(&mut world, &body, tree), None);
}

/// Two agreements to one root call don't add up: each says "once, under this call".
#[test]
fn an_account_has_one_authorisation_in_a_transaction() {
    let mut world = world();
    let [a, b] = [0, 1].map(|number| puppet(&world, number));
    let ask = Script::new().auth(account("Alice"));
    let body = running(&world, "Eve", a, &Script::new().run(b, &ask).run(b, &ask));
    let mut once = asked(&world, &body, "Alice");
    once.children.pop();
    let apart = |nonce| Apart { nonce, ..Apart::of(&world, "Alice") }.sign(once.clone());
    let (first, second) = (apart(1), apart(2));
    for two in [vec![first.clone(), second], vec![first.clone(), first.clone()]] {
        let body = again(&world, &body, two);
        assert_bad(&fails(&mut world, body), account("Alice"), TWO);
    }
    // As the submitter and apart.
    let mut body = again(&world, &body, vec![own(once), first]);
    body.submitter = account("Alice");
    assert_bad(&fails(&mut world, body), account("Alice"), TWO);
}

#[test]
fn two_accounts_may_use_the_same_number() {
    let mut world = world();
    let script = Script::new().auth(account("Alice")).auth(account("Bob"));
    let body = running(&world, "Eve", puppet(&world, 0), &script);
    let tree = CallTree::leaf(body.call.clone());
    let both = ["Alice", "Bob"].map(|name| Apart::of(&world, name).sign(tree.clone()));
    let body = again(&world, &body, both.to_vec());
    passes(&mut world, body);
}

/// A call that asks for nobody takes nothing of what is meant for another call that looks the same.
#[test]
fn what_is_not_asked_takes_no_node() {
    let mut world = world();
    let [a, b] = [0, 1].map(|number| puppet(&world, number));
    plot(&mut world, b, &Script::new());
    let ask = Script::new().auth(account("Alice"));
    let script = Script::new().call(b, "order", ()).call(b, "plot", ask.args()).call(b, "order", ());
    let body = running(&world, "Alice", a, &script);
    let tree = asked(&world, &body, "Alice");
    let order = Call { contract: b, method: "order".into(), args: Vec::new() };
    assert_eq!(tree.children, [CallTree::leaf(order)], "it is asked for once");
    assert_eq!(judge(&mut world, &body, tree), None);
}

/// What a caller catches was asked for before it failed, and is a part of what has to be signed.
#[test]
fn what_fails_and_is_caught_is_asked_for_too() {
    let mut world = world();
    let [a, b] = [0, 1].map(|number| puppet(&world, number));
    let refusing = Script::new().auth(account("Alice")).refuse(7);
    let body = running(&world, "Alice", a, &Script::new().try_run(b, &refusing).try_run(b, &refusing));
    let tree = asked(&world, &body, "Alice");
    assert_eq!(tree.children.len(), 1, "what failed gives its node back");
    assert_eq!(judge(&mut world, &body, CallTree::leaf(tree.call.clone())), Some(b));
    assert_eq!(judge(&mut world, &body, tree), None);
}

#[test]
fn trees_have_limits() {
    let world = world();
    let [a, b] = [0, 1].map(|number| puppet(&world, number));
    let ask = Script::new().auth(account("Alice"));
    let many = |calls: usize| {
        let script = (0..calls).fold(Script::new(), |script, _| script.run(b, &ask));
        world.simulate(&running(&world, "Alice", a, &script))
    };
    // The root call is a node, too.
    let most = sillok_runtime::limits::MAX_TREE_CALLS - 1;
    assert!(matches!(many(most).receipt.outcome, sillok_abi::Outcome::Success(_)));
    let receipt = many(most + 1).receipt;
    assert_eq!(sillok_testing::failure(&receipt), unauthorised(account("Alice")));
    // As many accounts as a transaction can carry authorisations.
    let accounts = |count: u8| {
        let account = |byte| sillok_abi::Account::Key([byte; 32]);
        let script = (1..=count).fold(Script::new(), |script, byte| script.auth(account(byte)));
        world.simulate(&running(&world, "Alice", a, &script))
    };
    let most = sillok_runtime::limits::MAX_AUTHORISATIONS as u8;
    assert_eq!(accounts(most).trees.len(), most as usize);
    let receipt = accounts(most + 1).receipt;
    assert_eq!(sillok_testing::failure(&receipt), unauthorised(sillok_abi::Account::Key([most + 1; 32])));
}
