//! What waits while a node catches up.

use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::surveillance::{self, Settings};

#[test]
fn surveillance_reads_blocks_once_the_node_is_level() {
    let mut bench = Bench::new(Pace::OnDemand);
    let folder = tempfile::tempdir().unwrap();
    bench.chain.set_behind(1, true);
    let file = folder.path().join("surveillance");
    let surveillance = surveillance::start(&bench.chain, file, &Settings::default()).unwrap().unwrap();
    bench.settle();
    thread::sleep(Duration::from_millis(50));
    assert_eq!((bench.chain.tip().height, surveillance.model().height()), (1, 0));
    bench.chain.set_behind(0, false);
    bench.chain.submit(bench.payment(1, 500)).unwrap();
    bench.settle();
    let begun = Instant::now();
    while surveillance.model().height() < bench.chain.tip().height {
        assert!(begun.elapsed() < Duration::from_secs(30), "it reads nothing");
        thread::sleep(Duration::from_millis(5));
    }
}
