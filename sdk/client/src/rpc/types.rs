//! What the methods about the chain, its state and its contracts answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sillok_abi::{Account, Block, ContractId, FIELD_BYTES, Hash, Header, Receipt, Time, Validator};

use super::hex::{bytes, optional_bytes, optional_scale, scale};
use crate::proof::StateProof;
use crate::trust::SetChange;

/// Where a chain is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// The genesis hash.
    pub chain_id: String,
    /// The chain's name.
    pub name: String,
    /// Whether it is a development chain, whose accounts' secrets are public.
    pub dev: bool,
    /// The last block's height.
    pub height: u64,
    /// The last block's time, ISO 8601 in UTC.
    pub time: String,
    /// The same in milliseconds since 1970.
    pub time_ms: u64,
    /// The last block's id.
    pub block: String,
    /// The state's root after the last block.
    pub state_root: String,
    /// Who decides blocks.
    pub validators: Vec<ValidatorInfo>,
    /// How many nodes this one is connected to.
    pub peers: u64,
    /// What waits for a block.
    pub mempool: Mempool,
    /// The node's version.
    pub version: String,
}

/// A validator.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ValidatorInfo {
    /// Its SS58 address.
    pub address: String,
    /// Its voting power.
    pub power: u64,
}

impl ValidatorInfo {
    /// A validator as people see it.
    pub fn of(validator: &Validator) -> Self {
        ValidatorInfo { address: Account::Key(validator.key).to_string(), power: validator.power }
    }
}

/// What waits for a block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mempool {
    /// How many transactions.
    pub transactions: u64,
    /// How many bytes they take.
    pub bytes: u64,
}

/// What the chain began with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GenesisInfo {
    /// The genesis hash.
    pub chain_id: String,
    /// The chain's name.
    pub name: String,
    /// Whether it is a development chain.
    pub dev: bool,
    /// When it began, ISO 8601 in UTC.
    pub time: String,
    /// The contracts by name.
    pub contracts: BTreeMap<String, String>,
    /// The member organisations.
    pub members: Vec<GenesisMember>,
    /// Sample companies: plainly not real ones.
    #[serde(default)]
    pub samples: Vec<SampleCompany>,
}

/// A member organisation at genesis.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GenesisMember {
    /// Its number.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Who admits accounts for it.
    pub admin: String,
}

/// A sample company of a development chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SampleCompany {
    /// Its name.
    pub company: String,
    /// Its register's id.
    pub register: String,
}

/// Which block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockRef {
    /// The last one.
    Latest,
    /// The one at this height.
    Height(u64),
    /// The one with this id.
    Id(Hash),
}

/// What became of transactions that were handed over together.
#[derive(Clone, Debug, Deserialize)]
pub struct PackedAnswer {
    /// How many wait for a block now.
    pub accepted: usize,
    /// Those that don't.
    pub refused: Vec<PackedRefusal>,
}

/// A transaction that was refused.
#[derive(Clone, Debug, Deserialize)]
pub struct PackedRefusal {
    /// Its place in the list.
    pub index: usize,
    /// The code of the refusal.
    pub code: i32,
    /// Why, for people.
    pub message: String,
}

/// As of when state is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// After the block at this height.
    Height(u64),
    /// After the last block that is no later than this.
    Time(Time),
}

impl Serialize for At {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            At::Height(height) => serializer.serialize_u64(*height),
            At::Time(time) => serializer.collect_str(time),
        }
    }
}

/// What a proof is to be of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// What a contract's storage key holds, or that it holds nothing.
    Key(ContractId, Vec<u8>),
    /// All that a contract's field holds, and that it holds nothing else.
    Field(ContractId, [u8; FIELD_BYTES]),
}

/// A proof of what state holds.
#[derive(Clone, Debug, Deserialize)]
pub struct ProofAnswer {
    /// The height after whose block it is so.
    pub height: u64,
    /// The proof. Nothing about it has been checked yet.
    #[serde(deserialize_with = "scale")]
    pub proof: StateProof,
    /// The header of the block at that height; genesis has none.
    #[serde(deserialize_with = "optional_scale")]
    pub before: Option<Header>,
}

/// The changes of validators in some blocks. Nothing about them has been checked yet.
#[derive(Clone, Debug, Deserialize)]
pub struct ChangesAnswer {
    /// In order of height.
    #[serde(deserialize_with = "scale")]
    pub changes: Vec<SetChange>,
    /// From where to ask on; none if there are no more.
    pub next: Option<u64>,
}

/// A block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockInfo {
    /// Its id.
    pub hash: String,
    /// Its height.
    pub height: u64,
    /// The round in which it was proposed.
    pub round: u32,
    /// Its time, ISO 8601 in UTC.
    pub time: String,
    /// The same in milliseconds since 1970.
    pub time_ms: u64,
    /// Who proposed it.
    pub proposer: String,
    /// Its parent's id.
    pub parent: String,
    /// The state's root after its parent.
    pub state_root: String,
    /// The root of its parent's receipts.
    pub receipts_root: String,
    /// The root of its transactions' ids.
    pub transactions_root: String,
    /// Digest of the validators that decided it.
    pub validators: String,
    /// Its transactions, in order.
    pub transactions: Vec<BlockTransaction>,
    /// The scheduled calls that ran before them.
    #[serde(default)]
    pub scheduled: Vec<Scheduled>,
    /// What makes it final; genesis has none.
    pub certificate: Option<CertificateInfo>,
    /// SCALE of the block in hexadecimal.
    #[serde(default)]
    pub raw: String,
}

impl BlockInfo {
    /// The block itself, if the node gave it and it decodes.
    pub fn block(&self) -> Option<Block> {
        let bytes = super::from_hex(&self.raw).ok()?;
        codec::DecodeAll::decode_all(&mut bytes.as_slice()).ok()
    }
}

/// A transaction in a block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockTransaction {
    /// Its id.
    pub id: String,
    /// Who submitted it.
    pub submitter: String,
    /// The contract of its root call.
    pub contract: String,
    /// The method of its root call.
    pub method: String,
    /// Whether it succeeded.
    pub ok: bool,
}

/// A scheduled call that ran in a block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scheduled {
    /// Its id.
    pub id: String,
    /// Whether it succeeded.
    pub ok: bool,
}

/// Proof that a block is final.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CertificateInfo {
    /// The round in which it was decided.
    pub round: u32,
    /// The validators' precommits.
    pub signatures: Vec<CertificateSignature>,
}

/// One validator's precommit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CertificateSignature {
    /// The validator's address.
    pub validator: String,
    /// Its signature.
    pub signature: String,
}

/// What a query answered.
#[derive(Clone, Debug, Deserialize)]
pub struct QueryAnswer {
    /// The height at which it was asked.
    pub height: u64,
    /// Its receipt: the value, or why it failed.
    #[serde(deserialize_with = "scale")]
    pub receipt: Receipt,
}

/// A stored value.
#[derive(Clone, Debug, Deserialize)]
pub struct StorageAnswer {
    /// The height at which it was read.
    pub height: u64,
    /// The value, if there is one.
    #[serde(deserialize_with = "optional_bytes")]
    pub value: Option<Vec<u8>>,
}

/// A contract as the node knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractDescription {
    /// Its id.
    pub id: String,
    /// The node's name for it.
    pub name: Option<String>,
    /// The hash of its code; native modules have none.
    pub code: Option<String>,
    /// Who may change its code.
    pub admin: Option<String>,
    /// Who deployed it.
    pub deployer: Option<String>,
    /// How often its code was changed.
    pub upgrades: u32,
    /// Its metadata section.
    #[serde(deserialize_with = "bytes")]
    pub metadata: Vec<u8>,
}

/// A contract's id and name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContractEntry {
    /// Its id.
    pub id: String,
    /// The node's name for it.
    pub name: Option<String>,
}

/// An event in a final block, as subscribers hear of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockEvent {
    /// The block's height.
    pub height: u64,
    /// The event's place in the block.
    pub index: u64,
    /// The transaction's id, or the scheduled call's.
    pub tx: String,
    /// The contract.
    pub contract: String,
    /// The event's name.
    pub name: String,
    /// SCALE of its fields in hexadecimal.
    pub data: String,
}
