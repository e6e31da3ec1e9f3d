//! Tests of the mempool.

use sillok_abi::{Call, ContractId, Credential, TransactionBody};

use super::*;

fn transaction(submitter: u8, nonce: u64, expiry: u64, bytes: usize) -> (Checked, Transaction) {
    let call = Call { contract: ContractId([0; 32]), method: "m".into(), args: vec![0; bytes] };
    let body = TransactionBody {
        chain: [0; 32],
        submitter: Account::Key([submitter; 32]),
        nonce,
        expiry: Time(expiry),
        gas_limit: 1,
        call,
        authorisations: Vec::new(),
    };
    let checked = Checked { id: body.id(), member: 0, share: 1_000 };
    (checked, Transaction { body, credential: Credential::Sr25519([0; 64]) })
}

fn insert(pool: &mut Mempool, submitter: u8, nonce: u64) -> Result<(), PoolRefusal> {
    let (id, transaction) = transaction(submitter, nonce, 100, 0);
    pool.insert(id, transaction)
}

/// The candidates as (submitter, nonce).
fn candidates(pool: &mut Mempool, count: usize) -> Vec<(u8, u64)> {
    unused_candidates(pool, count, &[])
}

/// The same, but for these nonces.
fn unused_candidates(pool: &mut Mempool, count: usize, used: &[(u8, u64)]) -> Vec<(u8, u64)> {
    let used = used.iter().map(|(submitter, nonce)| (Account::Key([*submitter; 32]), *nonce)).collect();
    let who = |transaction: &Arc<Transaction>| match transaction.body.submitter {
        Account::Key(key) => (key[0], transaction.body.nonce),
        _ => unreachable!("tests submit with keys"),
    };
    let room = BlockRoom { transactions: count, bytes: usize::MAX, gas: u64::MAX };
    pool.candidates(room, &used).iter().map(who).collect()
}

#[test]
fn submitters_are_served_in_turn_and_each_in_the_order_of_nonces() {
    let mut pool = Mempool::default();
    for nonce in [5, 3, 4] {
        insert(&mut pool, 1, nonce).unwrap();
    }
    insert(&mut pool, 2, 9).unwrap();
    insert(&mut pool, 3, 1).unwrap();
    assert_eq!(candidates(&mut pool, 9), [(1, 3), (2, 9), (3, 1), (1, 4), (1, 5)]);
}

#[test]
fn what_a_block_has_used_is_passed_over_and_takes_no_room() {
    let mut pool = Mempool::default();
    for (submitter, nonce) in [(1, 1), (1, 2), (2, 1), (3, 1), (3, 2)] {
        insert(&mut pool, submitter, nonce).unwrap();
    }
    let used = [(1, 1), (2, 1), (3, 2), (9, 9)];
    assert_eq!(unused_candidates(&mut pool, 2, &used), [(1, 2), (3, 1)]);
    assert_eq!(pool.size().transactions, 5, "they wait until the block is announced");
}

#[test]
fn the_next_block_starts_after_the_submitter_served_last() {
    let mut pool = Mempool::default();
    for submitter in 1..=3 {
        insert(&mut pool, submitter, 1).unwrap();
        insert(&mut pool, submitter, 2).unwrap();
    }
    assert_eq!(candidates(&mut pool, 2), [(1, 1), (2, 1)]);
    assert_eq!(candidates(&mut pool, 2), [(3, 1), (1, 1)], "candidates stay until they are removed");
    assert_eq!(candidates(&mut pool, 1), [(2, 1)]);
}

#[test]
fn candidates_fit_in_the_block() {
    let mut pool = Mempool::default();
    for nonce in 0..4 {
        let (id, transaction) = transaction(1, nonce, 100, 1_000);
        pool.insert(id, transaction).unwrap();
    }
    let count = |pool: &mut Mempool, bytes, gas| {
        pool.candidates(BlockRoom { transactions: 10, bytes, gas }, &UsedNonces::default()).len()
    };
    assert_eq!(count(&mut pool, 2_500, 100), 2);
    assert_eq!(count(&mut pool, 100_000, 3), 3, "each has a gas limit of 1");
    assert_eq!(count(&mut pool, 100_000, 0), 1, "one is always tried, so that nothing is stuck unseen");
}

#[test]
fn the_same_transaction_or_nonce_is_refused() {
    let mut pool = Mempool::default();
    insert(&mut pool, 1, 1).unwrap();
    assert_eq!(insert(&mut pool, 1, 1), Err(PoolRefusal::Pending));
    let (id, other) = transaction(1, 1, 200, 0);
    assert_eq!(pool.insert(id, other), Err(PoolRefusal::NoncePending));
    assert_eq!(insert(&mut pool, 2, 1), Ok(()), "another submitter may use the nonce");
}

#[test]
fn what_a_block_has_is_taken_out_and_so_is_another_one_with_its_nonce() {
    let mut pool = Mempool::default();
    for nonce in 1..=3 {
        insert(&mut pool, 1, nonce).unwrap();
    }
    let (first, there) = transaction(1, 1, 100, 0);
    assert_eq!(pool.settle(&first.id, &there.body), None);
    assert!(pool.dropped(&first.id).is_none(), "it is not given up: it is in the block");
    // Somebody else's of the same nonce, which is in the block, excludes the one that waits.
    let (waits, _) = transaction(1, 2, 100, 0);
    let (other, in_block) = transaction(1, 2, 101, 0);
    assert_ne!(waits.id, other.id);
    assert_eq!(pool.settle(&other.id, &in_block.body), Some(waits.id));
    assert!(pool.dropped(&waits.id).is_some());
    assert_eq!(pool.size().transactions, 1);
    assert_eq!(candidates(&mut pool, 9), [(1, 3)]);
}

#[test]
fn one_submitter_can_not_fill_the_pool() {
    let mut pool = Mempool::default();
    for nonce in 0..limits::SUBMITTER_TRANSACTIONS as u64 {
        insert(&mut pool, 1, nonce).unwrap();
    }
    assert_eq!(insert(&mut pool, 1, u64::MAX), Err(PoolRefusal::SubmitterFull));
    assert_eq!(insert(&mut pool, 2, 0), Ok(()));
}

#[test]
fn bytes_are_bounded_and_given_back() {
    let mut pool = Mempool::default();
    let piece = limits::SUBMITTER_BYTES / 2;
    let mut last = None;
    'full: for submitter in 0.. {
        for nonce in 0.. {
            let (id, transaction) = transaction(submitter, nonce, 100, piece);
            match pool.insert(id, transaction) {
                Ok(()) => last = Some(id.id),
                Err(PoolRefusal::SubmitterFull) => break,
                Err(refusal) => {
                    assert_eq!(refusal, PoolRefusal::Full);
                    break 'full;
                }
            }
        }
    }
    assert!(pool.size().bytes <= limits::MEMPOOL_BYTES);
    let before = pool.size();
    pool.remove(&last.unwrap());
    assert_eq!(pool.size().transactions, before.transactions - 1);
    assert!(pool.size().bytes + piece <= before.bytes);
}

#[test]
fn what_expired_is_named() {
    let mut pool = Mempool::default();
    for (nonce, expiry) in [(1, 30), (2, 10), (3, 20)] {
        let (id, transaction) = transaction(1, nonce, expiry, 0);
        pool.insert(id, transaction).unwrap();
    }
    assert_eq!(pool.expired(Time(9)), [[0; 32]; 0]);
    assert_eq!(pool.expired(Time(20)).len(), 2, "the block's time itself is too late");
}

#[test]
fn dropped_ones_are_remembered_up_to_a_bound() {
    let mut pool = Mempool::default();
    let (checked, transaction) = transaction(1, 1, 100, 0);
    let id = checked.id;
    pool.insert(checked, transaction).unwrap();
    let dropped = Dropped { code: 1003, reason: "expired".into() };
    pool.give_up(id, dropped.clone());
    assert!(pool.is_empty() && pool.get(&id).is_none());
    assert_eq!(pool.dropped(&id), Some(&dropped));
    for other in 0..limits::REMEMBERED_DROPS as u64 {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&other.to_le_bytes());
        pool.give_up(id, dropped.clone());
    }
    assert_eq!(pool.dropped(&id), None, "the oldest is forgotten first");
}

#[test]
fn a_member_has_its_share_of_the_pool() {
    let mut pool = Mempool::default();
    let mut insert = |submitter, nonce, member, share, bytes| {
        let (checked, transaction) = transaction(submitter, nonce, 100, bytes);
        pool.insert(Checked { member, share, ..checked }, transaction)
    };
    let eighth = limits::MEMPOOL_BYTES / 8;
    // Two submitters of a member with a quarter of the gas, each within its own bounds.
    assert_eq!(insert(1, 1, 7, 250, eighth), Ok(()));
    assert_eq!(insert(2, 1, 7, 250, eighth), Err(PoolRefusal::MemberFull));
    assert_eq!(insert(2, 2, 7, 250, 1_000), Ok(()), "a smaller one has room");
    assert_eq!(insert(3, 1, 8, 750, eighth), Ok(()), "another member is not held up");
    assert_eq!(insert(4, 1, 9, 0, 1), Err(PoolRefusal::MemberFull), "a member without a share has no room");
    let ids: Vec<Hash> = pool.all().map(|transaction| transaction.body.id()).collect();
    ids.iter().for_each(|id| pool.remove(id));
    assert!(pool.members.values().all(|size| *size == PoolSize::default()), "what has gone takes no room");
}
