//! Judging blocks that another node has made.

use std::sync::mpsc;

use super::*;
use crate::chain::Progress;
use crate::consensus::{Stage, Verdict};

/// A block that one node has made of these transactions, and another node that has none of them.
fn proposed(payments: &[(u64, u64)]) -> (Block, Bench) {
    let (mut one, mut other) = (Bench::new(Pace::OnDemand), Bench::new(Pace::OnDemand));
    for (nonce, amount) in payments {
        one.chain.submit(one.payment(*nonce, *amount)).unwrap();
    }
    let first = one.producer.build(1, 0).unwrap().unwrap();
    for bench in [&mut one, &mut other] {
        bench.producer.commit(certificate(&bench.chain, &first), Some(first.clone()), drop).unwrap();
    }
    one.clock.advance(10);
    one.chain.submit(one.payment(90, 1)).unwrap();
    let block = one.producer.build(2, 3).unwrap().unwrap();
    (Arc::unwrap_or_clone(block), other)
}

fn judged(bench: &mut Bench, block: &Block, fresh: bool) -> Option<Verdict> {
    let stage = if fresh { Stage::Fresh } else { Stage::Old };
    bench.producer.judge(&Arc::new(block.clone()), stage).unwrap()
}

#[test]
fn a_block_of_another_node_is_judged_and_committed_with_the_same_state() {
    let (block, mut other) = proposed(&[(1, 500), (2, 600)]);
    let height = other.chain.tip().height;
    assert_eq!(judged(&mut other, &block, true), Some(Verdict::Valid));
    assert_eq!(other.chain.tip().height, height, "judging changes nothing");
    assert_eq!(judged(&mut other, &block, false), Some(Verdict::Valid), "twice");
    // Something else is tried in between; the decided block is executed again then.
    other.producer.build(2, 4).unwrap().unwrap();
    let (before, decided) = (other.bob(), certificate(&other.chain, &block));
    other.producer.commit(decided.clone(), Some(Arc::new(block.clone())), drop).unwrap();
    assert_eq!(other.bob(), before + 1);
    let (tell, told) = mpsc::channel();
    other.producer.commit(decided, None, move |progress| tell.send(progress).unwrap()).unwrap();
    let told: Vec<Progress> = told.iter().collect();
    assert!(
        matches!(&told[..], [Progress::Written(2), Progress::TakenIn(next)] if next.height == 2),
        "{told:?}"
    );
    assert_eq!(other.bob(), before + 1, "once more changes nothing");
    assert_eq!(judged(&mut other, &block, false), None, "its height is past");
}

#[test]
fn a_block_with_other_transactions_than_its_header_s_is_forged() {
    let (block, mut other) = proposed(&[(1, 500)]);
    let mut without = block.clone();
    without.transactions.clear();
    let mut resigned = block.clone();
    resigned.transactions[0].credential = Credential::Sr25519([7; 64]);
    for forged in [without, resigned] {
        assert_eq!(judged(&mut other, &forged, true), Some(Verdict::Forged));
    }
    assert_eq!(judged(&mut other, &block, true), Some(Verdict::Valid), "the true one is");
}

#[test]
fn a_block_that_breaks_a_rule_is_invalid_whoever_brings_it() {
    let (block, mut other) = proposed(&[(1, 500)]);
    let change = |change: &dyn Fn(&mut Block)| {
        let mut changed = block.clone();
        change(&mut changed);
        changed.header.transactions_root = Block::transactions_root(&changed.transactions);
        changed
    };
    let first = other.chain.committed(1).unwrap().unwrap().stored.block.transactions[0].clone();
    let parent_time = other.chain.tip().time;
    let broken = [
        change(&|block| block.transactions[0].credential = Credential::Sr25519([7; 64])),
        change(&|block| block.transactions[0].credential = Credential::Contract(Vec::new())),
        change(&|block| block.transactions.push(first.clone())),
        change(&|block| block.transactions[0].body.chain = [7; 32]),
        change(&|block| block.header.parent = [7; 32]),
        change(&|block| block.header.state_root = [7; 32]),
        change(&|block| block.header.receipts_root = [7; 32]),
        change(&|block| block.header.time = parent_time),
    ];
    for (index, block) in broken.iter().enumerate() {
        assert_eq!(judged(&mut other, block, true), Some(Verdict::Invalid), "{index}");
    }
    assert_eq!(judged(&mut other, &block, true), Some(Verdict::Valid), "the true one is");
}

#[test]
fn the_clock_judges_a_block_s_time_only_when_it_is_proposed_first() {
    let (mut block, mut other) = proposed(&[]);
    block.header.time = other.clock.now().plus(limits::BLOCK_AHEAD_MS);
    assert_eq!(judged(&mut other, &block, true), Some(Verdict::Valid));
    block.header.time = block.header.time.plus(1);
    assert_eq!(judged(&mut other, &block, true), Some(Verdict::Invalid));
    assert_eq!(judged(&mut other, &block, false), Some(Verdict::Valid), "its time is agreed on by then");
    block.header.time = block.header.time.plus(1 << 40);
    assert_eq!(judged(&mut other, &block, false), Some(Verdict::Invalid), "its transactions expired");
}
