//! Receipts read as sentences.

use std::sync::Arc;

use codec::Encode;
use sillok_abi::{
    Account, CallFailure, ContractId, ErrorSpec, EventSpec, Failure, FieldSpec, Metadata, TrapCode,
};

use super::*;

const CONTRACT: ContractId = ContractId([5; 32]);

fn catalog() -> Catalog {
    let field = |name: &str, ty| FieldSpec { name: name.into(), ty };
    let moved = vec![field("to", TypeSpec::Account), field("amount", TypeSpec::U64)];
    let metadata = Metadata {
        name: "cash".into(),
        version: "1".into(),
        layout: [0; 32],
        storage: vec![],
        methods: vec![],
        events: vec![EventSpec { name: "Moved".into(), docs: String::new(), fields: moved }],
        errors: vec![ErrorSpec {
            name: "TooLittle".into(),
            code: 3,
            docs: "The balance is\n too low.".into(),
        }],
    };
    let mut catalog = Catalog::new();
    catalog.insert(CONTRACT, "won".into(), Arc::new(metadata));
    catalog
}

fn failed(failure: Failure) -> FailureText {
    let failure = CallFailure { contract: CONTRACT, method: "transfer".into(), failure };
    let outcome = Outcome::Failed(failure);
    let receipt = Receipt { id: [1; 32], outcome, gas_used: 7, events: vec![] };
    explain(&receipt, None, &catalog()).outcome.unwrap_err()
}

#[test]
fn a_success_shows_value_and_events() {
    let account = Account::Contract(CONTRACT);
    let event = Event { contract: CONTRACT, name: "Moved".into(), data: (account, 9u64).encode() };
    let unknown = Event { contract: ContractId([6; 32]), name: "Odd".into(), data: vec![1] };
    let outcome = Outcome::Success(12u32.encode());
    let receipt = Receipt { id: [1; 32], outcome, gas_used: 7, events: vec![event, unknown] };
    assert_eq!(Catalog::needed(&receipt).len(), 2);
    let explained = explain(&receipt, Some(&TypeSpec::U32), &catalog());
    let json = explained.to_json();
    assert_eq!((&json["ok"], &json["value"], &json["gas_used"]), (&json!(true), &json!(12), &json!(7)));
    assert_eq!(json["events"][0]["contract"], json!("won"));
    assert_eq!(json["events"][0]["data"], json!({ "to": CONTRACT.to_string(), "amount": 9 }));
    assert_eq!(json["events"][1]["data"], json!("0x01"));
    assert!(explained.to_string().contains("event     won.Moved {\"to\""), "{explained}");
}

#[test]
fn an_error_has_the_contracts_own_name_and_words() {
    let text = failed(Failure::Error { code: 3 });
    assert_eq!(text.code, "cash.TooLittle");
    assert_eq!(text.message, "won.transfer refused: The balance is too low.");
    assert_eq!(failed(Failure::Error { code: 4 }).code, "cash.4");
}

#[test]
fn a_panic_shows_text_and_place() {
    let text = failed(Failure::Panic { message: "overflow".into(), place: "src/lib.rs:3:5".into() });
    assert_eq!(text.code, "panic");
    assert_eq!(text.message, "won.transfer panicked: overflow (at src/lib.rs:3:5)");
}

#[test]
fn traps_and_authority_are_named() {
    assert_eq!(failed(Failure::Trap(TrapCode::OutOfGas)).code, "trap.OutOfGas");
    let text = failed(Failure::Unauthorised { account: Account::Contract(CONTRACT) });
    assert_eq!(text.code, "unauthorised");
    assert!(text.message.contains(&CONTRACT.to_string()) && text.hint.unwrap().contains("--also"));
}
