//! A call pays for the memory that it wrote, which is restored after it, by the chunk.
#![allow(clippy::unwrap_used, reason = "a test")]

use sillok_abi::{Call, CallFailure, ContractId, Failure, Outcome, Receipt, TrapCode};
use sillok_runtime::{GasTable, Session};
use sillok_testing::{World, deploy, wat_contract};

/// Memory of 16 pages that nothing makes larger has chunks of a fourth of a page. `store` writes as many bytes, a chunk apart, as there are bytes
/// of arguments; `grow` does the same in memory that it made larger; `host` has the host write there; `fail`
/// refuses.
const WRITES: &str = r#"
    (import "sillok" "output" (func $output (param i32 i32)))
    (import "sillok" "contract_id" (func $contract_id (param i32)))
    (memory (export "memory") 16)
    (func $write (param $chunks i32)
        (loop $next
            (if (local.get $chunks) (then
                (local.set $chunks (i32.sub (local.get $chunks) (i32.const 1)))
                (i32.store8 (i32.shl (local.get $chunks) (i32.const 14)) (i32.const 1))
                (br $next)))))
    (func (export "store") (param i32) (result i32) (call $write (local.get 0)) (i32.const 0))
    (func (export "fail") (param i32) (result i32)
        (call $output (i32.const 8) (i32.const 4)) (call $write (local.get 0)) (i32.const 1))
    (func (export "host") (param i32) (result i32) (call $contract_id (i32.const 0x1fff0)) (i32.const 0))
"#;

/// The same with memory that may grow, and does.
const GROWS: &str = r#"
    (memory (export "memory") 1)
    (func (export "grow") (param i32) (result i32)
        (drop (memory.grow (i32.const 1))) (i32.store (i32.const 0) (i32.const 1)) (i32.const 0))
"#;

const AMPLE: u64 = 100_000_000;

struct Setting {
    world: World,
    contract: ContractId,
    prices: GasTable,
}

impl Setting {
    fn new(text: &str, methods: &[&str]) -> Self {
        let mut world = World::default();
        let contract = deploy(&mut world, &wat_contract(text, methods));
        let prices = world.genesis.parameters.gas.clone();
        Setting { world, contract, prices }
    }

    fn session(&self) -> Session {
        self.world.runtime.session(self.world.state.clone(), self.world.env()).unwrap()
    }

    fn call(&self, method: &str, length: usize, gas: u64) -> Receipt {
        let call = Call { contract: self.contract, method: method.into(), args: vec![0; length] };
        self.session().call(call, gas, &[]).unwrap()
    }

    /// What restoring this many chunks costs; the only store reaches no byte behind them.
    fn chunks(&self, count: u64) -> u64 {
        count * 16_384 / 64 * self.prices.restored_line
    }
}

/// The price of `$write`'s loop for each chunk, its restoring not included: two `local.get`, an `if`; then
/// `get`, constant, `sub`, `set`, `get`, constant, `shl`, constant, store, `br`.
fn turn(prices: &GasTable) -> u64 {
    let it = &prices.operators;
    let gas = 4 * it.local + it.branch + 3 * it.constant + 2 * it.simple + it.store + it.branch;
    gas.into()
}

fn trap(receipt: &Receipt) -> Option<TrapCode> {
    match &receipt.outcome {
        Outcome::Failed(CallFailure { failure: Failure::Trap(code), .. }) => Some(*code),
        _ => None,
    }
}

#[test]
fn each_chunk_that_was_written_is_paid_for() {
    let setting = Setting::new(WRITES, &["store", "host", "fail"]);
    let nothing = setting.call("store", 0, AMPLE).gas_used;
    for chunks in [1, 2, 63, 64] {
        let used = setting.call("store", chunks, AMPLE).gas_used;
        let chunks = chunks as u64;
        assert_eq!(used, nothing + chunks * turn(&setting.prices) + setting.chunks(chunks));
    }
}

#[test]
fn a_refusal_pays_for_what_it_wrote() {
    let setting = Setting::new(WRITES, &["store", "host", "fail"]);
    let used = |chunks| {
        let receipt = setting.call("fail", chunks, AMPLE);
        assert!(
            matches!(&receipt.outcome, Outcome::Failed(failed) if failed.failure == Failure::Error { code: 0 })
        );
        receipt.gas_used
    };
    assert_eq!(used(64), used(0) + 64 * turn(&setting.prices) + setting.chunks(64));
}

#[test]
fn what_the_host_wrote_is_paid_for() {
    let setting = Setting::new(WRITES, &["store", "host", "fail"]);
    let it = &setting.prices;
    let place =
        sillok_abi::HOST_FUNCTIONS.iter().position(|function| function.name == "contract_id").unwrap();
    let price = it.host_functions[place];
    let operators = &it.operators;
    let code = operators.function_entry + 2 * operators.constant + operators.call;
    // Its 32 bytes lie in the second chunk and the third.
    let expected =
        it.first_touch + it.instance + u64::from(code) + price.base + 32 * price.per_byte + setting.chunks(2);
    assert_eq!(setting.call("host", 0, AMPLE).gas_used, expected);
}

#[test]
fn who_can_not_pay_for_restoring_runs_out_of_gas() {
    let setting = Setting::new(WRITES, &["store", "host", "fail"]);
    let needed = setting.call("store", 64, AMPLE).gas_used;
    assert!(matches!(setting.call("store", 64, needed).outcome, Outcome::Success(_)));
    let short = setting.call("store", 64, needed - 1);
    assert_eq!((trap(&short), short.gas_used), (Some(TrapCode::OutOfGas), needed - 1));
    // Nothing of what was not restored is left for the next call.
    assert_eq!(setting.call("store", 64, AMPLE).gas_used, needed);
}

#[test]
fn memory_that_grew_is_not_restored() {
    let setting = Setting::new(GROWS, &["grow"]);
    let GasTable { operators: it, first_touch, instance, .. } = &setting.prices;
    let code = it.function_entry + it.memory_grow + it.grow_page + 4 * it.constant + it.local + it.store;
    assert_eq!(setting.call("grow", 0, AMPLE).gas_used, first_touch + instance + u64::from(code));
}
