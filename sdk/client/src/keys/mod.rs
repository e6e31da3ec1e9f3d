//! sr25519 keys: from a SURI such as `//Alice`, from a secret seed, from a key file.
//!
//! Derivation and signing are Substrate's, so that existing wallets hold the same accounts.

mod file;
mod keypair;
mod suri;

pub use file::{KeyFile, KeyFileError};
pub use keypair::{Keypair, SIGNING_CONTEXT, verify};
pub use suri::{DEV_NAMES, SuriError, dev_suri};
