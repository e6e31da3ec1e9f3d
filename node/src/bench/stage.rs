//! Where a bench plays: a folder with a genesis, the accounts, and the nodes that are started on it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use codec::{DecodeAll, Encode};
use sillok_abi::{Account, Hash, Time};
use sillok_client::keys::Keypair;
use sillok_client::transaction::now;
use sillok_runtime::Genesis;

use super::accounts::key;
use super::kind::Kind;
use super::options::{BenchOptions, Workload};
use super::scene::Scene;
use super::{BenchError, did};
use crate::home::{HomeError, NodeConfig, NodeHome};
use crate::process::NodeProcess;
use crate::rpc::TlsFiles;
use crate::testnet::{self, NodePlace, Nodes, TestnetError};

/// How much later than it begins a bench's deals expire, in milliseconds: later than the longest ends.
const DEALS_LAST_MS: u64 = 2 * 86_400_000;

/// A bench's folder and genesis.
pub(super) struct Stage {
    folder: PathBuf,
    /// The validators, if there are several.
    places: Vec<NodePlace>,
    /// Whether the last of them equivocates.
    equivocates: bool,
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
    /// The keys' accounts.
    pub(super) addresses: Vec<Account>,
    /// The accounts of the keys' DIDs, if the workload has any.
    pub(super) dids: Vec<Account>,
    /// The chain's id.
    pub(super) chain: Hash,
    /// The contracts that are called.
    pub(super) scene: Scene,
    /// What verifying a key's signature costs.
    pub(super) signature_gas: u64,
    /// When the first deals in escrow expire.
    pub(super) deals_expire: Time,
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
        let (genesis, scene) = Scene::genesis(options, &keys)?;
        let with_dids = options.workload.has(|kind| kind == Kind::Did);
        let dids = keys.iter().filter(|_| with_dids).map(|key| did::account(scene.did, key)).collect();
        let (places, genesis) = match options.validators {
            _ if !options.url.is_empty() => (Vec::new(), prepared(&folder, &genesis)?),
            1 if !options.prepare => (Vec::new(), genesis),
            several => testnet::make(&folder.join("nodes"), several.into(), (0, 0), genesis)?,
        };
        let tls = options.tls.files().map(absolute).transpose()?;
        places.iter().try_for_each(|place| encrypt(place, tls.clone()))?;
        fs::write(folder.join("genesis"), genesis.encode()).map_err(failed())?;
        Ok(Stage {
            folder,
            places,
            equivocates: options.equivocate,
            tls,
            _temporary: temporary,
            workload: options.workload,
            accounts: options.accounts,
            keys,
            addresses,
            dids,
            chain: genesis.hash(),
            scene,
            signature_gas: genesis.parameters.gas.signatures.sr25519.of(size_of::<Hash>()),
            deals_expire: now().plus(DEALS_LAST_MS),
        })
    }

    /// The last of several validators.
    pub(super) fn last(&self) -> Option<NodePlace> {
        self.places.last().cloned()
    }

    /// The folders of the nodes.
    pub(super) fn homes(&self) -> Vec<PathBuf> {
        self.places.iter().map(|place| place.home.clone()).collect()
    }

    /// Starts the nodes.
    pub(super) fn start(&self, longest: Duration) -> Result<Nodes, BenchError> {
        if self.places.is_empty() {
            let node =
                NodeProcess::start(&self.arguments(), Stdio::inherit(), &[("RUST_LOG", "warn")], longest)?;
            return Ok(Nodes::one(node));
        }
        Ok(Nodes::start(&self.places, self.equivocates)?)
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

/// The genesis that was prepared in a folder: this one, but for its nodes.
fn prepared(folder: &Path, expected: &Genesis) -> Result<Genesis, BenchError> {
    let path = folder.join("genesis");
    let bytes = fs::read(&path).map_err(BenchError::system(format!("can't read {}", path.display())))?;
    let genesis = Genesis::decode_all(&mut bytes.as_slice()).ok();
    let same = |found: &Genesis| found.calls == expected.calls && found.contracts == expected.contracts;
    genesis.filter(same).ok_or(BenchError::OtherBench(path))
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
