//! The chain at a glance, blocks, accounts, contracts.

use serde_json::json;

use crate::dev::{Dev, text};

#[test]
fn the_chain_answers_what_people_ask_first() {
    let dev = Dev::start();

    let status = dev.json(&["status"]);
    assert!(text(&status, "chain_id").starts_with("0x") && text(&status, "chain_id").len() == 66);
    assert!(status["height"].is_u64() && text(&status, "time").ends_with('Z'));
    assert_eq!((status["validators"].as_array().unwrap().len(), &status["peers"]), (1, &json!(0)));
    let human = dev.run(&["status"]);
    assert!(human.stdout.contains("validators") && human.stderr.is_empty(), "{human:?}");

    let sent = dev.json(&["tx", "send", "cash.transfer", "from=//Alice", "to=bob", "amount=5"]);
    let block = dev.json(&["query", "block", &sent["height"].to_string()]);
    assert_eq!(block["transactions"][0]["id"], sent["id"]);
    assert_eq!(block["transactions"][0]["ok"], json!(true));
    assert_eq!(block["certificate"]["signatures"].as_array().unwrap().len(), 1);
    assert_eq!(dev.json(&["query", "block", text(&block, "hash")])["height"], sent["height"]);
    assert!(dev.json(&["query", "block"])["height"].as_u64() >= sent["height"].as_u64());

    let account = dev.json(&["query", "account", "alice"]);
    assert_eq!((text(&account, "kind"), &account["member"]), ("key", &json!(0)));
    assert_eq!(dev.json(&["query", "account", "cash"])["kind"], json!("contract"));

    let unset = dev.json(&["query", "storage", "cash", "0x00000000"]);
    assert!(unset["value"].is_null() && unset["height"].is_u64());
    let contracts = dev.json(&["query", "contracts"]);
    let names: Vec<_> =
        contracts["contracts"].as_array().unwrap().iter().map(|entry| &entry["name"]).collect();
    for name in ["system", "membership", "did", "cash", "escrow", "market", "hanbit"] {
        assert!(names.contains(&&json!(name)), "{name}: {contracts}");
    }
}
