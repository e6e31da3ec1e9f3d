//! SCALE to JSON.

use codec::{Compact, Decode};
use serde_json::{Map, Value, json};
use sillok_abi::{Account, ContractId, Date, FieldSpec, Time, TypeSpec, VariantSpec};

use super::DecodeError;
use super::shape::{Layout, layout, may_be_null, type_name};
use super::time::parse_time;

/// Most items of a list that may be longer than its bytes (items such as `()` take none).
const MAX_EMPTY_ITEMS: usize = 65_536;

/// The value that `bytes` are SCALE of; all of them.
pub fn decode(ty: &TypeSpec, bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut input = bytes;
    let value = read(ty, &mut input)?;
    finish(input)?;
    Ok(value)
}

/// The fields of an event, or the arguments of a method, as an object by name.
pub fn decode_fields(fields: &[FieldSpec], bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut input = bytes;
    let value = read_named(fields, &mut input)?;
    finish(input)?;
    Ok(value)
}

fn finish(input: &[u8]) -> Result<(), DecodeError> {
    if input.is_empty() { Ok(()) } else { Err(DecodeError::Trailing { count: input.len() }) }
}

fn malformed(ty: &TypeSpec) -> DecodeError {
    DecodeError::Malformed { ty: type_name(ty) }
}

fn scale<T: Decode>(ty: &TypeSpec, input: &mut &[u8]) -> Result<T, DecodeError> {
    T::decode(input).map_err(|_| malformed(ty))
}

fn read(ty: &TypeSpec, input: &mut &[u8]) -> Result<Value, DecodeError> {
    Ok(match ty {
        TypeSpec::Unit => Value::Null,
        TypeSpec::Bool => json!(scale::<bool>(ty, input)?),
        TypeSpec::U8 => json!(scale::<u8>(ty, input)?),
        TypeSpec::U16 => json!(scale::<u16>(ty, input)?),
        TypeSpec::U32 => json!(scale::<u32>(ty, input)?),
        TypeSpec::U64 => json!(scale::<u64>(ty, input)?),
        TypeSpec::U128 => json!(scale::<u128>(ty, input)?.to_string()),
        TypeSpec::I32 => json!(scale::<i32>(ty, input)?),
        TypeSpec::I64 => json!(scale::<i64>(ty, input)?),
        TypeSpec::String => json!(scale::<String>(ty, input)?),
        TypeSpec::Bytes => hex_text(&scale::<Vec<u8>>(ty, input)?),
        TypeSpec::FixedBytes(count) => {
            let (bytes, rest) = input.split_at_checked(*count as usize).ok_or_else(|| malformed(ty))?;
            *input = rest;
            hex_text(bytes)
        }
        TypeSpec::Account => json!(scale::<Account>(ty, input)?.to_string()),
        TypeSpec::Contract => json!(scale::<ContractId>(ty, input)?.to_string()),
        TypeSpec::Date => date(scale::<Date>(ty, input)?),
        TypeSpec::Time => time(scale::<Time>(ty, input)?),
        TypeSpec::Option(inner) => match scale::<u8>(ty, input)? {
            0 => Value::Null,
            1 if may_be_null(inner) => json!({ "Some": read(inner, input)? }),
            1 => read(inner, input)?,
            _ => return Err(malformed(ty)),
        },
        TypeSpec::List(inner) => read_list(ty, inner, input)?,
        TypeSpec::Tuple(parts) => {
            parts.iter().map(|part| read(part, input)).collect::<Result<Value, DecodeError>>()?
        }
        TypeSpec::Struct(_, fields) => read_fields(fields, input)?,
        TypeSpec::Enum(_, variants) => read_variant(ty, variants, input)?,
    })
}

fn hex_text(bytes: &[u8]) -> Value {
    json!(format!("0x{}", hex::encode(bytes)))
}

/// The text form if it reads back as this date, else days.
fn date(date: Date) -> Value {
    let text = date.to_string();
    if text.parse() == Ok(date) { json!(text) } else { json!(date.0) }
}

/// The text form if it reads back as this time, else milliseconds.
fn time(time: Time) -> Value {
    let text = time.to_string();
    if parse_time(&text) == Some(time) { json!(text) } else { json!(time.0) }
}

fn read_list(ty: &TypeSpec, inner: &TypeSpec, input: &mut &[u8]) -> Result<Value, DecodeError> {
    let count = scale::<Compact<u32>>(ty, input)?.0 as usize;
    if count > input.len() && count > MAX_EMPTY_ITEMS {
        return Err(malformed(ty));
    }
    (0..count).map(|_| read(inner, input)).collect()
}

fn read_fields(fields: &[FieldSpec], input: &mut &[u8]) -> Result<Value, DecodeError> {
    match layout(fields) {
        Layout::Single(field) => read(&field.ty, input),
        Layout::Positional => fields.iter().map(|field| read(&field.ty, input)).collect(),
        Layout::Named => read_named(fields, input),
    }
}

fn read_named(fields: &[FieldSpec], input: &mut &[u8]) -> Result<Value, DecodeError> {
    let entries = fields.iter().map(|field| Ok((field.name.clone(), read(&field.ty, input)?)));
    Ok(Value::Object(entries.collect::<Result<Map<_, _>, DecodeError>>()?))
}

fn read_variant(ty: &TypeSpec, variants: &[VariantSpec], input: &mut &[u8]) -> Result<Value, DecodeError> {
    let index = scale::<u8>(ty, input)?;
    let variant = variants.iter().find(|variant| variant.index == index).ok_or_else(|| malformed(ty))?;
    if variant.fields.is_empty() {
        return Ok(json!(variant.name));
    }
    Ok(json!({ &variant.name: read_fields(&variant.fields, input)? }))
}
