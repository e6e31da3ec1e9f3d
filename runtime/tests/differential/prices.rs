//! What operators cost, by the table of the protocol: by their names, and by nothing of the runtime's.

use sillok_runtime::OperatorPrices;
use wasmparser::Operator;

/// Numeric operators by the end of their names, less their type.
const SIMPLE: &[&str] = &[
    "Unreachable",
    "Select",
    "Clz",
    "Ctz",
    "Popcnt",
    "Add",
    "Sub",
    "And",
    "Or",
    "Xor",
    "Shl",
    "ShrS",
    "ShrU",
    "Rotl",
    "Rotr",
    "WrapI64",
    "ExtendI32S",
    "ExtendI32U",
    "Extend8S",
    "Extend16S",
    "Extend32S",
];

/// The same for comparisons.
const COMPARE: &[&str] = &["Eqz", "Eq", "Ne", "LtS", "LtU", "GtS", "GtU", "LeS", "LeU", "GeS", "GeU"];

/// The price of an operator that is accepted at upload, without what it costs for each page or byte.
pub(crate) fn price(prices: &OperatorPrices, operator: &Operator<'_>) -> u64 {
    let debug = format!("{operator:?}");
    let name = debug.split([' ', '{', '(']).next().unwrap();
    let typed = name.strip_prefix("I32").or_else(|| name.strip_prefix("I64"));
    let price = match name {
        "Block" | "Loop" | "Else" | "End" | "Nop" => 0,
        "LocalGet" | "LocalSet" | "LocalTee" | "Drop" => prices.local,
        "Br" | "BrIf" | "If" | "Return" => prices.branch,
        "BrTable" => prices.branch_table,
        "Call" => prices.call,
        "CallIndirect" => prices.call_indirect,
        "GlobalGet" => prices.global_get,
        "GlobalSet" => prices.global_set,
        "MemorySize" => prices.memory_size,
        "MemoryGrow" => prices.memory_grow,
        "MemoryCopy" | "MemoryFill" => prices.bulk,
        _ => match typed.unwrap_or(name) {
            "Const" => prices.constant,
            "Mul" => prices.multiply,
            "DivS" | "DivU" | "RemS" | "RemU" => prices.divide,
            rest if rest.starts_with("Load") => prices.load,
            rest if rest.starts_with("Store") => prices.store,
            rest if COMPARE.contains(&rest) => prices.compare,
            rest if SIMPLE.contains(&rest) => prices.simple,
            _ => panic!("no price for {debug}"),
        },
    };
    price.into()
}
