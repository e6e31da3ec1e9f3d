//! The node's own application: mempool, producer, executor and ledger, on storage in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use sillok_abi::native::GOVERNANCE;
use sillok_abi::{
    Authorisation, Authoriser, Block, Call, CallTree, Credential, Equivocation, Hash, Time, Transaction,
    TransactionBody, Validator, digest,
};
use sillok_client::keys::{DEV_NAMES, Keypair};
use sillok_runtime::crypto::network_key;
use sillok_runtime::{Artefacts, Fault, Genesis, Optimisation, Outside, Runtime};

use super::application::{Application, Place};
use crate::chain::{Chain, CommittedBlock, Producer, open_with};
use crate::clock::ManualClock;
use crate::consensus::{CertifiedBlock, Stage, Verdict};
use crate::dev;
use crate::lock::lock;
use crate::storage::MemoryStorage;

/// How many MiB of state each node keeps in memory.
const CACHE_MIB: u32 = 64;

/// A chain whose contracts are compiled and whose genesis is built.
pub(crate) struct Template {
    genesis: Genesis,
    runtime: Arc<Runtime>,
    /// Who pay each other.
    payers: Vec<Keypair>,
}

impl Template {
    /// The dev chain with these validators.
    pub(crate) fn new(validators: Vec<Validator>) -> Self {
        let node = |(number, validator): (usize, Validator)| {
            let peer = network_key(&digest("sim/peer", &(number as u64)));
            dev::node(number, peer, Some(validator)).expect("a sample node")
        };
        let nodes = (1..).zip(validators).map(node).collect();
        let genesis = dev::with_nodes(dev::genesis().expect("the dev genesis is whole"), nodes);
        let outside =
            Outside { seed: 0, artefacts: Arc::new(Compiled), optimisation: Optimisation::default() };
        let runtime = Runtime::new(genesis.hash(), genesis.parameters.clone(), outside);
        let payers = DEV_NAMES.iter().map(|name| format!("//{name}").parse().expect("a dev key")).collect();
        Template { genesis, runtime: Arc::new(runtime.expect("an engine")), payers }
    }

    /// The chain's id.
    pub(crate) fn chain(&self) -> Hash {
        self.genesis.hash()
    }

    /// The chain on this storage, which may be empty; blocks are proposed by `key`.
    pub(crate) fn open(&self, storage: Arc<MemoryStorage>, key: Hash) -> Result<Ledgered, Fault> {
        let clock = Arc::new(ManualClock::at(self.genesis.time));
        let opened =
            open_with(self.runtime.clone(), storage, CACHE_MIB, self.genesis.clone(), clock.clone(), key);
        let (chain, producer) = opened.map_err(Fault::new)?;
        Ok(Ledgered { chain, producer, clock })
    }

    /// A payment of one of the payers to the next: the same for the same numbers.
    pub(crate) fn payment(&self, number: u64, now: Time) -> Transaction {
        let from = &self.payers[number as usize % self.payers.len()];
        let to = &self.payers[(number as usize + 1) % self.payers.len()];
        let args = codec::Encode::encode(&(from.account(), to.account(), number % 7 + 1));
        let contract = self.genesis.contract("cash").expect("the dev chain has cash");
        let call = Call { contract, method: "transfer".into(), args };
        let tree = CallTree::leaf(call.clone());
        let body = TransactionBody {
            chain: self.chain(),
            submitter: from.account(),
            nonce: number,
            expiry: now.plus(60_000),
            gas_limit: 10_000_000,
            authorisations: vec![Authorisation { by: Authoriser::Submitter, tree }],
            call,
        };
        let credential = Credential::Sr25519(from.sign(&body.id()));
        Transaction { body, credential }
    }
}

/// The node's own application.
pub(crate) struct Ledgered {
    chain: Arc<Chain>,
    producer: Producer,
    clock: Arc<ManualClock>,
}

const HALTS: &str = "the node halts, and nothing that fails was simulated";

impl Application for Ledgered {
    fn submit(&mut self, transaction: &Transaction, now: Time) {
        self.clock.set(now);
        // It may be known, or in a block.
        let _ = self.chain.submit(transaction.clone());
    }

    fn build(&mut self, place: Place, now: Time) -> Block {
        self.clock.set(now);
        let block = self.producer.build(place.height, place.round).expect(HALTS);
        Arc::unwrap_or_clone(block.expect("its height is next"))
    }

    fn validate(&mut self, block: &Block, stage: Stage, now: Time) -> Verdict {
        self.clock.set(now);
        let verdict = self.producer.judge(&Arc::new(block.clone()), stage).expect(HALTS);
        verdict.expect("its height is next")
    }

    fn commit(&mut self, decided: &CertifiedBlock) {
        let CertifiedBlock { block, certificate } = decided.clone();
        self.producer.commit(certificate, Some(block), drop).expect(HALTS);
        self.producer.settle().expect(HALTS);
    }

    fn validators(&self) -> Vec<Validator> {
        self.producer.next().expect(HALTS).validators.to_vec()
    }

    fn root(&self) -> Hash {
        self.chain.state_root().expect(HALTS)
    }

    fn report(&mut self, evidence: &Equivocation, now: Time) {
        self.clock.set(now);
        self.chain.report(evidence.clone());
    }

    fn offences(&self) -> usize {
        let is_offence =
            |event: &&sillok_abi::Event| event.contract == GOVERNANCE && event.name == "Equivocated";
        let of = |receipt: &sillok_abi::Receipt| receipt.events.iter().filter(is_offence).count();
        self.blocks().map(|block| block.receipts.of_transactions().iter().map(of).sum::<usize>()).sum()
    }

    fn transactions(&self) -> usize {
        self.blocks().map(|block| block.receipts.of_transactions().len()).sum()
    }
}

impl Ledgered {
    fn blocks(&self) -> impl Iterator<Item = Arc<CommittedBlock>> {
        (1..=self.chain.tip().height).filter_map(|height| self.chain.committed(height).expect(HALTS))
    }
}

/// Compiled code of all simulations of this process.
struct Compiled;

type Kept = Mutex<BTreeMap<(Hash, Hash), Vec<u8>>>;

fn kept() -> &'static Kept {
    static KEPT: OnceLock<Kept> = OnceLock::new();
    KEPT.get_or_init(Kept::default)
}

impl Artefacts for Compiled {
    fn load(&self, engine: &Hash, code: &Hash) -> Option<Vec<u8>> {
        lock(kept()).get(&(*engine, *code)).cloned()
    }

    fn store(&self, engine: &Hash, code: &Hash, artefact: &[u8]) {
        lock(kept()).insert((*engine, *code), artefact.to_vec());
    }
}
