//! Calls that several parties have to agree to: the command signs for every key at hand and names
//! whoever is missing.

use serde_json::json;

use crate::dev::{Dev, text};

/// The bank of dev chains.
const BANK: &str = "//Ferdie";

#[test]
fn each_partys_signature_is_made_or_asked_for() {
    let dev = Dev::start();
    // The bank and the owner both have to agree to burning.
    let burn = ["contract", "call", "cash", "burn", "from=//Bob", "amount=1000"];
    let error = dev.error(3, &[burn.as_slice(), &["--from", BANK]].concat());
    assert!(text(&error, "message").contains("5FHneW46"), "{error}");

    let before = available(&dev, "//Bob");
    let burned = dev.json(&[burn.as_slice(), &["--from", BANK, "--also", "//Bob"]].concat());
    assert_eq!(available(&dev, "//Bob"), before - 1_000);
    // A third party can submit what two others agree to.
    let sponsored = dev.json(&[burn.as_slice(), &["--also", BANK, "--also", "//Bob"]].concat());
    assert_eq!(available(&dev, "//Bob"), before - 2_000);

    let shown = dev.json(&["tx", "show", text(&sponsored, "id")]);
    let transaction = &shown["transaction"];
    assert!(text(transaction, "submitter").starts_with("5Grwva"));
    assert_eq!(transaction["authorised_by"].as_array().unwrap().len(), 2);
    assert_eq!(transaction["args"]["amount"], json!(1_000));
    assert_eq!(shown["receipt"]["events"][0]["name"], json!("Burned"));
    assert_ne!(burned["id"], sponsored["id"]);
}

#[test]
fn a_did_agrees_with_one_of_its_keys() {
    let dev = Dev::start();
    let (bob, eve) = (public(&dev, "//Bob"), public(&dev, "//Eve"));
    let key =
        |name: &str, public: &str| json!({ "name": name, "scheme": "Sr25519", "public": public }).to_string();
    let first = format!("key={}", key("first", &bob));
    let created =
        dev.json(&["contract", "call", "did", "create", &first, &format!("salt=0x{}", "01".repeat(32))]);
    let id = created["value"].as_str().unwrap().to_owned();
    let did = format!("did:sillok:{}", id.trim_start_matches("0x"));

    let rotate = [
        "contract",
        "call",
        "did",
        "rotate_key",
        &format!("id={id}"),
        "name=first",
        &format!("key={}", key("second", &eve)),
    ];
    let error = dev.error(3, &rotate);
    assert!(text(&error, "hint").contains(&format!("--did {did}")), "{error}");
    let wrong = dev.error(2, &[rotate.as_slice(), &["--did", &did, "--did-key", "//Eve"]].concat());
    assert!(text(&wrong, "hint").contains("first"), "{wrong}");
    dev.json(&[rotate.as_slice(), &["--did", &did, "--did-key", "//Bob"]].concat());

    // The DID can hold money, and spends it with its new key only.
    dev.json(&["tx", "send", "cash.transfer", "from=//Alice", &format!("to={did}"), "amount=50"]);
    let spend =
        ["tx", "send", "cash.transfer", &format!("from={did}"), "to=//Bob", "amount=20", "--did", &did];
    dev.error(2, &[spend.as_slice(), &["--did-key", "//Bob"]].concat());
    dev.json(&[spend.as_slice(), &["--did-key", "//Eve"]].concat());
    assert_eq!(available(&dev, &did), 30);
}

fn available(dev: &Dev, owner: &str) -> u64 {
    let balance = dev.json(&["contract", "query", "cash", "balance", &format!("owner={owner}")]);
    balance["value"]["available"].as_u64().unwrap()
}

fn public(dev: &Dev, key: &str) -> String {
    text(&dev.json(&["keys", "show", key]), "public").to_owned()
}
