//! The form of texts that documents hold, and how long they may be.

/// The longest name of a key or service.
const MAX_NAME: usize = 32;
/// The longest kind of a service.
const MAX_KIND: usize = 64;
/// The longest endpoint of a service.
const MAX_ENDPOINT: usize = 256;

/// Whether `name` can follow the `#` of a DID URL unescaped.
pub(crate) fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(allowed)
}

/// Whether `kind` can be a service's kind.
pub(crate) fn is_kind(kind: &str) -> bool {
    is_visible(kind, MAX_KIND)
}

/// Whether `endpoint` can be a service's endpoint. Whether it is an address that anybody answers is
/// not for the chain to say.
pub(crate) fn is_endpoint(endpoint: &str) -> bool {
    is_visible(endpoint, MAX_ENDPOINT)
}

fn is_visible(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
