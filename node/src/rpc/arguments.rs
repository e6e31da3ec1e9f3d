//! A request's arguments: by name or by position, each of the type that the method asks for.

use codec::{Decode, DecodeLimit};
use jsonrpsee::types::Params;
use serde_json::{Map, Value};
use sillok_abi::Hash;

use super::RpcFailure;
use crate::limits;

/// A request's arguments, by name.
#[derive(Debug, Default)]
pub(crate) struct Arguments(Map<String, Value>);

impl Arguments {
    /// Reads `params`: an object, a list in the order of `names`, or a list of one such object.
    ///
    /// # Errors
    /// If they are none of these, or one is unknown.
    pub(crate) fn parse(params: &Params<'_>, names: &[&str]) -> Result<Self, RpcFailure> {
        let expected = || match names {
            [] => "this method has no parameters".to_owned(),
            _ => format!("its parameters are {}", names.join(", ")),
        };
        let value: Option<Value> =
            params.parse().map_err(|error| RpcFailure::parameters(error.message(), expected()))?;
        let arguments = match value {
            None => Map::new(),
            Some(Value::Object(named)) => named,
            Some(Value::Array(list)) => named_by_position(list, names, expected)?,
            Some(_) => return Err(RpcFailure::parameters("parameters are a list or an object", expected())),
        };
        match arguments.keys().find(|name| !names.contains(&name.as_str())) {
            Some(unknown) => {
                Err(RpcFailure::parameters(format!("there is no parameter `{unknown}`"), expected()))
            }
            None => Ok(Arguments(arguments)),
        }
    }

    /// The argument as it is; none if it is absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn required(&self, name: &str) -> Result<&Value, RpcFailure> {
        let missing = || RpcFailure::parameters(format!("the parameter `{name}` is missing"), "");
        self.get(name).ok_or_else(missing)
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<&str, RpcFailure> {
        self.required(name)?.as_str().ok_or_else(|| wrong(name, "text"))
    }

    /// A text; none if it is absent.
    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<&str>, RpcFailure> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| wrong(name, "text"))).transpose()
    }

    /// A number; none if it is absent.
    pub(crate) fn optional_number(&self, name: &str) -> Result<Option<u64>, RpcFailure> {
        self.get(name).map(|value| value.as_u64().ok_or_else(|| wrong(name, "a whole number"))).transpose()
    }

    /// A list.
    pub(crate) fn list(&self, name: &str) -> Result<&[Value], RpcFailure> {
        let list = self.required(name)?.as_array();
        list.map(Vec::as_slice).ok_or_else(|| wrong(name, "a list"))
    }

    /// Bytes.
    pub(crate) fn bytes(&self, name: &str) -> Result<Vec<u8>, RpcFailure> {
        decode_hex(name, self.text(name)?)
    }

    /// A digest or id.
    pub(crate) fn hash(&self, name: &str) -> Result<Hash, RpcFailure> {
        let bytes = self.bytes(name)?;
        bytes.try_into().map_err(|_| RpcFailure::malformed(name, "0x and 64 hexadecimal digits"))
    }

    /// SCALE of a `T`, which `expected` names.
    pub(crate) fn scale<T: Decode>(&self, name: &str, expected: &str) -> Result<T, RpcFailure> {
        decode_scale(name, self.text(name)?, expected)
    }
}

fn named_by_position(
    mut list: Vec<Value>,
    names: &[&str],
    expected: impl Fn() -> String,
) -> Result<Map<String, Value>, RpcFailure> {
    if let [Value::Object(named)] = list.as_mut_slice() {
        return Ok(std::mem::take(named));
    }
    if list.len() > names.len() {
        return Err(RpcFailure::parameters("there are too many parameters", expected()));
    }
    Ok(names.iter().map(|name| (*name).to_owned()).zip(list).collect())
}

fn wrong(name: &str, expected: &str) -> RpcFailure {
    RpcFailure::parameters(format!("the parameter `{name}` is not {expected}"), "")
}

/// The bytes of `0x` and hexadecimal digits.
pub(crate) fn decode_hex(name: &str, text: &str) -> Result<Vec<u8>, RpcFailure> {
    // The decoder would allow for a prefix, and there is one already.
    let digits =
        text.strip_prefix("0x").filter(|digits| !digits.starts_with("0x") && !digits.starts_with("0X"));
    let bytes = digits.and_then(|digits| const_hex::decode(digits).ok());
    bytes.ok_or_else(|| RpcFailure::malformed(name, "0x and hexadecimal digits"))
}

/// What SCALE in hexadecimal holds, nested no deeper than anything valid is.
pub(crate) fn decode_scale<T: Decode>(name: &str, text: &str, expected: &str) -> Result<T, RpcFailure> {
    let bytes = decode_hex(name, text)?;
    let decoded = T::decode_all_with_depth_limit(limits::DECODE_DEPTH, &mut bytes.as_slice());
    decoded.map_err(|_| RpcFailure::malformed(name, &format!("SCALE of {expected}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(params: &'static str) -> Result<Arguments, RpcFailure> {
        Arguments::parse(&Params::new(Some(params)), &["id", "limit"])
    }

    #[test]
    fn arguments_come_by_name_or_position() {
        for params in [r#"{"id":"a","limit":3}"#, r#"["a",3]"#, r#"[{"limit":3,"id":"a"}]"#] {
            let arguments = parse(params).unwrap();
            assert_eq!(arguments.text("id").unwrap(), "a", "{params}");
            assert_eq!(arguments.optional_number("limit").unwrap(), Some(3), "{params}");
        }
        assert!(Arguments::parse(&Params::new(None), &[]).is_ok());
    }

    #[test]
    fn absent_and_null_are_the_same() {
        let arguments = parse(r#"["a",null]"#).unwrap();
        assert_eq!(arguments.optional_number("limit").unwrap(), None);
        assert_eq!(parse("[]").unwrap().text("id").unwrap_err().message, "the parameter `id` is missing");
    }

    #[test]
    fn wrong_arguments_are_named() {
        let check = |params, message: &str| assert_eq!(parse(params).unwrap_err().message, message);
        check(r#"["a",3,4]"#, "there are too many parameters");
        check(r#"{"ID":"a"}"#, "there is no parameter `ID`");
        let number = parse(r#"[7]"#).unwrap().text("id").unwrap_err();
        assert_eq!((number.code, number.message.as_str()), (-32602, "the parameter `id` is not text"));
        let hash = parse(r#"["0x12"]"#).unwrap().hash("id").unwrap_err();
        assert_eq!((hash.code, hash.message.as_str()), (1032, "`id` is not 0x and 64 hexadecimal digits"));
        let scale = parse(r#"["0x12"]"#).unwrap().scale::<u64>("id", "a number").unwrap_err();
        assert_eq!((scale.code, scale.message.as_str()), (1032, "`id` is not SCALE of a number"));
    }

    #[test]
    fn bytes_that_nest_too_deep_are_refused() {
        #[derive(Decode, Debug)]
        struct Nest(#[expect(dead_code, reason = "only decoded")] Vec<Nest>);
        let deep = format!("0x{}00", "04".repeat(100_000));
        let refused = decode_scale::<Nest>("tree", &deep, "a tree").unwrap_err();
        assert_eq!(refused.message, "`tree` is not SCALE of a tree");
    }
}
