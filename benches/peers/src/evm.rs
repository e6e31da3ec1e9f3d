//! An ERC-20 transfer on revm, committed to a database in memory transaction by transaction.
//!
//! The contract is `erc20.evm`, assembled here. It does what Solidity's would do for `transfer`, and less
//! around it, so that revm is not measured by a compiler's output.

use std::collections::HashMap;

use revm::bytecode::Bytecode;
use revm::context::result::{ExecutionResult, Output};
use revm::context::{Context, TxEnv};
use revm::database::CacheDB;
use revm::database_interface::EmptyDB;
use revm::handler::{MainnetContext, MainnetEvm};
use revm::primitives::{Address, Bytes, TxKind, U256, keccak256};
use revm::state::AccountInfo;
use revm::{ExecuteCommitEvm, MainBuilder, MainContext};

const SOURCE: &str = include_str!("erc20.evm");
const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const TOKEN: Address = Address::repeat_byte(0x20);
const GAS_LIMIT: u64 = 200_000;

/// An EVM with the token, of which Alice has plenty.
pub struct Evm {
    evm: MainnetEvm<MainnetContext<CacheDB<EmptyDB>>>,
    nonce: u64,
}

/// A transaction of Alice's, but for its nonce.
pub struct Prepared(TxEnv);

impl Evm {
    /// The token in an empty database.
    pub fn new() -> Self {
        let mut database = CacheDB::new(EmptyDB::default());
        let code = Bytecode::new_raw(Bytes::from(assemble(SOURCE)));
        database.insert_account_info(TOKEN, AccountInfo::from_bytecode(code));
        database.insert_account_info(ALICE, AccountInfo::from_balance(U256::from(1)));
        database.insert_account_storage(TOKEN, slot(ALICE), U256::MAX >> 1).expect("a database in memory");
        let evm = Context::mainnet().with_db(database).build_mainnet();
        Evm { evm, nonce: 0 }
    }

    /// A transfer of one unit to Bob.
    pub fn transfer() -> Prepared {
        prepared([selector(*b"\xa9\x05\x9c\xbb", BOB), word(1)].concat())
    }

    /// A call that does nothing.
    pub fn noop() -> Prepared {
        prepared(b"\x5d\xfc\x2e\x4a".to_vec())
    }

    /// What Bob has.
    ///
    /// # Panics
    /// If the query fails.
    pub fn balance_of_bob(&mut self) -> U256 {
        match self.run(&prepared(selector(*b"\x70\xa0\x82\x31", BOB))) {
            ExecutionResult::Success { output: Output::Call(bytes), .. } => U256::from_be_slice(&bytes),
            other => panic!("{other:?}"),
        }
    }

    /// Executes a transaction and commits it.
    ///
    /// # Panics
    /// If it is not valid.
    pub fn run(&mut self, prepared: &Prepared) -> ExecutionResult {
        let transaction = TxEnv { nonce: self.nonce, ..prepared.0.clone() };
        self.nonce += 1;
        self.evm.transact_commit(transaction).expect("a valid transaction")
    }
}

impl Default for Evm {
    fn default() -> Self {
        Self::new()
    }
}

fn prepared(data: Vec<u8>) -> Prepared {
    let builder = TxEnv::builder().caller(ALICE).kind(TxKind::Call(TOKEN)).gas_limit(GAS_LIMIT);
    Prepared(builder.data(data.into()).build().expect("a transaction"))
}

/// Where the balance of an account is.
fn slot(account: Address) -> U256 {
    let key = [account.into_word().as_slice(), &[0; 32]].concat();
    U256::from_be_bytes(keccak256(key).0)
}

fn selector(selector: [u8; 4], account: Address) -> Vec<u8> {
    [selector.as_slice(), account.into_word().as_slice()].concat()
}

fn word(value: u64) -> Vec<u8> {
    U256::from(value).to_be_bytes::<32>().to_vec()
}

/// Bytes of a source text: mnemonics, hexadecimal numbers after `PUSH`, `name:` for a place that is
/// jumped to, `@name` to push it, comments after a semicolon.
fn assemble(source: &str) -> Vec<u8> {
    let (mut code, mut labels, mut uses) = (Vec::new(), HashMap::new(), Vec::new());
    let lines = source.lines().map(|line| line.split(';').next().unwrap_or_default());
    for token in lines.flat_map(str::split_whitespace) {
        if let Some(label) = token.strip_suffix(':') {
            labels.insert(label, code.len() as u16);
            code.push(opcode("JUMPDEST"));
        } else if let Some(label) = token.strip_prefix('@') {
            uses.push((code.len() + 1, label));
            code.extend([opcode("PUSH2"), 0, 0]);
        } else if token.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            let digits = |at: usize| u8::from_str_radix(&token[at..at + 2], 16).expect("hexadecimal digits");
            code.extend((0..token.len()).step_by(2).map(digits));
        } else {
            code.push(opcode(token));
        }
    }
    for (at, label) in uses {
        code[at..at + 2].copy_from_slice(&labels[label].to_be_bytes());
    }
    code
}

fn opcode(mnemonic: &str) -> u8 {
    match mnemonic {
        "STOP" => 0x00,
        "ADD" => 0x01,
        "SUB" => 0x03,
        "LT" => 0x10,
        "GT" => 0x11,
        "EQ" => 0x14,
        "SHR" => 0x1c,
        "KECCAK256" => 0x20,
        "CALLER" => 0x33,
        "CALLDATALOAD" => 0x35,
        "POP" => 0x50,
        "MSTORE" => 0x52,
        "SLOAD" => 0x54,
        "SSTORE" => 0x55,
        "JUMPI" => 0x57,
        "JUMPDEST" => 0x5b,
        "PUSH0" => 0x5f,
        "PUSH1" => 0x60,
        "PUSH2" => 0x61,
        "PUSH4" => 0x63,
        "PUSH32" => 0x7f,
        "DUP1" => 0x80,
        "DUP3" => 0x82,
        "DUP4" => 0x83,
        "SWAP1" => 0x90,
        "SWAP2" => 0x91,
        "LOG3" => 0xa3,
        "RETURN" => 0xf3,
        "REVERT" => 0xfd,
        other => panic!("unknown mnemonic {other}"),
    }
}
