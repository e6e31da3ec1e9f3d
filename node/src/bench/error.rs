//! Why a bench comes to nothing.

use std::path::PathBuf;

use crate::dev::DevGenesisError;
use crate::process::ProcessError;
use crate::storage::StorageError;
use crate::testnet::TestnetError;
use sillok_client::rpc::RpcError;
use sillok_runtime::Fault;

/// Why a bench comes to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A file or process.
    #[error("{what}: {error}")]
    System {
        /// What was tried.
        what: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The node ended, or did not begin.
    #[error("the node {0}")]
    Node(String),
    /// Several nodes.
    #[error(transparent)]
    Testnet(#[from] TestnetError),
    /// The node's process.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The node refuses what it is asked.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The genesis.
    #[error(transparent)]
    Genesis(#[from] DevGenesisError),
    /// The chain can't be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The same.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The folder was prepared for something else.
    #[error(
        "{} is of another bench: give --workload, --accounts and --companies as with --prepare",
        .0.display()
    )]
    OtherBench(PathBuf),
    /// A node has another chain.
    #[error(
        "{url} has the chain {chain}, not the one that was prepared: start it from the folders of --prepare"
    )]
    OtherChain {
        /// The node.
        url: String,
        /// What it has.
        chain: String,
    },
    /// The transaction does not do what it is for.
    #[error("the workload's transaction fails: {0}")]
    Workload(String),
}

impl BenchError {
    /// The form in which what the system says is passed on.
    pub(crate) fn system(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| BenchError::System { what, error }
    }
}
