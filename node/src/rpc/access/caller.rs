//! Who calls, by the `Authorization` header (RFC 6750, section 2.1).

use jsonrpsee::http_client::HeaderMap;

use super::TokenHash;

/// The header, and the word before the token.
const HEADER: &str = "authorization";
const SCHEME: &str = "Bearer";

/// Who calls. It goes along with a request, and with all requests of a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Somebody who shows no token.
    Anonymous,
    /// Somebody who shows the token with this hash.
    Token(TokenHash),
    /// Somebody who shows something that is no token, or several things.
    Unclear,
}

impl Caller {
    /// Takes from a request's headers who calls, so that nothing behind this sees or logs a token.
    pub(crate) fn take(headers: &mut HeaderMap) -> Self {
        let mut shown = headers.get_all(HEADER).iter();
        let caller = match (shown.next(), shown.next()) {
            (None, _) => Caller::Anonymous,
            (Some(value), None) => value.to_str().ok().and_then(token).map_or(Caller::Unclear, Caller::Token),
            (Some(_), Some(_)) => Caller::Unclear,
        };
        headers.remove(HEADER);
        caller
    }
}

fn token(value: &str) -> Option<TokenHash> {
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case(SCHEME) && !token.is_empty()).then(|| TokenHash::of(token))
}
