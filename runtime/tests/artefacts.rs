//! Compiled code that a node kept: used if it is what the node wrote, compiled anew if it is anything else.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use codec::Encode;
use sillok_abi::{Call, Hash, Outcome};
use sillok_runtime::{Artefacts, Outside};
use sillok_testing::{World, account, genesis};

/// Artefacts in memory, counted.
#[derive(Default)]
struct Kept {
    artefacts: Mutex<BTreeMap<(Hash, Hash), Vec<u8>>>,
    stored: AtomicUsize,
}

impl Artefacts for Kept {
    fn load(&self, engine: &Hash, code: &Hash) -> Option<Vec<u8>> {
        self.artefacts.lock().unwrap().get(&(*engine, *code)).cloned()
    }

    fn store(&self, engine: &Hash, code: &Hash, artefact: &[u8]) {
        self.stored.fetch_add(1, Ordering::Relaxed);
        self.artefacts.lock().unwrap().insert((*engine, *code), artefact.to_vec());
    }
}

impl Kept {
    /// A node starts on what is kept and calls the counter; how many codes it compiled.
    fn start(self: &Arc<Self>, gas_price: Option<u64>) -> (usize, Outcome) {
        let before = self.stored.load(Ordering::Relaxed);
        let mut genesis = genesis();
        if let Some(price) = gas_price {
            genesis.parameters.gas.operators.simple = price as u32;
        }
        let world = World::with(genesis, Outside { seed: 1, artefacts: self.clone(), ..Outside::default() });
        let call = Call {
            contract: world.id("counter"),
            method: "total".into(),
            args: (account("Alice"),).encode(),
        };
        let mut session = world.runtime.session(world.state.clone(), world.env()).unwrap();
        let receipt = session.call(call, 10_000_000, &[]).unwrap();
        (self.stored.load(Ordering::Relaxed) - before, receipt.outcome)
    }

    fn damage(&self, damage: impl Fn(&mut Vec<u8>)) {
        self.artefacts.lock().unwrap().values_mut().for_each(damage);
    }
}

#[test]
fn what_was_compiled_once_is_not_compiled_again() {
    let kept = Arc::new(Kept::default());
    let (compiled, outcome) = kept.start(None);
    assert!(compiled > 0);
    assert_eq!(kept.start(None), (0, outcome));
}

#[test]
fn what_is_damaged_stale_or_foreign_is_compiled_anew() {
    let kept = Arc::new(Kept::default());
    let (all, outcome) = kept.start(None);
    let damages: [fn(&mut Vec<u8>); 5] = [
        |artefact| artefact.clear(),
        |artefact| artefact.truncate(artefact.len() / 2),
        |artefact| artefact[100] ^= 1,
        |artefact| *artefact.last_mut().unwrap() ^= 1,
        |artefact| artefact.push(0),
    ];
    for (index, damage) in damages.into_iter().enumerate() {
        kept.damage(damage);
        assert_eq!(kept.start(None), (all, outcome.clone()), "damage {index}");
    }
}

#[test]
fn an_artefact_under_another_name_is_not_taken() {
    let kept = Arc::new(Kept::default());
    let (all, outcome) = kept.start(None);
    // Each artefact is whole, but lies where another is looked for.
    {
        let mut artefacts = kept.artefacts.lock().unwrap();
        let names: Vec<(Hash, Hash)> = artefacts.keys().copied().collect();
        let mut values: Vec<Vec<u8>> = artefacts.values().cloned().collect();
        values.rotate_left(1);
        *artefacts = names.into_iter().zip(values).collect();
    }
    assert_eq!(kept.start(None), (all, outcome));
}

#[test]
fn another_gas_table_is_another_artefact() {
    let kept = Arc::new(Kept::default());
    let (all, outcome) = kept.start(None);
    assert_eq!(kept.start(Some(4)), (all, outcome));
}
