//! The chain on which modules are compared, on engines that optimise differently, and the interpreter's.
//!
//! Calls are made without transactions around them, whose price is no part of metering.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use codec::Encode;
use sillok_abi::native::{SYSTEM, code_hash, contract_id};
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallTree, ContractId, Failure, Hash, Outcome, Receipt,
    TransactionBody,
};
use sillok_runtime::{BlockEnv, Changes, GasTable, MemoryState, Optimisation, Outside, Runtime};
use sillok_testing::{World, account, genesis, with_methods};

use super::calls::{Block, Ended, Session, Storage};
use super::interpreter::{Contract, Interpreter};
use super::program::PEER_METHOD;
use super::smith::import;

/// Who deploys and calls.
const SUBMITTER: &str = "Alice";
const PEER_SALT: [u8; 32] = [1; 32];
const SALT: [u8; 32] = [2; 32];
/// More gas than deploying takes.
const AMPLE: u64 = 1 << 50;

/// Every way to optimise, that of a node first.
pub(crate) const LEVELS: [Optimisation; 3] =
    [Optimisation::Speed, Optimisation::SpeedAndSize, Optimisation::None];

/// A chain with the contract that random modules call.
pub(crate) struct Lab {
    /// One for each of the levels.
    runtimes: [Runtime; 3],
    state: Arc<MemoryState>,
    env: BlockEnv,
    chain: Hash,
    interpreter: Arc<Interpreter>,
    /// The contract that random modules call.
    pub(crate) peer: ContractId,
    peer_code: Arc<Contract>,
}

/// A module on both chains.
pub(crate) struct Subject<'a> {
    lab: &'a Lab,
    state: Arc<MemoryState>,
    contract: ContractId,
    contracts: Arc<BTreeMap<ContractId, Arc<Contract>>>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let mut world = empty_world();
        let code = peer_code();
        let peer = deploy(&mut world, &code, PEER_SALT, &[]).unwrap();
        let (chain, parameters) = (world.chain(), world.genesis.parameters.clone());
        let interpreter = Arc::new(Interpreter::new(parameters.gas.clone()));
        let peer_code = Arc::new(interpreter.contract(&code, PEER_METHOD));
        let runtimes = LEVELS.map(|optimisation| {
            let outside = Outside { optimisation, ..Outside::default() };
            Runtime::new(chain, parameters.clone(), outside).unwrap()
        });
        Lab { runtimes, state: world.state.clone(), env: world.env(), chain, interpreter, peer, peer_code }
    }

    /// What things cost.
    pub(crate) fn prices(&self) -> &GasTable {
        &self.interpreter.prices
    }

    /// Whether an instance can be made of this code.
    pub(crate) fn instantiates(&self, code: &[u8]) -> bool {
        self.interpreter.instantiates(code)
    }

    /// A module on both chains, compiled like this when it is uploaded, or why it can't be deployed.
    pub(crate) fn subject(&self, code: &[u8], level: usize) -> Result<Subject<'_>, Failure> {
        let deployer = account(SUBMITTER);
        let upload = (code.to_vec(),).encode();
        let instantiate = (deployer, code_hash(code), SALT, None::<Account>, Vec::<u8>::new()).encode();
        let mut session = self.runtimes[level].session(self.state.clone(), self.env).unwrap();
        for (method, args) in [("upload", upload), ("instantiate", instantiate)] {
            let call = Call { contract: SYSTEM, method: method.into(), args };
            let signed = [(deployer, CallTree::leaf(call.clone()))];
            let receipt = session.call(call, AMPLE, &signed).unwrap();
            if let Outcome::Failed(failed) = receipt.outcome {
                return Err(failed.failure);
            }
        }
        let mut state = self.state.clone();
        Arc::make_mut(&mut state).apply(&session.into_changes().unwrap());
        let contract = contract_id(&deployer, &SALT);
        let own = Arc::new(self.interpreter.contract(code, "run"));
        let contracts = Arc::new(BTreeMap::from([(self.peer, self.peer_code.clone()), (contract, own)]));
        Ok(Subject { lab: self, state, contract, contracts })
    }
}

impl Subject<'_> {
    fn run(&self, args: &[u8]) -> Call {
        Call { contract: self.contract, method: "run".into(), args: args.into() }
    }

    /// Calls `run` on our chain, optimised like this; what it changes is not committed.
    pub(crate) fn call(&self, level: usize, args: &[u8], gas: u64) -> (Receipt, Changes) {
        let mut session = self.lab.runtimes[level].session(self.state.clone(), self.lab.env).unwrap();
        let call = self.run(args);
        let signed = [(account(SUBMITTER), CallTree::leaf(call.clone()))];
        let receipt = session.call(call, gas, &signed).unwrap();
        (receipt, session.into_changes().unwrap())
    }

    /// What the interpreter says of the same call; it pays if there is `gas`.
    pub(crate) fn interpret(&self, args: &[u8], gas: Option<i64>) -> Ended {
        let env = self.lab.env;
        let session = Session {
            interpreter: self.lab.interpreter.clone(),
            contracts: self.contracts.clone(),
            block: Block { chain: self.lab.chain, height: env.height, time: env.time.0 },
            storage: self.storage(&Changes::new()),
            events: Vec::new(),
            event_bytes: 0,
            gas,
            frames: Vec::new(),
            touched: BTreeSet::new(),
        };
        session.run(self.run(args))
    }

    /// Commits what a call changes.
    pub(crate) fn commit(&mut self, changes: &Changes) {
        Arc::make_mut(&mut self.state).apply(changes);
    }

    /// The same as it is now, which later calls don't change.
    pub(crate) fn as_it_is(&self) -> Self {
        Subject { lab: self.lab, state: self.state.clone(), contracts: self.contracts.clone(), ..*self }
    }

    /// What the contracts have stored on our chain, after these changes.
    pub(crate) fn storage(&self, changes: &Changes) -> Storage {
        let mut state = (*self.state).clone();
        state.apply(changes);
        let split = state.entries().iter().filter_map(|(key, value)| {
            let contract = ContractId(*key.first_chunk()?);
            let ours = self.contracts.contains_key(&contract);
            ours.then(|| ((contract, key[32..].to_vec()), value.clone()))
        });
        split.collect()
    }
}

/// A chain without contracts.
pub(crate) fn empty_world() -> World {
    let mut start = genesis();
    (start.contracts, start.codes) = (Vec::new(), Vec::new());
    World::of(start)
}

/// Sends a transaction that its submitter alone authorises.
pub(crate) fn send(world: &mut World, mut body: TransactionBody) -> Receipt {
    let tree = CallTree::leaf(body.call.clone());
    body.authorisations = vec![Authorisation { by: Authoriser::Submitter, tree }];
    let transaction = world.seal(body);
    world.send(transaction).unwrap()
}

/// Uploads code and makes a contract of it; or why that failed.
pub(crate) fn deploy(
    world: &mut World,
    code: &[u8],
    salt: [u8; 32],
    constructor_args: &[u8],
) -> Result<ContractId, Failure> {
    let mut body = world.body(SUBMITTER, SYSTEM, "upload", (code,));
    body.gas_limit = world.genesis.parameters.max_transaction_gas;
    succeeded(send(world, body))?;
    let deployer = account(SUBMITTER);
    let args = (deployer, code_hash(code), salt, None::<Account>, constructor_args);
    let body = world.body(SUBMITTER, SYSTEM, "instantiate", args);
    succeeded(send(world, body))?;
    Ok(contract_id(&deployer, &salt))
}

fn succeeded(receipt: Receipt) -> Result<(), Failure> {
    match receipt.outcome {
        Outcome::Success(_) => Ok(()),
        Outcome::Failed(failed) => Err(failed.failure),
    }
}

/// The contract that random modules call: it counts its calls in storage, says so in an event, keeps a global
/// and memory busy, and refuses or traps as its first byte says.
pub(crate) fn peer_code() -> Vec<u8> {
    let imports: String = ["input", "output", "storage_get", "storage_set", "emit"].map(import).concat();
    let text = format!(
        r#"(module {imports} (memory (export "memory") 1) (global $busy (mut i64) (i64.const 7))
        (data (i32.const 512) "countpeer")
        (func (export "{PEER_METHOD}") (param $length i32) (result i32) (local $rounds i32)
          (call $input (i32.const 0))
          (drop (call $storage_get (i32.const 512) (i32.const 5) (i32.const 1024) (i32.const 8)))
          (i64.store (i32.const 1024) (i64.add (i64.load (i32.const 1024)) (i64.const 1)))
          (call $storage_set (i32.const 512) (i32.const 5) (i32.const 1024) (i32.const 8))
          (local.set $rounds (i32.and (local.get $length) (i32.const 15)))
          (block $done (loop $more
            (br_if $done (i32.eqz (local.get $rounds)))
            (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
            (global.set $busy (i64.add (i64.rotl (global.get $busy) (i64.const 9))
              (i64.load8_u (local.get $rounds))))
            (i64.store (i32.add (i32.const 2000) (i32.shl (local.get $rounds) (i32.const 9)))
              (i64.xor (global.get $busy)
                (i64.load (i32.add (i32.const 2000) (i32.shl (local.get $rounds) (i32.const 9))))))
            (br $more)))
          (i64.store (i32.const 1032) (global.get $busy))
          (call $emit (i32.const 517) (i32.const 4) (i32.const 1024) (i32.const 16))
          (if (i32.eq (i32.and (i32.load8_u (i32.const 0)) (i32.const 3)) (i32.const 1))
            (then (call $output (i32.const 0) (i32.const 4)) (return (i32.const 1))))
          (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 254)) (then unreachable))
          (call $output (i32.const 1024) (i32.const 16))
          (i32.const 0)))"#
    );
    with_methods(wat::parse_str(text).unwrap(), &[PEER_METHOD])
}
