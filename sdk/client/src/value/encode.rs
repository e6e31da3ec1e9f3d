//! JSON to SCALE.

use std::str::FromStr;

use codec::{Compact, Encode};
use serde_json::{Map, Value};
use sillok_abi::{Date, FieldSpec, TypeSpec, VariantSpec};

use super::shape::{Layout, layout, may_be_null};
use super::{Names, ValueError, time};

/// SCALE of `value` as a `ty`.
pub fn encode(ty: &TypeSpec, value: &Value, names: &dyn Names) -> Result<Vec<u8>, ValueError> {
    let mut encoder = Encoder { names, out: Vec::new() };
    encoder.value(ty, value)?;
    Ok(encoder.out)
}

/// SCALE of a method's arguments, given as an object by parameter name. An `Option` that is not given
/// is `None`.
pub fn encode_fields(
    fields: &[FieldSpec],
    values: &Map<String, Value>,
    names: &dyn Names,
) -> Result<Vec<u8>, ValueError> {
    let mut encoder = Encoder { names, out: Vec::new() };
    encoder.named(fields, values)?;
    Ok(encoder.out)
}

struct Encoder<'a> {
    names: &'a dyn Names,
    out: Vec<u8>,
}

impl Encoder<'_> {
    fn value(&mut self, ty: &TypeSpec, value: &Value) -> Result<(), ValueError> {
        match (ty, value) {
            (TypeSpec::Unit, Value::Null) => {}
            (TypeSpec::Bool, Value::Bool(flag)) => self.push(flag),
            (TypeSpec::U8, _) => self.number::<u8>(ty, value)?,
            (TypeSpec::U16, _) => self.number::<u16>(ty, value)?,
            (TypeSpec::U32, _) => self.number::<u32>(ty, value)?,
            (TypeSpec::U64, _) => self.number::<u64>(ty, value)?,
            (TypeSpec::U128, _) => self.number::<u128>(ty, value)?,
            (TypeSpec::I32, _) => self.number::<i32>(ty, value)?,
            (TypeSpec::I64, _) => self.number::<i64>(ty, value)?,
            (TypeSpec::String, Value::String(text)) => self.push(text),
            (TypeSpec::Bytes | TypeSpec::FixedBytes(_), Value::String(text)) => self.bytes(ty, text)?,
            (TypeSpec::Account, Value::String(text)) => {
                let account = self.names.account(text).map_err(|why| ValueError::because(ty, why))?;
                self.push(&account);
            }
            (TypeSpec::Contract, Value::String(text)) => {
                let contract = self.names.contract(text).map_err(|why| ValueError::because(ty, why))?;
                self.push(&contract);
            }
            (TypeSpec::Date, _) => self.date(ty, value)?,
            (TypeSpec::Time, _) => self.time(ty, value)?,
            (TypeSpec::Option(_), Value::Null) => self.out.push(0),
            (TypeSpec::Option(inner), _) => self.some(ty, inner, value)?,
            (TypeSpec::List(inner), Value::Array(items)) => self.list(ty, inner, items)?,
            (TypeSpec::Tuple(parts), Value::Array(items)) if parts.len() == items.len() => {
                for (index, (part, item)) in parts.iter().zip(items).enumerate() {
                    self.value(part, item).map_err(|error| error.within(&format!("[{index}]")))?;
                }
            }
            (TypeSpec::Struct(_, fields), _) => self.fields(ty, fields, value)?,
            (TypeSpec::Enum(_, variants), _) => self.variant(ty, variants, value)?,
            _ => return Err(ValueError::mismatch(ty, value)),
        }
        Ok(())
    }

    fn push(&mut self, value: &impl Encode) {
        value.encode_to(&mut self.out);
    }

    fn number<T: FromStr + Encode>(&mut self, ty: &TypeSpec, value: &Value) -> Result<(), ValueError> {
        let number = match value {
            Value::Number(number) => number.to_string().parse::<T>().ok(),
            Value::String(text) => text.trim().parse::<T>().ok(),
            _ => None,
        };
        self.push(&number.ok_or_else(|| ValueError::mismatch(ty, value))?);
        Ok(())
    }

    fn bytes(&mut self, ty: &TypeSpec, text: &str) -> Result<(), ValueError> {
        let bytes = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
        let bytes = bytes.ok_or_else(|| ValueError::mismatch(ty, &Value::from(text)))?;
        match ty {
            TypeSpec::FixedBytes(count) if bytes.len() as u64 == u64::from(*count) => {
                self.out.extend_from_slice(&bytes);
            }
            TypeSpec::FixedBytes(_) => {
                return Err(ValueError::because(ty, format!("{} bytes", bytes.len())));
            }
            _ => self.push(&bytes),
        }
        Ok(())
    }

    fn date(&mut self, ty: &TypeSpec, value: &Value) -> Result<(), ValueError> {
        match value {
            Value::String(text) => {
                let date: Date = text.parse().map_err(|_| ValueError::mismatch(ty, value))?;
                self.push(&date);
                Ok(())
            }
            _ => self.number::<i32>(ty, value),
        }
    }

    fn time(&mut self, ty: &TypeSpec, value: &Value) -> Result<(), ValueError> {
        match value {
            Value::String(text) if !text.bytes().all(|byte| byte.is_ascii_digit()) => {
                let time = time::parse_time(text).ok_or_else(|| ValueError::mismatch(ty, value))?;
                self.push(&time);
                Ok(())
            }
            _ => self.number::<u64>(ty, value),
        }
    }

    fn some(&mut self, ty: &TypeSpec, inner: &TypeSpec, value: &Value) -> Result<(), ValueError> {
        self.out.push(1);
        if !may_be_null(inner) {
            return self.value(inner, value);
        }
        match value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("Some")) {
            Some(wrapped) => self.value(inner, wrapped),
            None => Err(ValueError::mismatch(ty, value)),
        }
    }

    fn list(&mut self, ty: &TypeSpec, inner: &TypeSpec, items: &[Value]) -> Result<(), ValueError> {
        let count = u32::try_from(items.len())
            .map_err(|_| ValueError::because(ty, format!("{} items", items.len())))?;
        self.push(&Compact(count));
        for (index, item) in items.iter().enumerate() {
            self.value(inner, item).map_err(|error| error.within(&format!("[{index}]")))?;
        }
        Ok(())
    }

    fn fields(&mut self, ty: &TypeSpec, fields: &[FieldSpec], value: &Value) -> Result<(), ValueError> {
        match (layout(fields), value) {
            (Layout::Single(field), _) => self.value(&field.ty, value),
            (Layout::Positional, Value::Array(items)) if items.len() == fields.len() => {
                for (index, (field, item)) in fields.iter().zip(items).enumerate() {
                    self.value(&field.ty, item).map_err(|error| error.within(&format!("[{index}]")))?;
                }
                Ok(())
            }
            (Layout::Named, Value::Object(values)) => self.named(fields, values),
            (Layout::Named, Value::Null) if fields.is_empty() => Ok(()),
            _ => Err(ValueError::mismatch(ty, value)),
        }
    }

    fn named(&mut self, fields: &[FieldSpec], values: &Map<String, Value>) -> Result<(), ValueError> {
        let known = || fields.iter().map(|field| field.name.as_str());
        if let Some(name) = values.keys().find(|name| !known().any(|known| known == name.as_str())) {
            return Err(ValueError::unknown(name, known()));
        }
        for field in fields {
            match (values.get(&field.name), &field.ty) {
                (Some(value), ty) => self.value(ty, value).map_err(|error| error.within(&field.name))?,
                (None, TypeSpec::Option(_)) => self.out.push(0),
                (None, ty) => return Err(ValueError::missing(&field.name, ty)),
            }
        }
        Ok(())
    }

    fn variant(&mut self, ty: &TypeSpec, variants: &[VariantSpec], value: &Value) -> Result<(), ValueError> {
        let (name, fields) = match value {
            Value::String(name) => (name, &Value::Null),
            Value::Object(object) if object.len() == 1 => {
                object.iter().next().ok_or_else(|| ValueError::mismatch(ty, value))?
            }
            _ => return Err(ValueError::mismatch(ty, value)),
        };
        let exact = variants.iter().find(|variant| variant.name == *name);
        let variant = exact
            .or_else(|| variants.iter().find(|variant| variant.name.eq_ignore_ascii_case(name)))
            .ok_or_else(|| ValueError::mismatch(ty, value))?;
        self.out.push(variant.index);
        self.fields(ty, &variant.fields, fields).map_err(|error| error.within(&variant.name))
    }
}
