//! Tests of the ledger, on storage in memory and, where opening again matters, on RocksDB.

use sillok_abi::{
    Account, Block, Call, Certificate, ContractId, Credential, Header, Outcome, Receipt, Time, Transaction,
    TransactionBody, Validator,
};
use sillok_runtime::{
    Changes, Direction, FieldKey, FieldRoots, MemoryState, PageLimit, Parameters, StateReader,
};

use super::*;
use crate::consensus::CertifiedBlock;
use crate::storage::{DataFolder, MemoryStorage};

fn genesis() -> Genesis {
    Genesis {
        name: "test".into(),
        dev: true,
        time: Time(1_000),
        nodes: Vec::new(),
        members: Vec::new(),
        admitted: Vec::new(),
        parameters: Parameters::default(),
        codes: Vec::new(),
        contracts: Vec::new(),
        calls: Vec::new(),
    }
}

fn changes(list: &[(&[u8], Option<&[u8]>)]) -> Changes {
    list.iter().map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))).collect()
}

fn execution(changes: Changes, receipts: Vec<Receipt>) -> Execution {
    Execution { changes: Arc::new(changes), receipts, scheduled: 0, receipts_root: [2; 32], gas_used: 0 }
}

fn create(storage: Arc<dyn Storage>, list: &[(&[u8], Option<&[u8]>)]) -> Ledger {
    Ledger::create(storage, &genesis(), &execution(changes(list), Vec::new())).unwrap()
}

impl Ledger {
    /// Makes a block permanent, one step after the other.
    fn commit(
        &self,
        block: &CertifiedBlock,
        execution: &Execution,
        roots_before: &FieldRoots,
        announced: Option<&[Validator]>,
    ) -> Result<Tip, StorageError> {
        let tip = self.begin(block, execution)?;
        self.write(&tip, block, execution, roots_before, announced, true)?;
        self.take_in(tip.height, &execution.changes);
        self.advance(tip.clone());
        Ok(tip)
    }
}

/// The view of the thread that commits a block with these changes, which `storage` may hold already.
pub(super) fn view_of(storage: Arc<MemoryStorage>, changes: Changes) -> Arc<dyn StateReader> {
    let ledger = Ledger::create(storage, &genesis(), &execution(Changes::default(), Vec::new())).unwrap();
    let (block, _) = next_block(&ledger, &[]);
    let execution = execution(changes, Vec::new());
    let tip = ledger.begin(&block, &execution).unwrap();
    ledger.take_in(tip.height, &execution.changes)
}

fn transaction(nonce: u64) -> Transaction {
    let body = TransactionBody {
        chain: [0; 32],
        submitter: Account::Key([1; 32]),
        nonce,
        expiry: Time(5_000),
        gas_limit: 1,
        call: Call { contract: ContractId([0; 32]), method: "m".into(), args: Vec::new() },
        authorisations: Vec::new(),
    };
    Transaction { body, credential: Credential::Sr25519([0; 64]) }
}

/// The block after the tip, with transactions of these nonces.
fn next_block(ledger: &Ledger, nonces: &[u64]) -> (CertifiedBlock, Vec<Receipt>) {
    let tip = ledger.tip();
    let transactions: Vec<Transaction> = nonces.iter().map(|nonce| transaction(*nonce)).collect();
    let header = Header {
        chain: [0; 32],
        height: tip.height + 1,
        round: 0,
        time: tip.time.plus(100),
        proposer: [0; 32],
        parent: tip.block,
        transactions_root: Block::transactions_root(&transactions),
        state_root: [1; 32],
        receipts_root: tip.receipts_root,
        validators: [0; 32],
        next_validators: [0; 32],
    };
    let receipt = |transaction: &Transaction| Receipt {
        id: transaction.body.id(),
        outcome: Outcome::Success(Vec::new()),
        gas_used: 1,
        events: Vec::new(),
    };
    let receipts = transactions.iter().map(receipt).collect();
    let certificate =
        Certificate { height: header.height, round: 0, block: header.id(), signatures: Vec::new() };
    (CertifiedBlock { block: Arc::new(Block { header, transactions }), certificate }, receipts)
}

fn commit(ledger: &Ledger, nonces: &[u64], list: &[(&[u8], Option<&[u8]>)]) -> Tip {
    let (block, receipts) = next_block(ledger, nonces);
    ledger.commit(&block, &execution(changes(list), receipts), &FieldRoots::new(), None).unwrap()
}

#[test]
fn a_view_stays_as_it_was_when_blocks_follow() {
    let ledger = create(Arc::new(MemoryStorage::default()), &[(b"a", Some(b"1")), (b"b", Some(b"1"))]);
    let (_, before) = ledger.latest();
    commit(&ledger, &[], &[(b"a", Some(b"2")), (b"b", None), (b"c", Some(b"2"))]);
    assert_eq!(before.get(b"a").unwrap(), Some(b"1".to_vec()));
    assert_eq!(before.get(b"b").unwrap(), Some(b"1".to_vec()));
    assert_eq!(before.get(b"c").unwrap(), None);
    let all = before.range(b"a", b"z", 10).unwrap();
    assert_eq!(all, [(b"a".to_vec(), b"1".to_vec()), (b"b".to_vec(), b"1".to_vec())]);
    assert_eq!(ledger.latest().1.get(b"b").unwrap(), None);
}

#[test]
fn every_height_reads_as_it_was() {
    let ledger = create(Arc::new(MemoryStorage::default()), &[]);
    // Keys of which one is the beginning of another, with zero bytes, changed and removed in turn.
    let keys: [&[u8]; 4] = [b"k", b"k\0", b"k\0\0z", b"kk"];
    let mut states = vec![MemoryState::default()];
    for height in 1..=12usize {
        let value = [height as u8];
        let list: Vec<(&[u8], Option<&[u8]>)> = (0..2)
            .map(|step| (keys[(height * 3 + step) % 4], (height % 3 != step).then_some(value.as_slice())))
            .collect();
        commit(&ledger, &[], &list);
        let mut state = states[height - 1].clone();
        state.apply(&changes(&list));
        states.push(state);
    }
    for (height, state) in states.iter().enumerate() {
        let view = ledger.at(height as u64).unwrap();
        for key in keys {
            assert_eq!(view.get(key).unwrap(), state.get(key).unwrap(), "height {height}, key {key:?}");
        }
        for (from, to, limit) in [(keys[0], b"l".as_slice(), 9), (keys[1], keys[3], 9), (keys[0], b"l", 2)] {
            let (found, expected) = (view.range(from, to, limit), state.range(from, to, limit));
            assert_eq!(found.unwrap(), expected.unwrap(), "height {height}, from {from:?}");
            let back = |state: &dyn StateReader| {
                state.page(from, to, Direction::Descending, PageLimit::entries(limit)).unwrap()
            };
            assert_eq!(back(&*view), back(state), "height {height}, to {to:?}");
        }
    }
    assert!(ledger.at(13).is_none());
}

#[test]
fn blocks_are_found_by_height_and_id_and_transactions_by_id() {
    let ledger = create(Arc::new(MemoryStorage::default()), &[]);
    commit(&ledger, &[], &[]);
    let tip = commit(&ledger, &[7, 8], &[]);
    assert_eq!((tip.height, tip.empty), (2, false));
    let block = ledger.block(2).unwrap().unwrap();
    assert_eq!(block.certificate.block, tip.block);
    assert_eq!(ledger.height_of(&tip.block).unwrap(), Some(2));
    let place = ledger.place_of(&transaction(8).body.id()).unwrap().unwrap();
    assert_eq!(place, Place { height: 2, index: 1 });
    let receipts = ledger.receipts(2).unwrap().unwrap();
    assert_eq!(receipts.of_transactions()[1].id, transaction(8).body.id());
    assert_eq!(ledger.block(3).unwrap(), None);
    assert_eq!(ledger.place_of(&[9; 32]).unwrap(), None);
}

#[test]
fn state_is_taken_up_in_memory_as_its_tree_is_made() {
    let storage = Arc::new(MemoryStorage::default());
    let key = [7; size_of::<FieldKey>() + 1];
    let ledger = create(storage.clone(), &[(&key, Some(b"1"))]);
    ledger.tree().unwrap();
    let mut batch = Batch::default();
    batch.remove(Table::State, key.as_slice());
    storage.write(batch).unwrap();
    let (_, state) = ledger.latest();
    assert_eq!(state.get(&key).unwrap(), Some(b"1".to_vec()), "storage is not asked");
    ledger.bound_cache(0);
    assert_eq!(state.get(&key).unwrap(), None, "what is not in memory is looked for there");
}

#[test]
fn only_the_next_block_is_committed() {
    let ledger = create(Arc::new(MemoryStorage::default()), &[]);
    let (block, _) = next_block(&ledger, &[]);
    commit(&ledger, &[], &[]);
    let again = ledger.commit(&block, &execution(changes(&[]), Vec::new()), &FieldRoots::new(), None);
    assert!(matches!(again, Err(StorageError::NotNext { height: 1, tip: 1 })));
}

#[test]
fn of_the_blocks_of_a_height_the_decided_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = DataFolder::prepare(folder.path()).unwrap();
    let ledger = create(Arc::new(folder.open().unwrap()), &[]);
    let ((one, receipts), (other, _)) = (next_block(&ledger, &[7]), next_block(&ledger, &[8]));
    for block in [&one, &other] {
        ledger.store_body(&block.certificate.block, &block.block).unwrap();
    }
    drop(ledger);
    let ledger = Ledger::open(Arc::new(folder.open().unwrap())).unwrap();
    assert_eq!(ledger.undecided(1), [one.certificate.block, other.certificate.block].into());
    assert_eq!(ledger.block_of(&other.certificate.block).unwrap().as_ref(), Some(&other.block));
    assert_eq!(ledger.block(1).unwrap(), None);
    ledger.commit(&one, &execution(changes(&[]), receipts), &FieldRoots::new(), None).unwrap();
    drop(ledger);
    let ledger = Ledger::open(Arc::new(folder.open().unwrap())).unwrap();
    assert_eq!((ledger.undecided(1), ledger.undecided(2)), Default::default());
    assert_eq!(ledger.block_of(&other.certificate.block).unwrap(), None);
    assert_eq!(ledger.block(1).unwrap().as_ref(), Some(&one));
    assert_eq!(
        (ledger.encoded_block(1).unwrap(), ledger.encoded_block(2).unwrap()),
        (Some(one.encode()), None)
    );
    assert_eq!(ledger.block_of(&one.certificate.block).unwrap(), Some(one.block));
}

#[test]
fn recent_transactions_are_those_of_young_blocks() {
    let ledger = create(Arc::new(MemoryStorage::default()), &[]);
    for nonce in 1..=5 {
        commit(&ledger, &[nonce], &[]);
    }
    let recent = |age| -> Vec<u64> {
        let recent = ledger.recent_transactions(age).unwrap();
        recent.map(|transaction| transaction.unwrap().body.nonce).collect()
    };
    // Blocks are 100 ms apart.
    assert_eq!(recent(250), [5, 4, 3]);
    assert_eq!(recent(10_000), [5, 4, 3, 2, 1]);
}

#[test]
fn the_chain_goes_on_where_it_was_after_opening_again() {
    let path = tempfile::tempdir().unwrap();
    let folder = DataFolder::prepare(path.path()).unwrap();
    let ledger = create(Arc::new(folder.open().unwrap()), &[(b"a", Some(b"1"))]);
    let tip = commit(&ledger, &[7], &[(b"a", Some(b"2"))]);
    drop(ledger);

    let storage: Arc<dyn Storage> = Arc::new(folder.open().unwrap());
    assert_eq!(Ledger::stored_chain(&*storage).unwrap(), Some(genesis().hash()));
    let ledger = Ledger::open(storage).unwrap();
    assert_eq!(ledger.tip(), tip);
    assert_eq!(ledger.latest().1.get(b"a").unwrap(), Some(b"2".to_vec()));
    assert_eq!(ledger.at(0).unwrap().get(b"a").unwrap(), Some(b"1".to_vec()));
    assert_eq!(commit(&ledger, &[8], &[]).height, 2);
}

#[test]
fn readers_never_see_half_a_block() {
    let ledger =
        Arc::new(create(Arc::new(MemoryStorage::default()), &[(b"a", Some(b"0")), (b"z", Some(b"0"))]));
    let reader = {
        let ledger = ledger.clone();
        std::thread::spawn(move || {
            while ledger.tip().height < 500 {
                let (_, view) = ledger.latest();
                assert_eq!(view.get(b"a").unwrap(), view.get(b"z").unwrap());
                let all = view.range(b"a", b"zz", 9).unwrap();
                assert_eq!(all[0].1, all[1].1);
            }
        })
    };
    for height in 1..=500u32 {
        let value = height.to_be_bytes();
        commit(&ledger, &[], &[(b"a", Some(&value)), (b"z", Some(&value))]);
    }
    reader.join().unwrap();
}

/// Changes at random, the same each time: of few keys, so that most are changed again.
fn random_changes(seed: &mut u64) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let mut next = |bound: u64| {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (*seed >> 33) % bound
    };
    let count = next(5);
    (0..count).map(|_| (vec![next(12) as u8; 40], (next(3) > 0).then(|| vec![next(250) as u8]))).collect()
}

#[test]
fn pruning_keeps_what_later_heights_see_and_nothing_else() {
    let storage = Arc::new(MemoryStorage::default());
    let ledger = create(storage.clone(), &[]);
    let mut states = vec![MemoryState::default()];
    let mut seed = 7;
    for height in 1..=300usize {
        let list = random_changes(&mut seed);
        let list: Changes = list.into_iter().collect();
        let borrowed: Vec<_> = list.iter().map(|(key, value)| (key.as_slice(), value.as_deref())).collect();
        commit(&ledger, &[], &borrowed);
        let mut state = states[height - 1].clone();
        state.apply(&list);
        states.push(state);
    }
    let old = ledger.at(100).unwrap();
    for lowest in [1, 100, 250, 299] {
        while ledger.prune(lowest).unwrap() {}
        assert_eq!(ledger.lowest(), lowest);
        for (height, state) in states.iter().enumerate().skip(lowest as usize) {
            let view = ledger.at(height as u64).unwrap();
            let all = |state: &dyn StateReader| state.range(&[], &[0xFF; 41], 100).unwrap();
            assert_eq!(all(&*view), all(state), "height {height} once {lowest} is the lowest");
        }
        assert!(ledger.at(lowest - 1).is_none());
    }
    assert!(
        old.get(&[1; 40]).unwrap_err().to_string().contains("no longer kept"),
        "a view that was taken before"
    );
    // Heights 299 and 300 are left: a version of each key that either sees, and no other.
    let count = |table| storage.range(table, &[], &[0xFF; 64], 10_000).unwrap().len();
    let last = random_last_changes();
    let seen_before = states[299].range(&[], &[0xFF; 41], 100).unwrap().len();
    assert_eq!(count(Table::History), seen_before + last);
    assert_eq!(count(Table::Undo), 2, "of genesis and of the last block");
    assert!(!ledger.prune(1_000).unwrap(), "nothing is left to do, and the last block stays");
    assert_eq!(Ledger::open(storage).unwrap().lowest(), 299, "it outlives the node");
}

/// How many keys the last of the blocks above changes.
fn random_last_changes() -> usize {
    let mut seed = 7;
    let last = (1..=300).map(|_| random_changes(&mut seed)).last().unwrap_or_default();
    last.into_iter().collect::<Changes>().len()
}
