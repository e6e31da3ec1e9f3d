//! Every limit of code: exactly at it code is accepted, one above it is refused with its code.

use std::fmt::Write;

use codec::Encode;
use sillok_abi::{ABI_VERSION, Item};
use sillok_runtime::{CODE_LIMITS, CodeError, CodeLimits, check_code};
use sillok_testing::code::{MEMORY, contract, contract_item, custom_section, module};

/// A limit: its name, what exceeding it is refused as, and code that uses exactly so much.
type Boundary = (&'static str, CodeError, fn(u32) -> Vec<u8>);

const BOUNDARIES: [Boundary; 25] = [
    ("code_bytes", CodeError::TooLarge, code_bytes),
    ("types", CodeError::TooManyTypes, |n| many("(type (func))", n)),
    ("imports", CodeError::TooManyImports, imports),
    ("functions", CodeError::TooManyFunctions, |n| many("(func)", n)),
    ("tables", CodeError::TooManyTables, |n| many("(table 1 funcref)", n)),
    ("table_elements", CodeError::TableTooLarge, |n| with(&format!("(table {n} funcref)"))),
    ("memory_initial_pages", CodeError::MemoryTooLarge, |n| {
        contract(&format!(r#"(memory (export "memory") {n})"#))
    }),
    ("globals", CodeError::TooManyGlobals, |n| many("(global i32 (i32.const 0))", n)),
    ("exports", CodeError::TooManyExports, exports),
    ("data_segments", CodeError::TooManyDataSegments, |n| many(r#"(data (i32.const 0) "")"#, n)),
    ("element_segments", CodeError::TooManyElementSegments, element_segments),
    ("params", CodeError::TooManyParams, |n| with(&format!("(func (param {}))", repeat("i32 ", n)))),
    ("results", CodeError::TooManyResults, |n| {
        with(&format!("(type (func (result {})))", repeat("i32 ", n)))
    }),
    ("locals", CodeError::TooManyLocals, |n| {
        with(&format!("(func (local {}))", repeat("i32 i64 ", n / 2) + &repeat("i32", n % 2)))
    }),
    ("body_bytes", CodeError::BodyTooLarge, body_bytes),
    ("operators", CodeError::TooManyOperators, |n| with(&format!("(func {})", repeat("nop ", n - 1)))),
    ("nesting", CodeError::NestingTooDeep, |n| {
        with(&format!("(func {} {})", repeat("block ", n - 1), repeat("end ", n - 1)))
    }),
    ("operands", CodeError::OperandStackTooHigh, |n| {
        with(&format!("(func {} {})", repeat("i32.const 0 ", n), repeat("drop ", n)))
    }),
    ("loop_nesting", CodeError::LoopsTooDeep, |n| {
        with(&format!("(func {} {})", repeat("block loop ", n), repeat("end end ", n)))
    }),
    ("branches", CodeError::TooManyBranches, |n| with(&format!("(func {})", repeat("block end ", n)))),
    ("branch_targets", CodeError::BranchTableTooLarge, |n| {
        with(&format!("(func (br_table {} (i32.const 0)))", repeat("0 ", n)))
    }),
    ("complexity", CodeError::FunctionTooComplex, |n| with(&complex(n))),
    ("module_complexity", CodeError::ModuleTooComplex, module_complexity),
    ("name_bytes", CodeError::NameTooLong, |n| with(&format!(r#"(func (export "{}"))"#, repeat("n", n)))),
    ("metadata_bytes", CodeError::MetadataTooLarge, metadata_bytes),
];

fn repeat(item: &str, count: u32) -> String {
    item.repeat(count as usize)
}

fn with(text: &str) -> Vec<u8> {
    contract(&format!("{MEMORY} {text}"))
}

fn many(item: &str, count: u32) -> Vec<u8> {
    with(&repeat(item, count))
}

fn code_bytes(bytes: u32) -> Vec<u8> {
    let mut code = with("");
    // A section's header: id, three bytes of size, one of the name's length.
    let padding = bytes as usize - code.len() - 5;
    code.extend(custom_section("", &vec![0; padding]));
    code
}

fn imports(count: u32) -> Vec<u8> {
    contract(&(repeat(r#"(import "sillok" "block_time" (func (result i64)))"#, count) + MEMORY))
}

fn exports(count: u32) -> Vec<u8> {
    let mut text = String::from("(func $f)");
    for index in 1..count {
        write!(text, r#"(export "e{index}" (func $f))"#).unwrap();
    }
    with(&text)
}

fn element_segments(count: u32) -> Vec<u8> {
    with(&format!("(table 1 funcref) {}", repeat("(elem (i32.const 0))", count)))
}

fn body_bytes(bytes: u32) -> Vec<u8> {
    // A count of locals, an end, and between them as few instructions as possible.
    let content = bytes - 2;
    let long = repeat("(drop (i64.const 0x7fffffffffffffff))", content / 12);
    with(&format!("(func {long} {})", repeat("nop ", content % 12)))
}

/// A function of this complexity: locals × (1 + blocks).
fn complex(complexity: u32) -> String {
    let most = CodeLimits::default();
    let fits = |locals: &u32| complexity.is_multiple_of(*locals) && complexity / locals - 1 <= most.branches;
    let locals = (1..=most.locals).find(fits).unwrap();
    let blocks = complexity / locals - 1;
    format!("(func (local {}) {})", repeat("i32 ", locals), repeat("block end ", blocks))
}

fn module_complexity(complexity: u32) -> Vec<u8> {
    let most = CodeLimits::default().complexity;
    let rest = complexity % most;
    let whole = complex(most).repeat((complexity / most) as usize);
    with(&(whole + &if rest > 0 { complex(rest) } else { String::new() }))
}

fn metadata_bytes(bytes: u32) -> Vec<u8> {
    // What an entry has besides a long name, whose length takes four bytes, where a short one's takes one.
    let other = contract_item(ABI_VERSION).encode().len() as u32 - "sample".len() as u32 + 3;
    let name = repeat("n", bytes - other);
    module(MEMORY, &[Item::Contract { abi: ABI_VERSION, name, version: "0".into(), layout: [0; 32] }])
}

/// The figure of this name.
fn figure(figures: &CodeLimits, name: &str) -> u32 {
    let index = CODE_LIMITS.iter().position(|(known, _)| *known == name).unwrap();
    figures.figures()[index]
}

/// Code one above each limit.
pub(crate) fn refused() -> Vec<(Vec<u8>, CodeError)> {
    let most = CodeLimits::default();
    BOUNDARIES.map(|(name, refusal, make)| (make(figure(&most, name) + 1), refusal)).to_vec()
}

#[test]
fn code_at_a_limit_is_accepted_and_one_above_is_refused() {
    let most = CodeLimits::default();
    for (name, refusal, make) in BOUNDARIES {
        let limit = figure(&most, name);
        let code = make(limit);
        let used = check_code(&code, &most).map(|accepted| figure(&accepted.used, name));
        assert_eq!(used, Ok(limit), "{name} at its limit");
        let checked = check_code(&make(limit + 1), &most).map(|_| ());
        assert_eq!(checked, Err(refusal), "{name} above its limit of {limit}");
    }
}

#[test]
fn every_limit_has_a_boundary() {
    // Memory is limited when it grows; no code is refused for it.
    for (name, _) in CODE_LIMITS.iter().filter(|(name, _)| *name != "memory_pages") {
        assert!(BOUNDARIES.iter().any(|(known, _, _)| known == name), "{name}");
    }
}

#[test]
fn a_chain_may_lower_limits_but_not_raise_them() {
    let most = CodeLimits::default();
    let lower = CodeLimits { functions: 1, ..CodeLimits::default() };
    assert_eq!(check_code(&many("(func)", 2), &lower).map(|_| ()), Err(CodeError::TooManyFunctions));
    assert_eq!((most.excessive(), lower.excessive()), (None, None));
    let higher = CodeLimits { functions: most.functions + 1, ..most };
    assert_eq!(higher.excessive(), Some("functions"));
    let mut genesis = sillok_testing::genesis();
    genesis.parameters.code = higher;
    let outside = sillok_runtime::Outside::default();
    let runtime = sillok_runtime::Runtime::new(genesis.hash(), genesis.parameters.clone(), outside).unwrap();
    let refused = runtime.build_genesis(&genesis).map(drop).unwrap_err();
    assert!(refused.to_string().contains("`functions`"), "{refused}");
}

/// Limits that are small because the thing is: half of them is no sensible bound.
const SMALL: [&str; 5] = ["imports", "tables", "results", "memory_initial_pages", "name_bytes"];

#[test]
fn real_contracts_are_far_below_the_limits() {
    let most = CodeLimits::default().figures();
    for (contract, code) in sillok_contracts::ALL {
        let used = check_code(code, &CodeLimits::all(u32::MAX)).unwrap().used.figures();
        for (((name, _), used), most) in CODE_LIMITS.iter().zip(used).zip(&most) {
            let share = if SMALL.contains(name) { 1 } else { 2 };
            assert!(used * share <= *most, "{contract} uses {used} of {most} {name}");
        }
    }
}
