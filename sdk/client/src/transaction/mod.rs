//! Transactions: nonces, signers, authorisations.
//!
//! A client builds a body, has the node simulate it, and gets back the tree of calls that each account
//! has to agree to. [`authorise`] signs them with the keys at hand, [`sign`] signs the whole.

mod authorise;
mod nonces;
mod signer;

pub use authorise::{MissingSigner, authorise, sign};
pub use nonces::{Nonces, now};
pub use signer::{Signer, board_credential, did_credential};
