//! The README's walk, run as it stands there, and what it leaves behind.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::dev::Dev;

const BINARY: &str = env!("CARGO_BIN_EXE_sillok");

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The lines of the `sh` blocks between the walk's marks.
fn walk() -> String {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let walk = readme.split("<!-- walk -->").nth(1).unwrap().split("<!-- /walk -->").next().unwrap();
    let blocks = walk.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap()).collect()
}

#[test]
fn the_readme_s_walk_works() {
    let dev = Dev::start();
    let script = format!("set -eu\nsillok() {{ '{BINARY}' \"$@\"; }}\n{}", walk());
    assert!(script.matches("sillok ").count() > 20, "the walk is there: {script}");
    let output = Command::new("sh")
        .args(["-c", &script])
        .env("SILLOK_NODE", dev.url())
        .env("SILLOK_KEYS", dev.folder().join("keys"))
        .current_dir(repository())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let narration = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{narration}");

    // Forty shares at 5,000 won, then an escrow of 20 shares for 100,000; a second one came to nothing.
    let cash = |who: &str| dev.json(&["cash", "balance", who])["available"].clone();
    assert_eq!(cash("//Alice"), serde_json::json!(1_000_300_000));
    assert_eq!(cash("//Bob"), serde_json::json!(999_700_000));
    let deals = dev.json(&["escrow", "list", "//Bob"]);
    let statuses: Vec<&str> =
        deals["escrows"].as_array().unwrap().iter().map(|deal| deal["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["Settled", "Expired"]);
    let holders = dev.json(&["register", "holders", "SAMPLE Kimchi Works"]);
    assert!(holders.to_string().contains("60"), "Bob holds sixty shares: {holders}");
}
