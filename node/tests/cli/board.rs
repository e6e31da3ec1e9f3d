//! A board acts: its directors sign with keys at hand, or apart, each at their own time and place.

use std::fs;

use serde_json::json;

use crate::dev::{Dev, text};

/// Two of the sample board's directors are Alice and Charlie; Dave is none.
const SPEND: [&str; 5] = ["tx", "send", "cash.transfer", "from=board", "to=//Dave"];

fn available(dev: &Dev, owner: &str) -> u64 {
    let balance = dev.json(&["contract", "query", "cash", "balance", &format!("owner={owner}")]);
    balance["value"]["available"].as_u64().unwrap()
}

/// A chain whose sample board has some money.
fn funded() -> Dev {
    let dev = Dev::start();
    dev.json(&["tx", "send", "cash.transfer", "from=//Alice", "to=board", "amount=100"]);
    dev
}

#[test]
fn a_board_signs_with_its_directors_keys() {
    let dev = funded();
    let spend = [SPEND.as_slice(), &["amount=40", "--from", "//Eve"]].concat();
    let error = dev.error(3, &spend);
    assert_eq!(error["code"], "unauthorised");
    assert!(text(&error, "hint").contains("--board"), "{error}");
    let by = |keys: &str| [spend.as_slice(), &["--board", keys]].concat().join(" ");
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let refused = |keys: &str| {
        let words = words(&by(keys));
        dev.error(2, &words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert!(text(&refused("board=//Alice"), "message").contains("2 of the directors"));
    assert!(text(&refused("board=//Alice,//Alice"), "message").contains("2 of the directors"));
    assert!(text(&refused("board=//Alice,//Dave"), "message").contains("not a director's"));
    assert!(text(&refused("cash=//Alice,//Bob"), "message").contains("no board"));
    assert_eq!(refused("//Alice")["code"], "usage");
    let before = available(&dev, "//Dave");
    for keys in ["board=//Charlie,//Alice", "board=//Alice,//Bob,//Charlie"] {
        let words = words(&by(keys));
        dev.json(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }
    assert_eq!((available(&dev, "board"), available(&dev, "//Dave")), (20, before + 80));
}

#[test]
fn directors_sign_apart() {
    let dev = funded();
    let file = dev.folder().join("agreement.json");
    let copy = dev.folder().join("copy.json");
    let (file_text, copy_text) = (file.to_str().unwrap(), copy.to_str().unwrap());
    let prepare =
        ["tx", "prepare", "cash.transfer", "from=board", "to=//Dave", "amount=30", "--from", "//Eve"];
    let prepared = dev.json(&[prepare.as_slice(), &["--out", file_text]].concat());
    assert_eq!(
        (&prepared["parties"][0]["needed"], &prepared["parties"][0]["missing"]),
        (&json!(2), &json!(2))
    );
    fs::copy(&file, &copy).unwrap();

    let send = ["tx", "send", "--agreed", file_text, "--from", "//Eve"];
    assert_eq!(dev.error(3, &send)["code"], "unsigned");
    assert_eq!(dev.error(2, &["keys", "sign", file_text, "//Dave"])["code"], "usage");
    assert_eq!(dev.json(&["keys", "sign", file_text, "//Bob"])["missing"], json!(1));
    // Alice signs on a device of her own: only the digest goes there and the signature comes back.
    let signed = dev.json(&["keys", "sign", text(&prepared["parties"][0], "digest"), "//Alice"]);
    let (public, signature) = (text(&signed, "public"), text(&signed, "signature"));
    let put = ["keys", "sign", copy_text, "--public", public, "--signature", signature];
    assert_eq!(dev.json(&put)["missing"], json!(1));
    let both = [send.as_slice(), &["--agreed", copy_text]].concat();
    dev.json(&both);
    assert_eq!(available(&dev, "board"), 70);
    let again = dev.error(3, &both);
    assert!(text(&again, "message").contains("used before"), "{again}");

    // Whoever changes what was agreed to has to find other signatures.
    let spoiled = fs::read_to_string(&file).unwrap().replace("\"nonce\": ", "\"nonce\": 1");
    fs::write(&file, spoiled).unwrap();
    assert!(text(&dev.error(2, &send), "message").contains("spoiled"));
}

#[test]
fn a_director_accepts_and_joins() {
    let dev = funded();
    let public = text(&dev.json(&["keys", "show", "//Dave"]), "public").to_owned();
    let key = format!("key={}", json!({ "scheme": "Sr25519", "public": public }));
    let digest = dev.json(&["contract", "query", "board", "acceptance", &key]);
    let signed = dev.json(&["keys", "sign", text(&digest, "value"), "//Dave"]);
    let acceptance = format!("acceptance={}", text(&signed, "signature"));
    let appoint =
        ["contract", "call", "board", "appoint", &key, "threshold=3", "--board", "board=//Alice,//Bob"];
    let nothing = format!("acceptance=0x{}", "00".repeat(64));
    let without = [appoint.as_slice(), &[&nothing]].concat();
    assert_eq!(dev.error(3, &without)["code"], "board.NotAccepted");
    assert_eq!(dev.json(&[appoint.as_slice(), &[&acceptance]].concat())["value"], json!(4));
    let roll = dev.json(&["contract", "query", "board", "roll"]);
    assert_eq!(
        (&roll["value"]["threshold"], roll["value"]["directors"].as_array().unwrap().len()),
        (&json!(3), 4)
    );
    let spend = [SPEND.as_slice(), &["amount=1", "--board", "board=//Alice,//Bob"]].concat();
    assert!(text(&dev.error(2, &spend), "message").contains("3 of the directors"));
}
