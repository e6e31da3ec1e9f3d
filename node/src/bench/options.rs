//! The options of `sillok bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::rpc::TlsOptions;

/// How many requests a second there are at least, as long as each has a transaction: what is sent is to come
/// evenly.
const REQUESTS_A_SECOND: u64 = 20;

/// Measure how many transactions a second nodes carry on this machine.
#[derive(Args, Clone, Debug)]
pub(crate) struct BenchOptions {
    /// What the transactions do.
    #[arg(long, value_enum, default_value_t = Workload::Cash)]
    pub(crate) workload: Workload,
    /// How many accounts there are; each sends and receives.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(16..=10_000_000))]
    pub(crate) accounts: u32,
    /// How many transactions are sent each second.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) rate: u32,
    /// For how many seconds.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) seconds: u32,
    /// How many validators carry them, each a process of its own on this machine. Transactions go to all in turn.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub(crate) validators: u16,
    /// Kill one of the validators after so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "validators")]
    pub(crate) kill_after: Option<u32>,
    /// The folder for the chain and the signed transactions; a folder of the system's, removed at the end,
    /// unless given.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The nodes answer over TLS with these; --ca says whom to trust.
    #[command(flatten)]
    pub(crate) tls: TlsOptions,
}

/// What the transactions of a bench do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Workload {
    /// Each account pays another one.
    Cash,
    /// Each account transfers part of its lot of shares to another one.
    Lots,
    /// Accounts place orders for shares of sixteen companies, most of which meet and are settled.
    Market,
    /// The same with sixteen orders in each transaction.
    MarketBatch,
}

impl Workload {
    /// How many orders one transaction places.
    pub(crate) fn orders(self) -> u64 {
        match self {
            Workload::Cash | Workload::Lots => 0,
            Workload::Market => 1,
            Workload::MarketBatch => u64::from(super::market::BATCH_ORDERS),
        }
    }
}

impl BenchOptions {
    /// How many transactions go in one request: so few that they come evenly, and so that requests are not too
    /// large.
    pub(crate) fn per_request(&self) -> u64 {
        let most = match self.workload {
            Workload::Cash | Workload::Lots | Workload::Market => 1_000,
            Workload::MarketBatch => 100,
        };
        (u64::from(self.rate) / REQUESTS_A_SECOND).clamp(1, most)
    }

    /// How many transactions are sent in all.
    pub(crate) fn transactions(&self) -> u64 {
        u64::from(self.rate) * u64::from(self.seconds)
    }
}
