//! How long a message takes on loopback, alone and while large blocks flow. Figures, not a verdict:
//! `cargo test --release -p sillok -- --ignored --nocapture network::tests::latency`.

use std::time::{Duration, Instant};

use super::*;
use crate::consensus::To;

const SAMPLES: u64 = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_message_alone_and_beside_blocks() {
    let mut nodes = connect(4).await;
    let idle = sample(&mut nodes, 0).await;
    report("idle", idle);
    // One block of 1 MB is pushed to all every 100 ms by the node whose messages are timed.
    let pusher = nodes[0].handle.clone();
    let pushing = tokio::spawn(async move {
        let blocks: Vec<_> = (0..8).map(|height| block(height, 1_000_000)).collect();
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        for block in blocks.iter().cycle() {
            ticks.tick().await;
            pusher.push_block(To::All, block.clone());
        }
    });
    let busy = sample(&mut nodes, SAMPLES).await;
    report("with 1 MB blocks, ten a second", busy);
    pushing.abort();
}

/// One way: the clock of both ends is the same.
async fn sample(nodes: &mut [Node], first: u64) -> Vec<Duration> {
    let mut taken = Vec::new();
    for height in first..first + SAMPLES {
        let since = Instant::now();
        nodes[0].handle.send(To::All, &message(height));
        nodes[1].message(height).await;
        taken.push(since.elapsed());
        tokio::time::sleep(Duration::from_millis(2)).await;
        nodes.iter_mut().for_each(|node| drop(node.rest()));
    }
    taken.sort();
    taken
}

#[expect(clippy::print_stderr, reason = "figures for whoever runs it")]
fn report(what: &str, taken: Vec<Duration>) {
    let at = |percent: usize| taken[(taken.len() - 1) * percent / 100];
    eprintln!("{what}: p50 {:?}, p99 {:?}, max {:?}", at(50), at(99), at(100));
}
