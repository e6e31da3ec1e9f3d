//! The protocol's document says what the tables of the code say.
#![allow(clippy::unwrap_used, reason = "a test")]

use sillok_runtime::{CODE_ERRORS, CODE_LIMITS, CodeLimits};

/// The rows of a table of the document, between its marks.
fn rows(mark: &str) -> Vec<&'static str> {
    let document = include_str!("../../docs/protocol.md");
    let marked = document.split(&format!("<!-- {mark} -->")).nth(1).unwrap();
    let table = marked.split(&format!("<!-- /{mark} -->")).next().unwrap();
    table.trim().lines().skip(2).collect()
}

fn check(mark: &str, expected: &[String]) {
    assert_eq!(rows(mark), expected, "write these rows to docs/protocol.md:\n{}", expected.join("\n"));
}

#[test]
fn the_table_of_code_s_refusals_is_the_table() {
    let row = |(refusal, name, docs): &(sillok_runtime::CodeError, &str, &str)| {
        format!("| {} | `{name}` | {} |", refusal.code(), docs.trim())
    };
    check("code-errors", &CODE_ERRORS.iter().map(row).collect::<Vec<_>>());
}

#[test]
fn the_table_of_code_s_limits_is_the_table() {
    let figures = CodeLimits::default().figures();
    let row = |((name, docs), figure): (&(&str, &str), &u32)| {
        format!("| `{name}` | {} | {} |", grouped(*figure), docs.trim())
    };
    check("code-limits", &CODE_LIMITS.iter().zip(&figures).map(row).collect::<Vec<_>>());
}

#[test]
fn the_table_of_governance_s_refusals_is_the_table() {
    let section = sillok_runtime::native_metadata(&sillok_abi::native::GOVERNANCE).unwrap();
    let metadata = sillok_abi::Metadata::from_section(section).unwrap();
    let row =
        |error: &sillok_abi::ErrorSpec| format!("| {} | `{}` | {} |", error.code, error.name, error.docs);
    check("governance-errors", &metadata.errors.iter().map(row).collect::<Vec<_>>());
}

/// A number with commas between thousands.
fn grouped(number: u32) -> String {
    match number / 1_000 {
        0 => number.to_string(),
        thousands => format!("{},{:03}", grouped(thousands), number % 1_000),
    }
}
