//! A block that is still being written while consensus goes on, or can't be.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Condvar, Mutex};

use super::audit::{blocks, take_up};
use super::*;
use crate::consensus::{Stage, Verdict};
use crate::lock::lock;

/// Storage that takes blocks when it is let, or not at all.
#[derive(Default)]
struct Slow {
    storage: MemoryStorage,
    mood: Mutex<Mood>,
    changed: Condvar,
    /// Whether a block was written, and nothing synced since.
    owes_sync: AtomicBool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Mood {
    #[default]
    Takes,
    Waits,
    Fails,
}

impl Slow {
    fn is_now(&self, mood: Mood) {
        *lock(&self.mood) = mood;
        self.changed.notify_all();
    }

    fn owes_sync(&self) -> bool {
        self.owes_sync.load(Ordering::SeqCst)
    }
}

impl Tables for Slow {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.storage.get(table, key)
    }

    fn page(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        direction: Direction,
        limit: PageLimit,
    ) -> Result<Vec<Entry>, StorageError> {
        self.storage.page(table, from, to, direction, limit)
    }
}

impl Storage for Slow {
    fn freeze(&self) -> Result<Box<dyn Tables + '_>, StorageError> {
        self.storage.freeze()
    }

    fn write(&self, batch: Batch<'_>) -> Result<(), StorageError> {
        self.write_lazily(batch)?;
        self.sync()
    }

    fn write_lazily(&self, batch: Batch<'_>) -> Result<(), StorageError> {
        if batch.changes.iter().any(|change| change.table == Table::Certificates) {
            let waited = self.changed.wait_while(lock(&self.mood), |mood| *mood == Mood::Waits);
            if *waited.unwrap() == Mood::Fails {
                return Err(StorageError::Engine("the disk is gone".into()));
            }
            self.owes_sync.store(true, Ordering::SeqCst);
        }
        self.storage.write_lazily(batch)
    }

    fn sync(&self) -> Result<(), StorageError> {
        self.owes_sync.store(false, Ordering::SeqCst);
        self.storage.sync()
    }
}

/// A node whose storage waits with the first of these blocks, which it was told to commit when it knew the second.
fn going_on(
    first: &Arc<Block>,
    second: &Arc<Block>,
) -> (Arc<Slow>, Arc<Chain>, Producer, Receiver<Progress>) {
    let storage = Arc::new(Slow::default());
    let clock = Arc::new(ManualClock::at(dev::genesis().unwrap().time.plus(10_000)));
    let (chain, mut producer) = open_on(storage.clone(), clock);
    assert_eq!(producer.judge(first, Stage::Decided).unwrap(), Some(Verdict::Valid));
    storage.is_now(Mood::Waits);
    producer.expect_next(Some(second.clone()));
    let (tell, told) = channel();
    let tell = move |progress| tell.send(progress).unwrap();
    producer.commit(certificate(&chain, first), Some(first.clone()), tell).unwrap();
    (storage, chain, producer, told)
}

#[test]
fn the_next_height_begins_before_a_block_is_on_disk_and_nobody_hears_of_it() {
    let [first, second] = blocks(&[(1, 500)]);
    let mut other = Bench::new(Pace::OnDemand);
    let (storage, chain, mut producer, told) = going_on(&first, &second);
    assert!(matches!(told.try_recv(), Ok(Progress::TakenIn(next)) if next.height == 1));
    // Once the tree is a block ahead, the root is still that of the last block.
    chain.commitment.at(1, |_| ()).unwrap();
    assert_eq!(chain.state_root().unwrap(), other.chain.state_root().unwrap());
    assert_eq!(
        producer.judge(&second, Stage::Decided).unwrap(),
        Some(Verdict::Valid),
        "it was executed ahead"
    );
    assert!(matches!(told.try_recv(), Err(TryRecvError::Empty)));
    assert_eq!((chain.tip().height, chain.committed(1).unwrap().is_some()), (0, false));
    storage.is_now(Mood::Takes);
    producer.settle().unwrap();
    assert_eq!((chain.tip().height, storage.owes_sync()), (1, true));
    let (tell, told_of_second) = channel();
    let tell = move |progress| tell.send(progress).unwrap();
    producer.commit(certificate(&chain, &second), Some(second.clone()), tell).unwrap();
    assert_eq!(
        (told.iter().count(), storage.owes_sync()),
        (0, false),
        "the first is on disk with the second"
    );
    let told: Vec<Progress> = told_of_second.iter().collect();
    assert!(matches!(told[..], [Progress::Written(2), Progress::TakenIn(_)]), "{told:?}");

    [&first, &second].into_iter().for_each(|block| take_up(&mut other, block));
    assert_eq!(chain.tip().height, 2);
    assert_eq!(chain.state_root().unwrap(), other.chain.state_root().unwrap());
}

#[test]
fn a_block_that_another_was_to_follow_is_on_disk_when_that_is_asked_for() {
    let [first, second] = blocks(&[(1, 500)]);
    let (storage, chain, mut producer, _told) = going_on(&first, &second);
    storage.is_now(Mood::Takes);
    producer.settle().unwrap();
    assert_eq!((chain.tip().height, storage.owes_sync()), (1, true));
    assert_eq!((producer.sync().unwrap(), storage.owes_sync()), (1, false));
}

#[test]
fn a_block_that_comes_again_is_on_disk_before_that_is_said() {
    let [first, second] = blocks(&[(1, 500)]);
    let (storage, chain, mut producer, _told) = going_on(&first, &second);
    storage.is_now(Mood::Takes);
    let (tell, told) = channel();
    producer.commit(certificate(&chain, &first), None, move |progress| tell.send(progress).unwrap()).unwrap();
    assert!(matches!(told.recv(), Ok(Progress::Written(1))) && !storage.owes_sync());
}

#[test]
fn whatever_else_is_asked_for_waits_for_the_block() {
    let [first, second] = blocks(&[(1, 500)]);
    let mut third = Block::clone(&second);
    third.header.round = 5;
    let third = Arc::new(third);
    let asks: [&dyn Fn(&mut Producer); 3] = [
        &|producer| drop(producer.build(2, 0).unwrap().unwrap()),
        &|producer| assert_eq!(producer.judge(&third, Stage::Fresh).unwrap(), Some(Verdict::Valid)),
        &|producer| assert_eq!(producer.judge(&second, Stage::Old).unwrap(), Some(Verdict::Valid)),
    ];
    for ask in asks {
        let (storage, chain, mut producer, _told) = going_on(&first, &second);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(std::time::Duration::from_millis(20));
                storage.is_now(Mood::Takes);
            });
            ask(&mut producer);
        });
        assert_eq!(chain.tip().height, 1);
    }
}

#[test]
fn a_block_that_can_not_be_written_halts_the_node() {
    let [first, second] = blocks(&[(1, 500)]);
    let (storage, chain, mut producer, told) = going_on(&first, &second);
    storage.is_now(Mood::Fails);
    let told: Vec<Progress> = told.iter().collect();
    assert!(matches!(told[..], [Progress::TakenIn(_), Progress::Failed]), "{told:?}");
    let fault = producer.commit(certificate(&chain, &second), Some(second), drop).unwrap_err();
    assert!(fault.to_string().contains("the disk is gone"), "{fault}");
    assert_eq!(chain.tip().height, 0);
}

#[test]
fn nobody_hears_of_a_block_that_can_not_be_written() {
    let mut bench = Bench::new(Pace::OnDemand);
    let storage = Arc::new(Slow::default());
    (bench.chain, bench.producer) = open_on(storage.clone(), bench.clock.clone());
    bench.settle();
    let (before, mut blocks) = (bench.bob(), bench.chain.subscribe());
    let id = bench.chain.submit(bench.payment(1, 500)).unwrap();
    storage.is_now(Mood::Fails);
    let fault = bench.step().err().unwrap();
    assert!(fault.to_string().contains("the disk is gone"), "{fault}");
    assert!(!is_final(&bench.chain, &id));
    assert_eq!(bench.bob(), before, "queries still answer, as of the last block");
    assert!(blocks.try_recv().is_err());
}
