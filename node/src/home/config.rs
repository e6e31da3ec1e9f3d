//! A node's settings: `node.toml` in its folder.
//!
//! Flags win over the environment, the environment over the file, the file over the defaults.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::chain::Retention;
use crate::consensus::Timeouts;
use crate::index;
use crate::limits;
use crate::rpc::{AccessConfig, TlsFiles};
use crate::snapshot::KeepSnapshots;
use crate::surveillance::Settings;

/// A node's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NodeConfig {
    /// Where requests are answered.
    pub(crate) rpc: SocketAddr,
    /// Where other nodes connect to: `/ip4/0.0.0.0/tcp/30333`.
    pub(crate) listen: Vec<String>,
    /// Where others reach this node, if not where it listens.
    pub(crate) announce: Vec<String>,
    /// Other nodes: `/dns4/node.bank.example/tcp/30333/p2p/12D3…`. Some are enough, they tell of the others.
    pub(crate) peers: Vec<String>,
    /// How many MiB of state are kept in memory: an entry of state takes about 200 bytes, an account of cash two entries.
    pub(crate) state_cache_mib: u32,
    /// How much of the past can be read: `archive`, a number of blocks, or an age (90d, 12h).
    pub(crate) retain: Retention,
    /// The file that holds the keys' password; without it, `SILLOK_PASSWORD` or whoever starts the node is
    /// asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password_file: Option<PathBuf>,
    /// Make a block every so many milliseconds, empty or not, instead of when there is a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) block_time_ms: Option<u64>,
    /// How a node that has no chain yet gets one: `blocks`, from genesis on, or `snapshot`, by the newest that
    /// its peers have, and from there on by blocks.
    pub(crate) sync: Sync,
    /// A file with the validators that a snapshot is checked against, if they are no longer those of genesis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trust_file: Option<PathBuf>,
    /// How long steps of consensus may take.
    pub(crate) consensus: Timeouts,
    /// Which snapshots the node makes, and offers to others.
    pub(crate) snapshots: KeepSnapshots,
    /// What is looked for in the market's trading.
    pub(crate) surveillance: Settings,
    /// What can be asked of the past.
    pub(crate) index: index::Settings,
    /// The certificate with which requests are answered over TLS, and its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<TlsFiles>,
    /// Who may ask for what.
    pub(crate) access: AccessConfig,
}

/// How a node that has no chain yet gets one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sync {
    /// Block by block from genesis.
    #[default]
    Blocks,
    /// By the newest snapshot of its peers, and from there on block by block.
    Snapshot,
}

/// Where requests are answered unless told otherwise.
const RPC: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9944);
/// Where other nodes connect to unless told otherwise.
const LISTEN: &str = "/ip4/0.0.0.0/tcp/30333";

impl Default for NodeConfig {
    fn default() -> Self {
        NodeConfig {
            rpc: RPC,
            listen: vec![LISTEN.into()],
            announce: Vec::new(),
            peers: Vec::new(),
            state_cache_mib: limits::STATE_CACHE_MIB,
            retain: Retention::Archive,
            password_file: None,
            block_time_ms: None,
            sync: Sync::default(),
            trust_file: None,
            consensus: Timeouts::default(),
            tls: None,
            access: AccessConfig::default(),
            snapshots: KeepSnapshots::default(),
            surveillance: Settings::default(),
            index: index::Settings::default(),
        }
    }
}

/// Why settings can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// It is not what settings look like.
    #[error("{}: {error}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        error: Box<toml::de::Error>,
    },
    /// It can't be written as TOML.
    #[error(transparent)]
    Unwritable(#[from] toml::ser::Error),
}

impl NodeConfig {
    /// Reads settings.
    ///
    /// # Errors
    /// If the file can't be read, or has something that is no setting.
    pub(crate) fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|error| ConfigError::Malformed { path: path.to_owned(), error: Box::new(error) })
    }

    /// Writes settings.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn write(&self, path: &Path) -> Result<(), ConfigError> {
        std::fs::write(path, self.to_toml()?)
            .map_err(|source| ConfigError::File { path: path.to_owned(), source })
    }

    /// The settings as TOML.
    ///
    /// # Errors
    /// None that is known.
    pub(crate) fn to_toml(&self) -> Result<String, ConfigError> {
        Ok(toml::to_string_pretty(self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_back_and_what_is_left_out_is_as_ever() {
        let config = NodeConfig {
            peers: vec!["/ip4/10.0.0.2/tcp/30333/p2p/12D3KooW".into()],
            retain: Retention::Blocks(500),
            block_time_ms: Some(250),
            ..NodeConfig::default()
        };
        let text = config.to_toml().unwrap();
        assert_eq!(toml::from_str::<NodeConfig>(&text).unwrap(), config);
        assert_eq!(toml::from_str::<NodeConfig>("").unwrap(), NodeConfig::default());
        let some = toml::from_str::<NodeConfig>("[consensus]\npropose_ms = 900\n").unwrap();
        let some_snapshots =
            toml::from_str::<NodeConfig>("sync = \"snapshot\"\n[snapshots]\nevery = 9\n").unwrap();
        assert_eq!(some_snapshots.sync, Sync::Snapshot);
        assert_eq!(some_snapshots.snapshots, KeepSnapshots { every: 9, ..KeepSnapshots::default() });
        assert_eq!(some.consensus, Timeouts { propose_ms: 900, ..Timeouts::default() });
    }

    #[test]
    fn what_is_no_setting_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.toml");
        std::fs::write(&path, "rcp = \"127.0.0.1:1\"\n").unwrap();
        let error = NodeConfig::read(&path).unwrap_err().to_string();
        assert!(error.contains("rcp") && error.contains("expected one of"), "{error}");
    }
}
