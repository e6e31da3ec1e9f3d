//! The consensus core's vocabulary in our types: heights, members, votes and proposals of block ids.
//!
//! Malachite's core is generic over a `Context`; this is ours, and only [`crate::consensus`] sees it.
//! Invariant: whose turn it is to propose follows from height, round and the set alone.

use core::fmt;

use malachite_types as core_types;
use malachite_types::{NilOrVal, Round, SignedExtension, VoteType};
use sillok_abi::{Hash, PublicKey};

use super::members::{Member, Members};

/// The context. It holds nothing: what rules need is in their arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sillok;

/// A block's height; the first block has 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Height(pub(super) u64);

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core_types::Height for Height {
    const ZERO: Self = Height(0);
    const INITIAL: Self = Height(1);

    fn increment_by(&self, n: u64) -> Self {
        Height(self.0.saturating_add(n))
    }

    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.checked_sub(n).map(Height)
    }

    fn as_u64(&self) -> u64 {
        self.0
    }
}

/// A validator's address: its public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address(pub(super) PublicKey);

impl core_types::Address for Address {}

/// What is agreed on: a block's id. The block itself travels apart, and so do judgements of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BlockId(pub(super) Hash);

impl core_types::Value for BlockId {
    type Id = BlockId;

    fn id(&self) -> BlockId {
        *self
    }
}

/// The first bytes in hexadecimal: enough to tell keys and blocks apart in a log.
fn brief(bytes: &Hash, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        brief(&self.0, f)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        brief(&self.0, f)
    }
}

impl fmt::Display for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        brief(&self.0, f)
    }
}

impl fmt::Debug for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        brief(&self.0, f)
    }
}

/// A vote as the core sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CoreVote {
    pub(super) kind: VoteType,
    pub(super) height: Height,
    pub(super) round: Round,
    pub(super) value: NilOrVal<BlockId>,
    pub(super) validator: Address,
}

impl core_types::Vote<Sillok> for CoreVote {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<BlockId> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<BlockId> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        self.kind
    }

    fn validator_address(&self) -> &Address {
        &self.validator
    }

    fn extension(&self) -> Option<&SignedExtension<Sillok>> {
        None
    }

    fn take_extension(&mut self) -> Option<SignedExtension<Sillok>> {
        None
    }

    fn extend(self, _: SignedExtension<Sillok>) -> Self {
        self
    }
}

/// A proposal as the core sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CoreProposal {
    pub(super) height: Height,
    pub(super) round: Round,
    pub(super) value: BlockId,
    pub(super) pol_round: Round,
    pub(super) proposer: Address,
}

impl core_types::Proposal<Sillok> for CoreProposal {
    fn height(&self) -> Height {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &BlockId {
        &self.value
    }

    fn take_value(self) -> BlockId {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.pol_round
    }

    fn validator_address(&self) -> &Address {
        &self.proposer
    }
}

/// What the core's types ask for and we have no use for: parts of proposals, extensions of votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unused;

impl core_types::ProposalPart<Sillok> for Unused {
    fn is_first(&self) -> bool {
        true
    }

    fn is_last(&self) -> bool {
        true
    }
}

impl core_types::Extension for Unused {
    fn size_bytes(&self) -> usize {
        0
    }
}

/// Bytes that are no key or signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bytes of another length than a key's or signature's")]
pub(super) struct WrongLength;

/// sr25519, as bytes: signing and verifying are effects, which [`super::Signatures`] answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sr25519Bytes;

impl core_types::SigningScheme for Sr25519Bytes {
    type DecodingError = WrongLength;
    type Signature = [u8; 64];
    type PublicKey = PublicKey;
    type PrivateKey = ();

    fn decode_signature(bytes: &[u8]) -> Result<[u8; 64], WrongLength> {
        bytes.try_into().map_err(|_| WrongLength)
    }

    fn encode_signature(signature: &[u8; 64]) -> Vec<u8> {
        signature.to_vec()
    }

    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, WrongLength> {
        bytes.try_into().map_err(|_| WrongLength)
    }

    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.to_vec()
    }
}

impl core_types::Context for Sillok {
    type Address = Address;
    type Height = Height;
    type ProposalPart = Unused;
    type Proposal = CoreProposal;
    type Validator = Member;
    type ValidatorSet = Members;
    type Timeouts = core_types::LinearTimeouts;
    type Value = BlockId;
    type Vote = CoreVote;
    type Extension = Unused;
    type SigningScheme = Sr25519Bytes;

    fn select_proposer<'a>(&self, set: &'a Members, height: Height, round: Round) -> &'a Member {
        set.at_turn(height.0, round.as_u32().unwrap_or(0))
    }

    fn new_proposal(
        &self,
        height: Height,
        round: Round,
        value: BlockId,
        pol_round: Round,
        proposer: Address,
    ) -> CoreProposal {
        CoreProposal { height, round, value, pol_round, proposer }
    }

    fn new_prevote(
        &self,
        height: Height,
        round: Round,
        value: NilOrVal<BlockId>,
        validator: Address,
    ) -> CoreVote {
        CoreVote { kind: VoteType::Prevote, height, round, value, validator }
    }

    fn new_precommit(
        &self,
        height: Height,
        round: Round,
        value: NilOrVal<BlockId>,
        validator: Address,
    ) -> CoreVote {
        CoreVote { kind: VoteType::Precommit, height, round, value, validator }
    }
}
