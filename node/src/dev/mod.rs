//! `sillok dev`: a chain of one validator on this machine, with known keys and sample companies.

mod banner;
mod genesis;
mod logging;
mod node;
mod options;
mod samples;

use std::sync::Arc;

use codec::DecodeAll;
use sillok_runtime::{Fault, Genesis, Optimisation, Outside};

pub(crate) use banner::Banner;
pub(crate) use genesis::{DevGenesisError, VALIDATOR, genesis, genesis_with_register};
pub(crate) use options::{DevOptions, LogFormat};

use crate::chain::{OpenError, Pace};
use crate::clock::SystemClock;
use crate::consensus::ValidatorKey;
use crate::rng::{Rng, SystemRng};
use crate::rpc::ServeError;
use crate::storage::{DataFolder, StorageError};
use node::{Node, Parts};

/// Why `sillok dev` ends without being asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DevError {
    /// The data folder.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The dev genesis.
    #[error(transparent)]
    Genesis(#[from] DevGenesisError),
    /// The file that is given as genesis.
    #[error("{0} is not SCALE of a genesis")]
    GenesisFile(std::path::PathBuf),
    /// The chain.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The RPC server.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The system refuses threads, signals or memory.
    #[error("the system refuses what the node needs: {0}")]
    System(#[from] std::io::Error),
    /// The node failed while it ran.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl DevError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            DevError::Storage(error) | DevError::Open(OpenError::Storage(error)) => error.hint(),
            DevError::Serve(_) => "is another node running? Choose another address with --rpc",
            DevError::GenesisFile(_) => "leave out --genesis for the chain with the sample companies",
            DevError::Genesis(_) | DevError::Open(_) => {
                "the contracts and the dev genesis do not fit together"
            }
            DevError::System(_) => "see the limits of processes and memory (ulimit -a)",
            DevError::Fault(_) => {
                "what is final is on disk: start again, and keep the log and the data folder if it happens again"
            }
        }
    }
}

/// Runs a dev chain until SIGINT or SIGTERM. `announce` is given what to show once requests are
/// answered. Brings its own tokio runtime: not to be called from within another.
///
/// # Errors
/// If it can't start, or a fault halts it.
pub(crate) fn run(options: &DevOptions, announce: impl FnOnce(&Banner)) -> Result<(), DevError> {
    logging::start(options.log_format);
    if options.reset {
        DataFolder::reset(&options.data)?;
    }
    let folder = DataFolder::prepare(&options.data)?;
    let storage = Arc::new(folder.open()?);
    let outside = Outside {
        seed: seed(&SystemRng),
        artefacts: Arc::new(folder.artefacts()?),
        optimisation: Optimisation::Speed,
    };
    let key = ValidatorKey::from_seed(&genesis::validator_seed()?, Arc::new(SystemRng));
    let key = key.map_err(|_| DevGenesisError::Key(VALIDATOR))?;
    let node = Node::start(Parts {
        storage,
        outside,
        genesis: chosen_genesis(options)?,
        clock: Arc::new(SystemClock),
        key,
        pace: options.block_time.map_or(Pace::OnDemand, Pace::Every),
        retention: options.retain,
    })?;
    node.serve(options.rpc, |chain, address| announce(&Banner::new(chain, address, &options.data)))
}

/// The dev genesis, or that of the file that is given.
fn chosen_genesis(options: &DevOptions) -> Result<Genesis, DevError> {
    let Some(file) = &options.genesis else { return Ok(genesis()?) };
    let bytes = std::fs::read(file)?;
    let damaged = |_| DevError::GenesisFile(file.clone());
    DecodeAll::decode_all(&mut bytes.as_slice()).map_err(damaged)
}

/// What nobody can guess who chooses storage keys.
fn seed(rng: &dyn Rng) -> u64 {
    let mut seed = [0; 8];
    rng.fill(&mut seed);
    u64::from_le_bytes(seed)
}
