//! Random modules on our engine and on another one, and hostile input to upload and host functions.
//!
//! A module is generated ([`smith`], [`program`]), wrapped so that its state shows ([`observe`]) and deployed on
//! a chain in memory ([`lab`]). Each call is also run by the interpreter wasmi with a second implementation of
//! the host ([`interpreter`], [`calls`], [`host`]), where it pays before every single operator and for the memory that it
//! wrote ([`oracle`], [`prices`], [`frames`], [`written`]), and once without paying. [`compare`] says what has to be the same. [`depth`] finds the depth at which
//! the stack ends. [`upload`] and [`arguments`] are about
//! input that is hostile by itself.
//!
//! `SILLOK_DIFFERENTIAL_MODULES` says how many modules there are in all, `SILLOK_DIFFERENTIAL_SEED` the seed of
//! the first; the next has the next. A module that differs is cut down, written to a file and named by its seed.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test, which says what it covered")]

mod arguments;
mod calls;
mod choices;
mod compare;
mod depth;
mod frames;
mod host;
mod interpreter;
mod lab;
mod observe;
mod oracle;
mod prices;
mod program;
mod sections;
mod smith;
mod upload;
mod watchdog;
mod written;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use choices::{Choices, random_bytes};
use compare::{Verdict, check};
use lab::Lab;
use sillok_runtime::limits::NATIVE_STACK_BYTES;
use sillok_testing::unless_settled;
use watchdog::Watchdog;

/// How many modules `make test` compares, half of each kind.
const MODULES: u64 = 10_000;
/// How many tests share the modules of a kind, so that they run side by side.
const PARTS: u64 = 4;
/// After how many modules a chain is thrown away, with all that it has compiled.
const CHAIN_MODULES: u64 = 200;
/// How often a module that differs is tried with fewer bytes.
const ATTEMPTS: u32 = 2_000;
/// The bytes from which a module is made.
const MODULE_BYTES: usize = 4_096;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

type Generate = fn(&Lab, &[u8]) -> Vec<u8>;

/// Generates a module from its bytes and compares its runs. A panic of either engine is a difference.
fn outcome(lab: &Lab, generate: Generate, seed: u64, bytes: &[u8]) -> Result<Verdict, String> {
    let compare = || check(lab, &generate(lab, bytes), &mut Choices::new(&random_bytes(!seed, 256)));
    let caught = catch_unwind(AssertUnwindSafe(compare));
    caught.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).into()));
        Err(format!("a panic: {}", text.unwrap_or_default()))
    })
}

/// Cuts a failing module's bytes as long as some difference stays.
fn shrunk(lab: &Lab, generate: Generate, seed: u64, mut bytes: Vec<u8>) -> Vec<u8> {
    let mut attempts = 0;
    let mut fails = |bytes: &[u8]| {
        attempts += 1;
        attempts <= ATTEMPTS && outcome(lab, generate, seed, bytes).is_err()
    };
    let mut step = bytes.len() / 2;
    while step > 0 {
        let mut at = 0;
        while at < bytes.len() {
            let end = (at + step).min(bytes.len());
            let without = [&bytes[..at], &bytes[end..]].concat();
            let zeroed = [&bytes[..at], &vec![0; end - at], &bytes[end..]].concat();
            if fails(&without) {
                bytes = without;
            } else {
                if bytes[at..end].iter().any(|byte| *byte != 0) && fails(&zeroed) {
                    bytes = zeroed;
                }
                at = end;
            }
        }
        step /= 2;
    }
    bytes
}

/// Compares the modules of one part.
fn differential(kind: &'static str, generate: Generate, part: u64) -> BTreeMap<Verdict, u64> {
    let modules = setting("SILLOK_DIFFERENTIAL_MODULES", MODULES).div_ceil(2 * PARTS);
    let first = setting("SILLOK_DIFFERENTIAL_SEED", 1).wrapping_add(part * modules);
    let watchdog = Watchdog::new(kind, first);
    let mut verdicts = BTreeMap::new();
    for start in (0..modules).step_by(CHAIN_MODULES as usize) {
        let lab = Lab::new();
        for number in start..modules.min(start + CHAIN_MODULES) {
            let seed = first.wrapping_add(number);
            watchdog.feed(seed);
            let bytes = random_bytes(seed, MODULE_BYTES);
            match outcome(&lab, generate, seed, &bytes) {
                Ok(verdict) => *verdicts.entry(verdict).or_default() += 1,
                Err(difference) => report(&lab, kind, generate, seed, bytes, &difference),
            }
        }
    }
    eprintln!("{modules} modules of {kind} from seed {first}: {verdicts:#?}");
    verdicts
}

/// Runs where contracts have the stack that they need.
fn with_stack(run: impl FnOnce() + Send + 'static) {
    #[allow(clippy::disallowed_methods, reason = "a test's own thread, which nothing else looks at")]
    let thread = std::thread::Builder::new().stack_size(NATIVE_STACK_BYTES).spawn(run).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn report(lab: &Lab, kind: &str, generate: Generate, seed: u64, bytes: Vec<u8>, difference: &str) -> ! {
    // Each attempt may panic: that says nothing new.
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let bytes = shrunk(lab, generate, seed, bytes);
    let small = outcome(lab, generate, seed, &bytes).err().unwrap_or_default();
    set_hook(hook);
    let path = format!("{}/{kind}-{seed}.wasm", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, generate(lab, &bytes)).unwrap();
    panic!(
        "{kind}, seed {seed}: {difference}\nCut down ({path}): {small}\nAgain: SILLOK_DIFFERENTIAL_SEED={seed} \
         SILLOK_DIFFERENTIAL_MODULES=2 cargo nextest run --cargo-profile release --workspace \
         -E 'binary(differential) & test({kind}::part_1)'"
    );
}

/// How many of `verdicts` are as `wanted` says, in percent.
fn percent(verdicts: &BTreeMap<Verdict, u64>, wanted: impl Fn(&Verdict) -> bool) -> u64 {
    let matching: u64 = verdicts.iter().filter(|(verdict, _)| wanted(verdict)).map(|(_, count)| count).sum();
    100 * matching / verdicts.values().sum::<u64>()
}

/// So few modules say nothing of how they are distributed.
const FEW: u64 = 500;

/// Compares the modules of one part, unless just that was done by this program.
fn settle(kind: &str, number: u64, part: fn(u64)) {
    let modules = setting("SILLOK_DIFFERENTIAL_MODULES", MODULES);
    let seed = setting("SILLOK_DIFFERENTIAL_SEED", 1);
    let name = format!("{kind}, part {number} of {modules} modules from seed {seed}");
    unless_settled(&name, || with_stack(move || part(number)));
}

/// A test for each part.
macro_rules! parts {
    ($kind:literal: $($name:ident = $part:literal),*) => {
        $(#[test]
        fn $name() {
            super::settle($kind, $part, part);
        })*
    };
}

mod wasm_smith {
    use super::*;

    fn part(part: u64) {
        let verdicts = differential("wasm_smith", |_, bytes| smith::module(bytes), part);
        if verdicts.values().sum::<u64>() >= FEW {
            assert!(percent(&verdicts, |verdict| matches!(verdict, Verdict::Refused(_))) < 20);
            assert!(percent(&verdicts, |verdict| *verdict == Verdict::Returned) >= 20);
        }
    }

    parts!("wasm_smith": part_1 = 0, part_2 = 1, part_3 = 2, part_4 = 3);
}

mod structured {
    use super::*;

    fn part(part: u64) {
        let verdicts = differential("structured", |lab, bytes| program::module(bytes, &lab.peer), part);
        if verdicts.values().sum::<u64>() >= FEW {
            assert!(percent(&verdicts, |verdict| matches!(verdict, Verdict::Refused(_))) == 0);
            assert!(percent(&verdicts, |verdict| *verdict == Verdict::Returned) >= 50);
            for trap in ["OutOfGas", "StackOverflow", "MemoryOutOfBounds", "BadInstruction", "Unreachable"] {
                assert!(verdicts.contains_key(&Verdict::Trapped(trap.into())), "no module traps so: {trap}");
            }
        }
    }

    parts!("structured": part_1 = 0, part_2 = 1, part_3 = 2, part_4 = 3);
}
