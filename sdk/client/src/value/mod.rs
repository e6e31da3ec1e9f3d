//! JSON to SCALE and back, driven by the types in a contract's metadata.
//!
//! | type | JSON |
//! |---|---|
//! | `u8` … `u64`, `i32`, `i64` | number; a decimal string is taken too |
//! | `u128` | decimal string; a number is taken too |
//! | `bool`, `String` | as in JSON |
//! | bytes, `[u8; N]` | `"0x…"` |
//! | `Account`, `ContractId` | text form (SS58, `0x…`, `0x…:0x…`); on the way in also names, see [`Names`] |
//! | `Date` | `"2026-11-23"`; days since 1970 outside the years 0 to 9999 |
//! | `Time` | `"2026-11-23T09:30:00.000Z"`; milliseconds since 1970 beyond the year 9999 |
//! | `Option` | `null` or the value; `{"Some": …}` where the value itself may be null |
//! | list, tuple | array |
//! | struct | object; a tuple struct is an array, or its one field itself |
//! | enum | `"Variant"`, or `{"Variant": …}` with the fields as of a struct |
//! | `()` | `null` |
//!
//! Encoding then decoding gives the same bytes' value back, and decoding then encoding the same bytes.

mod decode;
mod definition;
mod encode;
mod error;
mod shape;
mod text;
mod time;

use sillok_abi::{Account, ContractId};

pub use decode::{decode, decode_fields};
pub use definition::{definition, fields_text, named_types, same_fields, same_shape};
pub use encode::{encode, encode_fields};
pub use error::{DecodeError, ValueError};
pub use shape::{example, example_text, kind_name, reentrancy, signature, type_name};
pub use text::parse_text;
pub use time::parse_time;

/// Turns what people call accounts and contracts into what the chain calls them.
pub trait Names {
    /// The account of this name or text form; otherwise why there is none.
    fn account(&self, text: &str) -> Result<Account, String>;
    /// The contract of this name or text form; otherwise why there is none.
    fn contract(&self, text: &str) -> Result<ContractId, String>;
}

/// Knows no names: text forms only.
#[derive(Clone, Copy, Debug)]
pub struct TextForms;

impl Names for TextForms {
    fn account(&self, text: &str) -> Result<Account, String> {
        text.parse().map_err(|error: sillok_abi::ParseError| error.0)
    }

    fn contract(&self, text: &str) -> Result<ContractId, String> {
        text.parse().map_err(|error: sillok_abi::ParseError| error.0)
    }
}

#[cfg(test)]
mod tests;
