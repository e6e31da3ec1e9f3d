//! Upload of damaged and of random code: a verdict, always the same one, and never a node fault.
//!
//! What is damaged are the real contracts and generated modules. Damage that is accepted is compiled and its
//! methods are called.

use codec::Encode;
use sillok_abi::native::SYSTEM;
use sillok_abi::{CallFailure, ContractId, Failure, Metadata, MethodKind, Outcome};
use sillok_runtime::{CodeError, CodeLimits, check_code};
use sillok_testing::{Raw, World, account};

use super::choices::{Choices, random_bytes};
use super::lab::{deploy, empty_world, send};
use super::{program, smith};

/// How often code is damaged that is only checked.
const CHECKED: u64 = 4_000;
/// How often code is damaged that is deployed and called if it is accepted.
const DEPLOYED: u64 = 2_000;
/// How many calls that comes to at least.
const CALLED: u64 = 75;
/// The gas of a call of a method.
const GAS: u64 = 3_000_000;

/// Code with some damage.
fn damaged(mut code: Vec<u8>, choices: &mut Choices<'_>) -> Vec<u8> {
    for _ in 0..1 + choices.below(4) {
        if code.is_empty() {
            return code;
        }
        let at = choices.word() as usize % code.len();
        let end = (at + 1 + choices.below(40) as usize).min(code.len());
        match choices.below(9) {
            0 | 1 => code[at] ^= 1 << choices.below(8),
            2 | 3 => code[at] = choices.byte(),
            4 => code.truncate(at),
            5 => drop(code.drain(at..end)),
            6 => {
                let copy = code[at..end].to_vec();
                let to = choices.word() as usize % code.len();
                code.splice(to..to, copy);
            }
            7 => code.splice(at..at, [0xff, 0xff, 0xff, 0xff, 0x0f]).for_each(drop),
            _ => code[at] = choices.pick(&[0x00, 0x0b, 0x41, 0x7f, 0x80, 0xfc, 0xfd, 0xff]),
        }
    }
    code
}

/// The verdict, asked for twice.
fn verdict(code: &[u8]) -> Result<Metadata, CodeError> {
    let limits = CodeLimits::default();
    let verdict = check_code(code, &limits);
    assert_eq!(verdict, check_code(code, &limits));
    verdict.map(|accepted| accepted.metadata)
}

/// Random bytes, with or without a module's first eight.
fn noise(choices: &mut Choices<'_>, seed: u64) -> Vec<u8> {
    let mut bytes = random_bytes(seed, choices.below(2_000) as usize);
    if choices.once_in(2) {
        bytes.splice(0..0, *b"\0asm\x01\0\0\0");
    }
    bytes
}

#[test]
fn damaged_code_gets_a_verdict() {
    let mut accepted = 0;
    for seed in 0..CHECKED {
        let bytes = random_bytes(seed, 256);
        let mut choices = Choices::new(&bytes);
        let (_, contract) = choices.pick(sillok_contracts::ALL);
        let code = match choices.once_in(8) {
            true => noise(&mut choices, seed),
            false => damaged(contract.to_vec(), &mut choices),
        };
        accepted += u64::from(verdict(&code).is_ok());
    }
    assert!((CHECKED / 100..CHECKED).contains(&accepted), "{accepted} of {CHECKED} accepted");
}

#[test]
fn damaged_code_that_is_accepted_runs() {
    let start = empty_world();
    let mut called = 0;
    for seed in 0..DEPLOYED {
        let bytes = random_bytes(!seed, 256);
        let mut choices = Choices::new(&bytes);
        let source = random_bytes(seed, 4_096);
        let (code, args) = match choices.below(4) {
            0 => (sillok_contracts::COUNTER.to_vec(), account("Alice").encode()),
            1 => (smith::module(&source), Vec::new()),
            _ => (program::module(&source, &SYSTEM), Vec::new()),
        };
        let code = damaged(code, &mut choices);
        let mut world = start.fork();
        match (verdict(&code), deploy(&mut world, &code, [4; 32], &args)) {
            (Err(error), Err(failure)) => assert_eq!(failure, Failure::Error { code: error.code() }),
            (Err(error), Ok(_)) => panic!("seed {seed}: deployed, though {error}"),
            (Ok(metadata), Ok(contract)) => called += call_all(&mut world, contract, &metadata),
            // A damaged constructor may fail.
            (Ok(metadata), Err(failure)) => assert!(metadata.constructor().is_some(), "{seed}: {failure:?}"),
        }
    }
    assert!(called > CALLED, "{called} calls");
}

/// Calls every method with a few bytes; how many calls there were. A node fault panics.
fn call_all(world: &mut World, contract: ContractId, metadata: &Metadata) -> u64 {
    let methods = metadata.methods.iter().filter(|method| method.kind == MethodKind::Change);
    let mut called = 0;
    for method in methods {
        let mut body = world.body("Alice", contract, &method.name, Raw(vec![1; 8]));
        body.gas_limit = GAS;
        let receipt = send(world, body);
        called += 1;
        if let Outcome::Failed(CallFailure { failure: Failure::Trap(_), .. }) = receipt.outcome {
            assert_eq!(receipt.gas_used, GAS);
        }
    }
    called
}
