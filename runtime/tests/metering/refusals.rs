//! What the checks at upload let pass by mistake is an error here, never a module that counts wrongly.

use sillok_runtime::{MeterError, MeterRules, OperatorPrices, meter};

use super::support::{module, rules, with_metadata};

const NOTE: &str = r#"(import "sillok" "note" (func $note (param i32) (result i32)))"#;

fn refused(text: &str, methods: &[&str]) -> MeterError {
    meter(&module(text, methods), &rules()).unwrap_err()
}

#[test]
fn modules_that_were_not_checked() {
    let table = format!("{NOTE} (table 1 funcref) (elem (i32.const 0) $note)");
    let export = format!(r#"{NOTE} (export "run" (func $note))"#);
    for (text, methods) in [
        ("(func $s) (start $s)", &[][..]),
        (&table, &[]),
        (&export, &["run"]),
        ("(memory 65)", &[]),
        (r#"(import "sillok" "g" (global i32))"#, &[]),
        ("", &["run"]),
        (r#"(func (export "run"))"#, &["run"]),
        (r#"(func (export "run") (param i32) (result i64) (i64.const 1))"#, &["run"]),
    ] {
        let error = refused(text, methods);
        assert!(matches!(error, MeterError::Unchecked(_)), "{text}: {error:?}");
    }
    for text in [
        "(func (result f32) (f32.const 1))",
        "(func (result i32 i32) (i32.const 1) (i32.const 1))",
        r#"(memory 1) (data $d "x") (func (data.drop $d))"#,
    ] {
        let error = refused(text, &[]);
        assert!(matches!(error, MeterError::Invalid(_)), "{text}: {error:?}");
    }
    assert!(matches!(meter(b"not wasm", &rules()), Err(MeterError::Invalid(_))));
    let bare = wat::parse_str("(module)").unwrap();
    assert!(matches!(meter(&bare, &rules()), Err(MeterError::Unchecked(_))));
}

/// A module that names a global it does not have is not made valid by the globals that are appended.
#[test]
fn the_original_has_to_be_valid() {
    let reads_global = "\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x07\x01\x05\0\x23\0\x1a\x0b";
    let wasm = with_metadata(reads_global.as_bytes().to_vec(), &[]);
    assert!(matches!(meter(&wasm, &rules()), Err(MeterError::Invalid(_))));
}

#[test]
fn prices_with_which_gas_could_overflow() {
    let price = i32::MAX as u32 + 1;
    let normal = OperatorPrices::default();
    for (prices, name) in [
        (OperatorPrices { grow_page: price, ..normal.clone() }, "grow_page"),
        (OperatorPrices { copy_byte: price, ..normal.clone() }, "copy_byte"),
        (OperatorPrices { fill_byte: price, ..normal.clone() }, "fill_byte"),
    ] {
        let rules = MeterRules { prices, ..rules() };
        assert_eq!(meter(&module("", &[]), &rules), Err(MeterError::Price(name)));
    }
}
