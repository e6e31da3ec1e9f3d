//! Types that describe themselves at compile time, and the writer that puts their descriptions
//! into a contract's metadata section.
//!
//! Everything is `const`: a plain `cargo build` yields a contract with its metadata, with no step
//! after it. The bytes are SCALE of [`crate::metadata`]'s owned twins; a test holds the two together.

use alloc::{string::String, vec::Vec};

use crate::{Account, BookId, ContractId, Date, OrderId, Price, Quantity, Time};

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

/// A type that can appear in a contract's interface.
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
    crate::TimeInForce => Type::Enum("TimeInForce", &[plain("Gtc", 0), plain("Ioc", 1)]),
    crate::Level => Type::Struct("Level", &[
        Field { name: "price", ty: &Type::U64 },
        Field { name: "quantity", ty: &Type::U64 },
        Field { name: "orders", ty: &Type::U32 },
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

/// How a method may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, codec::Encode, codec::Decode, codec::DecodeWithMemTracking)]
pub enum MethodKind {
    /// Once, when the contract is instantiated.
    Constructor,
    /// `&self`: in a frame that can't change anything.
    Query,
    /// `&mut self`.
    Change,
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
        /// Digest of the storage fields' names and types; an upgrade that changes it must migrate.
        layout: [u8; 32],
    },
    /// A method.
    Method {
        /// Its name, which is also the export's.
        name: &'static str,
        /// Its documentation.
        docs: &'static str,
        /// How it may be called.
        kind: MethodKind,
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

/// The most bytes that one metadata item may take.
const ITEM_CAPACITY: usize = 16 * 1024;

/// One item in SCALE, ready for a `static` in the metadata section.
pub struct SectionBytes {
    bytes: [u8; ITEM_CAPACITY],
    len: usize,
}

impl SectionBytes {
    /// SCALE of `item`.
    ///
    /// # Panics
    /// At compile time, if the item is larger than 16 KiB.
    pub const fn of(item: &ItemSpec) -> Self {
        let mut out = SectionBytes { bytes: [0; ITEM_CAPACITY], len: 0 };
        out.item(item);
        out
    }

    /// How many bytes it takes.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it takes none (it never does).
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Its bytes as an array; `N` is [`Self::len`].
    pub const fn to_array<const N: usize>(&self) -> [u8; N] {
        let mut array = [0; N];
        let mut index = 0;
        while index < N {
            array[index] = self.bytes[index];
            index += 1;
        }
        array
    }

    const fn byte(&mut self, byte: u8) {
        assert!(self.len < ITEM_CAPACITY, "a metadata item is larger than 16 KiB: shorten its docs or types");
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    /// SCALE compact integer (modes of one, two and four bytes).
    const fn compact(&mut self, value: usize) {
        if value < 1 << 6 {
            self.byte((value as u8) << 2);
        } else if value < 1 << 14 {
            self.byte(((value << 2) as u8) | 1);
            self.byte((value >> 6) as u8);
        } else {
            self.byte(((value << 2) as u8) | 2);
            self.byte((value >> 6) as u8);
            self.byte((value >> 14) as u8);
            self.byte((value >> 22) as u8);
        }
    }

    const fn text(&mut self, text: &str) {
        self.compact(text.len());
        let bytes = text.as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            self.byte(bytes[index]);
            index += 1;
        }
    }

    const fn word(&mut self, value: u32) {
        let bytes = value.to_le_bytes();
        let mut index = 0;
        while index < bytes.len() {
            self.byte(bytes[index]);
            index += 1;
        }
    }

    const fn fields(&mut self, fields: &[Field]) {
        self.compact(fields.len());
        let mut index = 0;
        while index < fields.len() {
            self.text(fields[index].name);
            self.ty(fields[index].ty);
            index += 1;
        }
    }

    const fn variants(&mut self, variants: &[Variant]) {
        self.compact(variants.len());
        let mut index = 0;
        while index < variants.len() {
            self.text(variants[index].name);
            self.byte(variants[index].index);
            self.fields(variants[index].fields);
            index += 1;
        }
    }

    const fn types(&mut self, types: &[&Type]) {
        self.compact(types.len());
        let mut index = 0;
        while index < types.len() {
            self.ty(types[index]);
            index += 1;
        }
    }

    const fn ty(&mut self, ty: &Type) {
        match ty {
            Type::Unit => self.byte(0),
            Type::Bool => self.byte(1),
            Type::U8 => self.byte(2),
            Type::U16 => self.byte(3),
            Type::U32 => self.byte(4),
            Type::U64 => self.byte(5),
            Type::U128 => self.byte(6),
            Type::I32 => self.byte(7),
            Type::I64 => self.byte(8),
            Type::String => self.byte(9),
            Type::Bytes => self.byte(10),
            Type::FixedBytes(length) => {
                self.byte(11);
                self.word(*length);
            }
            Type::Account => self.byte(12),
            Type::Contract => self.byte(13),
            Type::Date => self.byte(14),
            Type::Time => self.byte(15),
            Type::Option(inner) => {
                self.byte(16);
                self.ty(inner);
            }
            Type::List(inner) => {
                self.byte(17);
                self.ty(inner);
            }
            Type::Tuple(parts) => {
                self.byte(18);
                self.types(parts);
            }
            Type::Struct(name, fields) => {
                self.byte(19);
                self.text(name);
                self.fields(fields);
            }
            Type::Enum(name, variants) => {
                self.byte(20);
                self.text(name);
                self.variants(variants);
            }
        }
    }

    const fn item(&mut self, item: &ItemSpec) {
        match item {
            ItemSpec::Contract { name, version, layout } => {
                self.byte(0);
                self.word(crate::ABI_VERSION);
                self.text(name);
                self.text(version);
                let mut index = 0;
                while index < layout.len() {
                    self.byte(layout[index]);
                    index += 1;
                }
            }
            ItemSpec::Method { name, docs, kind, params, returns } => {
                self.byte(1);
                self.text(name);
                self.text(docs);
                self.byte(*kind as u8);
                self.fields(params);
                self.ty(returns);
            }
            ItemSpec::Event { name, docs, fields } => {
                self.byte(2);
                self.text(name);
                self.text(docs);
                self.fields(fields);
            }
            ItemSpec::Error { name, code, docs } => {
                self.byte(3);
                self.text(name);
                self.word(*code);
                self.text(docs);
            }
        }
    }
}
