//! Native modules: host code that is called like a contract, under reserved ids.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};

use crate::{Account, ContractId, Hash, digest};

/// Uploads code and instantiates contracts.
pub const SYSTEM: ContractId = reserved(1);
/// Member organisations and the accounts they admit.
pub const MEMBERSHIP: ContractId = reserved(2);
/// State of the order book module, which contracts reach through host functions only.
pub const ORDER_BOOK: ContractId = reserved(3);
/// Scheduled calls, which contracts make through a host function only.
pub const SCHEDULE: ContractId = reserved(4);
/// Used authorisation nonces.
pub const AUTHORISATIONS: ContractId = reserved(5);
/// What validators decide: nodes, parameters, members, versions, halts.
pub const GOVERNANCE: ContractId = reserved(6);

const fn reserved(number: u8) -> ContractId {
    let mut id = [0; 32];
    id[31] = number;
    ContractId(id)
}

/// The id of the contract that `deployer` instantiates with `salt`.
pub fn contract_id(deployer: &Account, salt: &[u8; 32]) -> ContractId {
    ContractId(digest("sillok/contract", &(deployer, salt)))
}

/// The hash under which code is known.
pub fn code_hash(code: &[u8]) -> Hash {
    *blake3::hash(code).as_bytes()
}

/// What the system module keeps of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct ContractInfo {
    /// The hash of its code.
    pub code: Hash,
    /// Who instantiated it; their member pays for its scheduled calls.
    pub deployer: Account,
    /// Who may change its code; nobody, for ever, if none.
    pub admin: Option<Account>,
    /// The layout of its storage: that of its code.
    pub layout: Hash,
    /// How often its code was changed.
    pub upgrades: u32,
}

/// A member organisation of the consortium.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Member {
    /// The organisation's name.
    pub name: String,
    /// Who admits and dismisses accounts for it.
    pub admin: Account,
    /// Its share of a block's gas, in thousandths.
    pub gas_share: u32,
    /// How many bytes of state its accounts' transactions may keep.
    pub state_quota: u64,
    /// How many they keep.
    pub state_used: u64,
}

/// What genesis holds of an instance: its constructor runs while genesis is built.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct GenesisContract {
    /// The name that the node's tools know it by.
    pub name: String,
    /// The hash of its code, which genesis holds too.
    pub code: Hash,
    /// Its deployer.
    pub deployer: Account,
    /// The salt of its id.
    pub salt: [u8; 32],
    /// Who may change its code.
    pub admin: Option<Account>,
    /// The constructor's arguments.
    pub args: Vec<u8>,
}
