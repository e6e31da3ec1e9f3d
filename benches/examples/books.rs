//! What many order books take: memory for each order, time to load them when a node starts, and what an
//! operation costs with so many.
//!
//! `books [BOOKS] [ORDERS]` (1,000 and 1,000,000 if nothing) makes so many books with so many orders in all, at
//! 200 prices and of 1,000 owners, ends a block after each 10,000 orders, loads all books from state in a
//! file as a node does that starts, and then runs operations in books taken at random: 60 % orders, 30 % cancellations,
//! 10 % orders that take what they meet at once.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example that reports by printing")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use codec::{Decode, Encode};
use sillok_abi::{
    Account, BookId, BookParams, NewOrder, OrderId, Price, Quantity, SelfTrade, Side, TimeInForce,
};
use sillok_benches::books::{MAX_STEPS, MIDDLE, OWNER, Random};
use sillok_runtime::{Direction, Fault, MemoryState, OrderBooks, PageLimit, StateReader, Walk};

/// How many orders a block of the filling has.
const BLOCK: u64 = 10_000;
/// How many operations are measured, and how many make a block.
const OPERATIONS: u64 = 1_000_000;
const PER_BLOCK: u64 = 1_000;
/// How many prices each side has.
const REACH: u64 = 100;
/// How many accounts there are.
const OWNERS: u64 = 1_000;
/// Bytes of a page of the machine's memory.
const PAGE_BYTES: u64 = 4_096;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let ["measure", folder, count, orders] = args.iter().map(String::as_str).collect::<Vec<_>>().as_slice()
    {
        return measure(Path::new(folder), count.parse().unwrap(), orders.parse().unwrap());
    }
    let number = |at: usize, otherwise: u64| args.get(at).map_or(otherwise, |arg| arg.parse().unwrap());
    let (count, orders) = (number(0, 1_000), number(1, 1_000_000));
    let folder = tempfile::tempdir().unwrap();
    Disk::write(folder.path(), &fill(count, orders, &mut Random(42)));
    // A process of its own, whose memory is what the books take.
    let mut measuring = Command::new(std::env::current_exe().unwrap());
    measuring.arg("measure").arg(folder.path()).args([count.to_string(), orders.to_string()]);
    assert!(measuring.status().unwrap().success());
}

/// State in a file, so that it takes no memory; where each value begins and how long it is.
struct Disk {
    values: File,
    index: BTreeMap<Vec<u8>, (u64, u32)>,
}

impl Disk {
    fn write(folder: &Path, state: &MemoryState) {
        let mut index = BTreeMap::new();
        let mut values = Vec::new();
        for (key, value) in state.entries() {
            index.insert(key.clone(), (values.len() as u64, value.len() as u32));
            values.extend_from_slice(value);
        }
        fs::write(folder.join("values"), values).unwrap();
        fs::write(folder.join("index"), index.encode()).unwrap();
    }

    fn open(folder: &Path) -> Self {
        let index = fs::read(folder.join("index")).unwrap();
        let values = File::open(folder.join("values")).unwrap();
        Disk { values, index: Decode::decode(&mut &index[..]).unwrap() }
    }
}

impl StateReader for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let Some((at, length)) = self.index.get(key) else { return Ok(None) };
        let mut value = vec![0; *length as usize];
        self.values.read_exact_at(&mut value, *at).map_err(Fault::new)?;
        Ok(Some(value))
    }

    fn walk(&self, _: &[u8], _: &[u8], _: Direction, _: PageLimit) -> Result<Walk, Fault> {
        Err(Fault::new("order books are read by key"))
    }
}

/// Loads books from a state in a folder, and measures.
fn measure(folder: &Path, count: u64, orders: u64) {
    let disk = Disk::open(folder);
    let bytes: u64 = disk.index.iter().map(|(key, (_, length))| key.len() as u64 + u64::from(*length)).sum();
    println!("{count} books, {orders} orders");
    println!("state: {} keys, {} MB, {} bytes an order", disk.index.len(), bytes >> 20, bytes / orders);
    let mut books = OrderBooks::new(Arc::new(disk));
    let (before, start) = (resident(), processor_time());
    books.load_all().unwrap();
    let taken = processor_time() - start;
    let memory = resident() - before;
    println!("loading: {} ms of the processor, {} ns an order", taken / 1_000_000, taken / orders);
    println!("memory: {} MB, {} bytes an order", memory >> 20, memory / orders);
    operate(&mut books, count, orders);
}

/// Runs operations in books taken at random.
fn operate(books: &mut OrderBooks, count: u64, orders: u64) {
    let mut random = Random(43);
    let filled = (0..orders / count).map(|slot| OrderId((slot + 1) << OrderId::SLOT_BITS | slot));
    let mut ids = vec![filled.collect::<Vec<_>>(); count as usize];
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..OPERATIONS / PER_BLOCK {
        let block: Vec<_> = (0..PER_BLOCK).map(|_| plan(&ids, &mut random)).collect();
        let start = Instant::now();
        block.iter().for_each(|operation| run(books, &mut ids, operation));
        times[0].push(start.elapsed());
        let start = Instant::now();
        black_box(books.changes().unwrap());
        books.commit();
        times[1].push(start.elapsed());
    }
    // Of blocks, the tenth percentile: others may have had the processor in between.
    let [operating, ending] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 10].as_nanos() as u64 / PER_BLOCK
    });
    println!("operation: {operating} ns, and {ending} ns for its share of the block's end");
}

/// Makes books with orders on both sides, none of which meet; answers the state.
fn fill(count: u64, orders: u64, random: &mut Random) -> MemoryState {
    let mut state = MemoryState::default();
    let mut books = OrderBooks::new(Arc::new(MemoryState::default()));
    for _ in 0..count {
        let _ = books.create(OWNER, BookParams::simple(1, 1, 1, 2 * MIDDLE)).unwrap().unwrap();
    }
    for number in 0..orders {
        let side = if random.below(2) == 0 { Side::Buy } else { Side::Sell };
        let order = order(side, random);
        let _ = books.place(OWNER, BookId(1 + number % count), &order, MAX_STEPS).unwrap().unwrap();
        if number % BLOCK == BLOCK - 1 || number + 1 == orders {
            state.apply(&books.changes().unwrap());
            books.commit();
        }
    }
    state
}

fn order(side: Side, random: &mut Random) -> NewOrder {
    let away = 1 + random.below(REACH);
    let price = if side == Side::Buy { MIDDLE - away } else { MIDDLE + away };
    let mut key = [0; 32];
    key[..8].copy_from_slice(&random.below(OWNERS).to_le_bytes());
    let order = NewOrder::limit(Account::Key(key), side, Price(price), Quantity(1 + random.below(100)));
    NewOrder { self_trade: SelfTrade::CancelNewest, ..order }
}

/// An operation in a book.
enum Operation {
    Place(BookId, NewOrder),
    Cancel(BookId, OrderId),
}

/// `ids` are those of the orders that came to each book. Most cancelled orders are there.
fn plan(ids: &[Vec<OrderId>], random: &mut Random) -> Operation {
    let number = random.below(ids.len() as u64);
    let (book, ids) = (BookId(number + 1), &ids[number as usize]);
    let side = if random.below(2) == 0 { Side::Buy } else { Side::Sell };
    match random.below(100) {
        0..60 => Operation::Place(book, order(side, random)),
        60..90 => Operation::Cancel(book, ids[random.below(ids.len() as u64) as usize]),
        _ => {
            let price = Price(if side == Side::Buy { MIDDLE + REACH } else { MIDDLE - REACH });
            let quantity = Quantity(101 + random.below(100));
            let taking = NewOrder { time_in_force: TimeInForce::Ioc, quantity, ..order(side, random) };
            Operation::Place(book, NewOrder { kind: sillok_abi::OrderKind::Limit { price }, ..taking })
        }
    }
}

fn run(books: &mut OrderBooks, ids: &mut [Vec<OrderId>], operation: &Operation) {
    black_box(books.savepoint());
    match operation {
        Operation::Place(book, order) => {
            let placed = black_box(books.place(OWNER, *book, order, MAX_STEPS)).unwrap().unwrap();
            ids[(book.0 - 1) as usize].push(placed.order);
        }
        Operation::Cancel(book, order) => assert!(black_box(&books.cancel(OWNER, *book, *order)).is_ok()),
    }
}

/// The nanoseconds that this process has run.
fn processor_time() -> u64 {
    let schedstat = fs::read_to_string("/proc/self/schedstat").unwrap();
    schedstat.split(' ').next().unwrap().parse().unwrap()
}

/// How much memory this process has.
fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * PAGE_BYTES
}
