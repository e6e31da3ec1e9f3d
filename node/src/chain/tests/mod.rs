//! Tests of the chain: the real runtime and dev genesis, storage in memory, a clock that the test moves.

mod ahead;
mod audit;
mod behind;
mod evidence;
mod judging;
pub(crate) mod snapshots;
mod writing;

use sillok_abi::{
    Account, Authorisation, Authoriser, Block, CallTree, Certificate, ContractId, Credential, MethodKind,
    Outcome, native,
};
use sillok_client::keys::Keypair;
use sillok_runtime::{Direction, PageLimit, Refusal, verify_certificate};
use sillok_testing::outside;

use super::*;
use crate::clock::ManualClock;
use crate::consensus::{self, ValidatorKey};
use crate::mempool::PoolRefusal;
use crate::rng::FixedRng;
use crate::storage::{Batch, Entry, MemoryStorage, Storage, StorageError, Table, Tables};
use crate::{dev, limits};

/// A chain whose blocks the test makes.
struct Bench {
    storage: Arc<MemoryStorage>,
    clock: Arc<ManualClock>,
    chain: Arc<Chain>,
    producer: Producer,
    pace: Pace,
}

fn key(suri: &str) -> Keypair {
    suri.parse().unwrap()
}

fn validator() -> ValidatorKey {
    ValidatorKey::from_seed(&key(dev::VALIDATOR).seed(), Arc::new(FixedRng)).unwrap()
}

fn open_on(storage: Arc<dyn Storage>, clock: Arc<ManualClock>) -> (Arc<Chain>, Producer) {
    open(storage, 64, outside(), dev::genesis().unwrap(), clock, validator().public()).unwrap()
}

/// The certificate that the one validator's vote makes.
fn certificate(chain: &Chain, block: &Block) -> Certificate {
    let (header, id) = (&block.header, block.header.id());
    let precommit = validator().precommit(&header.chain, header.height, header.round, &id);
    consensus::assemble(&chain.genesis().validators(), header, id, vec![precommit]).unwrap()
}

impl Bench {
    fn new(pace: Pace) -> Self {
        let storage = Arc::new(MemoryStorage::default());
        let clock = Arc::new(ManualClock::at(dev::genesis().unwrap().time.plus(10_000)));
        let (chain, producer) = open_on(storage.clone(), clock.clone());
        Bench { storage, clock, chain, producer, pace }
    }

    /// The same chain, opened again on what is stored.
    fn reopen(self) -> Self {
        let (storage, clock, pace) = (self.storage, self.clock, self.pace);
        drop((self.chain, self.producer));
        let (chain, producer) = open_on(storage.clone(), clock.clone());
        Bench { storage, clock, chain, producer, pace }
    }

    fn cash(&self) -> ContractId {
        self.chain.genesis().contract("cash").unwrap()
    }

    /// Alice pays Bob.
    fn payment(&self, nonce: u64, amount: u64) -> Transaction {
        let args = codec::Encode::encode(&(key("//Alice").account(), key("//Bob").account(), amount));
        let call = Call { contract: self.cash(), method: "transfer".into(), args };
        self.signed(nonce, call)
    }

    fn signed(&self, nonce: u64, call: Call) -> Transaction {
        let alice = key("//Alice");
        let body = TransactionBody {
            chain: self.chain.id(),
            submitter: alice.account(),
            nonce,
            expiry: self.clock.now().plus(60_000),
            gas_limit: 10_000_000,
            authorisations: vec![Authorisation {
                by: Authoriser::Submitter,
                tree: CallTree::leaf(call.clone()),
            }],
            call,
        };
        let credential = Credential::Sr25519(alice.sign(&body.id()));
        Transaction { body, credential }
    }

    fn balance(&self, account: Account, at: Option<u64>) -> u64 {
        let call =
            Call { contract: self.cash(), method: "balance".into(), args: codec::Encode::encode(&account) };
        let state = match at {
            None => self.chain.latest(),
            Some(height) => self.chain.at(height).unwrap().unwrap(),
        };
        match self.chain.query(state, call).unwrap().outcome {
            Outcome::Success(value) => {
                let (available, _held): (u64, u64) = codec::DecodeAll::decode_all(&mut &value[..]).unwrap();
                available
            }
            failed => panic!("{failed:?}"),
        }
    }

    fn bob(&self) -> u64 {
        self.balance(key("//Bob").account(), None)
    }

    /// Makes the next block if it is due.
    fn step(&mut self) -> Result<Option<Arc<CommittedBlock>>, Fault> {
        let next = self.producer.next()?;
        if self.chain.due_in(self.pace, next.due, true) != Some(0) {
            return Ok(None);
        }
        let block = self.producer.build(next.height + 1, 0)?.unwrap();
        self.producer.commit(certificate(&self.chain, &block), None, drop)?;
        self.chain.committed(next.height + 1)
    }

    /// Makes the blocks that are due now.
    fn settle(&mut self) {
        while self.step().unwrap().is_some() {}
        self.clock.advance(limits::CERTIFY_AFTER_MS);
        while self.step().unwrap().is_some() {}
    }
}

fn is_final(chain: &Chain, id: &Hash) -> bool {
    matches!(chain.status_of(id).unwrap(), TransactionStatus::Final { .. })
}

#[test]
fn a_payment_becomes_final_and_its_block_is_certified() {
    let mut bench = Bench::new(Pace::OnDemand);
    bench.settle();
    assert_eq!(bench.chain.tip().height, 1, "one empty block certifies genesis");
    let before = bench.bob();
    let id = bench.chain.submit(bench.payment(1, 500)).unwrap();
    assert!(matches!(bench.chain.status_of(&id).unwrap(), TransactionStatus::Pending(_)));

    let block = bench.step().unwrap().unwrap();
    assert!(is_final(&bench.chain, &id));
    assert_eq!(bench.bob(), before + 500);
    let (header, validators) = (block.header(), bench.chain.genesis().validators());
    let certificate = &block.stored.certificate;
    assert_eq!(verify_certificate(&bench.chain.id(), &validators, 2, &header.id(), certificate), Ok(()));
    assert_eq!(bench.chain.pool_size().transactions, 0);

    assert!(bench.step().unwrap().is_none(), "the empty block waits for more to come");
    bench.settle();
    let tip = bench.chain.tip();
    assert_eq!((tip.height, tip.empty), (3, true));
    let certifying = bench.chain.committed(3).unwrap().unwrap();
    let root = bench.chain.state_root().unwrap();
    assert_eq!(certifying.header().state_root, root, "an empty block changes no state");
}

#[test]
fn old_heights_answer_as_they_were() {
    let mut bench = Bench::new(Pace::OnDemand);
    bench.settle();
    let (before, height) = (bench.bob(), bench.chain.tip().height);
    bench.chain.submit(bench.payment(1, 500)).unwrap();
    bench.settle();
    let bob = key("//Bob").account();
    assert_eq!(bench.balance(bob, Some(height)), before);
    assert_eq!(bench.balance(bob, Some(height + 1)), before + 500);
    assert!(bench.chain.at(height + 9).unwrap().is_none());
}

#[test]
fn what_was_included_is_refused_again_also_after_opening_again() {
    let mut bench = Bench::new(Pace::OnDemand);
    let payment = bench.payment(1, 500);
    bench.chain.submit(payment.clone()).unwrap();
    let twice = bench.chain.submit(payment.clone()).unwrap_err();
    assert!(matches!(twice, SubmitError::Pool(PoolRefusal::Pending)));
    bench.settle();
    let mut bench = bench.reopen();
    let again = bench.chain.submit(payment).unwrap_err();
    assert!(matches!(again, SubmitError::Refused(Refusal::Replayed)));

    // Another transaction with its nonce is found out when the block is made.
    let before = bench.bob();
    let id = bench.chain.submit(bench.payment(1, 700)).unwrap();
    bench.settle();
    let status = bench.chain.status_of(&id).unwrap();
    assert!(matches!(status, TransactionStatus::Dropped(Dropped { code: 1005, .. })));
    assert_eq!(bench.bob(), before);
}

#[test]
fn what_waits_too_long_is_dropped() {
    let mut bench = Bench::new(Pace::OnDemand);
    bench.settle();
    let id = bench.chain.submit(bench.payment(1, 500)).unwrap();
    bench.clock.advance(60_000);
    let height = bench.chain.tip().height;
    assert!(bench.step().unwrap().is_none(), "no block for nothing");
    assert_eq!(bench.chain.tip().height, height);
    let status = bench.chain.status_of(&id).unwrap();
    assert!(matches!(status, TransactionStatus::Dropped(Dropped { code: 1003, .. })));
}

#[test]
fn a_failed_transaction_is_in_its_block_and_changes_nothing() {
    let mut bench = Bench::new(Pace::OnDemand);
    bench.settle();
    let before = bench.bob();
    let id = bench.chain.submit(bench.payment(1, u64::MAX)).unwrap();
    bench.settle();
    assert_eq!(bench.bob(), before);
    let TransactionStatus::Final { place, block } = bench.chain.status_of(&id).unwrap() else {
        panic!("it has a receipt")
    };
    let receipt = &block.receipts.of_transactions()[place.index as usize];
    assert!(matches!(receipt.outcome, Outcome::Failed(_)));
}

#[test]
fn block_time_only_increases_when_the_clock_stands_still() {
    let mut bench = Bench::new(Pace::OnDemand);
    let mut last = bench.chain.tip().time;
    for nonce in 1..=3 {
        bench.chain.submit(bench.payment(nonce, 1)).unwrap();
        let block = bench.step().unwrap().unwrap();
        assert!(block.header().time > last);
        last = block.header().time;
    }
}

#[test]
fn an_interval_makes_a_block_each_time_with_what_has_come() {
    let mut bench = Bench::new(Pace::Every(1_000));
    bench.settle();
    let height = bench.chain.tip().height;
    let id = bench.chain.submit(bench.payment(1, 1)).unwrap();
    assert!(bench.step().unwrap().is_none());
    bench.clock.advance(1_000);
    assert!(bench.step().unwrap().is_some());
    assert!(is_final(&bench.chain, &id));
    bench.clock.advance(1_000);
    assert!(bench.step().unwrap().is_some(), "empty too");
    assert_eq!(bench.chain.tip().height, height + 2);
}

#[test]
fn another_chains_data_is_refused() {
    let bench = Bench::new(Pace::OnDemand);
    let mut other = dev::genesis().unwrap();
    other.name = "another".into();
    let (storage, clock) = (bench.storage.clone(), bench.clock.clone());
    let opened = open(storage, 64, outside(), other, clock, validator().public());
    let found = bench.chain.id();
    assert!(matches!(
        opened.err(),
        Some(OpenError::Storage(StorageError::OtherChain { found: stored, .. })) if stored == found
    ));
}

#[test]
fn contracts_and_their_metadata_are_listed() {
    let bench = Bench::new(Pace::OnDemand);
    let contracts = bench.chain.contracts(None).unwrap();
    assert_eq!(contracts.len(), bench.chain.genesis().contracts.len());
    assert_eq!(bench.chain.contracts(Some(contracts[0])).unwrap(), contracts[1..]);
    let section = bench.chain.metadata(&native::code_hash(sillok_contracts::CASH)).unwrap();
    let metadata = sillok_abi::Metadata::from_section(&section).unwrap();
    assert_eq!(metadata.method("transfer").unwrap().kind, MethodKind::Change);
}

#[tokio::test]
async fn who_waits_is_woken_and_who_subscribes_hears_of_it() {
    let mut bench = Bench::new(Pace::OnDemand);
    bench.settle();
    let mut blocks = bench.chain.subscribe();
    let id = bench.chain.submit(bench.payment(1, 1)).unwrap();
    let chain = bench.chain.clone();
    let mut waiting = chain.wait_for(id).unwrap();
    bench.step().unwrap().unwrap();
    waiting.woken().await;
    assert!(is_final(&chain, &id));
    assert_eq!(blocks.recv().await.unwrap().receipts.of_transactions()[0].id, id);
}
