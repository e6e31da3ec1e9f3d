//! What people call accounts, contracts and keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sillok_abi::{Account, ContractId};
use sillok_client::keys::{DEV_NAMES, KeyFile, Keypair, dev_suri};
use sillok_client::value::Names;
use strsim::damerau_levenshtein;

use super::{CliError, Result};

/// The genesis contract that manages DIDs.
pub(super) const DID_CONTRACT: &str = "did";
/// How the text form of a DID begins.
const DID_PREFIX: &str = "did:sillok:";
/// What a key file's name ends with.
const KEY_FILE_ENDING: &str = "json";

/// The names that this machine and the node know.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    /// Whether development accounts have names here.
    dev: bool,
    contracts: BTreeMap<String, ContractId>,
    keys: PathBuf,
}

impl Directory {
    /// Names without a node: development accounts, key files, text forms.
    pub(super) fn offline() -> Self {
        Directory { dev: true, contracts: BTreeMap::new(), keys: keys_folder() }
    }

    /// Names on a chain.
    pub(super) fn of_chain(dev: bool, contracts: BTreeMap<String, ContractId>) -> Self {
        Directory { dev, contracts, keys: keys_folder() }
    }

    pub(super) fn is_dev(&self) -> bool {
        self.dev
    }

    /// The contract's name.
    pub(super) fn contract_name(&self, id: &ContractId) -> Option<&str> {
        self.contracts.iter().find(|(_, known)| *known == id).map(|(name, _)| name.as_str())
    }

    /// The key of `//Alice`, `0x` and a seed, a key's name, a development account's name, or a key file.
    pub(super) fn secret(&self, text: &str) -> Result<Keypair> {
        if text.starts_with("//") || text.starts_with("0x") {
            return text.parse().map_err(CliError::usage);
        }
        if let Some(path) = self.key_file(text) {
            return read_key(&path);
        }
        if let Some(suri) = self.dev_name(text) {
            return suri.parse().map_err(CliError::usage);
        }
        Err(CliError::usage(format!("there is no key `{text}`"))
            .hint("give //Alice, a key's name (`sillok keys list`), a key file, or 0x and a secret seed"))
    }

    /// The file of a key, by the key's name or the file's path.
    pub(super) fn key_file(&self, text: &str) -> Option<PathBuf> {
        let path = Path::new(text);
        let is_path = path.extension().is_some_and(|ending| ending == KEY_FILE_ENDING);
        let path =
            if is_path { path.to_owned() } else { self.keys.join(format!("{text}.{KEY_FILE_ENDING}")) };
        // A name with a separator in it is no name, and would reach outside of the folder.
        (is_path || !text.contains(['/', '\\'])).then_some(path).filter(|path| path.is_file())
    }

    fn dev_name(&self, name: &str) -> Option<String> {
        dev_suri(name).filter(|_| self.dev)
    }

    fn named_account(&self, text: &str) -> Option<Result<Account>> {
        if text.starts_with("//") {
            return Some(text.parse().map(|key: Keypair| key.account()).map_err(CliError::usage));
        }
        if let Some(id) = text.strip_prefix(DID_PREFIX) {
            return Some(self.did(text, id));
        }
        if let Some(contract) = self.contracts.get(text) {
            return Some(Ok(Account::Contract(*contract)));
        }
        if let Some(path) = self.key_file(text) {
            return Some(read_key(&path).map(|key| key.account()));
        }
        let suri = self.dev_name(text)?;
        Some(suri.parse().map(|key: Keypair| key.account()).map_err(CliError::usage))
    }

    /// A DID's account: the `did` contract manages it.
    fn did(&self, text: &str, id: &str) -> Result<Account> {
        let form =
            || CliError::usage(format!("`{text}` is not a DID: {DID_PREFIX} and 64 hexadecimal digits"));
        let id = hex::decode(id.strip_prefix("0x").unwrap_or(id)).map_err(|_| form())?;
        let id = id.try_into().map_err(|_| form())?;
        let contract = self.contracts.get(DID_CONTRACT);
        let contract = *contract.ok_or_else(|| CliError::usage("this chain has no contract `did`"))?;
        Ok(Account::Managed { contract, id })
    }

    /// The account that `text` names.
    pub(super) fn find_account(&self, text: &str) -> Result<Account> {
        self.named_account(text).unwrap_or_else(|| {
            text.parse().map_err(|error| {
                CliError::usage(error).hint(
                    "an account is //Alice, a key's name, an address, a contract or a DID (did:sillok:…)",
                )
            })
        })
    }

    /// The contract that `text` names.
    pub(super) fn find_contract(&self, text: &str) -> Result<ContractId> {
        if let Some(contract) = self.contracts.get(text) {
            return Ok(*contract);
        }
        text.parse().map_err(|_| {
            let known: Vec<_> = self.contracts.keys().map(String::as_str).collect();
            CliError::usage(format!("there is no contract `{text}`")).hint(format!(
                "known by name: {}; others by 0x and 64 hexadecimal digits (`sillok query contracts`)",
                known.join(", ")
            ))
        })
    }
}

impl Names for Directory {
    fn account(&self, text: &str) -> std::result::Result<Account, String> {
        self.find_account(text).map_err(|error| error.message)
    }

    fn contract(&self, text: &str) -> std::result::Result<ContractId, String> {
        self.find_contract(text).map_err(|error| error.message)
    }
}

/// The development account that was probably meant, where `text` is a key of its own that is called almost alike.
pub(super) fn probably_meant(text: &str) -> Option<&'static str> {
    let name = text.strip_prefix("//")?;
    let is_near = |known: &&str| damerau_levenshtein(&known.to_lowercase(), &name.to_lowercase()) <= 1;
    if DEV_NAMES.contains(&name) { None } else { DEV_NAMES.into_iter().find(is_near) }
}

/// Where keys are kept: `$SILLOK_KEYS`, else `.sillok/keys` in the home folder.
pub(super) fn keys_folder() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| ".".into()));
    std::env::var_os("SILLOK_KEYS").map_or_else(|| home().join(".sillok").join("keys"), PathBuf::from)
}

/// Reads a key file.
pub(super) fn read_key(path: &Path) -> Result<Keypair> {
    let read = KeyFile::read(path).map_err(|error| CliError::failed("key-file", error));
    read.map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    fn directory(dev: bool) -> Directory {
        let contracts = [("did".to_owned(), ContractId([7; 32])), ("cash".to_owned(), ContractId([8; 32]))];
        Directory { dev, contracts: contracts.into(), keys: "/nonexistent".into() }
    }

    #[test]
    fn accounts_have_many_names() {
        let id = "ab".repeat(32);
        let managed = format!("0x{}:0x{id}", "07".repeat(32));
        let cases = [
            ("//Alice".to_owned(), ALICE.to_owned()),
            ("alice".to_owned(), ALICE.to_owned()),
            (ALICE.to_owned(), ALICE.to_owned()),
            ("cash".to_owned(), format!("0x{}", "08".repeat(32))),
            (format!("did:sillok:{id}"), managed.clone()),
            (managed.clone(), managed),
        ];
        for (text, account) in cases {
            assert_eq!(directory(true).find_account(&text).unwrap().to_string(), account, "{text}");
        }
    }

    #[test]
    fn development_names_hold_on_development_chains_only() {
        assert!(directory(false).find_account("alice").is_err());
        assert!(directory(false).secret("alice").is_err());
        assert!(directory(true).secret("alice").is_ok());
    }

    #[test]
    fn a_key_that_is_called_almost_like_a_development_account() {
        for (text, name) in
            [("//alice", "Alice"), ("//Alcie", "Alice"), ("//Bib", "Bob"), ("//Chralie", "Charlie")]
        {
            assert_eq!(probably_meant(text), Some(name), "{text}");
        }
        for text in ["//Alice", "//Eve", "//Carol", "//Charly", "//Alice//stash", "//Operator//1", "Alcie"] {
            assert_eq!(probably_meant(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_said_with_a_hint() {
        for text in ["mallory", "did:sillok:12", "../alice", "0x12"] {
            let error = directory(true).find_account(text).unwrap_err();
            assert_eq!(error.code, "usage", "{text}");
        }
        let error = directory(true).find_contract("market").unwrap_err();
        assert!(error.hint.unwrap().contains("cash, did"));
    }
}
