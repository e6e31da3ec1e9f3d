//! The node dies at every step of a block's way to the disk: what was final is there, the money adds up, and
//! every root follows from what is on disk.

use sillok_abi::{Hash, Transaction};
use sillok_client::extract::field_key;
use sillok_client::rpc::{At, Client, TxStatus, Wanted};
use sillok_client::trust::Trust;

use crate::payments::Payers;
use crate::process::{Folder, Node};

const POINTS: [&str; 7] = ["executed", "sealed", "hashing", "unwritten", "written", "committed", "announced"];
/// At which pass of a point the node dies.
const PASSES: [u64; 2] = [2, 5];
/// How many payments are sent in one request: a block has about as many.
const BATCH: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_step_it_dies_at_nothing_final_is_lost() {
    let folder = Folder::new();
    let mut sent: Vec<Transaction> = Vec::new();
    let mut finals: Vec<(Hash, u64)> = Vec::new();
    for point in POINTS {
        for pass in PASSES {
            let node = Node::start_failing(&folder.data(), &format!("{point}@{pass}"));
            let payers = Payers::of(&node.client()).await;
            pay_until_it_dies(&node.client(), &payers, &mut sent, &mut finals).await;
            assert!(!node.wait().success(), "{point}: it did not die");

            let node = Node::start(&folder.data(), &[]);
            check(&node.client(), &payers, &sent, &finals, &format!("{point}@{pass}")).await;
            node.kill();
        }
    }
    assert!(finals.len() > BATCH * POINTS.len(), "only {} payments were final", finals.len());
}

/// Sends payments and notes which the node says are final, until it is gone.
async fn pay_until_it_dies(
    client: &Client,
    payers: &Payers,
    sent: &mut Vec<Transaction>,
    finals: &mut Vec<(Hash, u64)>,
) {
    loop {
        let first = sent.len();
        sent.extend((first..first + BATCH).map(|number| payers.payment(number, number as u64, 1)));
        if client.tx_submit_batch(&sent[first..]).await.is_err() {
            return;
        }
        for payment in &sent[first..] {
            let id = payment.body.id();
            match client.tx_wait(&id, 10_000).await {
                Ok(TxStatus::Final { height, .. }) => finals.push((id, height)),
                Ok(other) => panic!("neither final nor gone: {other:?}"),
                Err(_) => return,
            }
        }
    }
}

async fn check(client: &Client, payers: &Payers, sent: &[Transaction], finals: &[(Hash, u64)], when: &str) {
    for (id, height) in finals {
        match client.tx_get(id).await.unwrap() {
            TxStatus::Final { height: found, .. } => assert_eq!(found, *height, "{when}: a payment moved"),
            other => panic!("{when}: what was final is {other:?}"),
        }
    }
    // What was sealed and not written is made up for once the node is there: both are of one height.
    loop {
        let height = client.chain_status().await.unwrap().height;
        let (expected, found) = (changes_sent(client, payers, sent).await, changes(client, payers).await);
        if client.chain_status().await.unwrap().height == height {
            assert_eq!(found, expected, "{when}: what each account has more than at first");
            break;
        }
    }
    check_roots(client, payers, when).await;
}

/// By how much all that was sent and is there changes each account: each pays one to the next.
async fn changes_sent(client: &Client, payers: &Payers, sent: &[Transaction]) -> Vec<i64> {
    let count = payers.keys.len();
    let mut changes = vec![0; count];
    for (number, payment) in sent.iter().enumerate() {
        if let TxStatus::Final { .. } = client.tx_get(&payment.body.id()).await.unwrap() {
            changes[number % count] -= 1;
            changes[(number + 1) % count] += 1;
        }
    }
    changes
}

/// By how much each account has changed since genesis.
async fn changes(client: &Client, payers: &Payers) -> Vec<i64> {
    let mut changes = Vec::new();
    for payer in 0..payers.keys.len() {
        let (first, now) =
            (payers.balance(client, payer, Some(0)).await, payers.balance(client, payer, None).await);
        changes.push(now as i64 - first as i64);
    }
    changes
}

/// What is on disk leads to the very roots that were signed before the node died, and to the next one.
async fn check_roots(client: &Client, payers: &Payers, when: &str) {
    let status = client.chain_status().await.unwrap();
    let trust = Trust::of(&status.chain_id, &status.name, &status.validators).unwrap();
    let balances = [Wanted::Field(payers.cash, field_key("balances"))];
    let past = (0..status.height).rev().take(4).map(|height| Some(At::Height(height)));
    for at in past.chain([None]) {
        let answer =
            client.state_proof(&balances, at).await.unwrap_or_else(|error| panic!("{when}: {error}"));
        answer.proof.check(&trust).unwrap_or_else(|error| panic!("{when}: as of {at:?}: {error}"));
    }
}
