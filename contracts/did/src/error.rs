//! What the contract refuses.

use sillok_sdk::prelude::*;

/// What the contract refuses.
#[error]
pub enum Error {
    /// A DID was already created from this key and salt; use another salt.
    AlreadyCreated = 1,
    /// There is no DID of this id.
    Unknown = 2,
    /// The DID is deactivated, which is final; create another one.
    Deactivated = 3,
    /// A name has 1 to 32 characters: letters, digits, `-` and `_`.
    BadName = 4,
    /// The key does not fit its scheme: 32 bytes for Sr25519 and Ed25519; 33 bytes, the first of
    /// them 2 or 3, for P256 and Secp256k1 (a compressed point).
    BadKey = 5,
    /// A key or service of this document has this name already.
    NameTaken = 6,
    /// The document has this public key already.
    KeyTaken = 7,
    /// The document has no key of this name.
    NoKey = 8,
    /// This is the last key; without one nobody could sign for the DID. Rotate it, or deactivate
    /// the DID.
    LastKey = 9,
    /// A document holds at most 16 keys; remove one first.
    TooManyKeys = 10,
    /// A service needs a kind of 1 to 64 and an endpoint of 1 to 256 visible ASCII characters.
    BadService = 11,
    /// The document has no service of this name.
    NoService = 12,
    /// A document holds at most 16 services; remove one first.
    TooManyServices = 13,
    /// The document has had as many versions as can be counted.
    TooManyVersions = 14,
}
