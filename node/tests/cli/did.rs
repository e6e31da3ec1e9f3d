//! A DID's life: created, keys changed, resolved in every version, given up.

use serde_json::json;

use crate::dev::{Dev, text};

#[test]
fn a_did_is_created_rotated_resolved_and_given_up() {
    let dev = Dev::start();
    let created = dev.json(&["did", "create"]);
    let did = text(&created, "did").to_string();
    let resolve = |version: Option<&str>| {
        let version: Vec<_> = version.into_iter().flat_map(|version| ["--version-id", version]).collect();
        dev.json(&[["did", "resolve", &did].as_slice(), &version].concat())
    };
    let first = resolve(None);
    assert_eq!(first["didDocument"]["id"], json!(did));
    let method = &first["didDocument"]["verificationMethod"][0];
    assert_eq!((text(method, "id"), text(method, "type")), (format!("{did}#key-1").as_str(), "Multikey"));
    // The multibase form of //Alice's public key with sr25519's multicodec.
    assert_eq!(text(method, "publicKeyMultibase"), "z6QNzHod3tSSJbwo4e5xGDcnsndsR9WByZzPoCGdbv3sv1jJ");

    let rotate = ["did", "rotate-key", &did, "--key-name", "key-1", "--new-key", "//Bob"];
    assert_eq!(dev.json(&[rotate.as_slice(), &["--did-key", "//Alice"]].concat())["version"], 2);
    // Alice's key is no longer one of the DID's.
    assert!(text(&dev.error(2, &rotate), "hint").contains("key-1"));
    let service = ["--name", "web", "--type", "LinkedDomains", "--endpoint", "https://example.com"];
    dev.json(&[["did", "add-service", &did, "--did-key", "//Bob"].as_slice(), &service].concat());
    let ed25519 = format!("ed25519:0x{}", "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6");
    dev.json(&["did", "add-key", &did, "--key-name", "ed", "--new-key", &ed25519, "--from", "//Bob"]);

    let latest = resolve(None);
    assert_eq!(latest["didDocumentMetadata"]["versionId"], "4");
    assert_eq!(latest["didDocument"]["service"][0]["serviceEndpoint"], "https://example.com");
    assert_eq!(latest["didDocument"]["authentication"], json!([format!("{did}#key-1"), format!("{did}#ed")]));
    assert_eq!(resolve(Some("1"))["didDocument"], first["didDocument"]);

    dev.json(&["did", "deactivate", &did, "--did-key", "//Bob"]);
    let ended = resolve(None);
    assert_eq!(ended["didDocumentMetadata"]["deactivated"], true);
    assert_eq!(ended["didDocument"]["authentication"], json!([]));
}

#[test]
fn what_is_no_did_is_said() {
    let dev = Dev::start();
    let unknown = format!("did:sillok:{}", "0".repeat(64));
    assert_eq!(dev.error(1, &["did", "resolve", &unknown])["code"], "not-found");
    assert!(text(&dev.error(2, &["did", "resolve", "did:web:example.com"]), "hint").contains("did:sillok:"));
    assert_eq!(dev.error(2, &["did", "create", "--new-key", "rsa:0x00"])["code"], "usage");
    assert_eq!(dev.error(3, &["did", "create", "--new-key", "p256:0x00"])["code"], "did.BadKey");
}
