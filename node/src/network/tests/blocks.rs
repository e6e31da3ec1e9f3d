//! Bodies are pushed and fetched; decided blocks and snapshots are asked for.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::*;
use crate::consensus::To;
use crate::limits;
use crate::network::Event;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_is_pushed_to_all_or_to_one() {
    let mut nodes = connect(3).await;
    let largest = block(1, 4 * 1024 * 1024 - 128 * 1024);
    nodes[0].handle.push_block(To::All, largest.clone());
    for node in &mut nodes[1..] {
        node.block(largest.header.id()).await;
    }
    let to = nodes[0].peer(2).unwrap().peer;
    let other = block(2, 100);
    nodes[0].handle.push_block(To::One(to), other.clone());
    nodes[1].block(other.header.id()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_is_fetched_from_the_only_node_that_has_it() {
    let mut nodes = connect(4).await;
    for has_it in 1..4u8 {
        let wanted = block(u64::from(has_it), 1_000_000);
        let id = wanted.header.id();
        nodes[usize::from(has_it)].keep(&wanted);
        nodes[0].handle.fetch_block(id);
        nodes[0].handle.fetch_block(id);
        let from = nodes[0].block(id).await;
        assert_eq!(nodes[0].peer(has_it + 1).unwrap().peer, from);
    }
    assert!(!nodes[0].rest().iter().any(|event| matches!(event, Event::Block { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fetch_goes_on_until_somebody_has_the_block_or_it_is_cancelled() {
    let mut nodes = connect(3).await;
    let [wanted, unwanted] = [block(1, 1_000), block(2, 1_000)];
    nodes[0].handle.fetch_block(wanted.header.id());
    nodes[0].handle.fetch_block(unwanted.header.id());
    // Each of the others was asked in vain.
    for node in &nodes[1..] {
        while node.recorder.served.load(Ordering::Relaxed) < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    nodes[0].handle.cancel_fetch(&unwanted.header.id());
    nodes[2].keep(&unwanted);
    nodes[2].keep(&wanted);
    nodes[0].block(wanted.header.id()).await;
    nodes[0].handle.send(To::All, &message(1));
    nodes[2].message(1).await;
    assert!(!nodes[0].rest().iter().any(|event| matches!(event, Event::Block { .. })));
    // A peer that comes later is asked too.
    let late = block(3, 1_000);
    nodes[0].handle.fetch_block(late.header.id());
    nodes[0].handle.update_members(&listed(1..=4));
    let mut config = config(4, listed(1..=4));
    config.peers = vec![nodes[0].address().await];
    let four = Node::start(config).await;
    four.keep(&late);
    nodes[0].block(late.header.id()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decided_blocks_come_as_many_as_fit() {
    let mut nodes = connect(2).await;
    let chain: Vec<_> = (1..=20).map(|height| decided(height, 1_500_000)).collect();
    nodes[1].decide(chain.clone());
    nodes[1].decide((21..=60).map(|height| decided(height, 100)).collect());
    let peer = nodes[0].peer(2).unwrap().peer;
    assert!(nodes[0].handle.request_blocks(peer, 3, 16));
    let blocks = nodes[0].blocks().await;
    assert!(blocks == chain[2..4], "two blocks of 1.5 MB fit into an answer: {}", blocks.len());
    assert!(nodes[0].handle.request_blocks(peer, 21, 1_000));
    let heights: Vec<_> = nodes[0].blocks().await.iter().map(|block| block.certificate.height).collect();
    assert_eq!(heights, (21..21 + limits::SYNC_BLOCKS as u64).collect::<Vec<_>>());
    assert!(nodes[0].handle.request_blocks(peer, 61, 16));
    assert!(nodes[0].blocks().await.is_empty());
}

/// As who catches up by small blocks does: no offence, however fast.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_for_more_as_soon_as_it_is_answered_is_answered() {
    let mut nodes = connect(2).await;
    nodes[1].decide((1..=16).map(|height| decided(height, 100)).collect());
    let peer = nodes[0].peer(2).unwrap().peer;
    for _ in 0..400 {
        assert!(nodes[0].handle.request_blocks(peer, 1, 16));
        assert_eq!(nodes[0].blocks().await.len(), 16);
    }
    assert_eq!(nodes[1].peer(1).unwrap().score, limits::SCORE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_is_asked_for_in_the_applications_words() {
    let mut nodes = connect(2).await;
    let peer = nodes[0].peer(2).unwrap().peer;
    for (request, expected) in [(&b"7"[..], Some(b"chunk 7".to_vec())), (b"nothing", None)] {
        let number = nodes[0].handle.request_snapshot(peer, request.to_vec()).unwrap();
        let answer = nodes[0]
            .expect("a chunk", |event| match event {
                Event::Snapshot { request, answer, .. } if *request == number => Some(answer.clone()),
                _ => None,
            })
            .await;
        assert_eq!(answer, expected);
    }
    let long = vec![0; limits::SNAPSHOT_REQUEST_BYTES + 1];
    assert_eq!(nodes[0].handle.request_snapshot(peer, long), None);
}
