//! Keys on this machine: no node is needed to make one, and a new key can sign once it is admitted.

use serde_json::json;

use crate::dev::{Dev, run_at, text};

/// Where nothing listens.
const NOWHERE: &str = "http://127.0.0.1:1";

#[test]
fn a_key_is_made_listed_shown_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| run_at(NOWHERE, folder.path(), args);

    let made = run(&["keys", "new", "treasurer", "--note", "for tests", "--json"]).json();
    let shown = run(&["keys", "show", "treasurer", "--json"]).json();
    assert_eq!(made["address"], shown["address"]);
    assert!(shown["seed"].is_null(), "the secret is shown without being asked for");
    let secret = run(&["keys", "show", "treasurer", "--secret", "--json"]).json();
    assert_eq!(run(&["keys", "show", text(&secret, "seed"), "--json"]).json()["address"], made["address"]);

    let listed = run(&["keys", "list", "--json"]).json();
    let names: Vec<_> = listed["keys"].as_array().unwrap().iter().map(|key| text(key, "name")).collect();
    assert_eq!(names, ["treasurer", "//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie"]);

    let again = run(&["keys", "new", "treasurer", "--json"]);
    assert_eq!((again.code, &again.json()["error"]["code"]), (1, &json!("key-exists")));
    for name in ["alice", "../key", "Upper", ""] {
        assert_eq!(run(&["keys", "new", name]).code, 2, "{name}");
    }
    assert_eq!(run(&["keys", "show", "nobody"]).code, 2);
}

#[test]
fn a_new_key_signs_once_a_member_has_admitted_it() {
    let dev = Dev::start();
    let made = dev.json(&["keys", "new", "clerk"]);
    let transfer = ["tx", "send", "cash.transfer", "from=clerk", "to=//Bob", "amount=3", "--from", "clerk"];
    dev.json(&["tx", "send", "cash.transfer", "from=//Alice", "to=clerk", "amount=10"]);
    assert_eq!(dev.error(3, &transfer)["code"], json!("NotAdmitted"));

    let admit = format!("account={}", text(&made, "address"));
    dev.json(&["contract", "call", "membership", "admit", "member=0", &admit]);
    dev.json(&transfer);
    let file = dev.folder().join("keys").join("clerk.json");
    let by_file = ["contract", "call", "cash", "transfer", "from=clerk", "to=//Bob", "amount=7", "--key"];
    dev.json(&[by_file.as_slice(), &[file.to_str().unwrap()]].concat());
    let balance = dev.json(&["contract", "query", "cash", "balance", "owner=clerk"]);
    assert_eq!(balance["value"]["available"], json!(0));
}

#[test]
fn who_mistypes_a_development_account_is_told() {
    let dev = Dev::start();
    let said = |args: &[&str]| dev.run(args).stderr;
    let note = "note: //Alcie is a key of its own, and not //Alice";
    assert_eq!(said(&["cash", "balance", "//Alcie"]).trim_end(), note);
    assert!(said(&["cash", "transfer", "//Bob", "1", "--from", "//Alcie"]).contains(note));
    assert_eq!(said(&["cash", "balance", "//Alcie", "--quiet"]), "");
    assert_eq!(said(&["cash", "balance", "//Carol"]), "");
}
