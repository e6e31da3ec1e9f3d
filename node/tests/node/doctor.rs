//! `sillok doctor` on a node that is well, and on real faults.

use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use crate::member::{Member, mode, private, sealed};
use crate::ports;
use crate::process::Folder;

/// What the doctor says.
struct Diagnosis {
    code: Option<i32>,
    checks: Vec<Value>,
}

impl Diagnosis {
    fn of(member: &Member) -> Self {
        Diagnosis::with(member, &[])
    }

    fn with(member: &Member, options: &[&str]) -> Self {
        let outcome = member.run(&[&["doctor", "./node"], options].concat());
        let value =
            if outcome.value["doctor"].is_object() { &outcome.value["doctor"] } else { &outcome.value };
        Diagnosis { code: outcome.code, checks: value["checks"].as_array().unwrap().clone() }
    }

    /// What was found to be so.
    fn of_level(&self, level: &str) -> Vec<String> {
        let checks = self.checks.iter().filter(|check| check["level"] == level);
        checks.map(|check| format!("{}: {}; {}", check["check"], check["found"], check["advice"])).collect()
    }

    /// It found this fault, and no other but where `also` allows; so it failed.
    fn finds(&self, check: &str, text: &str, also: &[&str]) {
        assert_eq!(self.code, Some(1), "{:#?}", self.checks);
        let errors = self.of_level("error");
        let known = |error: &&String| also.iter().any(|also| error.contains(also));
        let own: Vec<&String> = errors.iter().filter(|error| !known(error)).collect();
        assert!(!own.is_empty(), "{check} was not found: {errors:#?}");
        for error in own {
            assert!(error.contains(check) && error.contains(text), "{check}, {text}: {errors:#?}");
        }
    }
}

/// What nodes that don't run do to each other.
const ALONE: &str = "\"peer\"";

#[test]
fn a_node_that_is_well_is_told_so_before_its_first_start_and_while_it_runs() {
    let folder = Folder::new();
    let mut members = sealed(&folder.data(), &["alpha", "beta", "gamma"]);
    let first = Diagnosis::of(&members[0]);
    // Its own address is among its peers: all are away.
    assert!(first.of_level("error").iter().all(|error| error.contains(ALONE)), "{:#?}", first.checks);
    let made = members[1].json(&["token", "new", "doctor", "--role", "operate"]);
    let setting = members[1].path("node/node.toml");
    let settings = std::fs::read_to_string(&setting).unwrap();
    let (token, lines) = (made["token"].as_str().unwrap(), made["settings"].as_str().unwrap());
    std::fs::write(&setting, format!("{settings}\n{lines}\n")).unwrap();
    members.iter_mut().for_each(Member::start);
    // A block of each, so that their clocks can be compared.
    for _ in 0..members.len() {
        members[0].json(&["cash", "mint", "alpha", "1", "--from", "alpha"]);
    }
    members[1].waits_for("its doctor", |member| Diagnosis::of(member).code == Some(0));
    let diagnosis = Diagnosis::with(&members[1], &["--token", token]);
    let text = format!("{:?}", [diagnosis.of_level("ok"), diagnosis.of_level("warning")]);
    for found in [
        "is held by the running node",
        "2 nodes are connected",
        "votes with power 1",
        "the node is ready",
        "is on the chain's list of nodes",
        "the password opens it",
        "whole, at height",
        "ms ahead of the last block's when that came",
    ] {
        assert!(text.contains(found), "{found}: {:#?}", diagnosis.checks);
    }
    // People read a line for each check, and the same exit code.
    let output = members[1].command().args(["doctor", "./node"]).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let checks = lines.lines().take_while(|line| !line.is_empty()).count();
    assert_eq!((checks, output.status.code()), (diagnosis.checks.len(), Some(0)), "{lines}");
    assert!(
        lines.lines().all(|line| line.is_empty()
            || line.starts_with("ok ")
            || line.starts_with("warning ")
            || line.ends_with("warnings")
            || line == "nothing is wrong"),
        "{lines}"
    );

    // Two of three are no quorum: after a while the node says that a height takes long.
    members[0].stop();
    members[2].stop();
    Diagnosis::of(&members[1]).finds("peer", "", &["last block"]);
}

#[test]
fn what_is_wrong_with_a_folder_is_found() {
    let folder = Folder::new();
    let members = sealed(&folder.data(), &["alpha"]);
    let mut alpha = members.into_iter().next().unwrap();
    // Alone, it is its own peer.
    let also = [ALONE];
    alpha.settle(&[]);
    assert_eq!(Diagnosis::of(&alpha).code, Some(0), "{:#?}", Diagnosis::of(&alpha).checks);
    let key = alpha.path("node/keys/validator.json");
    mode(&key, 0o644);
    Diagnosis::of(&alpha).finds("validator key", "chmod 600", &also);
    private(&key);
    mode(&alpha.path("password"), 0o640);
    Diagnosis::of(&alpha).finds("password", "mode 640", &also);
    private(&alpha.path("password"));
    let good = std::fs::read(&key).unwrap();
    let text = String::from_utf8(good.clone()).unwrap();
    let sealed = text.split("\"sealed\": \"").nth(1).unwrap()[..4].to_owned();
    std::fs::write(&key, text.replacen(&sealed, if sealed == "0000" { "1111" } else { "0000" }, 1)).unwrap();
    Diagnosis::of(&alpha).finds("validator key", "the password is wrong, or the file was changed", &also);
    std::fs::write(&key, "{}").unwrap();
    Diagnosis::of(&alpha).finds("validator key", "is not a key file", &also);
    std::fs::write(&key, &good).unwrap();
    std::fs::rename(alpha.path("node/keys/network.json"), alpha.path("network.json")).unwrap();
    Diagnosis::of(&alpha).finds("network key", "is missing", &also);
    std::fs::rename(alpha.path("network.json"), alpha.path("node/keys/network.json")).unwrap();

    let genesis = alpha.path("node/genesis.scale");
    std::fs::rename(&genesis, alpha.path("away.scale")).unwrap();
    Diagnosis::of(&alpha).finds("genesis", "genesis.scale is missing", &also);
    std::fs::write(&genesis, b"no").unwrap();
    Diagnosis::of(&alpha).finds("genesis", "is not SCALE of a genesis", &also);
    std::fs::rename(alpha.path("away.scale"), &genesis).unwrap();

    let settings = std::fs::read_to_string(alpha.path("node/node.toml")).unwrap();
    std::fs::write(alpha.path("node/node.toml"), format!("rcp = 1\n{settings}")).unwrap();
    Diagnosis::of(&alpha).finds("settings", "rcp", &also);
    std::fs::write(alpha.path("node/node.toml"), &settings).unwrap();
    data_and_log(&mut alpha);
}

/// The same of the data folder and what is in it.
fn data_and_log(alpha: &mut Member) {
    alpha.start();
    alpha.json(&["cash", "mint", "alpha", "1", "--from", "alpha"]);
    alpha.stop();
    let log = alpha.path("node/data/consensus.log");
    let whole = std::fs::read(&log).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    std::fs::write(&log, damaged).unwrap();
    Diagnosis::of(alpha).finds("consensus log", "is damaged", &[]);
    std::fs::remove_file(&log).unwrap();
    Diagnosis::of(alpha).finds("consensus log", "--votes-from", &[]);
    std::fs::write(&log, &whole).unwrap();
    assert_eq!(Diagnosis::of(alpha).code, Some(0));
    let format = alpha.path("node/data/FORMAT");
    let known = std::fs::read(&format).unwrap();
    std::fs::write(&format, "sillok data 99\n").unwrap();
    Diagnosis::of(alpha).finds("data", "sillok data 99", &[]);
    std::fs::write(&format, known).unwrap();
    // Another genesis than that of the data.
    alpha.json(&[
        "genesis",
        "new",
        "other",
        "--out",
        "other.toml",
        "--organisation",
        &format!("alpha={}", address(alpha)),
    ]);
    alpha.json(&["genesis", "add", "other.toml", "./node", "--from", "alpha", "--out", "other.entry.toml"]);
    alpha.json(&["genesis", "seal", "other.toml", "other.entry.toml", "--out", "other.scale"]);
    std::fs::copy(alpha.path("other.scale"), alpha.path("node/genesis.scale")).unwrap();
    Diagnosis::of(alpha).finds("consensus log", "belongs to the chain", &[]);
}

fn address(member: &Member) -> String {
    member.json(&["keys", "show", member.name])["address"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_wrong_around_a_node_is_found() {
    let folder = Folder::new();
    let members = sealed(&folder.data(), &["alpha"]);
    let alpha = members.into_iter().next().unwrap();
    alpha.settle(&[]);
    // Others hold its ports.
    for port in [alpha.ports.0, alpha.ports.1] {
        let held = TcpListener::bind(("127.0.0.1", port)).unwrap();
        Diagnosis::of(&alpha).finds("port", &format!("127.0.0.1:{port} can't be listened on"), &[]);
        drop(held);
    }
    // A node of another chain answers there.
    let mut other = sealed(&folder.data().join("others"), &["beta"]).remove(0);
    other.ports.0 = alpha.ports.0;
    other.settle(&[]);
    other.start();
    Diagnosis::of(&alpha).finds("node", "is of the chain", &["can't be listened on"]);
    other.stop();
    // Nobody is there, or nothing of the kind.
    let nobody = ports::free(1).unwrap()[0];
    let id = "12D3KooWBf7uFWxHzQQHrorWSFWkED9nepyaB8tMhfgvLmG5JwU6";
    let away = format!("/ip4/127.0.0.1/tcp/{nobody}/p2p/{id}");
    alpha.settle(&[away.clone(), format!("/dns4/nowhere.invalid/tcp/1/p2p/{id}")]);
    Diagnosis::of(&alpha).finds(ALONE, "no peer can be reached", &[]);
    let there = TcpListener::bind("127.0.0.1:0").unwrap();
    alpha.settle(&[away, format!("/ip4/127.0.0.1/tcp/{}/p2p/{id}", there.local_addr().unwrap().port())]);
    let diagnosis = Diagnosis::of(&alpha);
    assert_eq!(
        (diagnosis.code, diagnosis.of_level("warning").iter().any(|it| it.contains(ALONE))),
        (Some(0), true)
    );
    // Few open files.
    alpha.settle(&[]);
    let few = Command::new("sh")
        .args(["-c", "ulimit -n 200 && exec \"$0\" doctor ./node --json", crate::process::BINARY])
        .current_dir(alpha.path(""))
        .output()
        .unwrap();
    let value: Value = serde_json::from_slice(&few.stdout).unwrap();
    assert!(value["doctor"].to_string().contains("may have 200 of them"), "{value:#}");
    assert_eq!(few.status.code(), Some(1));
    let none = alpha.run(&["doctor", "./nowhere"]);
    assert_eq!(none.code, Some(1));
    assert!(none.error().contains("is not a node's folder"), "{}", none.error());
}
