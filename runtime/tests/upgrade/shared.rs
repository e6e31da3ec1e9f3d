//! Code is kept, paid for and compiled once by its hash, however many contracts run it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use sillok_abi::native::{code_hash, contract_id};
use sillok_abi::{Account, Hash, MethodKind};
use sillok_runtime::{Artefacts, Outside};
use sillok_testing::{World, account, genesis};

use crate::script::{idle, module};
use crate::{info, layout, succeeded, system, upgrade};

/// The codes that were compiled.
#[derive(Default)]
struct Compiled(Mutex<Vec<Hash>>);

impl Artefacts for Compiled {
    fn load(&self, _: &Hash, _: &Hash) -> Option<Vec<u8>> {
        None
    }

    fn store(&self, _: &Hash, code: &Hash, _: &[u8]) {
        self.0.lock().unwrap().push(*code);
    }
}

/// How many entries of the state hold this code.
fn copies(world: &World, code: &[u8]) -> usize {
    world.state.entries().values().filter(|value| value.windows(code.len()).any(|part| part == code)).count()
}

fn instantiate(world: &mut World, code: &[u8], salt: u8) {
    let args = (account("Alice"), code_hash(code), [salt; 32], Some(account("Alice")), Vec::<u8>::new());
    assert!(succeeded(&system(world, "Alice", "instantiate", args)));
}

#[test]
fn many_contracts_share_one_code() {
    let [one, two] = ["one", "two"].map(|method| module([1; 32], &[idle(method, MethodKind::Query)]));
    let compiled = Arc::new(Compiled::default());
    let mut world = World::with(genesis(), Outside { artefacts: compiled.clone(), ..Outside::default() });
    let before = compiled.0.lock().unwrap().len();
    for code in [&one, &two, &one] {
        assert!(succeeded(&system(&mut world, "Alice", "upload", (code.clone(),))));
    }
    (200..220).for_each(|salt| instantiate(&mut world, &one, salt));
    let contracts: Vec<_> = (200..220).map(|salt| contract_id(&account("Alice"), &[salt; 32])).collect();
    assert_eq!(contracts.iter().collect::<BTreeSet<_>>().len(), 20);
    // One of them moves to the other code and back; the others have nothing to do with it.
    for (code, upgrades) in [(&two, 1), (&one, 2)] {
        assert!(succeeded(&upgrade(&mut world, "Alice", contracts[3], code, ())));
        let moved = info(&world, contracts[3]).unwrap();
        assert_eq!((moved.code, moved.upgrades), (code_hash(code), upgrades));
        let other = info(&world, contracts[4]).unwrap();
        assert_eq!((other.code, other.layout, other.upgrades), (code_hash(&one), layout(&one), 0));
    }
    assert_eq!((copies(&world, &one), copies(&world, &two)), (1, 1));
    let compiled = compiled.0.lock().unwrap()[before..].to_vec();
    let different: BTreeSet<_> = compiled.iter().collect();
    assert_eq!((compiled.len(), different.len()), (2, 2), "each was compiled once");
}

#[test]
fn uploading_what_is_there_takes_no_room() {
    let code = module([1; 32], &[idle("one", MethodKind::Query)]);
    let mut world = World::of(genesis());
    assert!(succeeded(&system(&mut world, "Alice", "upload", (code.clone(),))));
    let before = world.state.clone();
    assert!(succeeded(&system(&mut world, "Bob", "upload", (code.clone(),))));
    assert!(world.state == before, "neither the code nor a member's account of state has changed");
    let args = (account("Alice"), code_hash(&code), [200u8; 32], None::<Account>, Vec::<u8>::new());
    let instantiated = system(&mut world, "Alice", "instantiate", args.clone());
    assert!(succeeded(&instantiated));
    let grown = |world: &World| world.state.entries().values().map(Vec::len).sum::<usize>();
    let record = grown(&world) - before.entries().values().map(Vec::len).sum::<usize>();
    assert!(record < code.len(), "a contract is a record of {record} bytes, not its code's {}", code.len());
}
