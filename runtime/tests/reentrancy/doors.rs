//! Which methods can be entered again, and by which way.

use sillok_abi::TrapCode;
use sillok_testing::puppet::Script;

use crate::{answer, ordinary, reentrant, through, traps, world};

#[test]
fn nothing_is_entered_again_by_default() {
    let mut world = world();
    let (mine, other) = (ordinary(0), ordinary(1));
    for method in ["run", "plot", "order", "peek", "nothing"] {
        let again = Script::new().call(mine, method, ());
        traps(&mut world, mine, &again, (mine, "run"), TrapCode::Reentrancy);
        let behind = through(&[other], again);
        traps(&mut world, mine, &behind, (other, "run"), TrapCode::Reentrancy);
    }
}

#[test]
fn a_method_that_says_so_is_entered_again_from_anywhere() {
    let mut world = world();
    let mine = reentrant();
    let (one, two) = (ordinary(0), ordinary(1));
    for way in [vec![], vec![one], vec![one, two], vec![one, mine, two], vec![mine, mine]] {
        for method in ["run", "peek"] {
            let again = Script::new().call(mine, method, Script::new().answer(b"again").args());
            let script = through(&way, again);
            assert_eq!(answer(&mut world, mine, &script), b"", "{way:?} {method}");
        }
    }
}

/// Whichever method is open, the others stay shut; a contract's being open lower down counts too.
#[test]
fn its_other_methods_are_refused_as_ever() {
    let mut world = world();
    let (mine, other) = (reentrant(), ordinary(0));
    for method in ["plot", "order", "verifies", "nothing"] {
        let again = Script::new().call(mine, method, ());
        traps(&mut world, mine, &again, (mine, "run"), TrapCode::Reentrancy);
        let deeper = through(&[other, mine], again);
        traps(&mut world, mine, &deeper, (mine, "run"), TrapCode::Reentrancy);
    }
    // That the callee could be entered again opens nothing of its caller.
    let back = through(&[mine], Script::new().call(other, "peek", ()));
    traps(&mut world, other, &back, (mine, "run"), TrapCode::Reentrancy);
}

#[test]
fn the_refusal_is_not_caught() {
    let mut world = world();
    let (mine, other) = (reentrant(), ordinary(0));
    let tries = Script::new().try_call(mine, "order", ()).answer(b"caught");
    let script = Script::new().try_run(other, &tries).answer(b"caught");
    traps(&mut world, mine, &script, (other, "run"), TrapCode::Reentrancy);
}
