//! `sillok register import` on a real chain: the cap table in the end, what is refused, and that a
//! second or an interrupted import does no harm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::dev::{Dev, text};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ocf-sample")
}

fn import(dev: &Dev, folder: &Path) -> Value {
    dev.json(&["register", "import", folder.to_str().unwrap()])
}

/// The height once the empty block is there that certifies the last one's state.
fn height(dev: &Dev) -> u64 {
    loop {
        let block = dev.json(&["query", "block"]);
        if block["transactions"].as_array().unwrap().is_empty() {
            return block["height"].as_u64().unwrap();
        }
    }
}

fn assert_complete(result: &Value) {
    let refused = result["refused"].as_array().unwrap();
    let applied = result["applied"].as_u64().unwrap();
    assert_eq!(applied + refused.len() as u64, result["records"].as_u64().unwrap());
    assert!(refused.iter().all(|refusal| {
        ["file", "id", "reason"].iter().all(|key| refusal[key].as_str().is_some_and(|text| !text.is_empty()))
    }));
}

/// A copy of the sample folder, with its transactions edited.
fn edited(dev: &Dev, name: &str, edit: impl FnOnce(&mut Vec<Value>)) -> PathBuf {
    let folder = dev.folder().join(name);
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(sample()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let path = folder.join("Transactions.ocf.json");
    let mut file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    edit(file["items"].as_array_mut().unwrap());
    fs::write(&path, file.to_string()).unwrap();
    folder
}

/// The reason for which a record was refused; none if it was applied.
fn reason<'a>(result: &'a Value, id: &str) -> Option<&'a str> {
    result["refused"]
        .as_array()
        .unwrap()
        .iter()
        .find(|refusal| refusal["id"] == id)
        .map(|refusal| text(refusal, "reason"))
}

#[test]
fn the_sample_is_imported_once() {
    let dev = Dev::start();
    let first = import(&dev, &sample());
    assert_complete(&first);
    assert_eq!((first["records"].as_u64(), first["applied"].as_u64()), (Some(21), Some(16)));
    let expected = json!([
        { "holder": "Bora Baek", "class": "Common", "shares": 350 },
        { "holder": "Dami Do", "class": "Preferred", "shares": 120 },
    ]);
    assert_eq!(first["cap_table"], expected);

    let before = height(&dev);
    assert_eq!(import(&dev, &sample()), first);
    assert_eq!(height(&dev), before, "a second import made a block");

    let register = text(&first, "register");
    let holders = dev.json(&["register", "holders", register, "--names", sample().to_str().unwrap()]);
    assert_eq!(holders["cap_table"][0]["holder"], "Bora Baek");
    let history = dev.json(&["register", "history", "SAMPLE Kimchi Works"]);
    let kinds: Vec<_> =
        history["history"].as_array().unwrap().iter().map(|entry| text(entry, "kind")).collect();
    let expected =
        ["Issue", "Acceptance", "Transfer", "Repurchase", "Cancellation", "Issue", "Issue", "Retraction"];
    assert_eq!(kinds, expected);
}

#[test]
fn acme_ends_with_its_cap_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/ocf-acme-holdings");
    if !folder.is_dir() {
        return;
    }
    let dev = Dev::start();
    let result = import(&dev, &folder);
    assert_complete(&result);
    let refused = result["refused"].as_array().unwrap();
    let transactions = refused.iter().filter(|refusal| refusal["file"] == "Transactions.ocf.json").count();
    assert_eq!((result["records"].as_u64(), transactions), (Some(50), 22));
    let expected = json!([
        { "holder": "Fiona Felicity Founder", "class": "Ordinary A", "shares": 80_000 },
        { "holder": "Charlie Chuck Cofounder", "class": "Ordinary A", "shares": 25_000 },
        { "holder": "Jane Eyre CTO", "class": "Ordinary B", "shares": 25_000 },
        { "holder": "Fiona Felicity Founder", "class": "Preferred", "shares": 35_000 },
    ]);
    assert_eq!(result["cap_table"], expected);
    let before = height(&dev);
    assert_eq!(import(&dev, &folder), result);
    assert_eq!(height(&dev), before, "a second import made a block");
}

#[test]
fn an_interrupted_import_goes_on() {
    let (dev, other) = (Dev::start(), Dev::start());
    for milliseconds in [20, 35, 50, 65, 80] {
        let mut process = Command::new(env!("CARGO_BIN_EXE_sillok"))
            .args(["register", "import", "--node", dev.url()])
            .arg(sample())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        let _ = process.kill();
        process.wait().unwrap();
    }
    assert_eq!(import(&dev, &sample()), import(&other, &sample()));
}

#[test]
fn a_folder_that_grew_is_continued() {
    let dev = Dev::start();
    let early = edited(&dev, "early", |items| items.retain(|item| text(item, "date") < "2021-01-01"));
    let first = import(&dev, &early);
    assert_eq!(first["cap_table"], json!([{ "holder": "Bora Baek", "class": "Common", "shares": 600 }]));
    let whole = import(&dev, &sample());
    assert_eq!(whole["register"], first["register"]);
    assert_eq!(whole["cap_table"][0]["shares"], 350);
}

#[test]
fn files_that_contradict_the_register_are_refused() {
    let dev = Dev::start();
    import(&dev, &sample());
    let before = height(&dev);
    let changed = edited(&dev, "changed", |items| {
        let item = items.iter_mut().find(|item| item["id"] == "t_preferred").unwrap();
        item["quantity"] = json!("121");
    });
    let result = import(&dev, &changed);
    assert!(reason(&result, "t_preferred").unwrap().contains("with other terms"), "{result}");
    assert_eq!(result["cap_table"][1]["shares"], 120);
    assert_eq!(height(&dev), before);
}

#[test]
fn what_the_register_refuses_is_listed_with_what_builds_on_it() {
    let dev = Dev::start();
    let too_many = edited(&dev, "too-many", |items| {
        let item = |id: &str, kind: &str, security: &str, more: Value| {
            let mut item =
                json!({ "id": id, "object_type": kind, "date": "2024-01-01", "security_id": security });
            item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            item
        };
        let issue = json!({ "stakeholder_id": "chan", "stock_class_id": "common", "quantity": "700" });
        items.push(item("t_too_many", "TX_STOCK_ISSUANCE", "s9", issue));
        items.push(item("t_builds_on_it", "TX_STOCK_ACCEPTANCE", "s9", json!({})));
    });
    let result = import(&dev, &too_many);
    assert_complete(&result);
    let refused = reason(&result, "t_too_many").unwrap();
    assert!(refused.starts_with("the register refuses it: "), "{refused}");
    let follows = reason(&result, "t_builds_on_it").unwrap();
    assert_eq!(follows, "its security s9 does not stand, as t_too_many was refused");
    assert_eq!(result["cap_table"][0]["shares"], 350);
}

#[test]
fn folders_that_are_none_are_named() {
    let dev = Dev::start();
    let folder = dev.folder().join("empty");
    fs::create_dir(&folder).unwrap();
    let error = dev.error(1, &["register", "import", folder.to_str().unwrap()]);
    assert_eq!(text(&error, "code"), "ocf.folder");
    fs::write(folder.join("Manifest.ocf.json"), "{\n\"file_type\": oops").unwrap();
    let error = dev.error(1, &["register", "import", folder.to_str().unwrap()]);
    assert_eq!(text(&error, "code"), "ocf.content");
    assert!(text(&error, "message").starts_with("Manifest.ocf.json:2: "), "{error}");
}

#[test]
fn names_stay_in_the_files() {
    let dev = Dev::start();
    let register = text(&import(&dev, &sample()), "register").to_string();
    let holders = dev.json(&["register", "holders", &register]);
    assert!(text(&holders["cap_table"][0], "holder").starts_with("0x"), "{holders}");
    let folder = sample();
    let holders = dev.json(&["register", "holders", &register, "--names", folder.to_str().unwrap()]);
    assert_eq!(holders["cap_table"][0]["holder"], "Bora Baek");
}
