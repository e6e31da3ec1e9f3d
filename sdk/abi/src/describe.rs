//! Types that describe themselves at compile time, and the items of a contract's metadata.
//!
//! Everything is `const`: a plain `cargo build` yields a contract with its metadata, with no step
//! after it. [`crate::section`] has the bytes.

use alloc::{string::String, vec::Vec};

use crate::{Account, BookId, ContractId, Date, Hash, LayoutField, OrderId, Price, Quantity, Time};

/// The shape of a type on the wire.
pub enum Type {
    /// `()`.
    Unit,
    /// `bool`.
    Bool,
    /// `u8`.
    U8,
    /// `u16`.
    U16,
    /// `u32`.
    U32,
    /// `u64`.
    U64,
    /// `u128`.
    U128,
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// UTF-8 text.
    String,
    /// Bytes of any number.
    Bytes,
    /// Bytes of this number.
    FixedBytes(u32),
    /// [`Account`].
    Account,
    /// [`ContractId`].
    Contract,
    /// [`Date`].
    Date,
    /// [`Time`].
    Time,
    /// `Option`.
    Option(&'static Type),
    /// `Vec`.
    List(&'static Type),
    /// A tuple.
    Tuple(&'static [&'static Type]),
    /// A struct with named fields.
    Struct(&'static str, &'static [Field]),
    /// An enum.
    Enum(&'static str, &'static [Variant]),
}

/// A named part of a struct, variant or event.
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: &'static Type,
}

/// A variant of an enum.
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// Its SCALE index.
    pub index: u8,
    /// Its fields; unnamed ones are called `0`, `1`, ...
    pub fields: &'static [Field],
}

/// A type that can appear in a contract's interface and its storage.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not describe itself, so it can be in no interface, event or storage",
    note = "write `#[data]` on it; of the whole numbers there are `u8` to `u128`, `i32` and `i64`"
)]
pub trait Describe {
    /// Its shape.
    const TYPE: Type;
    /// The shape of a `Vec` of it; bytes have one of their own.
    const LIST: Type = Type::List(&Self::TYPE);
}

macro_rules! describe {
    ($($rust:ty => $type:expr),* $(,)?) => {
        $(impl Describe for $rust { const TYPE: Type = $type; })*
    };
}

describe! {
    () => Type::Unit, bool => Type::Bool, u16 => Type::U16, u32 => Type::U32, u64 => Type::U64,
    u128 => Type::U128, i32 => Type::I32, i64 => Type::I64, String => Type::String,
    Account => Type::Account, ContractId => Type::Contract, Date => Type::Date, Time => Type::Time,
    BookId => Type::U64, OrderId => Type::U64, Price => Type::U64, Quantity => Type::U64,
    crate::Side => Type::Enum("Side", &[plain("Buy", 0), plain("Sell", 1)]),
    crate::TimeInForce => Type::Enum("TimeInForce", &[
        plain("Gtc", 0),
        plain("Ioc", 1),
        plain("Fok", 2),
        plain("Day", 3),
        Variant { name: "Until", index: 4, fields: &[Field { name: "0", ty: &Type::Time }] },
        Variant { name: "UntilHeight", index: 5, fields: &[Field { name: "0", ty: &Type::U64 }] },
    ]),
    crate::Level => Type::Struct("Level", &[
        Field { name: "price", ty: &Type::U64 },
        Field { name: "quantity", ty: &Type::U64 },
        Field { name: "orders", ty: &Type::U32 },
    ]),
    crate::Validator => Type::Struct("Validator", &[
        Field { name: "key", ty: &Type::FixedBytes(32) },
        Field { name: "power", ty: &Type::U64 },
    ]),
    crate::VoteKind => Type::Enum("VoteKind", &[plain("Prevote", 0), plain("Precommit", 1)]),
    crate::Vote => Type::Struct("Vote", &[
        Field { name: "kind", ty: &crate::VoteKind::TYPE },
        Field { name: "height", ty: &Type::U64 },
        Field { name: "round", ty: &Type::U32 },
        Field { name: "block", ty: &<Option<Hash> as Describe>::TYPE },
        Field { name: "validator", ty: &Type::FixedBytes(32) },
    ]),
    crate::SignedVote => Type::Struct("SignedVote", &[
        Field { name: "vote", ty: &crate::Vote::TYPE },
        Field { name: "signature", ty: &Type::FixedBytes(64) },
    ]),
    crate::Proposal => Type::Struct("Proposal", &[
        Field { name: "height", ty: &Type::U64 },
        Field { name: "round", ty: &Type::U32 },
        Field { name: "block", ty: &Type::FixedBytes(32) },
        Field { name: "pol_round", ty: &<Option<u32> as Describe>::TYPE },
        Field { name: "proposer", ty: &Type::FixedBytes(32) },
    ]),
    crate::SignedProposal => Type::Struct("SignedProposal", &[
        Field { name: "proposal", ty: &crate::Proposal::TYPE },
        Field { name: "signature", ty: &Type::FixedBytes(64) },
    ]),
    crate::Equivocation => Type::Enum("Equivocation", &[
        Variant { name: "Votes", index: 0, fields: &[
            Field { name: "0", ty: &crate::SignedVote::TYPE },
            Field { name: "1", ty: &crate::SignedVote::TYPE },
        ] },
        Variant { name: "Proposals", index: 1, fields: &[
            Field { name: "0", ty: &crate::SignedProposal::TYPE },
            Field { name: "1", ty: &crate::SignedProposal::TYPE },
        ] },
    ]),
    crate::Depth => Type::Struct("Depth", &[
        Field { name: "bids", ty: &<crate::Level as Describe>::LIST },
        Field { name: "asks", ty: &<crate::Level as Describe>::LIST },
    ]),
}

const fn plain(name: &'static str, index: u8) -> Variant {
    Variant { name, index, fields: &[] }
}

impl Describe for u8 {
    const TYPE: Type = Type::U8;
    const LIST: Type = Type::Bytes;
}

impl<const N: usize> Describe for [u8; N] {
    const TYPE: Type = Type::FixedBytes(N as u32);
}

impl<T: Describe> Describe for Option<T> {
    const TYPE: Type = Type::Option(&T::TYPE);
}

impl<T: Describe> Describe for Vec<T> {
    const TYPE: Type = T::LIST;
}

impl<A: Describe, B: Describe> Describe for (A, B) {
    const TYPE: Type = Type::Tuple(&[&A::TYPE, &B::TYPE]);
}

impl<A: Describe, B: Describe, C: Describe> Describe for (A, B, C) {
    const TYPE: Type = Type::Tuple(&[&A::TYPE, &B::TYPE, &C::TYPE]);
}

impl<A: Describe, B: Describe, C: Describe, D: Describe> Describe for (A, B, C, D) {
    const TYPE: Type = Type::Tuple(&[&A::TYPE, &B::TYPE, &C::TYPE, &D::TYPE]);
}

/// How a method may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, codec::Encode, codec::Decode, codec::DecodeWithMemTracking)]
pub enum MethodKind {
    /// Once, when the contract is instantiated.
    Constructor,
    /// `&self`: in a frame that can't change anything.
    Query,
    /// `&mut self`.
    Change,
    /// Once, when a contract whose storage has the layout `from` is upgraded to this code.
    Migration {
        /// The layout that it starts from.
        from: Hash,
    },
}

/// A parameter of a method.
pub type Param = Field;

/// One entry of a contract's metadata section.
pub enum ItemSpec {
    /// The contract itself; exactly one.
    Contract {
        /// The contract's name: its crate's, without a `sillok-` in front.
        name: &'static str,
        /// The crate's version.
        version: &'static str,
        /// Digest of the storage fields; an upgrade that changes it must migrate.
        layout: Hash,
    },
    /// The storage's fields, in the order of their names; at most one such item.
    Storage {
        /// The fields, whose layout's digest is the contract's `layout`.
        fields: &'static [LayoutField],
    },
    /// A method.
    Method {
        /// Its name, which is also the export's.
        name: &'static str,
        /// Its documentation.
        docs: &'static str,
        /// How it may be called.
        kind: MethodKind,
        /// Whether it may be entered while a call of the same contract is open.
        reentrant: bool,
        /// Its parameters.
        params: &'static [Param],
        /// What a success returns.
        returns: &'static Type,
    },
    /// An event.
    Event {
        /// Its name.
        name: &'static str,
        /// Its documentation.
        docs: &'static str,
        /// Its fields.
        fields: &'static [Field],
    },
    /// An error.
    Error {
        /// Its name.
        name: &'static str,
        /// Its code.
        code: u32,
        /// Its documentation, which users see.
        docs: &'static str,
    },
}
