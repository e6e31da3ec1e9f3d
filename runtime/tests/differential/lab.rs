//! The two chains on which modules are compared: ours, and the interpreter's.
//!
//! What a transaction costs around its instance (its bytes, its signature, entering a frame) is measured
//! here once, on modules that do next to nothing; all that they execute is left to the comparison.

use std::collections::BTreeMap;
use std::sync::Arc;

use sillok_abi::native::{SYSTEM, code_hash, contract_id};
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallTree, ContractId, Failure, Outcome, Receipt,
    TransactionBody,
};
use sillok_runtime::OperatorPrices;
use sillok_testing::{Raw, World, account, genesis};

use super::interpreter::{Block, Contract, Ended, Interpreter, Session, Storage};
use super::observe::ARGS_BYTES;
use super::program::PEER_METHOD;
use super::sections::with_metadata;
use super::smith::import;

/// Who deploys and calls.
const SUBMITTER: &str = "Alice";
const PEER_SALT: [u8; 32] = [1; 32];
const SALT: [u8; 32] = [2; 32];

/// A chain with the contract that random modules call, and what things cost on it.
pub(crate) struct Lab {
    world: World,
    interpreter: Arc<Interpreter>,
    pub(crate) prices: OperatorPrices,
    /// The contract that random modules call.
    pub(crate) peer: ContractId,
    /// What a transaction of ours costs before its instance runs.
    pub(crate) root_gas: u64,
    /// What a call between contracts costs before its instance runs.
    frame_gas: u64,
}

/// A module on both chains.
pub(crate) struct Subject {
    pub(crate) world: World,
    pub(crate) contract: ContractId,
    interpreter: Arc<Interpreter>,
    contracts: Arc<BTreeMap<ContractId, Contract>>,
    frame_gas: u64,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let mut world = empty_world();
        let peer = deploy(&mut world, &peer_code(), PEER_SALT, &[]).unwrap();
        let (interpreter, prices) = (Arc::new(Interpreter::new()), OperatorPrices::default());
        let mut lab = Lab { world, interpreter, prices, peer, root_gas: 0, frame_gas: 0 };
        lab.root_gas = lab.measure(&runnable("", "(i32.const 0)"));
        // The first four bytes are those of the contract's id: what they say to the peer doesn't matter.
        let calling = r#"(drop (call $call (i32.const 0) (i32.const 32) (i32.const 4) (i32.const 0) (i32.const 0)
            (i32.const 1))) (i32.const 0)"#;
        let id: String = peer.0.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let data = format!(r#"(data (i32.const 0) "{id}{PEER_METHOD}")"#);
        lab.frame_gas = lab.measure(&runnable(&(import("call") + &data), calling)) - lab.root_gas;
        lab
    }

    /// What a call of this module costs beside what it executes.
    fn measure(&self, code: &[u8]) -> u64 {
        let mut subject = self.subject(code).unwrap();
        let ample = 100_000_000;
        let ended = subject.interpret(&Storage::new(), &[0; ARGS_BYTES], Some(ample));
        let receipt = subject.send(&[0; ARGS_BYTES], ample as u64);
        assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
        assert_eq!(receipt.outcome, ended.outcome);
        let executed = ample - ended.gas.unwrap();
        if crate::METERED { receipt.gas_used - executed as u64 } else { 1_000_000 }
    }

    /// Whether an instance can be made of this code.
    pub(crate) fn instantiates(&self, code: &[u8]) -> bool {
        self.interpreter.instantiates(code)
    }

    /// A module on both chains, or why it can't be deployed.
    pub(crate) fn subject(&self, code: &[u8]) -> Result<Subject, Failure> {
        let mut world = self.world.fork();
        let contract = deploy(&mut world, code, SALT, &[])?;
        let contracts = BTreeMap::from([
            (self.peer, self.interpreter.contract(&peer_code(), PEER_METHOD, &self.prices)),
            (contract, self.interpreter.contract(code, "run", &self.prices)),
        ]);
        let (interpreter, contracts) = (self.interpreter.clone(), Arc::new(contracts));
        Ok(Subject { world, contract, interpreter, contracts, frame_gas: self.frame_gas })
    }
}

impl Subject {
    /// The same at this point, from which it goes its own way.
    pub(crate) fn fork(&self) -> Self {
        let (interpreter, contracts) = (self.interpreter.clone(), self.contracts.clone());
        Subject { world: self.world.fork(), interpreter, contracts, ..*self }
    }

    /// Calls `run` on our chain in a block of its own.
    pub(crate) fn send(&mut self, args: &[u8], gas_limit: u64) -> Receipt {
        let mut body = self.world.body(SUBMITTER, self.contract, "run", Raw(args.into()));
        body.gas_limit = gas_limit;
        send(&mut self.world, body)
    }

    /// What the interpreter says of the same call in the same block; it pays if there is `gas`.
    pub(crate) fn interpret(&self, storage: &Storage, args: &[u8], gas: Option<i64>) -> Ended {
        let env = self.world.env();
        let session = Session {
            interpreter: self.interpreter.clone(),
            contracts: self.contracts.clone(),
            block: Block { chain: self.world.chain(), height: env.height, time: env.time.0 },
            storage: storage.clone(),
            events: Vec::new(),
            gas,
            frame_gas: self.frame_gas as i64,
            frames: Vec::new(),
        };
        session.run(Call { contract: self.contract, method: "run".into(), args: args.into() })
    }

    /// What the contracts have stored on our chain.
    pub(crate) fn storage(&self) -> Storage {
        let entries = self.world.state.entries().iter();
        let split = entries.filter_map(|(key, value)| {
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

/// A module with this body of `run`.
fn runnable(imports: &str, body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module {imports} (memory (export "memory") 1)
           (func (export "run") (param i32) (result i32) {body}))"#
    );
    with_metadata(wat::parse_str(text).unwrap(), &["run"])
}

/// The contract that random modules call: it counts its calls in storage, says so in an event, keeps a global
/// and memory busy, and refuses or traps as its first byte says.
fn peer_code() -> Vec<u8> {
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
    with_metadata(wat::parse_str(text).unwrap(), &[PEER_METHOD])
}
