//! `make run`, as a newcomer types it: a banner with what to try, a clean stop, and the same chain again.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::process::{BINARY, Folder};

/// Runs `make run` on `data` in a process group of its own, as a terminal does, and reads its banner.
fn make_run(data: &Path) -> (Child, Vec<String>) {
    let mut make = Command::new("make");
    // What cargo and the test runner tell this test of its own package: crates that look at it would be
    // compiled again, for nothing.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_")) {
        if !matches!(name.as_str(), "CARGO_HOME" | "CARGO_TARGET_DIR") {
            make.env_remove(name);
        }
    }
    let mut make = make
        .args(["--no-print-directory", "run"])
        .arg(format!("ARGS=--rpc 127.0.0.1:0 --data {}", data.display()))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let lines = BufReader::new(make.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut banner = Vec::new();
    for line in lines {
        let last = line.starts_with("Ctrl-C");
        banner.push(line);
        if last {
            break;
        }
    }
    (make, banner)
}

/// Ctrl-C: an interrupt for the whole group.
fn interrupt(make: &mut Child) {
    let group = format!("-{}", make.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
    make.wait().unwrap();
}

fn field(banner: &[String], name: &str) -> String {
    let line = banner.iter().find_map(|line| line.trim().strip_prefix(name));
    line.unwrap_or_else(|| panic!("no `{name}` in {banner:#?}")).trim().to_owned()
}

/// Alice pays Bob that much; what she has left.
fn pay(rpc: &str, amount: &str) -> u64 {
    let run = |args: &[&str]| {
        let url = rpc.split_whitespace().next().unwrap();
        let output = Command::new(BINARY).args(args).args(["--json", "--node", url]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    run(&["cash", "transfer", "//Bob", amount]);
    run(&["cash", "balance", "//Alice"])["available"].as_u64().unwrap()
}

#[test]
fn make_run_starts_a_chain_and_then_continues_it() {
    let folder = Folder::new();
    let (mut make, banner) = make_run(&folder.data());
    assert!(field(&banner, "RPC").starts_with("http://127.0.0.1:"));
    for name in ["//Alice", "//Ferdie", "did", "cash", "escrow", "market", "hanbit"] {
        field(&banner, name);
    }
    let tries = banner.iter().filter(|line| line.trim().contains("release/sillok ")).count();
    assert!(tries >= 5, "{banner:#?}");
    let available = pay(&field(&banner, "RPC"), "5");
    interrupt(&mut make);

    let (mut make, again) = make_run(&folder.data());
    assert_eq!(field(&again, "Chain id"), field(&banner, "Chain id"));
    assert_eq!(pay(&field(&again, "RPC"), "7"), available - 7, "the same chain goes on: {again:#?}");
    interrupt(&mut make);
}
