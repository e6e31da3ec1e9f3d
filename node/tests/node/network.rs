//! Four validators, each a real process, over real sockets: robbed of their disks, too few, voted in and out. What goes
//! wrong between them is in `chaos`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sillok_abi::{Hash, Transaction};
use sillok_client::rpc::{BlockRef, Client, TxStatus};

use crate::payments::{Payers, finality};
use crate::power::Disk;
use crate::process::{BINARY, Folder, Node};

/// How long a machine with much else to do may take for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// Between two payments.
const PAUSE: Duration = Duration::from_millis(5);
/// How often a validator loses power.
const POWER_CUTS: u64 = 12;
/// So many payments later one is sent again, each time to another node.
const AGAIN: [usize; 3] = [2_001, 8_002, 20_003];
pub(crate) const VALIDATORS: usize = 4;

/// Validators, and what outlives each.
pub(crate) struct Network {
    folder: Folder,
    nodes: Vec<Option<Node>>,
}

impl Network {
    /// Makes and starts them.
    pub(crate) fn start() -> Self {
        let mut network = Network::prepare();
        // Side by side: one alone waits for nobody, but starting takes its time.
        (0..VALIDATORS).for_each(|index| network.run(index, &[]));
        network
    }

    /// Makes them.
    pub(crate) fn prepare() -> Self {
        let folder = Folder::new();
        let made = Command::new(BINARY)
            .args(["testnet", "--prepare", "--rpc-port", "0", "--p2p-port", "0", "--json", "--data"])
            .arg(folder.data())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        Network { folder, nodes: (0..VALIDATORS).map(|_| None).collect() }
    }

    pub(crate) fn home(&self, index: usize) -> PathBuf {
        self.folder.data().join(format!("node-{}", index + 1))
    }

    /// Starts one, with these options.
    pub(crate) fn run(&mut self, index: usize, options: &[&str]) {
        self.nodes[index] = Some(Node::start_home(&self.home(index), options));
    }

    /// Starts one on a disk that can lose power.
    fn run_on(&mut self, disk: &Disk, index: usize) {
        self.nodes[index] = Some(Node::start_home_on(disk, &self.home(index)));
    }

    pub(crate) fn kill(&mut self, index: usize) {
        self.nodes[index].take().unwrap().kill();
    }

    pub(crate) fn stop(&mut self, index: usize) {
        let status = self.nodes[index].take().unwrap().stop("-INT");
        assert!(status.success(), "{status}");
    }

    /// One that runs.
    pub(crate) fn node(&self, index: usize) -> &Node {
        self.nodes[index].as_ref().unwrap()
    }

    pub(crate) fn client(&self, index: usize) -> Client {
        self.node(index).client()
    }

    pub(crate) fn urls(&self) -> Vec<String> {
        self.nodes.iter().flatten().map(|node| node.url().to_owned()).collect()
    }

    /// Waits until this node has a block at this height.
    pub(crate) async fn reaches(&self, index: usize, height: u64) {
        let begun = Instant::now();
        while self.client(index).chain_status().await.unwrap().height < height {
            assert!(begun.elapsed() < PATIENCE, "node {index} does not reach height {height}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn height(&self, index: usize) -> u64 {
        self.client(index).chain_status().await.unwrap().height
    }

    /// All have the same blocks, and so the same states.
    async fn agree(&self) {
        let mut heights = Vec::new();
        for index in 0..VALIDATORS {
            heights.push(self.height(index).await);
        }
        let lowest = heights.iter().min().copied().unwrap();
        for height in [1, lowest / 2, lowest].into_iter().filter(|height| *height > 0) {
            let mut ids = BTreeSet::new();
            for index in 0..VALIDATORS {
                let block = self.client(index).chain_block(BlockRef::Height(height)).await.unwrap();
                ids.insert((block.hash, block.state_root));
            }
            assert_eq!(ids.len(), 1, "height {height}");
        }
    }
}

/// Payments that go on until they are told to stop: sent to whoever answers.
pub(crate) struct Load {
    going: Arc<AtomicBool>,
    sent: Arc<Mutex<Vec<Transaction>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Load {
    pub(crate) fn start(payers: Arc<Payers>, urls: Vec<String>) -> Self {
        let (going, sent) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(Vec::new())));
        let (still, sending) = (going.clone(), sent.clone());
        let task = tokio::spawn(async move {
            let clients: Vec<Client> = urls.iter().map(|url| Client::new(url).unwrap()).collect();
            let mut nonce = 0;
            while still.load(Ordering::SeqCst) {
                let payment = payers.payment(nonce as usize, nonce, nonce % 97 + 1);
                sending.lock().unwrap().push(payment.clone());
                // A node that is down is what this is about: what it had in memory alone is sent again.
                let _ = clients[nonce as usize % clients.len()].tx_submit(&payment).await;
                nonce += 1;
                for age in AGAIN {
                    let Some(at) = (nonce as usize).checked_sub(age) else { break };
                    let old = sending.lock().unwrap()[at].clone();
                    let _ = clients[(at + age) % clients.len()].tx_submit(&old).await;
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        Load { going, sent, task }
    }

    /// Stops; everything that was sent.
    pub(crate) async fn stop(self) -> Vec<Transaction> {
        self.going.store(false, Ordering::SeqCst);
        self.task.await.unwrap();
        self.sent.lock().unwrap().clone()
    }
}

fn ids(sent: &[Transaction]) -> Vec<Hash> {
    sent.iter().map(|payment| payment.body.id()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_that_dies_at_every_step_while_it_catches_up_agrees_in_the_end() {
    let mut network = Network::start();
    let payers = Payers::of(&network.client(0)).await;
    network.kill(3);
    for nonce in 0..50 {
        let id = network.client(0).tx_submit(&payers.payment(nonce, nonce as u64, 1)).await.unwrap();
        finality(&network.client(0), &id).await;
    }
    // Blocks are made permanent one behind the other, and the next is begun before the last is on disk.
    for point in ["sealed", "hashing", "unwritten", "written", "committed", "announced"] {
        Node::dies_home(&network.home(3), &[], &format!("{point}@5"));
    }
    network.run(3, &[]);
    network.reaches(3, network.height(0).await).await;
    network.agree().await;
}

/// While it catches up it syncs now and then, and before it says anything to others: it must not have said what it
/// does not know any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_that_loses_power_again_and_again_agrees_in_the_end() {
    let mut network = Network::prepare();
    let mut disk = Disk::new(3);
    (0..3).for_each(|index| network.run(index, &[]));
    network.run_on(&disk, 3);
    let payers = Arc::new(Payers::of(&network.client(0)).await);
    let load = Load::start(payers, network.urls()[..3].to_vec());
    let mut lost = 0;
    for round in 0..POWER_CUTS {
        // At times it is on its way through the blocks that it has missed, at times it votes again.
        tokio::time::sleep(Duration::from_millis(150 + 350 * (round % 4))).await;
        network.kill(3);
        lost += disk.lose_power(&network.home(3).join("data"));
        tokio::time::sleep(Duration::from_millis(500)).await;
        network.run_on(&disk, 3);
    }
    load.stop().await;
    assert!(lost > 0, "everything was synced");
    network.reaches(3, network.height(0).await).await;
    network.agree().await;
    let offences = command(&network, "//Alice", &["gov", "status"])["offences"].clone();
    assert_eq!(offences, 0, "it has signed two things");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_without_its_disk_or_with_a_damaged_log_does_not_sign_and_comes_back() {
    let mut network = Network::start();
    let payers = Payers::of(&network.client(0)).await;
    for nonce in 0..20 {
        let id = network.client(0).tx_submit(&payers.payment(nonce, nonce as u64, 1)).await.unwrap();
        finality(&network.client(3), &id).await;
    }
    // The disk is lost.
    network.kill(3);
    std::fs::remove_dir_all(network.home(3).join("data")).unwrap();
    let from = (network.height(0).await + 2).to_string();
    network.run(3, &["--votes-from", &from]);
    network.reaches(3, network.height(0).await).await;
    for nonce in 20..30 {
        let id = network.client(3).tx_submit(&payers.payment(nonce, nonce as u64, 1)).await.unwrap();
        finality(&network.client(1), &id).await;
    }
    network.agree().await;
    // A bit of the log flips.
    network.stop(3);
    let log = network.home(3).join("data/consensus.log");
    let mut bytes = std::fs::read(&log).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&log, bytes).unwrap();
    let (error, code) = Node::fails_home(&network.home(3), &[]);
    assert!(error["message"].as_str().unwrap().contains("the consensus log is damaged"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("--votes-from"), "{error}");
    assert_eq!(code, Some(1));
    // It is taken away: a node without a log does not start either, unless it is told from where to vote.
    std::fs::remove_file(&log).unwrap();
    let (error, _) = Node::fails_home(&network.home(3), &[]);
    assert!(error["message"].as_str().unwrap().contains("is missing"), "{error}");
    let from = (network.height(0).await + 2).to_string();
    network.run(3, &["--votes-from", &from]);
    for nonce in 30..40 {
        let id = network.client(3).tx_submit(&payers.payment(nonce, nonce as u64, 1)).await.unwrap();
        finality(&network.client(3), &id).await;
    }
    network.agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_of_four_stands_still_without_two_and_goes_on_with_one_of_them() {
    let mut network = Network::start();
    let payers = Payers::of(&network.client(0)).await;
    let id = network.client(0).tx_submit(&payers.payment(0, 0, 1)).await.unwrap();
    finality(&network.client(1), &id).await;
    network.kill(2);
    network.kill(3);
    let id = network.client(0).tx_submit(&payers.payment(1, 1, 1)).await.unwrap();
    let waited = network.client(0).tx_wait(&id, 3_000).await.unwrap();
    assert!(matches!(waited, TxStatus::Pending), "two of four are no quorum");
    let missing = network.client(0).node_consensus().await.unwrap();
    let voted = |seat: &&serde_json::Value| seat["prevote"].is_string();
    let seats = missing["validators"].as_array().unwrap();
    assert!(seats.iter().filter(voted).count() <= 2, "{missing}");
    network.run(2, &[]);
    finality(&network.client(2), &id).await;
    let peers = network.client(0).node_peers().await.unwrap();
    assert_eq!(peers["peers"].as_array().unwrap().len(), 2, "{peers}");
}

/// Runs a command as the operator of a node, against the first node.
fn command(network: &Network, from: &str, arguments: &[&str]) -> serde_json::Value {
    let url = network.nodes[0].as_ref().unwrap().url();
    let output = Command::new(BINARY)
        .args(arguments)
        .args(["--json", "--from", from, "--node", url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Proposes something, and has two more of four vote for it.
fn decide(network: &Network, action: &[&str]) {
    let proposed = command(network, "//Alice", &[&["gov", "propose"], action].concat());
    let number = proposed["proposal"].to_string();
    command(network, "//Bob", &["gov", "vote", &number, "yes"]);
    let voted = command(network, "//Charlie", &["gov", "vote", &number, "yes"]);
    assert!(voted["status"]["Executed"].is_object(), "{voted}");
}

/// A member makes a folder there; the node's and the validator's public keys, which it tells the others.
fn make_fifth(network: &Network, home: &Path) -> (String, String) {
    std::fs::write(network.folder.data().join("secret"), "a good password\n").unwrap();
    let secret = network.folder.data().join("secret");
    let made = Command::new(BINARY)
        .args(["init", "--json", "--password-file"])
        .args([secret.as_path(), home])
        .output()
        .unwrap();
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    std::fs::copy(network.home(0).join("genesis.scale"), home.join("genesis.scale")).unwrap();
    let theirs = std::fs::read_to_string(network.home(0).join("node.toml")).unwrap();
    let peers = theirs.split("peers = [").nth(1).unwrap().split(']').next().unwrap();
    let settings = format!(
        "rpc = \"127.0.0.1:0\"\nlisten = [\"/ip4/127.0.0.1/tcp/0\"]\npeers = [{peers}]\npassword_file = {secret:?}\n[access]\nanonymous = \"operate\"\n"
    );
    std::fs::write(home.join("node.toml"), settings).unwrap();
    let key = |of: &str| made[of].as_str().unwrap().to_owned();
    (key("node"), key("validator"))
}

/// Waits until nobody is connected to a node any more.
async fn is_left_alone(network: &Network, node: usize) {
    let begun = Instant::now();
    loop {
        let peers = network.client(node).node_peers().await.unwrap();
        if peers["peers"].as_array().unwrap().is_empty() {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "an expelled member is still connected: {peers}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whoever trusts strangers, who announced nobody, is led nowhere.
fn strangers_are_not_followed(network: &Network, file: &str, first: &str, stranger: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, text.replace(first, stranger)).unwrap();
    let url = network.nodes[0].as_ref().unwrap().url();
    let output =
        Command::new(BINARY).args(["trust", "--json", "--node", url, "--follow", file]).output().unwrap();
    let refused: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = (output.status.code(), &refused["error"]["code"]);
    assert_eq!(found, (Some(1), &"not-verified".into()), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_is_voted_in_and_out_under_load() {
    let mut network = Network::start();
    let payers = Arc::new(Payers::of(&network.client(0)).await);
    let four = network.folder.data().join("trust.json");
    let four = four.to_str().unwrap();
    command(&network, "//Alice", &["trust", "--out", four]);
    let load = Load::start(payers.clone(), network.urls());
    let home = network.home(VALIDATORS);
    let (node, validator) = make_fifth(&network, &home);
    // Before it is voted in, nobody is connected to it.
    network.nodes.push(Some(Node::start_home(&home, &[])));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(network.height(VALIDATORS).await, 0);
    let add = ["add-node", "A Fifth (SAMPLE)", &node, "--operator", "//Eve", "--validator", &validator];
    decide(&network, &add);
    network.reaches(VALIDATORS, network.height(0).await + 5).await;
    let seats = network.client(VALIDATORS).node_consensus().await.unwrap();
    assert_eq!(seats["validators"].as_array().unwrap().len(), VALIDATORS + 1, "{seats}");
    assert_eq!(seats["votes"], true, "{seats}");
    // It is needed now: four of five are a quorum, three are not.
    network.stop(1);
    network.reaches(0, network.height(0).await + 5).await;
    network.run(1, &[]);
    // Whoever trusted the four can go on to the five, and nobody else can.
    let trust = |arguments: &[&str]| command(&network, "//Alice", &[&["trust"], arguments].concat());
    let five = trust(&["--follow", four]);
    assert_eq!(five["validators"].as_array().unwrap().len(), VALIDATORS + 1, "{five}");
    assert_eq!(five["fingerprint"], trust(&[])["fingerprint"]);

    // Out again: with five, four have to agree.
    let proposed = command(&network, "//Alice", &["gov", "propose", "remove-node", "4"]);
    let number = proposed["proposal"].to_string();
    for operator in ["//Bob", "//Charlie", "//Dave"] {
        command(&network, operator, &["gov", "vote", &number, "yes"]);
    }
    is_left_alone(&network, VALIDATORS).await;
    let expelled = network.height(VALIDATORS).await;
    network.reaches(0, expelled + 5).await;
    assert!(network.height(VALIDATORS).await <= expelled + 1, "an expelled member follows no more");
    let sent = load.stop().await;
    for id in ids(&sent[sent.len() - 10..]) {
        finality(&network.client(2), &id).await;
    }
    network.agree().await;
    let again = command(&network, "//Alice", &["trust", "--follow", four]);
    assert_eq!(again["validators"].as_array().unwrap().len(), VALIDATORS, "{again}");
    let first = again["validators"][0]["address"].as_str().unwrap();
    strangers_are_not_followed(&network, four, first, &payers.account(0).to_string());
}
