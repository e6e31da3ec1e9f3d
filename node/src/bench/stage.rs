//! Where a bench plays: a folder, and a genesis in which every account is admitted and has something.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use codec::Encode;
use sillok_abi::{Account, Call, ContractId, Date, Hash};
use sillok_client::keys::Keypair;
use sillok_runtime::Genesis;

use super::BenchError;
use super::accounts::key;
use super::market::{COMPANIES, Venue};
use super::options::{BenchOptions, Workload};
use crate::dev;
use crate::home::{HomeError, NodeConfig, NodeHome};
use crate::process::NodeProcess;
use crate::rpc::TlsFiles;
use crate::testnet::{self, NodePlace, Nodes, TestnetError};

/// What each account begins with: more than a bench spends.
const EACH: u64 = 1_000_000_000;
/// The shares that each account begins with.
const SHARES_EACH: u64 = 10_000_000;
/// The name of the register whose lots are transferred.
const REGISTER: &str = "bench";

/// A bench's folder and genesis.
pub(super) struct Stage {
    folder: PathBuf,
    /// The validators, if there are several.
    places: Vec<NodePlace>,
    /// With which nodes answer over TLS.
    tls: Option<TlsFiles>,
    /// Removed at the end, if nobody gave a folder.
    _temporary: Option<Temporary>,
    /// What is measured.
    pub(super) workload: Workload,
    /// How many accounts there are.
    pub(super) accounts: u32,
    /// Their keys.
    pub(super) keys: Vec<Keypair>,
    /// The accounts.
    pub(super) addresses: Vec<Account>,
    /// The chain's id.
    pub(super) chain: Hash,
    /// The contracts that are called.
    pub(super) scene: Scene,
    /// What verifying a submitter's signature costs.
    pub(super) signature_gas: u64,
}

/// The contracts that a bench calls.
pub(super) enum Scene {
    /// The cash contract or a register.
    One(ContractId),
    /// The market.
    Market(Venue),
}

struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nothing to be done if it can't be removed; the system clears its folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Stage {
    /// Makes the folder and the genesis.
    pub(super) fn prepare(options: &BenchOptions) -> Result<Self, BenchError> {
        let temporary = std::env::temp_dir().join(format!("sillok-bench-{}", std::process::id()));
        let (folder, temporary) = match &options.data {
            Some(folder) => (folder.clone(), None),
            None => (temporary.clone(), Some(Temporary(temporary))),
        };
        let failed = || BenchError::system(format!("can't write to {}", folder.display()));
        fs::create_dir_all(&folder).map_err(failed())?;
        let keys = keys(options.accounts);
        let addresses: Vec<Account> = keys.iter().map(Keypair::account).collect();
        let (genesis, scene) = genesis(options.workload, &addresses)?;
        let (places, genesis) = match options.validators {
            1 => (Vec::new(), genesis),
            several => testnet::make(&folder.join("nodes"), several.into(), (0, 0), genesis)?,
        };
        let tls = options.tls.files().map(absolute).transpose()?;
        places.iter().try_for_each(|place| encrypt(place, tls.clone()))?;
        fs::write(folder.join("genesis"), genesis.encode()).map_err(failed())?;
        Ok(Stage {
            folder,
            places,
            tls,
            _temporary: temporary,
            workload: options.workload,
            accounts: options.accounts,
            keys,
            addresses,
            chain: genesis.hash(),
            scene,
            signature_gas: genesis.parameters.gas.signatures.sr25519.of(size_of::<Hash>()),
        })
    }

    /// Starts the nodes.
    pub(super) fn start(&self, longest: Duration) -> Result<Nodes, BenchError> {
        if self.places.is_empty() {
            let node = NodeProcess::start(&self.arguments(), Stdio::inherit(), Some("warn"), longest)?;
            return Ok(Nodes::one(node));
        }
        Ok(Nodes::start(&self.places)?)
    }

    /// The arguments of a node that is alone.
    fn arguments(&self) -> Vec<OsString> {
        let fixed = ["dev", "--json", "--reset", "--no-index", "--rpc", "127.0.0.1:0", "--data"];
        let mut arguments: Vec<OsString> = fixed.map(OsString::from).into();
        let (data, genesis) = (self.chain_folder(), self.genesis());
        arguments.extend([data.into(), "--genesis".into(), genesis.into()]);
        if let Some(TlsFiles { certificate, key }) = self.tls.clone() {
            arguments.extend(["--tls-certificate".into(), certificate.into()]);
            arguments.extend(["--tls-key".into(), key.into()]);
        }
        arguments
    }

    /// The file of the genesis.
    fn genesis(&self) -> PathBuf {
        self.folder.join("genesis")
    }

    /// The data folder of the node, or of the first.
    pub(super) fn chain_folder(&self) -> PathBuf {
        match self.places.first() {
            Some(place) => place.home.join("data"),
            None => self.folder.join("chain"),
        }
    }

    /// The file of signed transactions.
    pub(super) fn transactions(&self) -> PathBuf {
        self.folder.join("transactions")
    }
}

/// The same files, wherever they are looked for.
fn absolute(files: TlsFiles) -> Result<TlsFiles, BenchError> {
    let here = std::env::current_dir().map_err(BenchError::system("can't find the current folder"))?;
    Ok(files.within(&here))
}

/// Has a node answer over TLS.
fn encrypt(place: &NodePlace, tls: Option<TlsFiles>) -> Result<(), BenchError> {
    let home = NodeHome::open(&place.home).map_err(TestnetError::from)?;
    let config = NodeConfig { tls, ..home.config().map_err(TestnetError::from)? };
    Ok(config.write(&home.config_file()).map_err(HomeError::from).map_err(TestnetError::from)?)
}

/// The accounts' keys, derived on two threads.
fn keys(count: u32) -> Vec<Keypair> {
    let derive = |from: u32, to: u32| (from..to).map(key).collect::<Vec<_>>();
    thread::scope(|scope| {
        let second = scope.spawn(move || derive(count / 2, count));
        let mut all = derive(0, count / 2);
        all.extend(second.join().unwrap_or_default());
        all
    })
}

/// The dev genesis with these accounts, and the contracts that are called.
fn genesis(workload: Workload, accounts: &[Account]) -> Result<(Genesis, Scene), BenchError> {
    let authorised = EACH * accounts.len() as u64;
    let mut genesis = match workload {
        Workload::Cash => dev::genesis()?,
        Workload::Lots => dev::genesis_with_register(REGISTER, authorised)?,
        Workload::Market | Workload::MarketBatch => dev::genesis_with_market(&COMPANIES, authorised)?,
    };
    genesis.name = "sillok-bench".into();
    let find = |name: &str| {
        genesis.contract(name).ok_or_else(|| BenchError::Workload(format!("no contract {name}")))
    };
    let scene = match workload {
        Workload::Cash => Scene::One(find("cash")?),
        Workload::Lots => Scene::One(find(REGISTER)?),
        Workload::Market | Workload::MarketBatch => Scene::Market(Venue::of(&genesis)?),
    };
    genesis.admitted.extend(accounts.iter().map(|account| (*account, 0)));
    genesis.calls.extend(
        accounts.iter().zip(0..).flat_map(|(account, number)| endow(&scene, workload, number, account)),
    );
    Ok((genesis, scene))
}

/// The calls that give the account of this number what it begins with.
fn endow(scene: &Scene, workload: Workload, number: usize, account: &Account) -> Vec<Call> {
    let mint = |contract| Call { contract, method: "mint".into(), args: (account, EACH).encode() };
    let issue = |contract| {
        let (price, reference) = (String::new(), String::new());
        let args = (1u32, account, SHARES_EACH, price, Date(20_000), reference).encode();
        Call { contract, method: "issue".into(), args }
    };
    match scene {
        Scene::One(contract) if workload == Workload::Cash => vec![mint(*contract)],
        Scene::One(contract) => vec![issue(*contract)],
        Scene::Market(venue) => {
            vec![mint(venue.cash), issue(venue.registers[number % venue.registers.len()])]
        }
    }
}
