//! The bytes of metadata items and layouts, written at compile time.
//!
//! They are SCALE of [`crate::metadata`]'s owned twins; a test holds the two together.

use crate::layout::{IndexLayout, LayoutField};
use crate::{Field, Hash, ItemSpec, MethodKind, Type, Variant, const_blake3};

/// The most bytes that one metadata item may take.
const ITEM_CAPACITY: usize = 16 * 1024;

/// One item in SCALE, ready for a `static` in the metadata section.
pub struct SectionBytes {
    bytes: [u8; ITEM_CAPACITY],
    len: usize,
    /// Whether structs and enums have their names; a layout leaves them out.
    type_names: bool,
}

impl SectionBytes {
    /// SCALE of `item`.
    ///
    /// # Panics
    /// At compile time, if the item is larger than 16 KiB.
    pub const fn of(item: &ItemSpec) -> Self {
        let mut out = SectionBytes { bytes: [0; ITEM_CAPACITY], len: 0, type_names: true };
        out.item(item);
        out
    }

    /// BLAKE3 of `prefix` and SCALE of `fields`, without the names of structs and enums.
    pub(crate) const fn digest_of_layout(prefix: &[u8], fields: &[LayoutField]) -> Hash {
        let mut out = SectionBytes { bytes: [0; ITEM_CAPACITY], len: 0, type_names: false };
        out.raw(prefix);
        out.layout(fields);
        const_blake3::hash(&out.bytes, out.len)
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
        assert!(
            self.len < ITEM_CAPACITY,
            "a metadata item or the storage's layout is larger than 16 KiB: shorten its docs or types"
        );
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
        self.raw(text.as_bytes());
    }

    const fn word(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    const fn raw(&mut self, bytes: &[u8]) {
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

    const fn layout(&mut self, fields: &[LayoutField]) {
        self.compact(fields.len());
        let mut index = 0;
        while index < fields.len() {
            self.text(fields[index].name);
            self.text(fields[index].kind);
            self.types(fields[index].types);
            self.indexes(&fields[index].indexes);
            index += 1;
        }
    }

    const fn indexes(&mut self, indexes: &Option<IndexLayout>) {
        match indexes {
            None => self.byte(0),
            Some(IndexLayout { functions, keys }) => {
                self.byte(1);
                self.raw(functions);
                self.types(keys);
            }
        }
    }

    const fn type_name(&mut self, name: &str) {
        self.text(if self.type_names { name } else { "" });
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
                self.type_name(name);
                self.fields(fields);
            }
            Type::Enum(name, variants) => {
                self.byte(20);
                self.type_name(name);
                self.variants(variants);
            }
        }
    }

    const fn kind(&mut self, kind: &MethodKind) {
        match kind {
            MethodKind::Constructor => self.byte(0),
            MethodKind::Query => self.byte(1),
            MethodKind::Change => self.byte(2),
            MethodKind::Migration { from } => {
                self.byte(3);
                self.raw(from);
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
                self.raw(layout);
            }
            ItemSpec::Storage { fields } => {
                self.byte(4);
                // As in the digest, so that whoever has these bytes can make it.
                self.type_names = false;
                self.layout(fields);
            }
            ItemSpec::Method { name, docs, kind, reentrant, params, returns } => {
                self.byte(1);
                self.text(name);
                self.text(docs);
                self.kind(kind);
                self.byte(*reentrant as u8);
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
