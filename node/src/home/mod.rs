//! A node's folder: its settings, its keys, the chain's genesis and its data.
//!
//! ```text
//! node.toml             settings
//! genesis.scale         the chain
//! keys/validator.json   the key that it votes with, encrypted; a member without a vote has none
//! keys/network.json     the key that makes it who it is on the network, encrypted
//! data/                 blocks, state, the consensus log
//! ```
//!
//! Invariant: nothing here overwrites a key or a genesis.

mod config;
mod keystore;
mod password;

use std::fs;
use std::path::{Path, PathBuf};

use codec::DecodeAll;
use schnorrkel::{ExpansionMode, MiniSecretKey};
use sillok_runtime::Genesis;

use crate::rng::{Rng, SystemRng};
pub(crate) use config::{ConfigError, NodeConfig, Sync};
pub(crate) use keystore::{KeyError, KeyFile, KeyKind, Password};
pub(crate) use password::{PasswordError, Passwords};

/// A node's folder.
#[derive(Clone, Debug)]
pub(crate) struct NodeHome {
    path: PathBuf,
}

/// Why a node's folder can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HomeError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// There is a node already.
    #[error("{} is a node's folder already", .0.display())]
    Exists(PathBuf),
    /// There is no node.
    #[error("{} is not a node's folder: it has no node.toml", .0.display())]
    NotHome(PathBuf),
    /// There is no genesis yet.
    #[error("{} is missing: the node has no chain yet", .0.display())]
    NoGenesis(PathBuf),
    /// The genesis is none.
    #[error("{} is not SCALE of a genesis", .0.display())]
    Genesis(PathBuf),
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A key can't be made.
    #[error("a key can't be made: {0}")]
    Making(String),
}

impl HomeError {
    /// What is wrong, without the lines of a file that it is about: they may hold what is no log's business.
    pub(crate) fn brief(&self) -> String {
        match self {
            HomeError::Config(ConfigError::Malformed { path, error }) => {
                format!("{}: {}", path.display(), error.message())
            }
            other => other.to_string(),
        }
    }

    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            HomeError::Exists(_) => "choose another folder; keys are never overwritten",
            HomeError::NotHome(_) => "make one with `sillok init`",
            HomeError::NoGenesis(_) | HomeError::Genesis(_) => {
                "put the file there that the members sealed with `sillok genesis seal`"
            }
            HomeError::Config(_) => "`sillok config` shows all settings with their values",
            HomeError::Key(KeyError::Sealed(_)) | HomeError::Password(_) => {
                "give the keys' password by SILLOK_PASSWORD, or name a file with it as password_file in node.toml"
            }
            HomeError::File { .. } | HomeError::Key(_) | HomeError::Making(_) => {
                "look at the folder's permissions and space"
            }
        }
    }
}

impl NodeHome {
    /// The folder of a node that was made before.
    ///
    /// # Errors
    /// If it is none.
    pub(crate) fn open(path: &Path) -> Result<Self, HomeError> {
        let home = NodeHome { path: path.to_path_buf() };
        if home.config_file().exists() { Ok(home) } else { Err(HomeError::NotHome(home.path)) }
    }

    /// Makes a node's folder, with new keys that this password opens; a validator key if it is to have a vote.
    ///
    /// # Errors
    /// If there is one, or it can't be made.
    pub(crate) fn create(
        path: &Path,
        config: &NodeConfig,
        password: &str,
        validator: bool,
    ) -> Result<Self, HomeError> {
        let home = NodeHome { path: path.to_path_buf() };
        if home.config_file().exists() || home.keys().exists() {
            return Err(HomeError::Exists(home.path));
        }
        let keys = home.keys();
        fs::create_dir_all(&keys).map_err(|source| HomeError::File { path: keys, source })?;
        let password = Password::new(password);
        home.create_key(KeyKind::Network, &password)?;
        if validator {
            home.create_key(KeyKind::Validator, &password)?;
        }
        config.write(&home.config_file())?;
        Ok(home)
    }

    fn create_key(&self, kind: KeyKind, password: &Password<'_>) -> Result<(), HomeError> {
        let mut seed = [0; 32];
        SystemRng.fill(&mut seed);
        let public = public_of(kind, &seed)?;
        let file = KeyFile::seal(kind, &public, &seed, password, &SystemRng).map_err(HomeError::Making)?;
        Ok(file.create(&self.key_file(kind))?)
    }

    /// The settings.
    ///
    /// # Errors
    /// If they can't be read.
    pub(crate) fn config(&self) -> Result<NodeConfig, HomeError> {
        Ok(NodeConfig::read(&self.config_file())?)
    }

    /// The public key of this kind; none if the node has none.
    ///
    /// # Errors
    /// If its file can't be read.
    pub(crate) fn public(&self, kind: KeyKind) -> Result<Option<[u8; 32]>, HomeError> {
        let path = self.key_file(kind);
        if !path.exists() {
            return Ok(None);
        }
        let file = KeyFile::read(&path)?;
        let public = hex::decode(&file.public).ok().and_then(|bytes| bytes.try_into().ok());
        let malformed = || KeyError::Malformed { path, reason: "its public key is none".into() };
        Ok(Some(public.ok_or_else(malformed)?))
    }

    /// The secret seed of the key of this kind; none if the node has none.
    ///
    /// # Errors
    /// If its file can't be read or opened.
    pub(crate) fn seed(&self, kind: KeyKind, password: &Password<'_>) -> Result<Option<[u8; 32]>, HomeError> {
        let path = self.key_file(kind);
        if !path.exists() {
            return Ok(None);
        }
        let seed = KeyFile::read(&path)?.open(password, &path)?;
        if Some(public_of(kind, &seed)?) != self.public(kind)? {
            return Err(KeyError::Sealed(path).into());
        }
        Ok(Some(seed))
    }

    /// The chain.
    ///
    /// # Errors
    /// If there is none, or it can't be read.
    pub(crate) fn genesis(&self) -> Result<Genesis, HomeError> {
        let path = self.genesis_file();
        if !path.exists() {
            return Err(HomeError::NoGenesis(path));
        }
        let bytes = fs::read(&path).map_err(|source| HomeError::File { path: path.clone(), source })?;
        DecodeAll::decode_all(&mut bytes.as_slice()).map_err(|_| HomeError::Genesis(path))
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file of settings.
    pub(crate) fn config_file(&self) -> PathBuf {
        self.path.join("node.toml")
    }

    /// The file of the genesis.
    pub(crate) fn genesis_file(&self) -> PathBuf {
        self.path.join("genesis.scale")
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The folder of keys.
    pub(crate) fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// The file of the key of this kind.
    pub(crate) fn key_file(&self, kind: KeyKind) -> PathBuf {
        self.keys().join(format!("{}.json", kind.name()))
    }
}

/// The public key of a secret seed.
fn public_of(kind: KeyKind, seed: &[u8; 32]) -> Result<[u8; 32], HomeError> {
    match kind {
        KeyKind::Network => Ok(ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().to_bytes()),
        KeyKind::Validator => {
            let secret =
                MiniSecretKey::from_bytes(seed).map_err(|error| HomeError::Making(error.to_string()))?;
            Ok(secret.expand_to_keypair(ExpansionMode::Ed25519).public.to_bytes())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_once_and_its_keys_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node");
        assert!(matches!(NodeHome::open(&path), Err(HomeError::NotHome(_))));
        let home = NodeHome::create(&path, &NodeConfig::default(), "secret", true).unwrap();
        let again = NodeHome::create(&path, &NodeConfig::default(), "secret", true);
        assert!(matches!(again, Err(HomeError::Exists(_))));
        for kind in [KeyKind::Validator, KeyKind::Network] {
            let seed = home.seed(kind, &Password::new("secret")).unwrap().unwrap();
            assert_eq!(home.public(kind).unwrap(), Some(public_of(kind, &seed).unwrap()));
            assert!(home.seed(kind, &Password::new("guess")).is_err());
        }
        assert_eq!(NodeHome::open(&path).unwrap().config().unwrap(), NodeConfig::default());
        assert!(matches!(home.genesis(), Err(HomeError::NoGenesis(_))));
        fs::write(home.genesis_file(), b"no").unwrap();
        assert!(matches!(home.genesis(), Err(HomeError::Genesis(_))));
    }

    #[test]
    fn a_member_without_a_vote_has_no_key_to_vote_with() {
        let folder = tempfile::tempdir().unwrap();
        let home = NodeHome::create(folder.path(), &NodeConfig::default(), "secret", false).unwrap();
        assert_eq!(home.public(KeyKind::Validator).unwrap(), None);
        assert_eq!(home.seed(KeyKind::Validator, &Password::new("secret")).unwrap(), None);
        assert!(home.public(KeyKind::Network).unwrap().is_some());
    }
}
