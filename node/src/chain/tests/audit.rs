//! Signatures of decided blocks, looked at afterwards.

use super::*;
use crate::consensus::{Stage, Verdict};

/// Two blocks that a node has made, the second of these payments.
pub(super) fn blocks(payments: &[(u64, u64)]) -> [Arc<Block>; 2] {
    let mut one = Bench::new(Pace::OnDemand);
    one.chain.submit(one.payment(90, 1)).unwrap();
    let first = one.producer.build(1, 0).unwrap().unwrap();
    one.producer.commit(certificate(&one.chain, &first), None, drop).unwrap();
    for (nonce, amount) in payments {
        one.chain.submit(one.payment(*nonce, *amount)).unwrap();
    }
    one.clock.advance(10);
    [first, one.producer.build(2, 0).unwrap().unwrap()]
}

/// Another node that has taken up the first of two blocks, and the second.
fn behind(payments: &[(u64, u64)]) -> (Bench, Block) {
    let [first, second] = blocks(payments);
    let mut other = Bench::new(Pace::OnDemand);
    take_up(&mut other, &first);
    (other, Block::clone(&second))
}

/// Takes up a decided block.
pub(super) fn take_up(bench: &mut Bench, block: &Arc<Block>) {
    let verdict = bench.producer.judge(block, Stage::Decided).unwrap();
    assert_eq!(verdict, Some(Verdict::Valid));
    bench.producer.commit(certificate(&bench.chain, block), Some(block.clone()), drop).unwrap();
}

fn unaudited(bench: &Bench) -> Option<u64> {
    bench.chain.ledger().unaudited().unwrap()
}

#[test]
fn what_came_with_certificates_is_looked_at_once_and_after_a_kill_too() {
    let (mut other, block) = behind(&[(1, 500)]);
    assert_eq!(unaudited(&other), Some(1));
    take_up(&mut other, &Arc::new(block));
    let mut other = other.reopen();
    assert_eq!(unaudited(&other), Some(1));
    assert_eq!([(); 3].map(|()| other.chain.audit_next().unwrap()), [true, true, false]);
    assert_eq!(unaudited(&other), None);
    // Its own it has looked at.
    other.settle();
    assert_eq!((unaudited(&other), other.chain.audit_next().unwrap()), (None, false));
}

#[test]
fn a_final_block_with_a_transaction_that_nobody_signed_halts_the_node_at_every_start() {
    let (mut other, mut block) = behind(&[(1, 500)]);
    for credential in [Credential::Contract(Vec::new()), Credential::Sr25519([7; 64])] {
        block.transactions[0].credential = credential;
        block.header.transactions_root = Block::transactions_root(&block.transactions);
        let block = Arc::new(block.clone());
        let fresh = other.producer.judge(&block, Stage::Fresh).unwrap();
        assert_eq!(fresh, Some(Verdict::Invalid), "nobody votes for it");
    }
    // Yet the validators have decided it. That it was executed makes nobody vote for it.
    let block = Arc::new(block);
    let mut judged = |stage| other.producer.judge(&block, stage).unwrap();
    assert_eq!(judged(Stage::Decided), Some(Verdict::Valid));
    assert_eq!(judged(Stage::Fresh), Some(Verdict::Invalid));
    take_up(&mut other, &block);
    for _ in 0..2 {
        assert!(other.chain.audit_next().unwrap());
        let fault = other.chain.audit_next().unwrap_err();
        assert!(fault.to_string().contains("block 2 is final and holds a transaction"), "{fault}");
        other = other.reopen();
    }
}

#[test]
fn what_peers_say_comes_next_is_executed_while_a_block_is_written() {
    let [first, second] = blocks(&[(1, 500)]);
    let mut third = Block::clone(&second);
    third.header.parent = [9; 32];
    for (upcoming, is_tried, builds) in
        [(Arc::new(third), false, false), (second.clone(), true, false), (second.clone(), true, true)]
    {
        let mut other = Bench::new(Pace::OnDemand);
        let before = other.bob();
        other.producer.expect_next(Some(upcoming));
        take_up(&mut other, &first);
        assert_eq!(other.producer.tentative.is_some(), is_tried);
        other.producer.settle().unwrap();
        assert_eq!(other.bob(), before + 1, "nothing of it is seen");
        if builds {
            let built = other.producer.build(2, 0).unwrap().unwrap();
            assert!(built.transactions.is_empty(), "what a peer has brought is nothing to propose");
        }
        take_up(&mut other, &second);
        assert_eq!(other.bob(), before + 501);
    }
}
