//! Each host function with hostile arguments, by the table of host functions. A new one is covered once it's
//! said here what its parameters are and which arguments it takes; until then the tests fail.
//!
//! A module calls the function with arguments that it is given, and then says what is different in its
//! memory. Whatever the arguments: the node does not fail, only what the function was asked to write is
//! written, and a pointer or length beyond memory is `MemoryOutOfBounds` and nothing else.

mod probe;

use sillok_abi::{CallFailure, Failure, HOST_FUNCTIONS, Outcome, Receipt, TrapCode};

use super::choices::{Choices, random_bytes};
use probe::{GAS, Kind, MEMORY_BYTES, Probe, Seen, kind, seen};

/// What a function may write without having been told how much: hashes, ids, accounts.
const UNASKED_BYTES: u64 = 64;
/// How often each function is called with random arguments.
const CALLS: u64 = 250;

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
fn every_host_function_returns_from_innocent_arguments() {
    for function in HOST_FUNCTIONS {
        let mut probe = Probe::new(function);
        let arguments = probe.innocent();
        let receipt = probe.call(&arguments);
        let panics = matches!(
            &receipt.outcome,
            Outcome::Failed(CallFailure { failure: Failure::Panic { .. }, .. }) if function.name == "panic"
        );
        assert!(panics || seen(&receipt).is_some(), "{}({arguments:?}): {receipt:?}", function.name);
    }
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
        for (index, param) in function.params.iter().enumerate() {
            if kind(*param) != Kind::Pointer {
                continue;
            }
            pointers += 1;
            for beyond in [MEMORY_BYTES + 1, 1 << 31, u64::from(u32::MAX)] {
                let mut arguments = probe.innocent();
                arguments[index] = beyond;
                let receipt = probe.call(&arguments);
                assert!(is_out_of_bounds(&receipt), "{}, {param:?} = {beyond}: {receipt:?}", function.name);
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
            let (param, after) = (function.params[index - 1], function.params[index]);
            if kind(param) != Kind::Pointer || kind(after) != Kind::Length {
                continue;
            }
            let length = probe.length(param.0);
            for (offset, expected) in [(length, false), (length - 1, true)] {
                let mut arguments = probe.innocent();
                arguments[index - 1] = MEMORY_BYTES - offset;
                let receipt = probe.call(&arguments);
                assert_eq!(is_out_of_bounds(&receipt), expected, "{} {param:?}: {receipt:?}", function.name);
            }
        }
    }
}
