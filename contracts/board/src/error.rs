//! What the contract refuses.

use sillok_sdk::prelude::*;

/// What the contract refuses.
#[error]
pub enum Error {
    /// A board's name has 1 to 128 bytes.
    BadName = 1,
    /// The key does not fit its scheme: 32 bytes, not all zero, for Sr25519 and Ed25519; 33 bytes, the
    /// first of them 2 or 3, for P256 and Secp256k1 (a compressed point).
    BadKey = 2,
    /// A director of this board has this key already.
    KeyTaken = 3,
    /// A board has at most 32 directors; dismiss one first.
    TooManyDirectors = 4,
    /// The threshold lies between 1 and the number of directors after the change; otherwise nobody
    /// could act for the board, or everybody.
    BadThreshold = 5,
    /// The board has no director of this number; see `roll`.
    NoDirector = 6,
    /// The acceptance is not the new key's signature over what `acceptance` answers for it, on this
    /// chain and board.
    NotAccepted = 7,
    /// As many directors have been appointed as can be numbered.
    TooManyNumbers = 8,
}
