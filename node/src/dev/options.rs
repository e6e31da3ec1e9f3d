//! The options of `sillok dev`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::chain::Retention;
use crate::limits;
use crate::logging::LogFormat;
use crate::rpc::TlsOptions;

/// The options of `sillok dev`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DevOptions {
    /// Keep the chain in this folder.
    #[arg(long, value_name = "DIR", default_value = "./data/dev")]
    pub(crate) data: PathBuf,
    /// Start afresh: remove the chain that the folder holds.
    #[arg(long)]
    pub(crate) reset: bool,
    /// Answer requests on this address; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9944")]
    pub(crate) rpc: SocketAddr,
    /// Certificate and key.
    #[command(flatten)]
    pub(crate) tls: TlsOptions,
    /// Make a block every so many milliseconds, empty or not, instead of when there is a reason.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(limits::SHORTEST_BLOCK_TIME_MS..))]
    pub(crate) block_time: Option<u64>,
    /// How much of the past can be read: `archive`, a number of blocks, or an age (90d, 12h). Blocks and
    /// receipts are kept all the same.
    #[arg(long, value_name = "HOW-MUCH", default_value = "archive")]
    pub(crate) retain: Retention,
    /// Begin with this genesis, in SCALE, instead of the sample companies'. Its validator is //Validator.
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) genesis: Option<PathBuf>,
    /// Keep compiled contracts in this folder, which nodes of this machine may share, instead of in one of its
    /// own. Whoever can write to it can have the node run anything.
    #[arg(long, value_name = "DIR", env = "SILLOK_COMPILED")]
    pub(crate) compiled: Option<PathBuf>,
    /// Keep no index of the past: what `sillok history` and the page's charts are answered from.
    #[arg(long)]
    pub(crate) no_index: bool,
    /// The form of the log on stderr; RUST_LOG says how much of it.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
}
