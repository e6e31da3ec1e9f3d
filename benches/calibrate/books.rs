//! Order books, called from Wasm.

use codec::Encode;
use sillok_abi::{BookAction, BookParams, BookQuery, NewOrder, OrderId, Price, Quantity, Side, TimeInForce};
use sillok_benches::{Row, Rows};
use sillok_testing::account;

use super::cost::Batch;
use super::program::Program;

/// Where the book's rules and the orders lie in memory: one that sells, one that buys, one that buys much.
const PARAMS: u32 = 1_024;
const SELL: u32 = 2_048;
const BUY: u32 = 3_072;
const BUY_MUCH: u32 = 4_096;
/// Where an amendment of the first order, and a question about the day, lie.
const AMEND: u32 = 5_120;
const SESSION: u32 = 6_144;
/// Where an order's price begins, after its owner, side and kind.
const PRICE_OFFSET: u32 = 35;
/// The id of a book's first order. As each gives way to the next, that much higher is the next one's.
const FIRST: u64 = 1 << OrderId::SLOT_BITS;
/// How many fills an order gets that gets many, and how many levels a deep book has.
const MANY: u32 = 50;
const LEVELS: u32 = 100;
const TURNS: u32 = 500;

const ALL: [&str; 8] = [
    "book_create",
    "book_place",
    "book_cancel",
    "book_act",
    "book_ask",
    "book_order",
    "book_depth",
    "book_params",
];

/// Measures the order book's host functions.
pub(crate) fn measure(rows: &mut Rows) {
    let mut batch = Batch::default();
    let sell = place(SELL);
    let create = batch.add(program(&create(), "").turns(50));
    let resting = batch.add(program(&sell, ""));
    let cancelled = batch.add(program(
        &format!(
            "{sell} (drop (call $book_cancel (i64.const 1) (local.get $order)))
            (local.set $order (i64.add (local.get $order) (i64.const {FIRST})))"
        ),
        "",
    ));
    let filled = batch.add(program(&format!("{sell} {}", place(BUY)), ""));
    let much = format!("{} {}", sell.repeat(MANY as usize), place(BUY_MUCH));
    let much = batch.add(program(&much, "").turns(20));
    let order =
        batch.add(program(&format!("(drop (call $book_order (i64.const 1) (i64.const {FIRST})))"), &sell));
    let amend = batch.add(program(&send("book_act", AMEND, amendment().len()), &sell));
    let session = batch.add(program(&send("book_ask", SESSION, BookQuery::Session.encode().len()), ""));
    let params = batch.add(program("(drop (call $book_params (i64.const 1)))", ""));
    let [one, deep] = [1, LEVELS].map(|levels| {
        batch.add(program(
            &format!("(drop (call $book_depth (i64.const 1) (i32.const {levels})))"),
            &deep_book(),
        ))
    });
    let costs = batch.measure(|_| {});
    let of = |number| costs.of(number);
    let first = of(filled) - of(resting);
    let many = of(much) - of(resting) * f64::from(MANY);
    for (name, cost) in [
        ("book_create", of(create)),
        ("book_place, rests", of(resting)),
        ("book_place, one fill", first),
        ("book_place, each fill more", (many - first) / f64::from(MANY - 1)),
        ("book_cancel", of(cancelled) - of(resting)),
        ("book_act, amend", of(amend)),
        ("book_ask, session", of(session)),
        ("book_order", of(order)),
        ("book_params", of(params)),
        ("book_depth, one level", of(one)),
        ("book_depth, each level more", (of(deep) - of(one)) / f64::from(LEVELS - 1)),
    ] {
        rows.add(Row::new("order books", name, cost));
    }
}

/// A loop with a book, whose id is 1.
fn program(body: &str, before: &str) -> Program {
    let params = BookParams::simple(1, 1, 1, 10_000);
    Program {
        locals: "(local $order i64) (local $level i32)".into(),
        before: format!("{} (local.set $order (i64.const {FIRST})) {before}", create()),
        ..Program::calling(&ALL, body)
    }
    .with(PARAMS, params.encode())
    .with(AMEND, amendment())
    .with(SESSION, BookQuery::Session.encode())
    .with(SELL, order(Side::Sell, TimeInForce::Gtc, 1))
    .with(BUY, order(Side::Buy, TimeInForce::Ioc, 1))
    .with(BUY_MUCH, order(Side::Buy, TimeInForce::Ioc, u64::from(MANY)))
    .turns(TURNS)
}

fn order(side: Side, time_in_force: TimeInForce, quantity: u64) -> Vec<u8> {
    let (owner, price, quantity) = (account("Alice"), Price(5_000), Quantity(quantity));
    NewOrder { time_in_force, ..NewOrder::limit(owner, side, price, quantity) }.encode()
}

/// One more share, and so to the end of its queue.
fn amendment() -> Vec<u8> {
    BookAction::Amend { order: OrderId(FIRST), price: Some(Price(5_000)), quantity: Quantity(2) }.encode()
}

fn send(function: &str, at: u32, length: usize) -> String {
    format!("(drop (call ${function} (i64.const 1) (i32.const {at}) (i32.const {length})))")
}

fn create() -> String {
    let length = BookParams::simple(1, 1, 1, 1).encode().len();
    format!("(drop (call $book_create (i32.const {PARAMS}) (i32.const {length})))")
}

fn place(order_at: u32) -> String {
    let length = order(Side::Sell, TimeInForce::Gtc, 1).len();
    format!("(drop (call $book_place (i64.const 1) (i32.const {order_at}) (i32.const {length})))")
}

/// An order on each of many levels.
fn deep_book() -> String {
    format!(
        "(loop $levels {}
            (i64.store (i32.const {at}) (i64.add (i64.load (i32.const {at})) (i64.const 1)))
            (br_if $levels (i32.lt_u
                (local.tee $level (i32.add (local.get $level) (i32.const 1)))
                (i32.const {LEVELS}))))",
        place(SELL),
        at = SELL + PRICE_OFFSET
    )
}
