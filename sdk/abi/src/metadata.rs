//! A contract's metadata as read from its Wasm: what drives the command line's arguments, decoding
//! and error texts, and what the runtime takes the list of methods from.

use alloc::{boxed::Box, collections::BTreeSet, string::String, vec::Vec};
use codec::{Decode, Encode};

use crate::layout::LAYOUT_DOMAIN;
use crate::{Hash, MethodKind, digest};

/// The version of the interface between contract and host. A contract of another version is refused.
pub const ABI_VERSION: u32 = 1;

/// The custom section that holds [`Item`]s, one after the other.
pub const METADATA_SECTION: &str = "sillok.metadata";

/// The shape of a type on the wire; the owned twin of [`crate::Type`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum TypeSpec {
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
    /// [`crate::Account`].
    Account,
    /// [`crate::ContractId`].
    Contract,
    /// [`crate::Date`].
    Date,
    /// [`crate::Time`].
    Time,
    /// `Option`.
    Option(Box<TypeSpec>),
    /// `Vec`.
    List(Box<TypeSpec>),
    /// A tuple.
    Tuple(Vec<TypeSpec>),
    /// A struct with named fields.
    Struct(String, Vec<FieldSpec>),
    /// An enum.
    Enum(String, Vec<VariantSpec>),
}

/// A named part of a struct, variant, event or parameter list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FieldSpec {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeSpec,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct VariantSpec {
    /// Its name.
    pub name: String,
    /// Its SCALE index.
    pub index: u8,
    /// Its fields.
    pub fields: Vec<FieldSpec>,
}

/// One entry of the metadata section; the owned twin of [`crate::ItemSpec`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Item {
    /// The contract: interface version, name, version, layout digest.
    Contract {
        /// The interface version it was built for.
        abi: u32,
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// Digest of its storage fields.
        layout: Hash,
    },
    /// A method.
    Method(MethodSpec),
    /// An event.
    Event(EventSpec),
    /// An error.
    Error(ErrorSpec),
    /// The storage's fields.
    Storage(Vec<StorageSpec>),
}

/// A storage field; the owned twin of [`crate::LayoutField`]. Structs and enums in it have no names.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct StorageSpec {
    /// Its name, from which its keys are made.
    pub name: String,
    /// What it is: `Value`, `Map`, `Set`.
    pub kind: String,
    /// The types that it is made of; the last one is that of its values, but for a `Set`.
    pub types: Vec<TypeSpec>,
    /// Its indexes, if it is of a kind that has them: the functions' digest, and the types of their keys.
    pub indexes: Option<(Hash, Vec<TypeSpec>)>,
}

/// The digest of a storage's fields, as contracts name it: [`crate::layout_digest`] of their twins.
pub fn storage_digest(fields: &[StorageSpec]) -> Hash {
    digest(LAYOUT_DOMAIN, &fields)
}

/// A method.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct MethodSpec {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub docs: String,
    /// How it may be called.
    pub kind: MethodKind,
    /// Whether it may be entered while a call of the same contract is open. Constructors and migrations
    /// never are.
    pub reentrant: bool,
    /// Its parameters, in order.
    pub params: Vec<FieldSpec>,
    /// What a success returns.
    pub returns: TypeSpec,
}

impl MethodSpec {
    /// The layout that it migrates from, if it is a migration.
    pub fn migrates_from(&self) -> Option<&Hash> {
        match &self.kind {
            MethodKind::Migration { from } => Some(from),
            _ => None,
        }
    }
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EventSpec {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub docs: String,
    /// Its fields, in order.
    pub fields: Vec<FieldSpec>,
}

/// An error.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ErrorSpec {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: u32,
    /// What it means, for users.
    pub docs: String,
}

/// All that a contract says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Metadata {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Digest of its storage fields.
    pub layout: Hash,
    /// Its storage fields, by name; none if it does not tell of them truly.
    pub storage: Vec<StorageSpec>,
    /// Its methods, by name.
    pub methods: Vec<MethodSpec>,
    /// Its events, by name.
    pub events: Vec<EventSpec>,
    /// Its errors, by code.
    pub errors: Vec<ErrorSpec>,
}

/// Why a metadata section is not usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataError {
    /// It does not decode.
    Malformed,
    /// It has no contract entry, or more than one.
    NotOneContract,
    /// It was built for another version of the interface.
    AbiVersion {
        /// That version.
        found: u32,
    },
    /// Two methods, events or errors share a name or code, there are two constructors, or two migrations
    /// from one layout.
    Duplicate,
    /// A constructor or a migration claims that it may be entered while a call of the contract is open.
    Reentrant,
}

/// The deepest that types may nest.
const MAX_TYPE_DEPTH: u32 = 32;

impl Metadata {
    /// Reads the contents of a metadata section.
    pub fn from_section(mut section: &[u8]) -> Result<Self, MetadataError> {
        let (mut contract, mut storage) = (None, Vec::new());
        let (mut methods, mut events, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        while !section.is_empty() {
            match decode_item(&mut section)? {
                Item::Contract { abi, .. } if abi != ABI_VERSION => {
                    return Err(MetadataError::AbiVersion { found: abi });
                }
                Item::Contract { name, version, layout, .. } => {
                    if contract.replace((name, version, layout)).is_some() {
                        return Err(MetadataError::NotOneContract);
                    }
                }
                Item::Method(method) => methods.push(method),
                Item::Event(event) => events.push(event),
                Item::Error(error) => errors.push(error),
                Item::Storage(fields) => storage = fields,
            }
        }
        let (name, version, layout) = contract.ok_or(MetadataError::NotOneContract)?;
        if storage_digest(&storage) != layout {
            storage.clear();
        }
        Metadata { name, version, layout, storage, methods, events, errors }.sorted()
    }

    /// The method of this name.
    pub fn method(&self, name: &str) -> Option<&MethodSpec> {
        let index = self.methods.binary_search_by(|method| method.name.as_str().cmp(name)).ok()?;
        self.methods.get(index)
    }

    /// The event of this name.
    pub fn event(&self, name: &str) -> Option<&EventSpec> {
        self.events.iter().find(|event| event.name == name)
    }

    /// The error of this code.
    pub fn error(&self, code: u32) -> Option<&ErrorSpec> {
        self.errors.iter().find(|error| error.code == code)
    }

    /// The constructor, if there is one.
    pub fn constructor(&self) -> Option<&MethodSpec> {
        self.methods.iter().find(|method| method.kind == MethodKind::Constructor)
    }

    /// The migration that starts from this layout, if there is one.
    pub fn migration(&self, from: &Hash) -> Option<&MethodSpec> {
        self.methods.iter().find(|method| method.migrates_from() == Some(from))
    }

    fn sorted(mut self) -> Result<Self, MetadataError> {
        self.methods.sort_by(|a, b| a.name.cmp(&b.name));
        self.events.sort_by(|a, b| a.name.cmp(&b.name));
        self.errors.sort_by_key(|error| error.code);
        let constructors = self.methods.iter().filter(|method| method.kind == MethodKind::Constructor);
        let duplicate = constructors.count() > 1
            || self.methods.windows(2).any(|pair| pair[0].name == pair[1].name)
            || !each_once(self.methods.iter().filter_map(MethodSpec::migrates_from))
            || self.events.windows(2).any(|pair| pair[0].name == pair[1].name)
            || self.errors.windows(2).any(|pair| pair[0].code == pair[1].code);
        if duplicate {
            return Err(MetadataError::Duplicate);
        }
        let called = |method: &MethodSpec| matches!(method.kind, MethodKind::Query | MethodKind::Change);
        if self.methods.iter().any(|method| method.reentrant && !called(method)) {
            return Err(MetadataError::Reentrant);
        }
        Ok(self)
    }
}

fn decode_item(section: &mut &[u8]) -> Result<Item, MetadataError> {
    codec::DecodeLimit::decode_with_depth_limit(MAX_TYPE_DEPTH, section).map_err(|_| MetadataError::Malformed)
}

fn each_once<'a>(mut hashes: impl Iterator<Item = &'a Hash>) -> bool {
    let mut seen = BTreeSet::new();
    hashes.all(|hash| seen.insert(hash))
}
