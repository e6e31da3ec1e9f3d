//! Upgrade, hand-over and freeze from the command line.

use serde_json::{Value, json};
use sillok_abi::native::code_hash;
use sillok_client::rpc::to_hex;
use sillok_contracts::{COUNTER, COUNTER2};

use crate::dev::{Dev, text};

/// A chain with a counter that Alice administers, and the path of the second version.
struct Bench {
    dev: Dev,
    counter: String,
    second: String,
}

fn bench() -> Bench {
    let dev = Dev::start();
    let write = |name: &str, wasm: &[u8]| {
        let path = dev.folder().join(name);
        std::fs::write(&path, wasm).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (first, second) = (write("counter.wasm", COUNTER), write("counter2.wasm", COUNTER2));
    let deployed = dev.json(&["contract", "deploy", &first, "owner=//Alice", "--admin", "//Alice"]);
    let counter = text(&deployed, "contract").to_owned();
    dev.json(&["contract", "call", &counter, "add", "who=//Alice", "n=5"]);
    Bench { dev, counter, second }
}

/// A change of this part and name.
fn change<'a>(plan: &'a Value, part: &str, name: &str) -> &'a Value {
    let changes = plan["changes"].as_array().unwrap();
    changes.iter().find(|change| change["part"] == part && change["name"] == name).unwrap()
}

#[test]
fn an_upgrade_is_shown_first_and_made_with_yes() {
    let Bench { dev, counter, second } = bench();
    let shown = ["contract", "upgrade", &counter, "--code", &second, "--limit", "10"];
    let plan = dev.json(&shown);
    assert_eq!((&plan["upgraded"], &plan["migration"]), (&json!(false), &json!("from_v1(limit: u64)")));
    assert_eq!(change(&plan, "method", "reset")["breaking"], json!(true));
    assert_eq!(change(&plan, "method", "set_limit")["old"], json!(null));
    assert_eq!(change(&plan, "method", "set_limit")["breaking"], json!(false));
    assert_eq!(change(&plan, "event", "Counted")["breaking"], json!(true));
    assert_eq!(change(&plan, "error", "1")["breaking"], json!(true));
    assert_eq!(change(&plan, "storage", "layout")["breaking"], json!(false));
    let human = dev.run(&shown).stdout;
    for part in
        ["- change reset(who: Account)   (breaks callers)", "+ query limit() -> u64", "upgrade with --yes"]
    {
        assert!(human.contains(part), "{part}: {human}");
    }
    let inspected = dev.json(&["contract", "inspect", &counter]);
    assert_eq!(inspected["code"], json!(to_hex(code_hash(COUNTER))), "nothing has changed");

    let upgraded = dev.json(&[&shown[..], &["--yes"]].concat());
    assert_eq!(upgraded["upgraded"], json!(true));
    let events = upgraded["events"].as_array().unwrap();
    let names: Vec<_> = events.iter().map(|event| text(event, "name")).collect();
    assert_eq!(names, ["LimitSet", "Upgraded"]);
    assert_eq!(events[0]["data"], json!({ "limit": 10 }), "in the new code's words");
    assert_eq!(text(&events[1]["data"], "to"), to_hex(code_hash(COUNTER2)));
    let inspected = dev.json(&["contract", "inspect", &counter]);
    assert_eq!(inspected["code"], json!(to_hex(code_hash(COUNTER2))));
    assert_eq!(inspected["upgrades"], json!("1"));
    assert_eq!(dev.json(&["contract", "query", &counter, "total", "who=alice"])["value"], json!(5));
    let over = dev.error(3, &["contract", "call", &counter, "add", "who=//Alice", "n=6"]);
    assert_eq!(over["code"], json!("counter2.OverLimit"));
    let called = dev.error(2, &["contract", "call", &counter, "from_v1", "limit=99"]);
    assert!(text(&called, "message").contains("it runs when a contract is upgraded"));
    let again = dev.error(3, &[&shown[..], &["--yes"]].concat());
    assert_eq!(again["code"], json!("system.SameCode"));
}

#[test]
fn what_an_upgrade_is_refused_for_is_said() {
    let Bench { dev, counter, second } = bench();
    let with = |more: &[&'static str]| {
        let upgrade = ["contract", "upgrade", &counter, "--code", &second];
        upgrade.map(str::to_owned).into_iter().chain(more.iter().map(|word| (*word).to_owned())).collect()
    };
    let error = |exit, words: Vec<String>| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        dev.error(exit, &words)
    };
    assert!(text(&error(2, with(&[])), "hint").contains("from_v1(limit: u64)"));
    let refused = error(3, with(&["limit=0", "--yes"]));
    assert_eq!(refused["code"], json!("counter2.NoLimit"), "the migration's own words: {refused}");
    let foreign = error(3, with(&["limit=10", "--yes", "--from", "//Bob"]));
    assert_eq!(foreign["code"], json!("unauthorised"));
    let wasm = dev.folder().join("cash.wasm");
    std::fs::write(&wasm, sillok_contracts::CASH).unwrap();
    let other = ["contract", "upgrade", &counter, "--code", wasm.to_str().unwrap()];
    assert_eq!(dev.error(3, &other)["code"], json!("system.LayoutChanged"));
    let native = dev.error(2, &["contract", "upgrade", "system", "--code", &second]);
    assert!(text(&native, "message").contains("part of the node"));
}

#[test]
fn a_contract_is_handed_over_and_frozen() {
    let Bench { dev, counter, second } = bench();
    let admin = |contract: &str| dev.json(&["contract", "admin", contract])["admin"].clone();
    let (alice, to_bob) = (admin(&counter), ["contract", "admin", &counter, "--to", "//Bob"]);
    assert!(alice.is_string());
    let alone = dev.error(3, &to_bob);
    assert_eq!(alone["code"], json!("unauthorised"), "Bob has to sign too");
    dev.json(&[&to_bob[..], &["--also", "//Bob"]].concat());
    assert_ne!(admin(&counter), alice);

    let freeze = ["contract", "admin", &counter, "--freeze", "--from", "//Bob"];
    assert!(text(&dev.error(2, &freeze), "hint").contains("--yes"));
    let frozen = dev.json(&[&freeze[..], &["--yes"]].concat());
    assert_eq!(text(&frozen["events"][0], "name"), "AdminChanged");
    assert_eq!(admin(&counter), json!(null));
    let human = dev.run(&["contract", "inspect", &counter]).stdout;
    assert!(human.contains("admin     nobody"), "{human}");
    let upgrade = ["contract", "upgrade", &counter, "--code", &second, "limit=1", "--yes", "--from", "//Bob"];
    assert_eq!(dev.error(3, &upgrade)["code"], json!("system.Frozen"));
}

#[test]
fn code_that_is_there_already_is_not_uploaded_again() {
    let Bench { dev, .. } = bench();
    let first = dev.folder().join("counter.wasm");
    let deployed = dev.run(&["contract", "deploy", first.to_str().unwrap(), "owner=//Alice"]);
    assert_eq!(deployed.code, 0, "{deployed:?}");
    assert!(deployed.stderr.contains("is there already"), "{deployed:?}");
}
