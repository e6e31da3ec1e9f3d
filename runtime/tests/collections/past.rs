//! Ranges of a state of the past, in which removed keys have to be passed over.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Bound;
use std::sync::Arc;

use sillok_abi::{ABI_VERSION, Call, Failure, MethodKind, Outcome, Receipt, TrapCode};
use sillok_runtime::{
    BlockEnv, Direction, Entries, Fault, MemoryState, MetKey, PageLimit, StateReader, Walk, state_key,
};
use sillok_testing::code::{contract_item, deploy, method_item, module};
use sillok_testing::{GAS, World};

use super::gas::{BYTE, ENTRY, FIELD, ID_BYTES, STEP};

/// A query that reads one page of at most 256 entries of a field.
const READER: &str = r#"
    (import "sillok" "storage_range" (func $range (param i32 i32 i32 i32 i32 i32) (result i64)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\07\07\07\07")
    (func (export "look") (param i32) (result i32)
        (drop (call $range (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 256)
            (i32.const 0)))
        (i32.const 0))
"#;

/// Searches for each key, as a node with versions makes them.
const SEARCHES: usize = 2;

/// What the latest state holds, and keys that were removed before.
struct Past {
    latest: MemoryState,
    removed: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl StateReader for Past {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.latest.get(key)
    }

    fn walk(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Walk, Fault> {
        let bounds = (Bound::Included(from.min(to)), Bound::Excluded(to));
        let live = self.latest.entries().range::<[u8], _>(bounds);
        let live = live.map(|(key, value)| (key.clone(), Some(value.clone())));
        let removed = self.removed.range::<[u8], _>(bounds).map(|(key, _)| (key.clone(), None));
        let mut met: Vec<MetKey> = live.chain(removed).collect();
        met.sort();
        if direction == Direction::Descending {
            met.reverse();
        }
        let Ok(entries) = limit.met(met.into_iter().map(Ok::<_, Infallible>));
        let searches = SEARCHES * entries.len() + 1;
        Ok(Walk { entries, searches })
    }
}

fn key(contract: &sillok_abi::ContractId, number: u32) -> Vec<u8> {
    state_key(contract, &[&FIELD[..], &number.to_be_bytes()].concat())
}

/// A query on a chain of the past, in which the field has these entries and so many removed ones before them.
fn look(removed: u32, live: &[u32]) -> Receipt {
    let mut world = World::default();
    let items = [contract_item(ABI_VERSION), method_item("look", MethodKind::Query)];
    let contract = deploy(&mut world, &module(READER, &items));
    let mut latest = (*world.state).clone();
    latest.apply(&live.iter().map(|number| (key(&contract, *number), Some(vec![1; 4]))).collect());
    let removed = (0..removed).map(|number| (key(&contract, number), Vec::new())).collect();
    let env = BlockEnv { height: world.height, time: sillok_abi::Time(world.time) };
    let call = Call { contract, method: "look".into(), args: Vec::new() };
    world.runtime.query(Arc::new(Past { latest, removed }), env, call).unwrap()
}

fn gas(receipt: &Receipt) -> u64 {
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
    receipt.gas_used
}

#[test]
fn each_removed_key_is_paid_for_with_its_searches() {
    let (without, with) = (gas(&look(0, &[1_000])), gas(&look(100, &[1_000])));
    assert_eq!(with - without, 100 * (SEARCHES as u64 * STEP + ENTRY + BYTE * (ID_BYTES + 8)));
}

/// A field that once held a million keys ends a query, after no more steps than its gas pays for.
#[test]
fn a_query_can_not_walk_over_more_than_it_pays_for() {
    let most = GAS * 10 / (SEARCHES as u64 * STEP);
    gas(&look(most as u32 * 9 / 10, &[]));
    let receipt = look(most as u32, &[]);
    let Outcome::Failed(failure) = &receipt.outcome else { panic!("it did not fail") };
    assert_eq!(failure.failure, Failure::Trap(TrapCode::OutOfGas));
}

/// Who is not charged, such as a proof, finds a page's entries all the same.
#[test]
fn a_page_has_its_entries_whatever_lies_between() {
    let number = |number: u32| number.to_be_bytes().to_vec();
    let mut past = Past { latest: MemoryState::default(), removed: BTreeMap::new() };
    past.latest.apply(&[7, 300, 301].map(|at| (number(at), Some(vec![1]))).into_iter().collect());
    past.removed = (8..300).chain(302..900).map(|at| (number(at), Vec::new())).collect();
    let page = |direction, limit| -> Vec<Vec<u8>> {
        let page: Entries =
            past.page(&number(0), &number(1_000), direction, PageLimit::entries(limit)).unwrap();
        page.into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(page(Direction::Ascending, 2), [number(7), number(300)]);
    assert_eq!(page(Direction::Ascending, 9), [number(7), number(300), number(301)]);
    assert_eq!(page(Direction::Descending, 2), [number(301), number(300)]);
    assert_eq!(page(Direction::Descending, 0), Vec::<Vec<u8>>::new());
}
