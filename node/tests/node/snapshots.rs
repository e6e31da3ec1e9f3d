//! Snapshots end to end: made by nodes under load and by the command line, and nodes that begin with them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use sillok_client::rpc::{At, BlockRef, RpcError};

use crate::network::{Load, Network, PATIENCE, VALIDATORS};
use crate::payments::{Payers, finality};
use crate::process::{BINARY, Folder, Node};

/// The node that loses its disk.
const LOST: usize = 3;

/// Changes a node's settings.
fn set(home: &Path, from: &str, to: &str) {
    let file = home.join("node.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(file, text.replace(from, to)).unwrap();
}

/// What the node says, and what to do about it.
fn with_hint(error: RpcError) -> String {
    match error {
        RpcError::Refused { message, hint, .. } => format!("{message}: {}", hint.unwrap_or_default()),
        other => panic!("{other}"),
    }
}

/// The snapshots that a node has.
fn kept(home: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(home.join("data/snapshots")) else { return Vec::new() };
    let whole = |path: &PathBuf| path.join("manifest").exists() && path.extension().is_none();
    let mut kept: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(whole).collect();
    kept.sort();
    kept
}

/// Runs a command; what it prints, and its exit code.
fn run(arguments: &[&str]) -> (Value, Option<i32>) {
    let output = Command::new(BINARY).args(arguments).arg("--json").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    (serde_json::from_str(&text).unwrap_or_else(|_| panic!("{arguments:?}: {text}")), output.status.code())
}

fn done(arguments: &[&str]) -> Value {
    let (value, code) = run(arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {value}");
    value
}

/// All nodes have the same block at this height, and so the same state before it.
async fn agree(network: &Network, height: u64) {
    let mut ids = BTreeSet::new();
    for index in 0..VALIDATORS {
        network.reaches(index, height).await;
        let block = network.client(index).chain_block(BlockRef::Height(height)).await.unwrap();
        ids.insert((block.hash, block.state_root));
    }
    assert_eq!(ids.len(), 1, "height {height}");
}

/// Has a disk alter each chunk of the snapshots that a node keeps.
fn damage(home: &Path) {
    for snapshot in kept(home) {
        for chunk in fs::read_dir(snapshot.join("chunks")).unwrap() {
            let chunk = chunk.unwrap().path();
            let mut bytes = fs::read(&chunk).unwrap();
            bytes[1_000] ^= 1;
            fs::write(&chunk, bytes).unwrap();
        }
    }
}

/// A node dies while it fetches and restores a snapshot, and fetches nothing twice.
fn goes_on_where_it_died(home: &Path, options: &[&str]) {
    Node::dies_home(home, options, "fetched@1");
    let fetched: Vec<PathBuf> =
        fs::read_dir(home.join("data/snapshots")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(
        fetched.iter().all(|path| path.extension().is_some_and(|extension| extension == "part")),
        "{fetched:?}"
    );
    assert_eq!(fetched.len(), 1);
    let written = |path: &Path| fs::metadata(path.join("chunks/000000")).unwrap().modified().unwrap();
    let before = written(&fetched[0]);
    Node::dies_home(home, options, "restoring@50");
    Node::dies_home(home, options, "restored@1");
    assert_eq!(written(&fetched[0]), before, "a chunk that is there is not fetched again");
    // What is unfinished is no chain.
    set(home, "sync = \"snapshot\"", "sync = \"blocks\"");
    let (error, _) = Node::fails_home(home, options);
    assert!(error["message"].as_str().unwrap().contains("was not finished"), "{error}");
    set(home, "sync = \"blocks\"", "sync = \"snapshot\"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_a_disk_joins_by_a_snapshot_of_its_peers() {
    let mut network = Network::prepare();
    for index in 0..VALIDATORS {
        set(&network.home(index), "every = 0", "every = 10");
    }
    (0..VALIDATORS).for_each(|index| network.run(index, &[]));
    let payers = Arc::new(Payers::of(&network.client(0)).await);
    let load = Load::start(payers.clone(), network.urls());
    network.reaches(0, 30).await;
    network.kill(LOST);
    fs::remove_dir_all(network.home(LOST).join("data")).unwrap();
    let begun = Instant::now();
    while (0..LOST).any(|index| kept(&network.home(index)).len() < 2) {
        assert!(begun.elapsed() < PATIENCE, "there are no snapshots");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    load.stop().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    damage(&network.home(0));

    let home = network.home(LOST);
    set(&home, "sync = \"blocks\"", "sync = \"snapshot\"");
    let (error, code) = Node::fails_home(&home, &[]);
    assert!(error["message"].as_str().unwrap().contains("not known what its key has signed"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("--votes-from"), "{error}");
    assert_eq!(code, Some(1));
    let from = (network.height(0).await + 2).to_string();
    let options = ["--votes-from", from.as_str()];
    goes_on_where_it_died(&home, &options);

    network.run(LOST, &options);
    let base: u64 = kept(&home)[0].file_name().unwrap().to_str().unwrap().parse().unwrap();
    assert!(base >= 10, "{base}");
    agree(&network, network.height(0).await).await;
    for nonce in 0..20 {
        let payment = payers.payment(nonce, 1_000_000 + nonce as u64, 1);
        let id = network.client(LOST).tx_submit(&payment).await.unwrap();
        finality(&network.client(LOST), &id).await;
    }
    agree(&network, network.height(0).await).await;
    let client = network.client(LOST);
    for index in 0..6 {
        let (here, there) = (payers.balance(&client, index, Some(base)), network.client(1));
        assert_eq!(here.await, payers.balance(&there, index, Some(base)).await, "at the snapshot's height");
    }
    let past = client.state_storage(&payers.cash, &[0; 4], Some(At::Height(base - 1))).await;
    let past = with_hint(past.unwrap_err());
    assert!(past.contains("no longer kept") && past.contains(&format!("from {base} on")), "{past}");
    let old = with_hint(client.chain_block(BlockRef::Height(base)).await.unwrap_err());
    assert!(old.contains("is not kept") && old.contains(&format!("from {} on", base + 1)), "{old}");
    network.stop(LOST);
    network.run(LOST, &[]);
    agree(&network, network.height(0).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn snapshots_are_made_verified_and_restored_by_the_command_line() {
    let mut network = Network::start();
    let payers = Payers::of(&network.client(0)).await;
    for nonce in 0..10 {
        let id = network.client(0).tx_submit(&payers.payment(nonce, nonce as u64, 1)).await.unwrap();
        for index in 0..VALIDATORS {
            finality(&network.client(index), &id).await;
        }
    }
    let files = Folder::new();
    fs::create_dir_all(files.data()).unwrap();
    let path = |name: &str| files.data().join(name).to_str().unwrap().to_owned();
    let (trust, one, two) = (path("trust.json"), path("one"), path("two"));
    let homes: Vec<String> =
        (0..VALIDATORS).map(|index| network.home(index).to_str().unwrap().to_owned()).collect();
    done(&["trust", "--out", &trust, "--node", &network.urls()[0]]);
    let (locked, _) = run(&["snapshot", "create", "--out", &one, "--home", &homes[0]]);
    assert!(locked["error"]["message"].as_str().unwrap().contains("in use"), "{locked}");
    let height = (network.height(0).await - 1).to_string();
    (0..VALIDATORS).for_each(|index| network.stop(index));

    let made = done(&["snapshot", "create", "--out", &one, "--home", &homes[0], "--at", &height]);
    let same = done(&["snapshot", "create", "--out", &two, "--home", &homes[1], "--at", &height]);
    assert_eq!(made, same);
    let read = |folder: &str, name: &str| fs::read(Path::new(folder).join(name)).unwrap();
    assert_eq!(read(&one, "manifest"), read(&two, "manifest"));
    assert_eq!(read(&one, "chunks/000000"), read(&two, "chunks/000000"));
    let checked = done(&["snapshot", "verify", &one, "--trust", &trust]);
    assert_eq!((&checked["verified"], &checked["snapshot"]), (&true.into(), &made["snapshot"]));
    let (refused, code) = run(&["snapshot", "restore", &one, "--home", &homes[LOST]]);
    assert!(refused["error"]["message"].as_str().unwrap().contains("holds a chain already"), "{refused}");
    assert_eq!(code, Some(1));

    fs::remove_dir_all(network.home(LOST).join("data")).unwrap();
    done(&["snapshot", "restore", &one, "--home", &homes[LOST]]);
    (0..LOST).for_each(|index| network.run(index, &[]));
    let (error, _) = Node::fails_home(&network.home(LOST), &[]);
    assert!(error["hint"].as_str().unwrap().contains("--votes-from"), "{error}");
    let from = (network.height(0).await + 2).to_string();
    network.run(LOST, &["--votes-from", &from]);
    for nonce in 100..110 {
        let id = network.client(LOST).tx_submit(&payers.payment(nonce, nonce as u64, 1)).await.unwrap();
        finality(&network.client(LOST), &id).await;
    }
    agree(&network, network.height(LOST).await).await;
}
