//! A block that is made while the one before is written.

use super::*;
use crate::consensus::{Stage, Verdict};

const MANY: u64 = limits::BUILT_AHEAD as u64;

/// A chain whose first block is decided and holds one payment, and which goes on to the next one with many that have
/// come since.
fn gone_on() -> (Bench, Arc<Block>) {
    let mut bench = Bench::new(Pace::OnDemand);
    bench.chain.submit(bench.payment(1, 1_000)).unwrap();
    let first = bench.producer.build(1, 0).unwrap().unwrap();
    bench.clock.advance(10);
    for nonce in 2..2 + MANY {
        bench.chain.submit(bench.payment(nonce, 1)).unwrap();
    }
    bench.producer.commit(certificate(&bench.chain, &first), None, drop).unwrap();
    let ahead = bench.producer.tentative.as_ref().expect("it went on at once");
    assert_eq!(ahead.block.header.height, 2);
    (bench, first)
}

#[test]
fn it_holds_what_waits_and_is_valid_elsewhere() {
    let (mut bench, first) = gone_on();
    let (before, ahead) = (bench.bob(), bench.producer.built_ahead(2, 0).unwrap());
    assert_eq!(bench.chain.tip().height, 1);
    let second = bench.producer.build(2, 0).unwrap().unwrap();
    assert!(Arc::ptr_eq(&second, &ahead), "what was made ahead is proposed");
    let nonces: Vec<u64> = second.transactions.iter().map(|one| one.body.nonce).collect();
    assert_eq!(nonces, (2..2 + MANY).collect::<Vec<_>>(), "none of the first, and all others");

    let mut other = Bench::new(Pace::OnDemand);
    for block in [&first, &second] {
        assert_eq!(other.producer.judge(block, Stage::Old).unwrap(), Some(Verdict::Valid));
        other.producer.commit(certificate(&other.chain, block), Some(block.clone()), drop).unwrap();
    }
    bench.producer.commit(certificate(&bench.chain, &second), None, drop).unwrap();
    assert_eq!(bench.bob(), before + MANY);
    assert_eq!(bench.chain.pool_size().transactions, 0);
    assert_eq!(bench.chain.state_root().unwrap(), other.chain.state_root().unwrap());
    let reopened = bench.reopen();
    assert_eq!(reopened.chain.state_root().unwrap(), other.chain.state_root().unwrap());
}

#[test]
fn another_round_or_a_later_time_asks_for_another_block() {
    let (mut bench, _) = gone_on();
    let ahead = bench.producer.built_ahead(2, 0).unwrap();
    assert_eq!(bench.producer.built_ahead(2, 1), None);
    assert_eq!(bench.producer.built_ahead(3, 0), None);
    bench.clock.advance(limits::BUILT_AHEAD_MS + 1);
    assert_eq!(bench.producer.built_ahead(2, 0), None, "it is old");
    let block = bench.producer.build(2, 0).unwrap().unwrap();
    assert!(block.header.time > ahead.header.time);
    assert_eq!(block.transactions, ahead.transactions);
}

#[test]
fn another_transaction_with_a_nonce_of_the_block_is_not_in_the_next() {
    let (mut bench, mut other) = (Bench::new(Pace::OnDemand), Bench::new(Pace::OnDemand));
    other.chain.submit(other.payment(1, 7)).unwrap();
    let first = other.producer.build(1, 0).unwrap().unwrap();
    let excluded = bench.payment(1, 8);
    bench.chain.submit(excluded.clone()).unwrap();
    for nonce in 2..3 + MANY {
        bench.chain.submit(bench.payment(nonce, 1)).unwrap();
    }
    bench.producer.commit(certificate(&bench.chain, &first), Some(first.clone()), drop).unwrap();
    let second = bench.producer.built_ahead(2, 0).unwrap();
    assert_eq!(second.transactions.len() as u64, MANY + 1);
    assert!(second.transactions.iter().all(|one| one.body.nonce != 1));
    let status = bench.chain.status_of(&excluded.body.id()).unwrap();
    assert!(matches!(status, TransactionStatus::Dropped(_)));
}
