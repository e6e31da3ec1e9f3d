//! What frames of one contract see of each other, and what is undone when one of them fails.

use sillok_abi::{Failure, Outcome, TrapCode};
use sillok_testing::failure;
use sillok_testing::puppet::Script;

use crate::{answer, call, ordinary, reentrant, refused, through, traps, world};

/// How a call ended that was caught, as a puppet answers it: well, with this value.
fn returned(value: &[u8]) -> Vec<u8> {
    [&sillok_abi::STATUS_OK.to_le_bytes(), value].concat()
}

/// This is why a query has to say so too: it answers from what the open call has written by then, be it
/// half of what it is to write.
#[test]
fn an_inner_frame_sees_what_the_outer_one_has_written_so_far() {
    let mut world = world();
    let (mine, other) = (reentrant(), ordinary(0));
    let ask = Script::new().call(mine, "peek", Script::new().answer_stored().args()).answer_ended();
    let between = |first: &[u8], second: &[u8]| {
        Script::new().put(first).run(other, &ask).put(second).run(other, &ask).answer_ended()
    };
    let seen = answer(&mut world, mine, &between(b"half", b"whole"));
    assert_eq!(seen, returned(&returned(b"whole")));
    let seen = answer(&mut world, mine, &between(b"whole", b"half"));
    assert_eq!(seen, returned(&returned(b"half")));
}

/// The outer frame's memory is its own: it goes on in the script that it has read, and would have to read
/// storage anew to know what has changed.
#[test]
fn the_outer_frame_goes_on_with_what_the_inner_one_has_written() {
    let mut world = world();
    let (mine, other) = (reentrant(), ordinary(0));
    let inner = Script::new().put(b"inner, and longer than the outer frame's whole script has been");
    let script = Script::new().put(b"outer").run(other, &through(&[mine], inner)).answer_stored();
    let stored = answer(&mut world, mine, &script);
    assert_eq!(stored, b"inner, and longer than the outer frame's whole script has been");
    let over = Script::new().run(mine, &Script::new().put(b"inner")).put(b"outer").answer_stored();
    assert_eq!(answer(&mut world, mine, &over), b"outer");
}

#[test]
fn an_inner_frame_that_refuses_takes_back_what_it_did_and_no_more() {
    let mut world = world();
    let (mine, other) = (reentrant(), ordinary(0));
    let refusing = Script::new().put(b"inner").emit().refuse(7);
    let caught = Script::new().try_run(mine, &refusing).emit().answer_ended();
    let script = Script::new().put(b"outer").emit().run(other, &caught);
    let receipt = call(&mut world, mine, "run", &script.clone().answer_ended());
    assert_eq!(receipt.outcome, Outcome::Success(returned(&refused(7))), "the error is the callee's own");
    let emitters: Vec<_> = receipt.events.iter().map(|event| event.contract).collect();
    assert_eq!(emitters, [mine, other], "the refused frame's event is gone");
    assert_eq!(answer(&mut world, mine, &script.answer_stored()), b"outer");
}

#[test]
fn an_outer_frame_that_refuses_takes_back_what_inner_ones_did() {
    let mut world = world();
    let (mine, one, two) = (reentrant(), ordinary(0), ordinary(1));
    assert_eq!(answer(&mut world, mine, &Script::new().put(b"before")), b"");
    let inner = through(&[one, mine], Script::new().put(b"inner").emit());
    let refusing = through(&[mine], inner).put(b"x").refuse(3);
    let script = Script::new().try_run(mine, &refusing).answer_stored();
    let receipt = call(&mut world, two, "run", &through(&[mine], script.clone()).answer_ended());
    assert_eq!(receipt.outcome, Outcome::Success(returned(b"before")));
    assert!(receipt.events.is_empty());
    let receipt = call(&mut world, mine, "run", &refusing);
    assert_eq!(failure(&receipt), Failure::Error { code: 3 });
    assert_eq!(answer(&mut world, mine, &Script::new().answer_stored()), b"before");
}

#[test]
fn a_query_s_frame_is_read_only_whoever_enters_again_below_it() {
    let mut world = world();
    let (mine, other) = (reentrant(), ordinary(0));
    let writes = Script::new().put(b"written");
    // From a change through the contract's own query, and through another one's.
    for query in [mine, other] {
        let back = Script::new().call(mine, "run", writes.args());
        let script = Script::new().call(query, "peek", back.args());
        traps(&mut world, mine, &script, (mine, "run"), TrapCode::ReadOnly);
    }
    // The root call is the query.
    let receipt = call(&mut world, mine, "peek", &through(&[other], through(&[mine], writes)));
    assert_eq!(failure(&receipt), Failure::Trap(TrapCode::ReadOnly));
}

#[test]
fn frames_nest_no_deeper_for_being_of_one_contract() {
    let mut world = world();
    let mine = reentrant();
    let deep = |calls| through(&vec![mine; calls], Script::new().answer(b"bottom"));
    assert_eq!(answer(&mut world, mine, &deep(15)), b"", "sixteen frames with the root call");
    traps(&mut world, mine, &deep(16), (mine, "run"), TrapCode::DepthLimit);
}
