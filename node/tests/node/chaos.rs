//! Four validators as real processes, and everything that can go wrong between and with them: `sillok testnet`
//! with faults that are written to it, and with those of a seed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use sillok_abi::Transaction;
use sillok_client::rpc::{BlockRef, Client};

use crate::network::{Load, PATIENCE, VALIDATORS};
use crate::payments::{Payers, finality};
use crate::process::{BINARY, Folder};

/// How long a chain is watched that is to stand still.
const STILL: Duration = Duration::from_secs(3);
/// How many blocks show that a chain goes on.
const BLOCKS: u64 = 3;

/// A testnet that runs.
struct Testnet {
    process: Child,
    output: BufReader<ChildStdout>,
    urls: Vec<String>,
    folder: Option<Folder>,
}

/// The blocks of a node: id and state root of each, from height 1 on, and where transactions are.
#[derive(Debug, Default, PartialEq)]
struct Chain {
    blocks: Vec<(String, String)>,
    transactions: BTreeMap<String, (u64, bool)>,
}

impl Testnet {
    fn start(options: &[&str]) -> Self {
        Self::start_in(Folder::new(), options)
    }

    /// Starts on what a testnet that has ended has left.
    fn start_in(folder: Folder, options: &[&str]) -> Self {
        let mut process = Command::new(BINARY)
            .args(["testnet", "--json", "--rpc-port", "0", "--p2p-port", "0"])
            .args(options)
            .arg("--data")
            .arg(folder.data())
            .env("RUST_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut text = String::new();
        let banner: Value = loop {
            assert!(output.read_line(&mut text).unwrap() > 0, "{text}");
            if let Ok(banner) = serde_json::from_str(&text) {
                break banner;
            }
        };
        let urls = serde_json::from_value(banner["nodes"].clone()).unwrap_or_else(|_| panic!("{banner}"));
        Testnet { process, output, urls, folder: Some(folder) }
    }

    /// The next line that it prints.
    fn line(&mut self) -> Value {
        let mut text = String::new();
        self.output.read_line(&mut text).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no line, but {text:?}"))
    }

    /// Has something go wrong, or end.
    fn order(&mut self, order: &str) -> Value {
        let input = self.process.stdin.as_mut().unwrap();
        writeln!(input, "{order}").unwrap();
        self.line()
    }

    /// Has something go wrong, from now on.
    fn begin(&mut self, fault: &str) {
        let line = self.order(fault);
        assert_eq!(line["begins"], fault, "{line}");
    }

    /// Has the one thing end that goes wrong.
    fn heal(&mut self) {
        let line = self.order("heal");
        assert!(line["ends"].is_string(), "{line}");
    }

    fn client(&self, node: usize) -> Client {
        Client::new(&self.urls[node - 1]).unwrap()
    }

    async fn height(&self, node: usize) -> u64 {
        self.client(node).chain_status().await.unwrap().height
    }

    /// Waits until a node has a block at this height.
    async fn reaches(&self, node: usize, height: u64) {
        let begun = Instant::now();
        while self.height(node).await < height {
            assert!(begun.elapsed() < PATIENCE, "node {node} does not reach height {height}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until these nodes have decided blocks that none had.
    async fn go_on(&self, nodes: &[usize]) {
        let mut highest = 0;
        for node in nodes {
            highest = highest.max(self.height(*node).await);
        }
        for node in nodes {
            self.reaches(*node, highest + BLOCKS).await;
        }
    }

    /// All that a node has from after `height` on, added to what is known.
    async fn read(&self, node: usize, chain: &mut Chain) {
        let client = self.client(node);
        for height in chain.blocks.len() as u64 + 1..=self.height(node).await {
            let block = client.chain_block(BlockRef::Height(height)).await.unwrap();
            chain.blocks.push((block.hash, block.state_root));
            chain.transactions.extend(block.transactions.into_iter().map(|one| (one.id, (height, one.ok))));
        }
    }

    /// Stops it as Ctrl-C would.
    fn stop(mut self) -> ExitStatus {
        let number = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &number]).status().unwrap().success());
        self.process.wait().unwrap()
    }
}

impl Drop for Testnet {
    fn drop(&mut self) {
        // Its nodes end with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// All that was sent is final on all nodes, and what was final before stays where it was.
async fn nothing_is_lost(testnet: &Testnet, sent: &[Transaction], seen: &Chain) {
    // What a node that was killed or stopped had in its memory alone is sent again.
    let client = testnet.client(1);
    for payment in sent {
        let _ = client.tx_submit(payment).await;
    }
    for payment in sent {
        finality(&client, &payment.body.id()).await;
    }
    let mut whole = Chain::default();
    testnet.read(1, &mut whole).await;
    for node in 2..=VALIDATORS {
        testnet.reaches(node, whole.blocks.len() as u64).await;
        let mut same = Chain::default();
        testnet.read(node, &mut same).await;
        same.blocks.truncate(whole.blocks.len());
        assert_eq!(same, whole, "node {node}");
    }
    let lost = sent.iter().filter(|one| !whole.transactions.contains_key(&hex_id(&one.body.id()))).count();
    assert_eq!(lost, 0);
    assert!(whole.transactions.values().all(|(_, ok)| *ok));
    assert!(seen.transactions.iter().all(|(id, place)| whole.transactions[id] == *place));
    assert!(whole.blocks.starts_with(&seen.blocks), "what was final stays where it was");
}

/// The heights of all nodes.
async fn heights(testnet: &Testnet) -> Vec<u64> {
    let mut heights = Vec::new();
    for node in 1..=VALIDATORS {
        heights.push(testnet.height(node).await);
    }
    heights
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn validators_go_on_through_all_that_goes_wrong_and_lose_nothing() {
    let mut testnet = Testnet::start(&["--faults"]);
    let payers = Arc::new(Payers::of(&testnet.client(1)).await);
    let load = Load::start(payers, testnet.urls[..2].to_vec());
    testnet.go_on(&[1, 2, 3, 4]).await;
    for nonsense in ["murder 1", "kill 9"] {
        assert!(testnet.order(nonsense)["refused"].is_string());
    }

    // One is alone: it stands still, and the others go on.
    testnet.begin("cut 4");
    testnet.go_on(&[1, 2, 3]).await;
    let alone = testnet.height(4).await;
    testnet.go_on(&[1, 2, 3]).await;
    assert_eq!(testnet.height(4).await, alone, "who is cut off has no blocks of the others");
    assert!(testnet.order("pause 4")["refused"].is_string(), "one fault at a time");
    testnet.heal();
    testnet.go_on(&[1, 2, 3, 4]).await;
    let mut seen = Chain::default();
    testnet.read(4, &mut seen).await;

    // Two and two: nobody decides anything, nor can one half go around the links.
    testnet.begin("cut 3,4");
    tokio::time::sleep(STILL / 3).await;
    let before = heights(&testnet).await;
    tokio::time::sleep(STILL).await;
    assert_eq!(before, heights(&testnet).await, "two of four are no quorum");
    testnet.heal();
    testnet.go_on(&[1, 2, 3, 4]).await;

    // One way at a time, late, without a word, and without an answer.
    for fault in ["mute 3", "deafen 4", "delay 4 by 150ms", "kill 4", "pause 3"] {
        testnet.begin(fault);
        testnet.go_on(&[1, 2]).await;
        testnet.heal();
        testnet.go_on(&[1, 2, 3, 4]).await;
    }
    testnet.read(3, &mut seen).await;
    assert!(seen.transactions.len() > 100, "{} were final in the middle of it", seen.transactions.len());
    for node in 1..=VALIDATORS {
        testnet.begin(&format!("restart {node}"));
        testnet.go_on(&[1, 2, 3, 4]).await;
    }
    assert_eq!(testnet.order("kill 2 for 100ms")["begins"], "kill 2 for 100ms");
    assert_eq!(testnet.line()["ends"], "kill 2 for 100ms");

    let sent = load.stop().await;
    nothing_is_lost(&testnet, &sent, &seen).await;

    // A node that is paused stops too.
    testnet.begin("pause 2");
    let status = testnet.stop();
    assert!(status.success(), "{status}");
}

fn hex_id(id: &sillok_abi::Hash) -> String {
    format!("0x{}", hex::encode(id))
}

/// Seed 3 for eight seconds, or what the environment says: a campaign of hours is many of these.
#[allow(clippy::print_stdout, reason = "a campaign counts its faults")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_faults_of_a_seed_are_told_and_never_too_many_and_the_nodes_agree_in_the_end() {
    let chosen = |variable, otherwise: &str| std::env::var(variable).unwrap_or_else(|_| otherwise.into());
    let (seed, time) = (chosen("SILLOK_CHAOS_SEED", "3"), chosen("SILLOK_CHAOS_FOR", "8s"));
    let mut testnet = Testnet::start(&["--chaos", &seed, "--chaos-for", &time]);
    let payers = Arc::new(Payers::of(&testnet.client(1)).await);
    let load = Load::start(payers, testnet.urls.clone());
    let (mut faulty, mut faults) = (0, 0);
    let agreed = loop {
        let line = testnet.line();
        assert!(line["at_ms"].is_u64(), "{line}");
        match (&line["begins"], &line["ends"]) {
            (Value::String(_), _) => (faulty, faults) = (faulty + 1, faults + 1),
            (_, Value::String(_)) => faulty -= 1,
            _ => break line["agreed"].clone(),
        }
        assert!((0..=1).contains(&faulty), "of four, one at a time: {line}");
    };
    assert_eq!((agreed["nodes"].as_u64(), agreed["faults"].as_u64()), (Some(4), Some(faults)), "{agreed}");
    assert!(faults > 0);
    assert!(testnet.process.wait().unwrap().success());
    println!("seed {seed}: {faults} faults");
    let sent = load.stop().await;
    let testnet = Testnet::start_in(testnet.folder.take().unwrap(), &[]);
    nothing_is_lost(&testnet, &sent, &Chain::default()).await;
}
