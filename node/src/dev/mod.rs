//! `sillok dev`: a chain of one validator on this machine, with known keys and sample companies.

mod banner;
mod genesis;
mod nodes;
mod options;
mod samples;

use std::future::pending;
use std::sync::Arc;

use codec::DecodeAll;
use sillok_runtime::{Genesis, Optimisation, Outside};

pub(crate) use banner::Banner;
pub(crate) use genesis::{DevGenesisError, VALIDATOR, genesis, genesis_with_market, genesis_with_registers};
pub(crate) use nodes::{node, with_nodes};
pub(crate) use options::DevOptions;
pub(crate) use samples::FEE_RATE;

use crate::chain::{Chain, Pace};
use crate::clock::SystemClock;
use crate::consensus::{Timeouts, ValidatorKey};
use crate::limits;
use crate::logging;
use crate::node::{Node, NodeError, Parts};
use crate::reactor::Alone;
use crate::rng::{Rng, SystemRng};
use crate::rpc::{AccessConfig, Anonymous, Front};
use crate::snapshot::KeepSnapshots;
use crate::storage::{DataFolder, StorageError};

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
    /// The genesis that is given has another validator.
    #[error("the genesis has other validators than {VALIDATOR}")]
    NotTheValidator,
    /// The node.
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl DevError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            DevError::Storage(error) => error.hint(),
            DevError::GenesisFile(_) | DevError::NotTheValidator => {
                "leave out --genesis for the chain with the sample companies"
            }
            DevError::Genesis(_) => "the contracts and the dev genesis do not fit together",
            DevError::Node(error) => error.hint(),
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
        artefacts: Arc::new(folder.artefacts(options.compiled.as_deref())?),
        optimisation: Optimisation::Speed,
    };
    let key = ValidatorKey::from_seed(&genesis::validator_seed()?, Arc::new(SystemRng));
    let key = key.map_err(|_| DevGenesisError::Key(VALIDATOR))?;
    let genesis = chosen_genesis(options)?;
    // Its vote alone decides.
    if !matches!(genesis.validators().as_slice(), [validator] if validator.key == key.public()) {
        return Err(DevError::NotTheValidator);
    }
    let parts = Parts {
        folder,
        storage,
        state_cache_mib: limits::STATE_CACHE_MIB,
        outside,
        genesis,
        clock: Arc::new(SystemClock),
        key,
        timeouts: Timeouts::default(),
        votes_from: None,
        pace: options.block_time.map_or(Pace::OnDemand, Pace::Every),
        retention: options.retain,
        snapshots: KeepSnapshots::default(),
        surveillance: crate::surveillance::Settings::default(),
        index: crate::index::Settings { enabled: !options.no_index },
    };
    let node = Node::start(parts, |_, _, _, _| Ok(Arc::new(Alone)))?;
    let announce = |chain: &Chain, url: &str| announce(&Banner::new(chain, url, &options.data));
    let front =
        Front { address: options.rpc, tls: options.tls.files(), access: access(options), reread: None };
    Ok(node.serve(front, pending(), announce)?)
}

/// Who can reach a dev chain may do what everybody may; who is on its machine operates it too.
fn access(options: &DevOptions) -> AccessConfig {
    let local = options.rpc.ip().is_loopback();
    let anonymous = if local { Anonymous::Operate } else { Anonymous::Submit };
    AccessConfig { anonymous: Some(anonymous), tokens: Vec::new() }
}

/// The dev genesis, or that of the file that is given.
fn chosen_genesis(options: &DevOptions) -> Result<Genesis, DevError> {
    let Some(file) = &options.genesis else { return Ok(genesis()?) };
    let unreadable = |source| StorageError::File { action: "read", path: file.clone(), source };
    let bytes = std::fs::read(file).map_err(unreadable)?;
    let damaged = |_| DevError::GenesisFile(file.clone());
    DecodeAll::decode_all(&mut bytes.as_slice()).map_err(damaged)
}

/// What nobody can guess who chooses storage keys.
fn seed(rng: &dyn Rng) -> u64 {
    let mut seed = [0; 8];
    rng.fill(&mut seed);
    u64::from_le_bytes(seed)
}
