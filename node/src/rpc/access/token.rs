//! Access tokens: what their owner shows, and what a node keeps of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// What a token begins with, so that one that has got into the wrong place is known for what it is.
const PREFIX: &str = "sillok-token-";
/// What is hashed with it, so that the hash stands for nothing else.
const DOMAIN: &str = "sillok 2026 access token";

/// A token: 256 bits that nobody can guess. It is shown once and kept nowhere.
pub(crate) struct Token(String);

impl Token {
    /// A new one.
    pub(crate) fn new(rng: &dyn Rng) -> Self {
        let mut secret = [0; 32];
        rng.fill(&mut secret);
        Token(format!("{PREFIX}{}", hex::encode(secret)))
    }

    /// What its owner shows.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

/// BLAKE3 of a token, in its mode for deriving keys. No salt and no slow hash: tokens are made of 256 random bits.
/// Compared in constant time.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct TokenHash(blake3::Hash);

impl TokenHash {
    /// Of what somebody shows.
    pub(super) fn of(shown: &str) -> Self {
        TokenHash(blake3::Hash::from(blake3::derive_key(DOMAIN, shown.as_bytes())))
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.to_hex())
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl From<TokenHash> for String {
    fn from(hash: TokenHash) -> String {
        hash.to_string()
    }
}

impl TryFrom<String> for TokenHash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for TokenHash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with(PREFIX) {
            return Err(
                "this is the token itself; settings hold its hash, which `sillok token new` prints".into()
            );
        }
        let hash = blake3::Hash::from_hex(text);
        hash.map(TokenHash).map_err(|_| "a token's hash has 64 hexadecimal digits".into())
    }
}
