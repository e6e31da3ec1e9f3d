//! `sillok start`: a node of a consortium's chain, from its folder.

mod joining;
mod started;

use std::future::pending;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use clap::Args;
use sillok_runtime::{Genesis, Optimisation, Outside, crypto};
use tokio::sync::oneshot;

use crate::chain::{Chain, Pace};
use crate::clock::SystemClock;
use crate::consensus::{Signatures, ValidatorKey};
use crate::home::{HomeError, KeyKind, NodeConfig, NodeHome, Password, Passwords, Sync};
use crate::join::JoinError;
use crate::logging::{self, LogFormat};
use crate::network::{self, Binding, NetworkKey, Timing, binding_digest};
use crate::node::{Node, NodeError, Parts, Peers};
use crate::rng::{Rng, SystemRng};
use crate::rpc::{AccessError, Front, TlsOptions};
use crate::storage::{DataFolder, StorageError};
use crate::threads::at_once;
pub(crate) use started::Started;

/// The options of `sillok start`.
#[derive(Args, Clone, Debug)]
pub(crate) struct StartOptions {
    /// The node's folder, as `sillok init` made it.
    #[arg(value_name = "DIR", default_value = "./data/node")]
    pub(crate) home: PathBuf,
    /// Answer requests on this address, whatever node.toml says; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", env = "SILLOK_RPC")]
    pub(crate) rpc: Option<SocketAddr>,
    /// Certificate and key, whatever node.toml says.
    #[command(flatten)]
    pub(crate) tls: TlsOptions,
    /// The first height at which this node votes. Needed if its consensus log was lost: two above the highest
    /// block that any validator has.
    #[arg(long, value_name = "HEIGHT")]
    pub(crate) votes_from: Option<u64>,
    /// The file that holds the password of the node's keys, whatever node.toml and SILLOK_PASSWORD say: a
    /// credential of systemd, for one.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Stop when the standard input is closed.
    #[arg(long, hide = true)]
    pub(crate) with_parent: bool,
    /// Keep compiled contracts in this folder, which nodes of this machine may share, instead of in one of its
    /// own. Whoever can write to it can have the node run anything.
    #[arg(long, value_name = "DIR", env = "SILLOK_COMPILED")]
    pub(crate) compiled: Option<PathBuf>,
    /// The form of the log on stderr; RUST_LOG says how much of it.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
}

/// Why `sillok start` ends without being asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The node's folder.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The data folder.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The node.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Joining by a snapshot.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// A setting.
    #[error("`{setting}` in node.toml: `{value}` is not an address such as {example}")]
    Address {
        /// Which.
        setting: &'static str,
        /// What it says.
        value: String,
        /// What it could.
        example: &'static str,
    },
    /// The access tokens.
    #[error("`access.tokens` in node.toml: {0}")]
    Access(#[from] AccessError),
    /// A key can't be used.
    #[error("the {} key can't be used: {reason}", kind.name())]
    Key {
        /// Which.
        kind: KeyKind,
        /// Why.
        reason: String,
    },
    /// The node has no network key.
    #[error("the node has no network key")]
    NoNetworkKey,
}

impl StartError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            StartError::Home(error) => error.hint(),
            StartError::Storage(error) => error.hint(),
            StartError::Node(error) => error.hint(),
            StartError::Join(error) => error.hint(),
            StartError::Address { .. } | StartError::Access(_) => "correct it, and start again",
            StartError::Key { .. } | StartError::NoNetworkKey => {
                "is the folder complete? Keys are in its folder `keys`"
            }
        }
    }
}

/// Runs a node until SIGINT or SIGTERM. `announce` is given what to show once requests are answered. Brings its
/// own tokio runtimes: not to be called from within another.
///
/// # Errors
/// If it can't start, or a fault halts it.
pub(crate) fn run(options: &StartOptions, announce: impl FnOnce(&Started)) -> Result<(), StartError> {
    logging::start(options.log_format);
    let home = NodeHome::open(&options.home)?;
    let config = home.config()?;
    let passwords = Passwords::of(home.path(), config.password_file.as_deref());
    let password = passwords.first_of(options.password_file.as_deref()).get().map_err(HomeError::from)?;
    let folder = DataFolder::prepare(&home.data())?;
    // All of this takes a while, and the database longest.
    let read = || Ok::<_, StartError>((home.genesis()?, Keys::read(&home, &password)?));
    let open = || (config.sync != Sync::Snapshot).then(|| folder.open());
    let (read, opened) = at_once("keys", read, open).map_err(NodeError::from)?;
    let (genesis, keys) = read?;
    let network = network_config(&config, &genesis, &keys)?;
    if config.sync == Sync::Snapshot {
        // What its key has signed is known if it has no vote, or has its log, or was told from where on to vote.
        let may_vote = !keys.is_validator || options.votes_from.is_some() || folder.consensus_log().exists();
        let trust = config.trust_file.as_ref().map(|file| home.path().join(file));
        joining::join_by_snapshot(&folder, trust.as_deref(), &genesis, &network, may_vote)?;
    }
    let storage = Arc::new(opened.unwrap_or_else(|| folder.open())?);
    let mut seed = [0; 8];
    SystemRng.fill(&mut seed);
    let outside = Outside {
        seed: u64::from_le_bytes(seed),
        artefacts: Arc::new(folder.artefacts(options.compiled.as_deref())?),
        optimisation: Optimisation::Speed,
    };
    let parts = Parts {
        folder,
        storage,
        state_cache_mib: config.state_cache_mib,
        outside,
        genesis,
        clock: Arc::new(SystemClock),
        key: keys.validator,
        timeouts: config.consensus,
        // Who has no vote has a key for this run alone: no log says anything of it.
        votes_from: options.votes_from.or((!keys.is_validator).then_some(0)),
        pace: config.block_time_ms.map_or(Pace::OnDemand, Pace::Every),
        retention: config.retain,
        snapshots: config.snapshots,
        surveillance: config.surveillance.clone(),
        index: config.index,
    };
    let node =
        Node::start(parts, |chain, nodes, inbox, shelf| Peers::start(network, chain, nodes, inbox, shelf))?;
    let front = front(options, config, home)?;
    let votes = keys.is_validator.then_some(keys.public);
    let announce = |chain: &Chain, url: &str| {
        announce(&Started::new(chain, url, &options.home, keys.network.id(), votes));
    };
    match options.with_parent {
        true => node.serve(front, parent_ends(), announce)?,
        false => node.serve(front, pending(), announce)?,
    }
    Ok(())
}

/// Where and how requests are answered: flags win over node.toml, whose paths are taken from the node's folder.
fn front(options: &StartOptions, config: NodeConfig, home: NodeHome) -> Result<Front, StartError> {
    let configured = config.tls.map(|files| files.within(home.path()));
    config.access.check()?;
    let reread = move || {
        let access = home.config().map_err(|error| error.brief())?.access;
        access.check().map_err(|error| error.to_string())?;
        Ok(access)
    };
    Ok(Front {
        address: options.rpc.unwrap_or(config.rpc),
        tls: options.tls.files().or(configured),
        access: config.access,
        reread: Some(Box::new(reread)),
    })
}

/// Waits until whoever started this process has ended: its end of the standard input closes.
async fn parent_ends() {
    let (ended, hears) = oneshot::channel();
    thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let _ = hears.await;
}

/// A node's keys.
struct Keys {
    network: NetworkKey,
    /// One made for the purpose if the node has no vote: it never gets to sign.
    validator: ValidatorKey,
    public: [u8; 32],
    is_validator: bool,
}

impl Keys {
    fn read(home: &NodeHome, password: &str) -> Result<Self, StartError> {
        let password = Password::new(password);
        let network = home.seed(KeyKind::Network, &password)?.ok_or(StartError::NoNetworkKey)?;
        let bad = |kind, reason: String| StartError::Key { kind, reason };
        let network =
            NetworkKey::from_seed(network).map_err(|error| bad(KeyKind::Network, error.to_string()))?;
        let own = home.seed(KeyKind::Validator, &password)?;
        let seed = own.unwrap_or_else(|| {
            let mut seed = [0; 32];
            SystemRng.fill(&mut seed);
            seed
        });
        let validator = ValidatorKey::from_seed(&seed, Arc::new(SystemRng))
            .map_err(|error| bad(KeyKind::Validator, error.to_string()))?;
        let public = validator.public();
        Ok(Keys { network, validator, public, is_validator: own.is_some() })
    }
}

fn network_config(
    config: &NodeConfig,
    genesis: &Genesis,
    keys: &Keys,
) -> Result<network::Config, StartError> {
    let chain = genesis.hash();
    let binding = keys.is_validator.then(|| Binding {
        validator: keys.public,
        signature: keys.validator.sign(&binding_digest(&chain, &keys.network.id())),
    });
    let addresses = |setting, values: &[String], example| {
        let parse = |value: &String| {
            value.parse().map_err(|_| StartError::Address { setting, value: value.clone(), example })
        };
        values.iter().map(parse).collect::<Result<Vec<_>, StartError>>()
    };
    Ok(network::Config {
        chain,
        key: keys.network.clone(),
        binding,
        verify: Arc::new(|key, digest, signature| crypto::verify_vote(key, digest, signature)),
        agent: format!("sillok/{}", env!("CARGO_PKG_VERSION")),
        listen: addresses("listen", &config.listen, "/ip4/0.0.0.0/tcp/30333")?,
        announce: addresses("announce", &config.announce, "/dns4/node.bank.example/tcp/30333")?,
        peers: addresses("peers", &config.peers, "/dns4/node.bank.example/tcp/30333/p2p/12D3KooW…")?,
        members: Vec::new(),
        max_block_bytes: genesis.parameters.max_block_bytes,
        max_transaction_bytes: genesis.parameters.max_transaction_bytes,
        timing: Timing::default(),
    })
}
