//! Bytes in JSON: `0x` and hexadecimal digits.

use codec::{DecodeAll, Encode};
use serde::{Deserialize, Deserializer};

/// `0x` and the hexadecimal digits of `bytes`.
pub fn to_hex(bytes: impl AsRef<[u8]>) -> String {
    const_hex::encode_prefixed(bytes)
}

/// The bytes of `0x…`; the sentence says what is wrong.
pub fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let digits = text.strip_prefix("0x").ok_or("expected 0x and hexadecimal digits")?;
    ::hex::decode(digits).map_err(|error| format!("not hexadecimal: {error}"))
}

/// SCALE of `value` in hexadecimal.
pub(super) fn scale_hex(value: &impl Encode) -> String {
    to_hex(value.encode())
}

/// Reads a field of bytes, of a hash, or of an optional one.
pub(super) fn bytes<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(input: D) -> Result<T, D::Error> {
    let bytes = from_hex(&String::deserialize(input)?).map_err(serde::de::Error::custom)?;
    let count = bytes.len();
    T::try_from(bytes).map_err(|_| serde::de::Error::custom(format!("unexpected length of {count} bytes")))
}

/// Reads an optional field of bytes.
pub(super) fn optional_bytes<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = Option::<String>::deserialize(input)?;
    text.map(|text| from_hex(&text).map_err(serde::de::Error::custom)).transpose()
}

/// Reads a field that holds SCALE of a `T`.
pub(super) fn scale<'de, D: Deserializer<'de>, T: DecodeAll>(input: D) -> Result<T, D::Error> {
    let bytes: Vec<u8> = bytes(input)?;
    T::decode_all(&mut bytes.as_slice()).map_err(serde::de::Error::custom)
}

/// Reads an optional field that holds SCALE of a `T`.
pub(super) fn optional_scale<'de, D: Deserializer<'de>, T: DecodeAll>(
    input: D,
) -> Result<Option<T>, D::Error> {
    let bytes = optional_bytes(input)?;
    let decode = |bytes: Vec<u8>| T::decode_all(&mut bytes.as_slice()).map_err(serde::de::Error::custom);
    bytes.map(decode).transpose()
}
