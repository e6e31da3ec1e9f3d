//! The dev genesis: the same chain id for the same binary, wherever it runs.
//!
//! Arguments are written as JSON by name and encoded by the contracts' own metadata, so that a
//! change of a contract's interface is met here by name and not as wrong bytes.

use serde_json::{Map, Value};
use sillok_abi::governance::NewNode;
use sillok_abi::native::{GenesisContract, Member, code_hash, contract_id};
use sillok_abi::{Account, Call, ContractId, Date, Metadata, Time, Validator, digest};
use sillok_client::keys::{DEV_NAMES, Keypair};
use sillok_client::module::{self, ModuleError};
use sillok_client::value::{Names, ValueError, encode_fields};
use sillok_runtime::crypto::network_key;
use sillok_runtime::{Genesis, Parameters};

use super::samples;

/// The SURI of the validator's key.
pub(crate) const VALIDATOR: &str = "//Validator";
/// Who deploys and administers the genesis contracts, keeps the sample registers and admits accounts.
pub(super) const ADMIN: &str = "Alice";
/// The day on which dev chains begin.
const FIRST_DAY: (i32, u32, u32) = (2026, 11, 1);
/// How many bytes of state the one member may keep: more than a dev machine has memory for.
const STATE_QUOTA: u64 = 1 << 36;

/// Why there is no dev genesis. Only a change of the contracts or of this file can cause it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DevGenesisError {
    /// A key's name is not one.
    #[error("the dev genesis can't derive the key {0}")]
    Key(&'static str),
    /// A contract's Wasm can't be read.
    #[error("the contract `{name}` can't be read: {error}")]
    Contract {
        /// Its name.
        name: String,
        /// What is wrong.
        error: ModuleError,
    },
    /// A contract has no such method.
    #[error("the contract `{contract}` has no method `{method}`")]
    Method {
        /// Its name.
        contract: String,
        /// The method's.
        method: &'static str,
    },
    /// The arguments don't fit a method.
    #[error("the arguments of `{contract}.{method}` don't fit: {error}")]
    Arguments {
        /// The contract's name.
        contract: String,
        /// The method's.
        method: &'static str,
        /// What does not fit.
        error: Box<ValueError>,
    },
}

/// The genesis of dev chains.
///
/// # Errors
/// If the contracts and this file don't fit together.
pub(crate) fn genesis() -> Result<Genesis, DevGenesisError> {
    made_of(samples::fill)
}

/// The same, with one more register, whose class 1 may have this many shares.
///
/// # Errors
/// The same.
pub(crate) fn genesis_with_registers(names: &[String], authorised: u64) -> Result<Genesis, DevGenesisError> {
    let add = |builder, name: &String| samples::add_register(builder, name, authorised);
    made_of(|builder| names.iter().try_fold(samples::fill(builder)?, add))
}

/// The same, with one more register for each name, whose class 1 may have this many shares and is listed on the
/// market with fees and the tax on sales.
///
/// # Errors
/// The same.
pub(crate) fn genesis_with_market(names: &[String], authorised: u64) -> Result<Genesis, DevGenesisError> {
    made_of(|builder| samples::add_market(samples::fill(builder)?, names, authorised))
}

fn made_of(
    fill: impl FnOnce(Builder) -> Result<Builder, DevGenesisError>,
) -> Result<Genesis, DevGenesisError> {
    let admin = key_of(ADMIN)?.account();
    let validator = NewNode {
        name: "Sample Consortium Member".into(),
        operator: admin,
        contact: String::new(),
        peer: network_key(&digest("sillok/dev-peer", &VALIDATOR)),
        validator: Some(Validator { key: validator_key()?.public(), power: 1 }),
    };
    let mut admitted = Vec::new();
    for name in DEV_NAMES {
        admitted.push((key_of(name)?.account(), 0));
    }
    let builder = fill(Builder::new(admin))?;
    Ok(Genesis {
        name: "sillok-dev".into(),
        dev: true,
        time: first_time(),
        nodes: vec![validator],
        members: vec![Member {
            name: "Sample Consortium Member".into(),
            admin,
            gas_share: 1_000,
            state_quota: STATE_QUOTA,
            state_used: 0,
        }],
        admitted,
        parameters: Parameters::default(),
        codes: builder.codes,
        contracts: builder.contracts,
        calls: builder.calls,
    })
}

/// The secret seed of the validator's key.
pub(super) fn validator_seed() -> Result<[u8; 32], DevGenesisError> {
    Ok(validator_key()?.seed())
}

fn validator_key() -> Result<Keypair, DevGenesisError> {
    VALIDATOR.parse().map_err(|_| DevGenesisError::Key(VALIDATOR))
}

pub(super) fn key_of(name: &'static str) -> Result<Keypair, DevGenesisError> {
    format!("//{name}").parse().map_err(|_| DevGenesisError::Key(name))
}

fn first_time() -> Time {
    let (year, month, day) = FIRST_DAY;
    let days = Date::from_civil(year, month, day).map_or(0, |date| date.0.unsigned_abs());
    Time(0).plus(u64::from(days) * 86_400_000)
}

/// Collects the genesis's codes, contracts and calls.
pub(super) struct Builder {
    admin: Account,
    codes: Vec<Vec<u8>>,
    contracts: Vec<GenesisContract>,
    calls: Vec<Call>,
    /// What the contracts of each name say about themselves.
    described: Vec<(String, Metadata)>,
}

impl Builder {
    fn new(admin: Account) -> Self {
        Builder { admin, codes: Vec::new(), contracts: Vec::new(), calls: Vec::new(), described: Vec::new() }
    }

    /// Adds a contract of `code`, made with these arguments.
    pub(super) fn contract(
        &mut self,
        name: &str,
        code: &[u8],
        arguments: Value,
    ) -> Result<(), DevGenesisError> {
        let metadata =
            module::metadata(code).map_err(|error| DevGenesisError::Contract { name: name.into(), error })?;
        let args = match metadata.constructor() {
            Some(constructor) => self.encode(name, "constructor", &constructor.params, arguments)?,
            None => Vec::new(),
        };
        if !self.codes.iter().any(|known| known == code) {
            self.codes.push(code.to_vec());
        }
        self.contracts.push(GenesisContract {
            name: name.into(),
            code: code_hash(code),
            deployer: self.admin,
            salt: digest("sillok/dev", &name),
            admin: Some(self.admin),
            args,
        });
        self.described.push((name.into(), metadata));
        Ok(())
    }

    /// Adds a call that is made with everybody's authority.
    pub(super) fn call(
        &mut self,
        contract: &str,
        method: &'static str,
        arguments: Value,
    ) -> Result<(), DevGenesisError> {
        let unknown = || DevGenesisError::Method { contract: contract.into(), method };
        let (_, metadata) = self.described.iter().find(|(name, _)| *name == contract).ok_or_else(unknown)?;
        let params = metadata.method(method).ok_or_else(unknown)?.params.clone();
        let args = self.encode(contract, method, &params, arguments)?;
        let contract = self.id(contract).ok_or_else(unknown)?;
        self.calls.push(Call { contract, method: method.into(), args });
        Ok(())
    }

    fn encode(
        &self,
        contract: &str,
        method: &'static str,
        params: &[sillok_abi::FieldSpec],
        arguments: Value,
    ) -> Result<Vec<u8>, DevGenesisError> {
        let arguments = match arguments {
            Value::Object(arguments) => arguments,
            _ => Map::new(),
        };
        encode_fields(params, &arguments, self).map_err(|error| DevGenesisError::Arguments {
            contract: contract.into(),
            method,
            error: Box::new(error),
        })
    }

    fn id(&self, name: &str) -> Option<ContractId> {
        let contract = self.contracts.iter().find(|contract| contract.name == name)?;
        Some(contract_id(&contract.deployer, &contract.salt))
    }
}

/// In the dev genesis accounts are called `Alice`, and contracts by their names.
impl Names for Builder {
    fn account(&self, text: &str) -> Result<Account, String> {
        let key: Result<Keypair, _> = format!("//{text}").parse();
        key.map(|key| key.account()).map_err(|error| error.to_string())
    }

    fn contract(&self, text: &str) -> Result<ContractId, String> {
        self.id(text).ok_or_else(|| format!("there is no contract `{text}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_each_time_and_holds_what_it_should() {
        let (one, two) = (genesis().unwrap(), genesis().unwrap());
        assert_eq!(one.hash(), two.hash());
        assert_eq!(one.time.to_string(), "2026-11-01T00:00:00.000Z");
        for name in ["did", "cash", "escrow", "market", "board", "hanbit", "seorak"] {
            assert!(one.contract(name).is_some(), "{name}");
        }
        assert_eq!(one.codes.len(), 6, "the registers share their code");
    }
}
