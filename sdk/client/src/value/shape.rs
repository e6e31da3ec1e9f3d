//! Types in words: names, what is expected, examples, signatures of methods.

use serde_json::{Map, Value, json};
use sillok_abi::{FieldSpec, MethodKind, MethodSpec, TypeSpec};

/// An address for examples: the development account //Alice.
const EXAMPLE_ADDRESS: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
/// Longest example in an error's text, in characters; longer types are named only.
const EXAMPLE_LIMIT: usize = 400;

/// The type's name, in Rust's manner.
pub fn type_name(ty: &TypeSpec) -> String {
    let plain = match ty {
        TypeSpec::Unit => "()",
        TypeSpec::Bool => "bool",
        TypeSpec::U8 => "u8",
        TypeSpec::U16 => "u16",
        TypeSpec::U32 => "u32",
        TypeSpec::U64 => "u64",
        TypeSpec::U128 => "u128",
        TypeSpec::I32 => "i32",
        TypeSpec::I64 => "i64",
        TypeSpec::String => "String",
        TypeSpec::Bytes => "bytes",
        TypeSpec::Account => "Account",
        TypeSpec::Contract => "ContractId",
        TypeSpec::Date => "Date",
        TypeSpec::Time => "Time",
        TypeSpec::FixedBytes(count) => return format!("[u8; {count}]"),
        TypeSpec::Option(inner) => return format!("Option<{}>", type_name(inner)),
        TypeSpec::List(inner) => return format!("Vec<{}>", type_name(inner)),
        TypeSpec::Tuple(parts) => {
            return format!("({})", parts.iter().map(type_name).collect::<Vec<_>>().join(", "));
        }
        TypeSpec::Struct(name, _) | TypeSpec::Enum(name, _) => name,
    };
    plain.to_owned()
}

/// A method as its author wrote it: `transfer(lot: u64, to: Account) -> u64`.
pub fn signature(method: &MethodSpec) -> String {
    let params = method.params.iter().map(|param| format!("{}: {}", param.name, type_name(&param.ty)));
    let params = params.collect::<Vec<_>>().join(", ");
    match (&method.returns, method.kind) {
        (TypeSpec::Unit, _) | (_, MethodKind::Constructor) => format!("{}({params})", method.name),
        (returns, _) => format!("{}({params}) -> {}", method.name, type_name(returns)),
    }
}

/// How a method may be called, in a word for people and JSON.
pub fn kind_name(kind: MethodKind) -> &'static str {
    match kind {
        MethodKind::Constructor => "constructor",
        MethodKind::Query => "query",
        MethodKind::Change => "change",
        MethodKind::Migration { .. } => "migration",
    }
}

/// What stands behind the signature of a method that may be entered while a call of its contract is open.
pub fn reentrancy(method: &MethodSpec) -> &'static str {
    if method.reentrant { "   (re-entrant)" } else { "" }
}

/// What the type takes, in words.
pub(super) fn expectation(ty: &TypeSpec) -> String {
    match ty {
        TypeSpec::Unit => "null".to_owned(),
        TypeSpec::Bool => "true or false".to_owned(),
        TypeSpec::U8 => format!("a whole number from 0 to {} (u8)", u8::MAX),
        TypeSpec::U16 => format!("a whole number from 0 to {} (u16)", u16::MAX),
        TypeSpec::U32 => format!("a whole number from 0 to {} (u32)", u32::MAX),
        TypeSpec::U64 => format!("a whole number from 0 to {} (u64)", u64::MAX),
        TypeSpec::U128 => {
            "a whole number from 0 up to 128 bits, as a string if it is large (u128)".to_owned()
        }
        TypeSpec::I32 => format!("a whole number from {} to {} (i32)", i32::MIN, i32::MAX),
        TypeSpec::I64 => format!("a whole number from {} to {} (i64)", i64::MIN, i64::MAX),
        TypeSpec::String => "text".to_owned(),
        TypeSpec::Bytes => "bytes as 0x and hexadecimal digits".to_owned(),
        TypeSpec::FixedBytes(count) => {
            format!("{count} bytes as 0x and {} hexadecimal digits", u64::from(*count) * 2)
        }
        TypeSpec::Account => "an account (an address, 0x and a contract's id, or a known name)".to_owned(),
        TypeSpec::Contract => "a contract (0x and 64 hexadecimal digits, or a known name)".to_owned(),
        TypeSpec::Date => "a date".to_owned(),
        TypeSpec::Time => "a time in UTC, or milliseconds since 1970".to_owned(),
        TypeSpec::Option(inner) => format!("null or {}", expectation(inner)),
        TypeSpec::List(inner) => format!("a list of {}", type_name(inner)),
        TypeSpec::Tuple(parts) => format!("a list of {} values {}", parts.len(), type_name(ty)),
        TypeSpec::Struct(name, _) => format!("a {name}"),
        TypeSpec::Enum(name, variants) => {
            let names: Vec<_> = variants.iter().map(|variant| variant.name.as_str()).collect();
            format!("a {name}: one of {}", names.join(", "))
        }
    }
}

/// A value of the type.
pub fn example(ty: &TypeSpec) -> Value {
    match ty {
        TypeSpec::Unit => Value::Null,
        TypeSpec::Bool => json!(true),
        TypeSpec::U8 | TypeSpec::U16 | TypeSpec::U32 | TypeSpec::I32 => json!(1),
        TypeSpec::U64 | TypeSpec::I64 => json!(1000),
        TypeSpec::U128 => json!("1000"),
        TypeSpec::String => json!("text"),
        TypeSpec::Bytes => json!("0x00ff"),
        TypeSpec::FixedBytes(count) => json!(format!("0x{}", "00".repeat((*count).min(64) as usize))),
        TypeSpec::Account => json!(EXAMPLE_ADDRESS),
        TypeSpec::Contract => json!(format!("0x{}", "00".repeat(32))),
        TypeSpec::Date => json!("2026-11-23"),
        TypeSpec::Time => json!("2026-11-23T09:30:00Z"),
        TypeSpec::Option(inner) if may_be_null(inner) => json!({ "Some": example(inner) }),
        TypeSpec::Option(inner) => example(inner),
        TypeSpec::List(inner) => json!([example(inner)]),
        TypeSpec::Tuple(parts) => parts.iter().map(example).collect(),
        TypeSpec::Struct(_, fields) => example_fields(fields),
        TypeSpec::Enum(_, variants) => match variants.first() {
            Some(variant) if variant.fields.is_empty() => json!(variant.name),
            Some(variant) => json!({ &variant.name: example_fields(&variant.fields) }),
            None => Value::Null,
        },
    }
}

/// [`example`] as text, or the type's name if that is long.
pub fn example_text(ty: &TypeSpec) -> String {
    let text = example(ty).to_string();
    if text.len() > EXAMPLE_LIMIT { type_name(ty) } else { text }
}

fn example_fields(fields: &[FieldSpec]) -> Value {
    match layout(fields) {
        Layout::Single(field) => example(&field.ty),
        Layout::Positional => fields.iter().map(|field| example(&field.ty)).collect(),
        Layout::Named => {
            let entries = fields.iter().map(|field| (field.name.clone(), example(&field.ty)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

/// How fields appear in JSON.
pub(super) enum Layout<'a> {
    /// The one unnamed field itself.
    Single(&'a FieldSpec),
    /// Unnamed fields: an array.
    Positional,
    /// Named fields, or none: an object.
    Named,
}

pub(super) fn layout(fields: &[FieldSpec]) -> Layout<'_> {
    let unnamed = fields.iter().enumerate().all(|(index, field)| field.name == index.to_string());
    match fields {
        [field] if unnamed => Layout::Single(field),
        [_, ..] if unnamed => Layout::Positional,
        _ => Layout::Named,
    }
}

/// Whether a value of the type can be JSON's `null`, so that an `Option` of it needs a wrapper.
pub(super) fn may_be_null(ty: &TypeSpec) -> bool {
    match ty {
        TypeSpec::Unit | TypeSpec::Option(_) => true,
        TypeSpec::Struct(_, fields) => match layout(fields) {
            Layout::Single(field) => may_be_null(&field.ty),
            Layout::Positional | Layout::Named => false,
        },
        _ => false,
    }
}
