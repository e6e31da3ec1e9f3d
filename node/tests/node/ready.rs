//! Readiness: not while a height stalls, and idleness is no stall.

use std::time::{Duration, Instant};

use crate::network::Network;
use crate::payments::{Payers, finality};
use crate::process::Node;

/// How long something may take that is sure to come.
const PATIENCE: Duration = Duration::from_secs(120);
/// Longer than a height may take.
const LONGER: Duration = Duration::from_secs(17);

/// What a node answers on its readiness: the status, and the reason.
fn readiness(node: &Node) -> (String, String) {
    let answer = node.get("/readyz");
    let (headers, body) = answer.split_once("\r\n\r\n").unwrap();
    (headers.split(' ').nth(1).unwrap().to_owned(), body.to_owned())
}

/// Waits until the readiness is this.
async fn becomes(node: &Node, status: &str) -> String {
    let begun = Instant::now();
    loop {
        match readiness(node) {
            (now, reason) if now == status => return reason,
            other => assert!(begun.elapsed() < PATIENCE, "{other:?}, not {status}"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A figure of a node.
fn figure(node: &Node, name: &str) -> f64 {
    let answer = node.get("/metrics");
    let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in {answer}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_without_a_quorum_is_not_ready_and_one_without_work_is() {
    let mut network = Network::start();
    let payers = Payers::of(&network.client(0)).await;
    let id = network.client(0).tx_submit(&payers.payment(0, 0, 1)).await.unwrap();
    finality(&network.client(0), &id).await;
    // The chain has nothing to do for longer than a height may take.
    tokio::time::sleep(LONGER).await;
    for index in 0..4 {
        assert_eq!(readiness(network.node(index)).0, "200", "node {index} is idle");
        assert_eq!(figure(network.node(index), "sillok_reachable_power"), 4.0);
    }
    // Two of four are no quorum: idle as the chain is, nothing stalls, but those who watch can see it coming.
    network.kill(2);
    network.kill(3);
    let begun = Instant::now();
    while figure(network.node(0), "sillok_reachable_power") > 2.0 {
        assert!(begun.elapsed() < PATIENCE, "the others are still there");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(figure(network.node(0), "sillok_validator_power"), 4.0);
    assert_eq!(readiness(network.node(0)).0, "200");
    assert_eq!(figure(network.node(0), "sillok_deciding_seconds"), 0.0);
    // A transaction that can't become final is a stall.
    let id = network.client(0).tx_submit(&payers.payment(1, 1, 1)).await.unwrap();
    for index in 0..2 {
        let reason = becomes(network.node(index), "503").await;
        assert!(reason.starts_with("not ready: height ") && reason.contains(" takes "), "{reason}");
        assert!(figure(network.node(index), "sillok_deciding_seconds") > 15.0);
    }
    // Nor is it ready if it starts again. What it has signed at this height is in its log; it goes on there.
    network.kill(0);
    network.run(0, &[]);
    becomes(network.node(0), "503").await;
    network.run(2, &[]);
    finality(&network.client(2), &id).await;
    for index in 0..3 {
        becomes(network.node(index), "200").await;
    }
}
