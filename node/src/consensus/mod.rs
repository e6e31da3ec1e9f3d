//! Consensus: how a validator signs, and what makes a certificate.
//!
//! Strict round-robin, and more than two thirds of the voting power. There is one validator so far, so
//! every block is decided in round 0 by its own precommit; certificates have the form that many
//! validators need. Whose turn it is and whether a certificate holds is part of the protocol, and so
//! [`sillok_runtime`]'s to say. Invariant: nothing here calls network or storage.

mod certificate;
mod validator;

pub(crate) use certificate::assemble;
pub(crate) use validator::ValidatorKey;
