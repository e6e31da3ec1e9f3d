//! What a node keeps: of the past as much as it was told, and what waited when it stopped.

use std::time::{Duration, Instant};

use sillok_client::rpc::{At, TxStatus};

use crate::payments::{Payers, finality};
use crate::process::{Folder, Node};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn the_past_is_forgotten_while_blocks_go_on() {
    let folder = Folder::new();
    let node = Node::start(&folder.data(), &["--retain", "5"]);
    let client = node.client();
    let payers = Payers::of(&client).await;
    let mut heights = Vec::new();
    for nonce in 0..20 {
        let id = client.tx_submit(&payers.payment(0, nonce, 1)).await.unwrap();
        heights.push(finality(&client, &id).await);
    }
    let (first, last) = (heights[0], *heights.last().unwrap());
    let query = |height| {
        let (client, payers) = (&client, &payers);
        async move { client.state_storage(&payers.cash, &[0; 4], Some(At::Height(height))).await }
    };
    let begun = Instant::now();
    let refused = loop {
        match query(first).await {
            Err(refused) => break refused,
            Ok(_) => assert!(begun.elapsed() < PATIENCE, "height {first} is still there"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(refused.to_string().contains("no longer kept"), "{refused}");
    assert!(query(last).await.is_ok());
    let opening = payers.balance(&client, 1, Some(last)).await;
    assert_eq!(payers.balance(&client, 1, None).await, opening);
    // A finality certificate outlives the state: blocks are kept.
    assert!(
        client.chain_block(sillok_client::rpc::BlockRef::Height(first)).await.unwrap().certificate.is_some()
    );
    node.stop("-INT");

    let node = Node::start(&folder.data(), &[]);
    let again = node.client().state_storage(&payers.cash, &[0; 4], Some(At::Height(first))).await;
    assert!(again.unwrap_err().to_string().contains("no longer kept"), "what is gone stays gone");
}

#[tokio::test]
async fn what_waits_when_the_node_stops_waits_when_it_starts() {
    let folder = Folder::new();
    // The first block comes at once, as genesis is long ago, and then none for a minute: whatever comes has to wait.
    let node = Node::start(&folder.data(), &["--block-time", "60000"]);
    let client = node.client();
    let begun = Instant::now();
    while client.chain_status().await.unwrap().height == 0 {
        assert!(begun.elapsed() < PATIENCE, "there is no first block");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let payers = Payers::of(&client).await;
    let mut ids = Vec::new();
    for nonce in 0..10 {
        ids.push(client.tx_submit(&payers.payment(0, nonce, 1)).await.unwrap());
    }
    assert!(matches!(client.tx_get(&ids[0]).await.unwrap(), TxStatus::Pending));
    assert!(node.stop("-INT").success());
    let node = Node::start(&folder.data(), &[]);
    for id in &ids {
        finality(&node.client(), id).await;
    }
}
