//! A chain in memory with the contracts that are measured, and nothing else on it.

use std::sync::Arc;

use codec::Encode;
use sillok_abi::native::{GenesisContract, code_hash};
use sillok_abi::{Call, ContractId};
use sillok_runtime::{Genesis, Outside, StateReader};
use sillok_testing::{World, account};

use crate::{Prepared, Runner};

/// The bench contract that is called.
pub const BENCH: &str = "bench";
/// Another contract of the same code, for calls between the two.
pub const OTHER: &str = "other";

/// Gas that nothing here reaches.
pub(crate) const PLENTY: u64 = 1 << 50;
/// What Alice has to transfer.
const FORTUNE: u64 = 1 << 60;

/// A chain in memory.
pub struct Stage {
    /// The chain.
    pub world: World,
    /// The state that calls see; the chain's own unless it was replaced.
    pub state: Arc<dyn StateReader>,
}

impl Stage {
    /// A chain with these contracts, by name and Wasm, and with no bounds of gas that matter.
    pub fn new(contracts: &[(&str, &[u8])]) -> Self {
        Self::with(contracts, sillok_testing::outside())
    }

    /// The same, with what its runtime needs from outside.
    pub fn with(contracts: &[(&str, &[u8])], outside: Outside) -> Self {
        let made = contracts.iter().map(|(name, wasm)| (*name, *wasm, Vec::new()));
        Self::of(World::with(genesis(made), outside))
    }

    /// One contract, which is made with these arguments.
    pub fn of_one(name: &str, wasm: &[u8], args: Vec<u8>) -> Self {
        Self::of(World::with(genesis([(name, wasm, args)].into_iter()), sillok_testing::outside()))
    }

    fn of(world: World) -> Self {
        let state = world.state.clone();
        Stage { world, state }
    }

    /// The bench contract twice, as [`BENCH`] and [`OTHER`]; Alice has money in the first.
    pub fn bench() -> Self {
        let mut stage = Stage::new(&[(BENCH, sillok_contracts::BENCH), (OTHER, sillok_contracts::BENCH)]);
        let () = stage.world.ok("Alice", BENCH, "mint", (account("Alice"), FORTUNE));
        Self::of(stage.world)
    }

    /// The id of one of its contracts.
    pub fn id(&self, contract: &str) -> ContractId {
        self.world.id(contract)
    }

    /// A call of one of its contracts.
    pub fn call(&self, contract: &str, method: &str, args: impl Encode) -> Call {
        Call { contract: self.id(contract), method: method.into(), args: args.encode() }
    }

    /// One unit of Alice's money to Bob.
    pub fn transfer(&self) -> Call {
        self.call(BENCH, "transfer", (account("Alice"), account("Bob"), 1u64))
    }

    /// What makes root calls on this chain.
    pub fn runner(&self) -> Runner<'_> {
        Runner::new(&self.world, self.state.clone())
    }

    /// A call, ready to be made any number of times.
    pub fn prepare(&self, call: Call) -> Prepared {
        self.runner().prepare(call)
    }
}

/// The salt of the id of a stage's contract, by its place.
pub fn salt(index: usize) -> [u8; 32] {
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&(index as u64).to_le_bytes());
    salt
}

/// A genesis of these contracts, each with its constructor's arguments, and with room for any bench.
fn genesis<'a>(contracts: impl Iterator<Item = (&'a str, &'a [u8], Vec<u8>)>) -> Genesis {
    let mut genesis = sillok_testing::genesis();
    genesis.parameters.max_transaction_gas = PLENTY;
    genesis.parameters.query_gas = PLENTY;
    genesis.parameters.block_gas = PLENTY;
    (genesis.codes, genesis.contracts) = contracts
        .enumerate()
        .map(|(index, (name, wasm, args))| {
            let contract = GenesisContract {
                name: name.into(),
                code: code_hash(wasm),
                deployer: account("Alice"),
                salt: salt(index),
                admin: None,
                args,
            };
            (wasm.to_vec(), contract)
        })
        .unzip();
    genesis
}
