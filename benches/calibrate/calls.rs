//! Calls between contracts: the frame, the instance, and what a callee leaves to be tidied up.

use codec::Encode;
use sillok_abi::ContractId;
use sillok_abi::native::MEMBERSHIP;
use sillok_benches::{Row, Rows};
use sillok_testing::account;

use super::cost::Batch;
use super::program::{Program, imports, memory, module};

/// Where the callee's id, its method's name and its arguments lie in the caller's memory.
const ID: u32 = 1_024;
const NAME: u32 = 1_088;
const ARGS: u32 = 2_048;
/// Bytes of large arguments and results.
const LARGE: u32 = 8_192;
const KIB: f64 = 1_024.0;
const TURNS: u32 = 50;

/// What a callee with one page does, by method.
const METHODS: [(&str, &str); 6] = [
    ("noop", ""),
    ("answer", "(call $output (i32.const 0) (i32.const 8192))"),
    ("write", "(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))"),
    (
        "grow",
        "(drop (memory.grow (i32.const 1))) (memory.fill (i32.const 65536) (i32.const 1) (i32.const 65536))",
    ),
    (
        "grow_much",
        "(drop (memory.grow (i32.const 32))) (memory.fill (i32.const 65536) (i32.const 1) (i32.const 2097152))",
    ),
    ("spoil", "(i32.store8 (i32.const 65535) (i32.const 1))"),
];

/// Measures calls.
pub(crate) fn measure(rows: &mut Rows) {
    let mut batch = Batch::default();
    let (small, large) = (batch.callee(callee()), batch.callee(large_callee()));
    let noop = batch.add(calling(small, "noop", 0));
    let arguments = batch.add(calling(small, "noop", LARGE));
    let answer = batch.add(with_result(calling(small, "answer", 0)));
    let others: Vec<(&str, usize)> = [
        ("call that is refused, caught", small, "refuse"),
        ("call that writes one byte", small, "spoil"),
        ("call that writes 64 KiB", small, "write"),
        ("call that grows memory by a page and writes it", small, "grow"),
        ("call that grows memory by 32 pages and writes them", small, "grow_much"),
        ("call of a contract of 1 MiB", large, "noop"),
        ("call that writes to each 64th of 1 MiB", large, "scatter"),
    ]
    .into_iter()
    .map(|(name, callee, method)| (name, batch.add(calling(callee, method, 0))))
    .collect();
    let native = batch.add(native());
    let costs = batch.measure(|_| {});
    let mut row = |name: &str, cost| rows.add(Row::new("calls", name, cost));
    row("call that does nothing", costs.of(noop));
    row("call of a native module", costs.of(native));
    for (name, number) in [
        ("call, each KiB of arguments more", arguments),
        ("call, each KiB of result, with its reading", answer),
    ] {
        let each = (costs.of(number) - costs.of(noop)) / f64::from(LARGE) * KIB;
        rows.add(Row::new("calls", name, each).at_least());
    }
    for (name, number) in &others {
        let row = Row::new("calls", *name, costs.of(*number));
        rows.add(match *name {
            "call that grows memory by a page and writes it" => {
                row.unjudged("the engine keeps an instance's first pages at hand")
            }
            "call that writes 64 KiB" => row.at_least(),
            _ => row,
        });
    }
}

/// A loop that calls a method with arguments of so many bytes.
fn calling(callee: ContractId, method: &'static str, args: u32) -> Program {
    let body = format!(
        "(local.set $answer (call $call (i32.const {ID}) (i32.const {NAME}) (i32.const {}) (i32.const {ARGS})
            (i32.const {args}) (i32.const 1)))",
        method.len()
    );
    let program =
        Program { locals: "(local $answer i64)".into(), ..Program::calling(&["call", "result"], body) };
    program.with(ID, callee.0).with(NAME, method).turns(TURNS)
}

fn with_result(mut program: Program) -> Program {
    program.body += &format!("(call $result (i32.const {ARGS}))");
    program
}

/// A query of the membership module.
fn native() -> Program {
    let args = account("Alice").encode();
    calling(MEMBERSHIP, "member_of", args.len() as u32).with(ARGS, args)
}

fn callee() -> Vec<u8> {
    let method = |(name, body): &(&str, &str)| {
        format!("(func (export \"{name}\") (param i32) (result i32) {body} (i32.const 0))")
    };
    let methods: String = METHODS.iter().map(method).collect();
    let refuse = "(func (export \"refuse\") (param i32) (result i32)
        (call $output (i32.const 0) (i32.const 4)) (i32.const 1))";
    let names: Vec<&str> = METHODS.iter().map(|(name, _)| *name).chain(["refuse"]).collect();
    module(&format!("{} {} {methods} {refuse}", imports(&["output"]), memory(1, &[])), &names)
}

/// A contract with as much memory as one may begin with, which little code can write to everywhere.
fn large_callee() -> Vec<u8> {
    let text = format!(
        "{} (func (export \"noop\") (param i32) (result i32) (i32.const 0))
        (func (export \"scatter\") (param i32) (result i32) (local $at i32)
            (loop $turn
                (i32.store8 (local.get $at) (i32.const 1))
                (br_if $turn (i32.lt_u
                    (local.tee $at (i32.add (local.get $at) (i32.const 16384)))
                    (i32.const 1048576))))
            (i32.const 0))",
        memory(16, &[])
    );
    module(&text, &["noop", "scatter"])
}
