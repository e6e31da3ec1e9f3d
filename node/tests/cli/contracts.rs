//! Any contract from the command line: deploy, call, query, inspect, driven by its metadata.

use serde_json::json;
use sillok_abi::native::code_hash;
use sillok_client::rpc::to_hex;

use crate::dev::{Dev, run_at, text};

#[test]
fn a_contract_is_deployed_called_and_queried_by_its_metadata() {
    let dev = Dev::start();
    let wasm = dev.folder().join("counter.wasm");
    std::fs::write(&wasm, sillok_contracts::COUNTER).unwrap();
    let wasm = wasm.to_str().unwrap();

    let inspected = dev.json(&["contract", "inspect", wasm]);
    assert_eq!(inspected["name"], json!("counter"));
    let deployed = dev.json(&["contract", "deploy", wasm, "--owner", "//Alice"]);
    let id = text(&deployed, "contract");
    assert_eq!(deployed["code"], inspected["code"]);
    let inspected = dev.json(&["contract", "inspect", id]);
    assert_eq!(inspected["code"], deployed["code"]);

    let added = dev.json(&["contract", "call", id, "add", "--who", "//Alice", "--n", "41"]);
    assert_eq!((&added["value"], &added["events"][0]["name"]), (&json!(41), &json!("Counted")));
    let added = dev.json(&["contract", "call", id, "add", "who=//Bob", "n=1", "--from", "//Bob"]);
    assert_eq!(added["events"][0]["data"]["total"], json!(1));
    let total = dev.json(&["contract", "query", id, "total", "who=alice"]);
    assert_eq!(total["value"], json!(41));

    let before = (added["height"].as_u64().unwrap() - 1).to_string();
    let past = dev.json(&["contract", "query", id, "total", "who=bob", "--at", &before]);
    assert_eq!(past["value"], json!(0));

    // The same salt gives the same id, once.
    let salt = format!("0x{}", "07".repeat(32));
    dev.json(&["contract", "deploy", wasm, "owner=//Alice", "--salt", &salt]);
    let again = dev.error(3, &["contract", "deploy", wasm, "owner=//Alice", "--salt", &salt]);
    assert_eq!(again["code"], json!("system.ContractExists"));
}

#[test]
fn metadata_answers_what_a_call_needs() {
    let dev = Dev::start();
    let hint = |args: &[&str]| dev.error(2, args)["hint"].as_str().unwrap_or_default().to_owned();

    assert!(
        hint(&["contract", "call", "cash"]).contains("transfer(from: Account, to: Account, amount: u64)")
    );
    assert!(hint(&["contract", "query", "cash"]).contains("balance(owner: Account) -> Balance"));
    assert!(hint(&["contract", "call", "cash", "transfer", "amount=1"]).contains("to=5Grwva"));
    assert!(hint(&["contract", "call", "cash", "steal"]).contains("transfer"));
    assert!(hint(&["contract", "query", "cash", "transfer"]).contains("contract call cash transfer"));
    let human = dev.run(&["contract", "inspect", "cash"]).stdout;
    for part in ["queries", "changes", "events", "errors", "Balance { available: u64, held: u64 }"] {
        assert!(human.contains(part), "{part}: {human}");
    }
}

#[test]
fn a_contract_builds_to_the_same_code_as_in_the_node() {
    let folder = tempfile::tempdir().unwrap();
    let counter = concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/counter");
    let built = run_at("", folder.path(), &["contract", "build", counter, "--json"]);
    assert_eq!(built.code, 0, "{built:?}");
    let built = built.json();
    assert_eq!(built["code"], json!(to_hex(code_hash(sillok_contracts::COUNTER))));
    assert_eq!(std::fs::read(text(&built, "wasm")).unwrap(), sillok_contracts::COUNTER);

    let none = run_at("", folder.path(), &["contract", "build", "--json"]);
    assert_eq!((none.code, &none.json()["error"]["code"]), (1, &json!("build")));
}
