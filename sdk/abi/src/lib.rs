//! Types and the host-function table that contracts, runtime and clients share.
//!
//! Everything here is SCALE on wire and disk; [`docs/protocol.md`] gives the bytes. `no_std` without
//! the `std` feature, which adds text forms (SS58, hexadecimal) for people and JSON.
//!
//! [`docs/protocol.md`]: ../../../docs/protocol.md
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod account;
mod block;
mod book;
mod call;
mod const_blake3;
mod describe;
mod digest;
pub mod governance;
mod host;
mod layout;
mod metadata;
pub mod native;
mod receipt;
mod section;
mod state_tree;
#[cfg(feature = "std")]
mod text;
mod time;
mod transaction;
mod vote;

pub use account::{Account, ContractId, PublicKey};
pub use block::{
    Block, Certificate, CertificateError, CommitSignature, Header, Validator, validators_digest,
};
pub use book::{
    Amended, Auction, BookAction, BookError, BookEvent, BookId, BookParams, BookQuery, Cancelled, Collar,
    Depth, Fees, Fill, Level, MatchMode, NewOrder, OrderId, OrderKind, OrderState, OrderView, Phase,
    PhaseSet, Placed, Price, Quantity, Removal, Removed, Reported, Resumed, SelfTrade, Session, Side, Tape,
    TickZone, TimeInForce, Uncrossed, Volatility, ticks,
};
pub use call::{Call, CallTree};
pub use describe::{Describe, Field, ItemSpec, MethodKind, Param, Type, Variant};
pub use digest::{Hash, digest, merkle_root};
pub use host::{HASH_BLAKE3, HASH_KECCAK256, HASH_SHA256, HOST_FUNCTIONS, HOST_MODULE, HostFunction};
pub use host::{
    RANGE_DESCENDING, RANGE_KEYS, STATUS_BAD_ARGUMENTS, STATUS_ERROR, STATUS_OK, STORAGE_ABSENT,
    SignatureScheme,
};
pub use layout::{IndexLayout, LayoutField, layout_digest};
pub use metadata::{
    ABI_VERSION, ErrorSpec, EventSpec, FieldSpec, Item, METADATA_SECTION, Metadata, MetadataError,
    MethodSpec, StorageSpec, TypeSpec, VariantSpec, storage_digest,
};
pub use receipt::{CallFailure, Event, Failure, Outcome, Receipt, TrapCode};
pub use section::SectionBytes;
pub use state_tree::{
    FIELD_BYTES, KeyProof, NodeBlock, NodeKind, PLACE_BITS, ProofError, SHORT_BYTES, Search, SearchEnd,
    Short, Step, bit_of, branch_block, check_field, field_place, first_difference, leaf_block, node_digest,
    short, short_hash, tree_digest,
};
#[cfg(feature = "std")]
pub use text::ParseError;
pub use time::{Date, Time};
pub use transaction::{
    Authorisation, Authoriser, Credential, Transaction, TransactionBody, authorisation_digest,
};
pub use vote::{
    Equivocation, EvidenceError, Proposal, SignedProposal, SignedVote, Vote, VoteKind, precommit_digest,
};
