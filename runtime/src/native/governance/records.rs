//! What the governance module keeps in state, and how it is read and written for gas.
//!
//! A record costs a first touch and its bytes, as a contract's would.

use codec::{Decode, DecodeAll, Encode};
use sillok_abi::governance::{Halt, PeerKey, PlannedVersion};
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Account, Hash, PublicKey, Time};

use crate::execution::{Context, Stop};
use crate::fault::Fault;
use crate::limits;
use crate::state::{StateReader, state_key};

/// What all nodes have in common.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Roll {
    /// Changes with every change of a node: equal marks are equal nodes.
    pub(crate) mark: Hash,
    /// The number of the next node.
    pub(crate) next: u32,
    /// How many observers there are.
    pub(crate) observers: u32,
}

/// A node. Its part in consensus is in the validator set alone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) operator: Account,
    pub(crate) contact: String,
    pub(crate) peer: PeerKey,
}

/// When a key was a node's in the validator set: in the blocks of these heights, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Window {
    pub(crate) node: u32,
    pub(crate) from: u64,
    pub(crate) until: Option<u64>,
}

/// How the chain stands, nodes and parameters aside.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Chain {
    pub(crate) halted: Option<Halt>,
    /// The version that the chain follows, or followed until the planned one's height.
    pub(crate) version: u32,
    pub(crate) planned: Option<PlannedVersion>,
    /// The longest lifetime of a transaction that was ever allowed, in milliseconds.
    pub(crate) replay_window_ms: u64,
    /// Whether only appointed deployers may make contracts.
    pub(crate) restricted: bool,
    pub(crate) deployers: u32,
    pub(crate) members: u32,
    pub(crate) offences: u64,
}

impl Chain {
    /// The version that the block of this height follows.
    pub(crate) fn version_at(&self, height: u64) -> u32 {
        let planned = self.planned.as_ref().filter(|planned| planned.height <= height);
        planned.map_or(self.version, |planned| planned.version)
    }
}

/// The proposals that can be voted on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct OpenProposals {
    /// The number of the next proposal.
    pub(crate) next: u64,
    pub(crate) open: Vec<OpenProposal>,
}

/// A proposal that can be voted on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct OpenProposal {
    pub(crate) number: u64,
    pub(crate) proposer: u32,
    pub(crate) expires: Time,
}

macro_rules! keys {
    ($($(#[doc = $docs:literal])* $name:ident($($part:ident: $type:ty),*) = $field:literal;)*) => {
        $($(#[doc = $docs])*
        pub(crate) fn $name($($part: $type),*) -> Vec<u8> {
            let parts: &[&[u8]] = &[$field, $(&$part.bytes()),*];
            state_key(&GOVERNANCE, &parts.concat())
        })*
    };
}

keys! {
    /// [`Roll`].
    roll_key() = b"roll";
    /// [`super::set::ValidatorSet`].
    set_key() = b"vset";
    /// [`Node`].
    node_key(number: u32) = b"node";
    /// The number of the node with this network key.
    peer_key(peer: &PeerKey) = b"peer";
    /// The windows of a validator key.
    windows_key(key: &PublicKey) = b"keys";
    /// The numbers of the nodes that an account operates.
    operator_key(account: &Account) = b"oper";
    /// [`crate::Parameters`].
    parameters_key() = b"para";
    /// [`Chain`].
    chain_key() = b"chai";
    /// Nothing; there for an appointed deployer.
    deployer_key(account: &Account) = b"depl";
    /// [`OpenProposals`].
    open_key() = b"open";
    /// [`sillok_abi::governance::Proposal`].
    proposal_key(number: u64) = b"prop";
    /// Nothing; there for a passed proposal that waits for this height.
    due_key(height: u64, number: u64) = b"due!";
    /// [`sillok_abi::governance::Offence`].
    offence_key(number: u64) = b"offe";
    /// The number of the offence of this key at this height.
    evidence_key(key: &PublicKey, height: u64) = b"evid";
}

/// A part of a key. Numbers are big-endian, so that they are in order.
trait KeyPart {
    fn bytes(&self) -> Vec<u8>;
}

impl KeyPart for u32 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }
}

impl KeyPart for u64 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }
}

impl KeyPart for &[u8; 32] {
    fn bytes(&self) -> Vec<u8> {
        self.to_vec()
    }
}

impl KeyPart for &Account {
    fn bytes(&self) -> Vec<u8> {
        self.encode()
    }
}

/// Reads a record.
pub(super) fn read<T: Decode>(context: &mut Context, key: &[u8]) -> Result<Option<T>, Stop> {
    let touched = context.overlay.touch(key.into())?;
    let (first, found) = (touched.first, touched.found.map(<[u8]>::to_vec));
    context.charge_touch(first)?;
    let Some(bytes) = found else { return Ok(None) };
    charge_bytes(context, bytes.len())?;
    Ok(Some(decoded(&bytes)?))
}

/// Reads a record that is there from genesis on.
pub(super) fn read_certain<T: Decode>(context: &mut Context, key: &[u8]) -> Result<T, Stop> {
    read(context, key)?.ok_or_else(|| missing().into())
}

/// Writes a record, or removes it.
pub(super) fn write(context: &mut Context, key: &[u8], value: Option<Vec<u8>>) -> Result<(), Stop> {
    charge_bytes(context, value.as_ref().map_or(0, Vec::len))?;
    let first = context.overlay.put(key, value)?.first;
    context.charge_touch(first)
}

/// A page of records from `from` on, below `to`, each with the end of its key after the field's four letters.
pub(super) fn page<T: Decode>(
    context: &mut Context,
    from: &[u8],
    to: &[u8],
    limit: u32,
) -> Result<Vec<(Vec<u8>, T)>, Stop> {
    let limit = limit.min(limits::MAX_GOVERNANCE_PAGE) as usize;
    context.charge_touch(true)?;
    let entries = context.overlay.range(from, to, limit)?;
    let mut records = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let price = context.shared.parameters.gas.range_entry;
        context.charge(price)?;
        charge_bytes(context, key.len() + value.len())?;
        records.push((key.get(36..).unwrap_or_default().to_vec(), decoded(&value)?));
    }
    Ok(records)
}

fn charge_bytes(context: &mut Context, bytes: usize) -> Result<(), Stop> {
    let price = context.shared.parameters.gas.range_byte;
    context.charge(price.saturating_mul(bytes as u64))
}

/// Reads a record from committed state, without gas.
pub(super) fn stored<T: Decode>(state: &dyn StateReader, key: &[u8]) -> Result<Option<T>, Fault> {
    state.get(key)?.map(|bytes| decoded(&bytes)).transpose()
}

pub(super) fn decoded<T: Decode>(bytes: &[u8]) -> Result<T, Fault> {
    T::decode_all(&mut &*bytes).map_err(|_| Fault::new("a record of the governance module does not decode"))
}

fn missing() -> Fault {
    Fault::new("a record that genesis writes for governance is not there")
}
