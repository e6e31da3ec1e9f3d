//! Starting: the ledger opened or begun with genesis, and the executor on top of it.

use std::sync::Arc;

use sillok_abi::{PublicKey, Transaction};
use sillok_runtime::{
    Executor, Fault, Genesis, GenesisError, Outside, Runtime, replay_window_ms, verify_certificate,
};

use super::commitment::Commitment;
use super::{Chain, Producer};
use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::metrics::Metrics;
use crate::storage::{Storage, StorageError};
use crate::threads::at_once;

/// Why a chain does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The data folder.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The genesis.
    #[error("the genesis is not valid: {0}")]
    Genesis(#[from] GenesisError),
    /// The node.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Opens the chain of `genesis` in `storage`, beginning it if storage is empty; blocks are proposed by `key`. So many
/// MiB of state are kept in memory. Runs contracts, so the thread needs the stack for it.
///
/// # Errors
/// If storage holds another chain or can't be read, or genesis is not valid.
pub(crate) fn open(
    storage: Arc<dyn Storage>,
    cache_mib: u32,
    outside: Outside,
    genesis: Genesis,
    clock: Arc<dyn Clock>,
    key: PublicKey,
) -> Result<(Arc<Chain>, Producer), OpenError> {
    let runtime = Arc::new(Runtime::new(genesis.hash(), genesis.parameters.clone(), outside)?);
    open_with(runtime, storage, cache_mib, genesis, clock, key)
}

/// The same, on a runtime of this genesis.
///
/// # Errors
/// The same.
pub(crate) fn open_with(
    runtime: Arc<Runtime>,
    storage: Arc<dyn Storage>,
    cache_mib: u32,
    genesis: Genesis,
    clock: Arc<dyn Clock>,
    key: PublicKey,
) -> Result<(Arc<Chain>, Producer), OpenError> {
    let ledger = open_ledger(storage, &genesis, &runtime)?;
    ledger.bound_cache(cache_mib);
    check_tip(&ledger, &runtime)?;
    let metrics = Metrics::new();
    // Each reads a good part of what is on disk.
    let (executor, commitment) =
        at_once("opening", || open_executor(&ledger, &runtime), || open_commitment(&ledger, &metrics))
            .map_err(Fault::new)?;
    let (executor, commitment) = (executor?, commitment?);
    let chain = Arc::new(Chain::new(genesis, runtime, ledger, commitment, clock, metrics));
    chain.take_up_waiting()?;
    chain.take_up_evidence()?;
    chain.take_up_audit()?;
    let producer = Producer::new(chain.clone(), executor, key)?;
    Ok((chain, producer))
}

fn open_ledger(storage: Arc<dyn Storage>, genesis: &Genesis, runtime: &Runtime) -> Result<Ledger, OpenError> {
    let expected = runtime.chain();
    match Ledger::stored_chain(&*storage)? {
        Some(found) if found == expected => Ok(Ledger::open(storage)?),
        Some(found) => Err(StorageError::OtherChain { expected, found }.into()),
        None => {
            let execution = runtime.build_genesis(genesis)?;
            Ok(Ledger::create(storage, genesis, &execution)?)
        }
    }
}

/// The last block must be what the validators signed: damage is better met here than built upon.
fn check_tip(ledger: &Ledger, runtime: &Runtime) -> Result<(), OpenError> {
    let tip = ledger.tip();
    if tip.height == 0 {
        return Ok(());
    }
    if let Some(base) = ledger.base().filter(|base| base.height() == tip.height) {
        let damaged = || StorageError::Corrupt("the last block is not that of the snapshot".into()).into();
        return if base.header.id() == tip.block { Ok(()) } else { Err(damaged()) };
    }
    let block = ledger.block(tip.height)?;
    let block = block.ok_or_else(|| StorageError::Corrupt("the last block is missing".into()))?;
    let before = ledger.at(tip.height - 1);
    let before =
        before.ok_or_else(|| StorageError::Corrupt("the state before the last block is missing".into()))?;
    let (id, validators) = (block.block.header.id(), runtime.validators(&*before, tip.height)?);
    verify_certificate(&runtime.chain(), &validators, tip.height, &id, &block.certificate)
        .map_err(|error| StorageError::Corrupt(format!("the last block is not final: {error}")).into())
}

/// Makes the tree of the state on disk. If the last block executed nothing, or is a snapshot's, it is known which
/// root that state has: damage is met here then, and else when the next block is voted on.
fn open_commitment(ledger: &Ledger, metrics: &Metrics) -> Result<Commitment, OpenError> {
    let tree = ledger.tree()?;
    let tip = ledger.tip();
    let known = match ledger.base().filter(|base| base.height() == tip.height) {
        Some(base) => Some(base.state_root),
        None => ledger.block(tip.height)?.filter(|_| tip.empty).map(|block| block.block.header.state_root),
    };
    if known.is_some_and(|root| root != tree.root()) {
        return Err(
            StorageError::Corrupt("the state is not the one that the last block commits to".into()).into()
        );
    }
    let roots = ledger.tip_roots(&tree)?;
    Ok(Commitment::start(tip.height, tree, roots, metrics.hashing.clone()).map_err(Fault::new)?)
}

fn open_executor(ledger: &Ledger, runtime: &Arc<Runtime>) -> Result<Executor, OpenError> {
    let mut failed = None;
    let (tip, state) = ledger.latest();
    let recent = ledger.recent_transactions(replay_window_ms(&*state)?)?;
    let recent = recent.map_while(|transaction: Result<Transaction, StorageError>| {
        transaction.map_err(|error| failed = Some(error)).ok()
    });
    let executor = Executor::open(runtime.clone(), state, tip.time, recent)?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(executor),
    }
}
