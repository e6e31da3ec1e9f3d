//! A node's JSON-RPC: every method typed, bytes as `0x` and hexadecimal digits.

mod client;
mod error;
mod hex;
mod options;
mod subscribe;
mod transactions;
mod types;

pub use client::Client;
pub use error::{RpcError, refusal_name};
pub use hex::{from_hex, to_hex};
pub use options::ClientOptions;
pub use subscribe::{EventFilter, Subscriber};
pub use transactions::{Simulation, TxStatus};
pub use types::{
    At, BlockEvent, BlockInfo, BlockRef, BlockTransaction, CertificateInfo, CertificateSignature,
    ChangesAnswer, ContractDescription, ContractEntry, GenesisInfo, GenesisMember, Mempool, PackedAnswer,
    PackedRefusal, ProofAnswer, QueryAnswer, SampleCompany, Scheduled, Status, StorageAnswer, ValidatorInfo,
    Wanted,
};
