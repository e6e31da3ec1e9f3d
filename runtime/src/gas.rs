//! Gas prices, part of a chain's parameters. One gas stands for a tenth of a nanosecond of the machine on
//! which they were calibrated (`make calibrate`, docs/gas.md).

use codec::{Decode, Encode};
use sillok_abi::HOST_FUNCTIONS;

use crate::wasm::OperatorPrices;

/// What everything costs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct GasTable {
    /// Instructions of contracts.
    pub operators: OperatorPrices,
    /// Host functions, in the order of `sillok_abi`'s table.
    pub host_functions: Vec<HostPrice>,
    /// A transaction, before anything runs.
    pub transaction: u64,
    /// Each byte of a transaction.
    pub transaction_byte: u64,
    /// Verifying a key's signature.
    pub signature: u64,
    /// Each match of an order.
    pub fill: u64,
    /// Each level of a depth query.
    pub level: u64,
    /// Each entry that a range read meets.
    pub range_entry: u64,
    /// Each byte of their keys and values.
    pub range_byte: u64,
    /// An instance of a contract.
    pub instance: u64,
    /// Each begun 64 bytes of a chunk of memory that a call wrote to, which is restored after it.
    pub restored_line: u64,
    /// Entering a native module.
    pub native_call: u64,
    /// Each byte of uploaded code, which is checked, compiled and kept.
    pub code_byte: u64,
    /// Each unit of its complexity, as the limits of code count it, on which compiling depends too.
    pub code_complexity: u64,
}

/// What a host function costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct HostPrice {
    /// The call itself.
    pub base: u64,
    /// Each byte read from or written to the contract's memory, or read from state.
    pub per_byte: u64,
}

impl Default for GasTable {
    fn default() -> Self {
        let host = HOST_FUNCTIONS.iter();
        let host =
            host.map(|function| HostPrice { base: function.gas_base, per_byte: function.gas_per_byte });
        GasTable {
            operators: OperatorPrices::default(),
            host_functions: host.collect(),
            transaction: 20_000,
            transaction_byte: 20,
            signature: 350_000,
            fill: 4_000,
            level: 500,
            range_entry: 1_500,
            range_byte: 2,
            instance: 1_500,
            restored_line: 16,
            native_call: 1_000,
            code_byte: 25_000,
            code_complexity: 85_000,
        }
    }
}
