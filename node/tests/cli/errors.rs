//! Each kind of mistake has its exit code, its word and, where one helps, a hint.

use serde_json::json;

use crate::dev::{Dev, run_at, text};

#[test]
fn without_a_node_commands_say_how_to_start_one() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run_at("http://127.0.0.1:1", folder.path(), &["status", "--json"]);
    let error = outcome.json()["error"].clone();
    assert_eq!((outcome.code, text(&error, "code")), (4, "unreachable"));
    assert!(text(&error, "hint").contains("sillok dev"));
    let human = run_at("http://127.0.0.1:1", folder.path(), &["status"]);
    assert!(
        human.stdout.is_empty() && human.stderr.starts_with("error: no answer from the node"),
        "{human:?}"
    );
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| run_at("http://127.0.0.1:1", folder.path(), args);
    assert_eq!(run(&["dance"]).code, 2);
    assert_eq!(run(&["tx", "show"]).code, 2);
    assert_eq!(run(&["query", "block", "--at", "x"]).code, 2);
    assert_eq!(run(&["status", "--did", "did:sillok:00"]).code, 2);
    let json = run(&["dance", "--json"]);
    assert_eq!((json.code, &json.json()["error"]["code"]), (2, &json!("usage")));
    assert_eq!(run(&["--help"]).code, 0);
    assert!(run(&["completions", "bash"]).stdout.contains("sillok"));
}

#[test]
fn wrong_arguments_are_named_before_anything_is_sent() {
    let dev = Dev::start();
    let height = || dev.json(&["status"])["height"].as_u64().unwrap();
    // The first block certifies genesis, and comes by itself.
    while height() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let before = height();
    let send = |args: &[&str]| dev.error(2, &[&["tx", "send", "cash.transfer"], args].concat());

    let error = send(&["from=//Alice", "to=//Bob", "amount=many"]);
    assert!(
        text(&error, "message").contains("`amount`: expected a whole number from 0 to 18446744073709551615")
    );
    let error = send(&["from=//Alice", "to=5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ", "amount=1"]);
    assert!(text(&error, "message").contains("checksum"), "{error}");
    assert!(text(&send(&["from=//Alice", "to=//Bob", "sum=1"]), "message").contains("no parameter `sum`"));
    let error = dev.error(2, &["contract", "call", "bank", "transfer"]);
    assert!(text(&error, "hint").contains("cash"), "{error}");
    dev.error(2, &["tx", "send", "transfer"]);
    dev.error(2, &["tx", "show", "0x12"]);
    dev.error(2, &["query", "block", "tomorrow"]);
    dev.error(2, &["status", "--from"]);

    assert_eq!(height(), before, "a mistake made a block");
}

#[test]
fn what_the_chain_refuses_ends_with_3_and_the_contracts_own_words() {
    let dev = Dev::start();
    let send = |args: &[&str]| dev.error(3, &[&["tx", "send"], args].concat());

    let error = send(&["cash.transfer", "from=//Alice", "to=//Bob", "amount=999999999999"]);
    assert_eq!(text(&error, "code"), "cash.InsufficientFunds");
    assert!(text(&error, "message").starts_with("cash.transfer refused: "), "{error}");

    let error = send(&["cash.transfer", "from=//Bob", "to=//Alice", "amount=1"]);
    assert_eq!(text(&error, "code"), "unauthorised");
    assert!(text(&error, "message").contains("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"), "{error}");
    assert!(text(&error, "hint").contains("--also"), "{error}");

    let nobody = format!("0x{}", "09".repeat(32));
    assert_eq!(dev.error(3, &["contract", "query", &nobody, "total"])["code"], json!("NoSuchContract"));
    assert_eq!(dev.error(3, &["query", "block", "999999"])["code"], json!("NoSuchBlock"));
    assert_eq!(dev.error(3, &["tx", "show", &nobody])["code"], json!("NoSuchTransaction"));
    let error = dev.error(3, &["contract", "call", "system", "upload", "code=0x0061736d01000000"]);
    assert!(text(&error, "code").starts_with("system."), "{error}");
    assert_eq!(dev.error(1, &["contract", "deploy", "missing.wasm"])["code"], json!("file"));
    std::fs::write(dev.folder().join("bad.wasm"), b"not wasm").unwrap();
    assert_eq!(dev.error(1, &["contract", "deploy", "bad.wasm"])["code"], json!("not-a-contract"));
}
