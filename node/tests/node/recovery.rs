//! kill -9 and a loss of power in the middle of load: what was answered as final is there, and nothing is half there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sillok_abi::{Hash, Transaction};
use sillok_client::rpc::{Client, Subscriber, TxStatus};

use crate::payments::{Payers, finality};
use crate::power::Disk;
use crate::process::{Folder, Node};

/// How many payments are made in all.
const PAYMENTS: u64 = 10_000;
/// How many are sent at a time.
const BATCH: usize = 250;
/// After how many final ones the node is killed, each time it runs.
const KILL_AFTER: [usize; 3] = [1_000, 2_500, 2_000];

/// What the disk leaves of what was not synced follows from it.
const SEED: u64 = 1;

/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The heights at which the node said that transactions are final.
type Finals = Arc<Mutex<BTreeMap<String, u64>>>;

/// A node's folder, on a disk that keeps everything or loses what was not synced.
struct Machine {
    folder: Folder,
    disk: Option<Disk>,
}

impl Machine {
    fn start(&self) -> Node {
        match &self.disk {
            Some(disk) => Node::start_on(disk, &self.folder.data()),
            None => Node::start(&self.folder.data(), &[]),
        }
    }

    /// Kills the node, and takes its power away if that is to go too.
    fn fail(&mut self, node: Node) {
        node.kill();
        if let Some(disk) = &mut self.disk {
            disk.lose_power(&self.folder.data());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_final_survives_kill_9_under_load() {
    survives(Machine { folder: Folder::new(), disk: None }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_final_survives_losing_power_under_load() {
    survives(Machine { folder: Folder::new(), disk: Some(Disk::new(SEED)) }).await;
}

async fn survives(mut machine: Machine) {
    let node = machine.start();
    let payers = Payers::of(&node.client()).await;
    let opening = balances(&node.client(), &payers).await;
    machine.fail(node);
    // Each pays another amount, so that balances tell which payments were made.
    let payments: Vec<Transaction> =
        (0..PAYMENTS).map(|nonce| payers.payment(nonce as usize, nonce, nonce % 97 + 1)).collect();
    let finals = Finals::default();
    for kill_after in KILL_AFTER {
        load_and_fail(&mut machine, &payments, &finals, kill_after).await;
        let node = machine.start();
        check(&node.client(), &payers, &payments, &finals, &opening).await;
        machine.fail(node);
    }
    let node = machine.start();
    finish(&node.client(), &payments).await;
    check(&node.client(), &payers, &payments, &finals, &opening).await;
}

/// Sends what is not final yet until that many more are, then kills the node between two batches' answers.
async fn load_and_fail(machine: &mut Machine, payments: &[Transaction], finals: &Finals, kill_after: usize) {
    let node = machine.start();
    let listening = listen(node.url(), finals.clone()).await;
    let client = node.client();
    let known = finals.lock().unwrap().len();
    let open: Vec<Transaction> = {
        let finals = finals.lock().unwrap();
        payments.iter().filter(|payment| !finals.contains_key(&text(&payment.body.id()))).cloned().collect()
    };
    let sending = tokio::spawn(async move {
        for batch in open.chunks(BATCH) {
            // The node may be gone by now; some may be on the chain from before a kill.
            if client.tx_submit_batch(batch).await.is_err() {
                return;
            }
        }
    });
    let started = Instant::now();
    while finals.lock().unwrap().len() < known + kill_after {
        assert!(started.elapsed() < PATIENCE, "{} final", finals.lock().unwrap().len());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    machine.fail(node);
    sending.await.unwrap();
    listening.await.unwrap();
}

/// Notes what the node says is final until it is gone.
async fn listen(url: &str, finals: Finals) -> tokio::task::JoinHandle<()> {
    let subscriber = Subscriber::connect(url).await.unwrap();
    let mut blocks = subscriber.blocks().await.unwrap();
    tokio::spawn(async move {
        let _connection = subscriber;
        while let Some(Ok(block)) = blocks.next().await {
            let height = block["height"].as_u64().unwrap();
            for transaction in block["transactions"].as_array().unwrap() {
                finals.lock().unwrap().insert(transaction["id"].as_str().unwrap().to_owned(), height);
            }
        }
    })
}

/// Every final one is where it was, each other is there whole or not at all, and the money adds up.
async fn check(client: &Client, payers: &Payers, payments: &[Transaction], finals: &Finals, opening: &[u64]) {
    let finals = finals.lock().unwrap().clone();
    let mut expected = opening.to_vec();
    for (index, payment) in payments.iter().enumerate() {
        let id = payment.body.id();
        let promised = finals.get(&text(&id)).copied();
        match client.tx_get(&id).await.unwrap() {
            TxStatus::Final { height, .. } => {
                assert!(promised.is_none_or(|promised| promised == height), "payment {index} moved");
                let (amount, payers) = (index as u64 % 97 + 1, expected.len());
                expected[index % payers] -= amount;
                expected[(index + 1) % payers] += amount;
            }
            other => assert_eq!(promised, None, "payment {index} was final and is {other:?}"),
        }
    }
    let found = balances(client, payers).await;
    assert_eq!(found, expected);
    assert_eq!(found.iter().sum::<u64>(), opening.iter().sum::<u64>());
}

/// Sends what is left; what is there already is refused as a replay.
async fn finish(client: &Client, payments: &[Transaction]) {
    let mut last = None;
    for batch in payments.chunks(BATCH) {
        for answer in client.tx_submit_batch(batch).await.unwrap() {
            match answer {
                Ok(id) => last = Some(id),
                Err(error) => assert!(error.to_string().contains("nonce"), "{error}"),
            }
        }
    }
    finality(client, &last.unwrap()).await;
    for payment in payments {
        finality(client, &payment.body.id()).await;
    }
}

async fn balances(client: &Client, payers: &Payers) -> Vec<u64> {
    let mut balances = Vec::new();
    for payer in 0..payers.keys.len() {
        balances.push(payers.balance(client, payer, None).await);
    }
    balances
}

fn text(id: &Hash) -> String {
    format!("0x{}", hex::encode(id))
}
