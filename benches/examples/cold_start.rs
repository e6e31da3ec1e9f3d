//! What a node with many contracts takes to start, and what each contract and instance takes of memory.
//!
//! `cold_start [CONTRACTS]` (1,000 if nothing) makes a chain with so many contracts, no two of the same code,
//! writes down its state and what was compiled, and reads both in processes of their own: with the compiled
//! code at hand, without it, and with many instances of one contract.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example that reports by printing")]
#![allow(clippy::float_arithmetic, reason = "figures are for people")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use codec::{Decode, Encode};
use sillok_abi::{Call, ContractId, Hash, Time};
use sillok_benches::{Stage, succeeded, variant};
use sillok_runtime::{Artefacts, BlockEnv, MemoryState, Outside, Parameters, Runtime, Session, StateReader};
use sillok_testing::START;

/// How many contracts there are if nothing is said.
const CONTRACTS: usize = 1_000;
/// How many instances of one contract are made.
const INSTANCES: usize = 500;
/// More gas than any call here needs.
const GAS: u64 = 1 << 40;
/// Bytes of a page of the machine's memory.
const PAGE_BYTES: usize = 4_096;

/// What a process finds on disk.
#[derive(Encode, Decode)]
struct Chain {
    chain: Hash,
    parameters: Parameters,
    contracts: Vec<ContractId>,
    state: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

/// Compiled code, a file each.
struct Folder(PathBuf);

impl Artefacts for Folder {
    fn load(&self, _: &Hash, code: &Hash) -> Option<Vec<u8>> {
        fs::read(self.0.join(name(code))).ok()
    }

    fn store(&self, _: &Hash, code: &Hash, artefact: &[u8]) {
        fs::write(self.0.join(name(code)), artefact).unwrap();
    }
}

fn name(code: &Hash) -> String {
    code.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", folder, count] => make(Path::new(folder), count.parse().unwrap()),
        ["open", folder, what] => open(Path::new(folder), what),
        ["instances", folder] => instances(Path::new(folder)),
        args => run_all(args.first().map_or(CONTRACTS, |count| count.parse().unwrap())),
    }
}

/// Each step in a process of its own, so that none finds anything in memory.
fn run_all(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let run = |args: &[&str]| {
        let ended = Command::new(std::env::current_exe().unwrap()).args(args).status().unwrap();
        assert!(ended.success(), "{args:?}");
    };
    run(&["make", path, &count.to_string()]);
    run(&["open", path, "warm"]);
    run(&["instances", path]);
    fs::remove_dir_all(folder.path().join("artefacts")).unwrap();
    fs::create_dir(folder.path().join("artefacts")).unwrap();
    run(&["open", path, "cold"]);
}

fn make(folder: &Path, count: usize) {
    let codes: Vec<(String, Vec<u8>)> = (0..count)
        .map(|number| (format!("bench-{number}"), variant(sillok_contracts::BENCH, number as u32)))
        .collect();
    let contracts: Vec<(&str, &[u8])> =
        codes.iter().map(|(name, code)| (name.as_str(), code.as_slice())).collect();
    let artefacts = folder.join("artefacts");
    fs::create_dir(&artefacts).unwrap();
    let outside = Outside { artefacts: Arc::new(Folder(artefacts.clone())), ..Outside::default() };
    let started = Instant::now();
    let stage = Stage::with(&contracts, outside);
    println!("made: genesis with {count} contracts in {:.1} s", started.elapsed().as_secs_f64());
    let state = stage.world.state.entries().iter().map(|(key, value)| (key.clone(), Some(value.clone())));
    let chain = Chain {
        chain: stage.world.chain(),
        parameters: stage.world.genesis.parameters.clone(),
        contracts: codes.iter().map(|(name, _)| stage.id(name)).collect(),
        state: state.collect(),
    };
    fs::write(folder.join("chain"), chain.encode()).unwrap();
    let sizes = fs::read_dir(artefacts).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
    let bytes: u64 = sizes.sum();
    println!(
        "on disk: {} KB of Wasm and {} KB of compiled code each",
        codes[0].1.len() / 1_000,
        bytes / count as u64 / 1_000
    );
}

/// A runtime on a chain that was made before.
struct Node {
    runtime: Runtime,
    state: Arc<dyn StateReader>,
    contracts: Vec<ContractId>,
    /// Resident memory before the runtime was there, in bytes.
    before: usize,
}

impl Node {
    fn start(folder: &Path) -> Self {
        let bytes = fs::read(folder.join("chain")).unwrap();
        let Chain { chain, parameters, contracts, state } = Chain::decode(&mut bytes.as_slice()).unwrap();
        drop(bytes);
        let mut memory = MemoryState::default();
        memory.apply(&state);
        drop(state);
        let before = resident();
        let artefacts = Arc::new(Folder(folder.join("artefacts")));
        let runtime = Runtime::new(chain, parameters, Outside { artefacts, ..Outside::default() }).unwrap();
        Node { runtime, state: Arc::new(memory), contracts, before }
    }

    fn session(&self) -> Session {
        let env = BlockEnv { height: 1, time: Time(START + 1) };
        self.runtime.session(self.state.clone(), env).unwrap()
    }

    fn call(&self, session: &mut Session, number: usize) {
        let call = Call { contract: self.contracts[number], method: "noop".into(), args: Vec::new() };
        succeeded(session.call(call, GAS, &[]).unwrap());
    }
}

/// The first call of every contract, and what they leave in memory.
fn open(folder: &Path, what: &str) {
    let started = Instant::now();
    let node = Node::start(folder);
    let engine = started.elapsed();
    let mut session = node.session();
    let mut times: Vec<f64> = (0..node.contracts.len())
        .map(|number| {
            let started = Instant::now();
            node.call(&mut session, number);
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let count = times.len();
    let (all, taken) = (times.iter().sum::<f64>() / 1e3, resident() - node.before);
    times.sort_by(f64::total_cmp);
    println!(
        "{what}: state read and engine started in {:.2} s; first calls of {count} contracts in {all:.2} s, \
         median {:.2} ms, 99 % within {:.2} ms; {} KB resident each, with an instance",
        engine.as_secs_f64(),
        times[count / 2],
        times[count * 99 / 100],
        taken / count / 1_000,
    );
}

/// Many instances of one contract, each kept by an execution of its own.
fn instances(folder: &Path) {
    let node = Node::start(folder);
    node.call(&mut node.session(), 0);
    let before = resident();
    let mut sessions: Vec<Session> = (0..INSTANCES).map(|_| node.session()).collect();
    let without = resident();
    sessions.iter_mut().for_each(|session| node.call(session, 0));
    let (execution, instance) = (without - before, resident() - without);
    println!(
        "instances: {:.1} KB resident for each of {INSTANCES} of one contract, and {:.1} KB for its execution",
        instance as f64 / INSTANCES as f64 / 1e3,
        execution as f64 / INSTANCES as f64 / 1e3,
    );
}

/// Bytes of this process that are in memory.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * PAGE_BYTES
}
