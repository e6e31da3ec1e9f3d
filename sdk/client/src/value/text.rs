//! Values as people type them on a command line.

use serde_json::Value;
use sillok_abi::TypeSpec;

use super::ValueError;
use super::shape::may_be_null;

/// The JSON value that `text` stands for as a `ty`: text, numbers, accounts, bytes and dates plain,
/// an enum's variant by its name, `none` for an empty `Option`, all else as JSON.
pub fn parse_text(ty: &TypeSpec, text: &str) -> Result<Value, ValueError> {
    match ty {
        TypeSpec::Bool | TypeSpec::Unit => json(ty, text),
        TypeSpec::List(_) | TypeSpec::Tuple(_) | TypeSpec::Struct(..) => json(ty, text),
        TypeSpec::Enum(..) if text.starts_with(['{', '"']) => json(ty, text),
        TypeSpec::Option(_) if matches!(text, "none" | "null") => Ok(Value::Null),
        TypeSpec::Option(inner) if may_be_null(inner) => json(ty, text),
        TypeSpec::Option(inner) => parse_text(inner, text),
        _ => Ok(Value::from(text)),
    }
}

fn json(ty: &TypeSpec, text: &str) -> Result<Value, ValueError> {
    serde_json::from_str(text).map_err(|_| ValueError::mismatch(ty, &Value::from(text)))
}
