//! Each host function with hostile arguments, by the table of host functions: a new one is covered without
//! being named here.
//!
//! A module calls the function with arguments that it is given, and then says what is different in its
//! memory. Whatever the arguments: the node does not fail, only what the function was asked to write is
//! written, and a pointer or length beyond memory is `MemoryOutOfBounds` and nothing else.

use sillok_abi::{
    CallFailure, ContractId, Failure, HOST_FUNCTIONS, HostFunction, Outcome, Receipt, TrapCode,
};
use sillok_testing::{Raw, World};

use super::choices::{Choices, random_bytes};
use super::lab::{deploy, empty_world, send};
use super::sections::with_metadata;
use super::smith::import;

/// The module's memory.
const MEMORY_BYTES: u64 = 2 * 65_536;
/// The parameters that are neither pointers nor lengths, by name.
const PLAIN: &[&str] = &["algorithm", "scheme", "catch", "levels"];
/// Where the module has stored something under the key `aaaa`, and an address like any other.
const INNOCENT_AT: u64 = 0x100;
const INNOCENT_BYTES: u64 = 4;
/// What a function may write without having been told how much: hashes, ids, accounts.
const UNASKED_BYTES: u64 = 64;
const GAS: u64 = 20_000_000;
/// How often each function is called with random arguments.
const CALLS: u64 = 250;

/// A chain with a module that calls one host function.
struct Probe {
    world: World,
    contract: ContractId,
    function: &'static HostFunction,
}

/// What the module says after the call.
struct Seen {
    /// The first and last address of eight bytes of which some changed; none if no byte did.
    changed: Option<(u64, u64)>,
}

impl Probe {
    fn new(function: &'static HostFunction) -> Self {
        let mut world = empty_world();
        let contract = deploy(&mut world, &code(function), [3; 32], &[]).unwrap();
        Probe { world, contract, function }
    }

    fn call(&mut self, arguments: &[u64]) -> Receipt {
        let args = arguments.iter().flat_map(|value| value.to_le_bytes()).collect();
        let mut body = self.world.body("Alice", self.contract, "run", Raw(args));
        body.gas_limit = GAS;
        send(&mut self.world, body)
    }

    /// Arguments that hurt nobody: pointers to short texts, small numbers.
    fn innocent(&self) -> Vec<u64> {
        let value = |(name, ty): &(&str, &str)| match () {
            () if is_length(name) => INNOCENT_BYTES,
            () if is_pointer(name, ty) => INNOCENT_AT,
            () => 0,
        };
        self.function.params.iter().map(value).collect()
    }
}

fn is_length(name: &str) -> bool {
    name.ends_with("length") || name == "capacity"
}

fn is_pointer(name: &str, ty: &str) -> bool {
    ty == "u32" && !is_length(name) && !PLAIN.contains(&name)
}

/// A module whose `run` calls `function` with the arguments it is given, eight bytes each.
fn code(function: &HostFunction) -> Vec<u8> {
    let needed = ["input", "output", "storage_set", "caller"];
    let mut imports: String = needed.map(import).concat();
    if !needed.contains(&function.name) {
        imports.push_str(&import(function.name));
    }
    let argument = |(index, (_, ty)): (usize, &(&str, &str))| match *ty {
        "u64" => format!("(i64.load (i32.const {}))", 8 * index),
        _ => format!("(i32.load (i32.const {}))", 8 * index),
    };
    let arguments: String = function.params.iter().enumerate().map(argument).collect();
    let name = function.name;
    let ignored = if function.returns.is_empty() { "" } else { "drop" };
    // The arguments wait on the stack while memory is filled.
    let text = format!(
        r#"(module {imports} (memory (export "memory") 2)
        (func (export "run") (param i32) (result i32) (local $at i32) (local $low i32) (local $high i32)
          (call $input (i32.const 0))
          {arguments}
          (memory.fill (i32.const 0) (i32.const 97) (i32.const {MEMORY_BYTES}))
          (call $storage_set (i32.const {INNOCENT_AT}) (i32.const {INNOCENT_BYTES})
            (i32.const {INNOCENT_AT}) (i32.const 40))
          (drop (call $caller))
          call ${name}
          {ignored}
          (local.set $low (i32.const -1))
          (local.set $high (i32.const -1))
          (loop $next
            (if (i64.ne (i64.load (local.get $at)) (i64.const 0x6161616161616161)) (then
              (if (i32.eq (local.get $low) (i32.const -1)) (then (local.set $low (local.get $at))))
              (local.set $high (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (br_if $next (i32.lt_u (local.get $at) (i32.const {MEMORY_BYTES}))))
          (i32.store (i32.const 0) (local.get $low))
          (i32.store (i32.const 4) (local.get $high))
          (call $output (i32.const 0) (i32.const 8))
          (i32.const 0)))"#
    );
    with_metadata(wat::parse_str(text).unwrap(), &["run"])
}

/// What the module saw, if the function returned to it. Any other end must be one that host functions bring
/// about: the module itself neither loops nor divides.
fn seen(receipt: &Receipt) -> Option<Seen> {
    match &receipt.outcome {
        Outcome::Success(view) => {
            let number = |at: usize| u32::from_le_bytes(view[at..at + 4].try_into().unwrap());
            let changed = (number(0) != u32::MAX).then(|| (number(0).into(), u64::from(number(4)) + 7));
            Some(Seen { changed })
        }
        Outcome::Failed(CallFailure { failure: Failure::Trap(code), .. }) => {
            let own = [
                TrapCode::OutOfGas,
                TrapCode::StackOverflow,
                TrapCode::BadInstruction,
                TrapCode::Unreachable,
                TrapCode::BadStatus,
            ];
            assert!(!own.contains(code), "{receipt:?}");
            None
        }
        Outcome::Failed(_) => None,
    }
}

fn is_out_of_bounds(receipt: &Receipt) -> bool {
    let failed = |failure: &Failure| *failure == Failure::Trap(TrapCode::MemoryOutOfBounds);
    matches!(&receipt.outcome, Outcome::Failed(CallFailure { failure, .. }) if failed(failure))
}

/// A number where mistakes are: at the edges of memory, of limits and of 32 bits.
fn hostile(choices: &mut Choices<'_>) -> u64 {
    let edge = choices.pick(&[
        0,
        4,
        32,
        64,
        256,
        1_024,
        16_384,
        65_536,
        MEMORY_BYTES - 32,
        MEMORY_BYTES,
        1 << 31,
        u64::from(u32::MAX) - 2,
    ]);
    match choices.below(4) {
        0 => edge,
        1 => edge.wrapping_add(u64::from(choices.below(5))).wrapping_sub(2),
        2 => choices.word() % (MEMORY_BYTES + 64),
        _ => choices.word(),
    }
}

/// Whether what changed lies where one of the arguments points and isn't longer than another one allows.
fn asked(arguments: &[u64], (low, high): (u64, u64)) -> bool {
    let narrow = |value: &u64| u64::from(*value as u32);
    let most = arguments.iter().map(narrow).chain([UNASKED_BYTES]).filter(|length| *length <= MEMORY_BYTES);
    let most = most.max().unwrap_or(0).min(high + 1);
    // Eight bytes are told apart, no less.
    let holds = |pointer: u64| pointer & !7 <= low && high <= ((pointer + most) | 7);
    arguments.iter().map(narrow).any(holds)
}

#[test]
fn hostile_arguments_of_any_host_function() {
    let mut returned = 0;
    for (number, function) in HOST_FUNCTIONS.iter().enumerate() {
        let mut probe = Probe::new(function);
        for call in 0..CALLS {
            let bytes = random_bytes(number as u64 * CALLS + call, 128);
            let mut choices = Choices::new(&bytes);
            let mut arguments = probe.innocent();
            for argument in &mut arguments {
                if choices.once_in(2) {
                    *argument = hostile(&mut choices);
                }
            }
            let before = probe.world.root;
            let receipt = probe.call(&arguments);
            let context = format!("{}({arguments:?}): {receipt:?}", function.name);
            match seen(&receipt) {
                Some(Seen { changed }) => {
                    returned += 1;
                    assert!(changed.is_none_or(|range| asked(&arguments, range)), "{context}, {changed:?}");
                }
                // Only calls that were scheduled before may have changed something.
                None => assert!(probe.world.root == before || function.name == "schedule", "{context}"),
            }
        }
    }
    let calls = CALLS * HOST_FUNCTIONS.len() as u64;
    assert!((calls / 5..calls).contains(&returned), "{returned} of {calls} calls returned");
}

#[test]
fn a_pointer_beyond_memory_is_out_of_bounds_and_nothing_else() {
    let mut pointers = 0;
    for function in HOST_FUNCTIONS {
        let mut probe = Probe::new(function);
        for (index, (name, ty)) in function.params.iter().enumerate() {
            if !is_pointer(name, ty) {
                continue;
            }
            pointers += 1;
            for beyond in [MEMORY_BYTES + 1, 1 << 31, u64::from(u32::MAX)] {
                let mut arguments = probe.innocent();
                arguments[index] = beyond;
                let receipt = probe.call(&arguments);
                assert!(is_out_of_bounds(&receipt), "{}, {name} = {beyond}: {receipt:?}", function.name);
                assert_eq!(receipt.gas_used, GAS, "a trap takes all gas");
            }
        }
    }
    assert!(pointers > HOST_FUNCTIONS.len() / 2);
}

#[test]
fn what_ends_with_memory_is_within_and_one_byte_more_is_not() {
    for function in HOST_FUNCTIONS {
        let mut probe = Probe::new(function);
        for index in 1..function.params.len() {
            let ((name, ty), (after, _)) = (function.params[index - 1], function.params[index]);
            if !is_pointer(name, ty) || !is_length(after) {
                continue;
            }
            for (offset, expected) in [(INNOCENT_BYTES, false), (INNOCENT_BYTES - 1, true)] {
                let mut arguments = probe.innocent();
                arguments[index - 1] = MEMORY_BYTES - offset;
                let receipt = probe.call(&arguments);
                assert_eq!(is_out_of_bounds(&receipt), expected, "{} {name}: {receipt:?}", function.name);
            }
        }
    }
}
