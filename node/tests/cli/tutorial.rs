//! docs/contracts.md, followed as it stands there: from an empty folder to a deployed contract, in a crate
//! that is no member of the workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::dev::{BINARY, Dev, text};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The code blocks of one language in the section of this heading.
fn blocks(heading: &str, language: &str) -> Vec<String> {
    let tutorial = fs::read_to_string(repository().join("docs/contracts.md")).unwrap();
    let section = tutorial.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let fence = format!("```{language}\n");
    let blocks = section.split(&fence).skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The tutorial's crate in a folder of its own, depending on this repository's sdk.
fn write_crate(folder: &Path) {
    let manifest = blocks("A crate", "toml").concat();
    let sdk = repository().join("sdk");
    let placed = manifest.replace("../sillok/sdk", sdk.to_str().unwrap());
    assert_ne!(manifest, placed, "the tutorial names the sdk's path");
    fs::create_dir(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), placed).unwrap();
    fs::write(folder.join("src/lib.rs"), blocks("The counter", "rust").join("\n")).unwrap();
    // The versions that are here already, so that cargo need not ask the registry.
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

/// Builds a contract, with what the workspace's contracts have compiled already.
fn build(folder: &Path) -> Value {
    let target = Path::new(BINARY).ancestors().nth(2).unwrap();
    let output = Command::new(BINARY)
        .args(["contract", "build", "--json"])
        .env("CARGO_TARGET_DIR", target)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_tutorial_leads_from_nothing_to_a_deployed_contract() {
    let dev = Dev::start();
    let tally = dev.folder().join("tally");
    fs::create_dir(&tally).unwrap();
    write_crate(&tally);

    let built = build(&tally);
    assert_eq!(built["name"], json!("tally"));
    let wasm = text(&built, "wasm");
    let inspected = dev.run(&["contract", "inspect", wasm]).stdout;
    for line in blocks("Build, deploy, call, inspect", "console")[1].lines().skip(5) {
        assert!(inspected.contains(line.trim_end()), "the tutorial shows `{line}`, and not: {inspected}");
    }
    let deployed = dev.json(&["contract", "deploy", wasm, "owner=//Alice"]);
    let id = text(&deployed, "contract");
    let added = dev.json(&["contract", "call", id, "add", "who=//Alice", "n=5"]);
    assert_eq!((&added["value"], &added["events"][0]["name"]), (&json!(5), &json!("Counted")));
    assert_eq!(dev.json(&["contract", "query", id, "total", "who=//Alice"])["value"], json!(5));
}

#[test]
fn the_tutorial_s_code_is_the_counter_s() {
    let counter = fs::read_to_string(repository().join("contracts/counter/src/lib.rs")).unwrap();
    let code = |text: &str| {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("//!"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(code(&blocks("The counter", "rust").join("\n")), code(&counter));
}
