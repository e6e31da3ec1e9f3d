//! Being entered again lends nobody's authority: hostile contracts that call back.

use sillok_abi::{
    Account, Authorisation, Authoriser, CallTree, ContractId, Failure, Outcome, TransactionBody,
};
use sillok_testing::puppet::Script;
use sillok_testing::{World, account, failure, leaf};

use crate::{answer, call, ordinary, reentrant, through, world};

/// The tree of a call of a puppet's `run`.
fn node(puppet: ContractId, script: &Script, children: Vec<CallTree>) -> CallTree {
    CallTree { children, ..leaf(puppet, "run", script.args()) }
}

/// A body of Bob's whose root call is a puppet's `run`, with a tree that he signs.
fn agreed(world: &World, script: &Script, tree: CallTree) -> TransactionBody {
    let mut body = world.body("Bob", reentrant(), "run", script.args());
    body.authorisations.push(Authorisation { by: Authoriser::Submitter, tree });
    body
}

fn outcome(world: &mut World, body: TransactionBody) -> Outcome {
    let transaction = world.seal(body);
    world.send(transaction).unwrap().outcome
}

/// Bob agrees to one call of `asks` by the open contract. A hostile contract in between has it make that
/// very call in the frame that it enters again.
#[test]
fn what_was_agreed_for_the_open_frame_does_not_serve_the_inner_one() {
    let (mine, hostile, asks) = (reentrant(), ordinary(0), ordinary(1));
    let bob = account("Bob");
    let asking = Script::new().auth(bob);
    let theft = Script::new().run(asks, &asking);
    let honest = |called: &Script| Script::new().run(hostile, called).run(asks, &asking);

    let mut world = world();
    let nothing = Script::new();
    let script = honest(&nothing);
    let body = agreed(&world, &script, node(mine, &script, vec![node(asks, &asking, vec![])]));
    assert_eq!(outcome(&mut world, body), Outcome::Success(vec![]));

    let calling_back = through(&[mine], theft);
    let script = honest(&calling_back);
    let body = agreed(&world, &script, node(mine, &script, vec![node(asks, &asking, vec![])]));
    let Outcome::Failed(failed) = outcome(&mut world, body) else { panic!("it was not asked for there") };
    assert_eq!((failed.contract, failed.failure), (asks, Failure::Unauthorised { account: bob }));
}

/// The frame that is entered again is asked for by itself.
#[test]
fn each_frame_of_the_contract_needs_a_node_of_its_own() {
    let (mine, other, bob) = (reentrant(), ordinary(0), account("Bob"));
    let inner = Script::new().auth(bob);
    let between = through(&[mine], inner.clone());
    let script = Script::new().auth(bob).run(other, &between);
    let mut world = world();
    let lower = node(other, &between, vec![node(mine, &inner, vec![])]);
    let whole = agreed(&world, &script, node(mine, &script, vec![lower]));
    let root_alone = agreed(&world, &script, node(mine, &script, vec![]));

    let asked = world.simulate(&whole).trees;
    assert_eq!(asked, [(bob, whole.authorisations[0].tree.clone())], "a simulation asks for just that");
    let Outcome::Failed(failed) = outcome(&mut world, root_alone) else { panic!("the inner frame asks") };
    assert_eq!((failed.contract, failed.failure), (mine, Failure::Unauthorised { account: bob }));
    assert_eq!(outcome(&mut world, whole), Outcome::Success(vec![]));
}

/// A contract needs no signature for what it calls itself; being open is not calling.
#[test]
fn the_open_contract_has_not_called_what_others_call() {
    let mut world = world();
    let (mine, other) = (reentrant(), ordinary(0));
    let own = Script::new().auth(Account::Contract(mine));
    let receipt = call(&mut world, mine, "run", &through(&[other, mine], own.clone()));
    assert_eq!(failure(&receipt), Failure::Unauthorised { account: Account::Contract(mine) });
    // By itself it has.
    assert_eq!(answer(&mut world, mine, &through(&[mine], own)), b"");
    // And the caller in between is the one that counts in the frame that is entered again.
    let caller = Script::new().auth(Account::Contract(other));
    assert_eq!(answer(&mut world, mine, &through(&[other, mine], caller)), b"");
}
