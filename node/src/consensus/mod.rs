//! Consensus: agreement of validators on one block after the other.

#![allow(
    dead_code,
    unused_imports,
    reason = "issue 5: the node is connected to the driver with its network; until then the simulator alone uses it"
)]

mod bodies;
mod certificate;
mod context;
mod convert;
mod driver;
mod effect;
mod guard;
mod host;
mod inputs;
mod log;
mod members;
mod message;
mod outbox;
mod peers;
mod timeouts;
mod validator;
mod verify;

pub(crate) use certificate::assemble;
pub(crate) use driver::{Config, Driver, Start};
pub(crate) use effect::{CertifiedBlock, Effect, Halt, Input, Offence, Peer, To, Verdict};
#[cfg(test)]
pub(crate) use log::{AppendFault, MemoryMedium};
pub(crate) use log::{Entry, FileMedium, Log, LogError, LogStore, Medium, Recorded, Step};
pub(crate) use members::SetError;
pub(crate) use message::{Message, MessageError, PolkaCertificate, RoundCertificate, Status};
pub(crate) use timeouts::{Timeouts, TimerId};
pub(crate) use validator::{Signatures, ValidatorKey};
