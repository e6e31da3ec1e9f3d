//! The options of `sillok bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::rpc::TlsOptions;

/// How many requests a second there are at least, as long as each has a transaction: what is sent is to come
/// evenly.
const REQUESTS_A_SECOND: u64 = 20;
/// How many transactions a second are sent at most.
pub(super) const MOST_RATE: u32 = 1_000_000;

/// Measure how many transactions a second nodes carry on this machine.
#[derive(Args, Clone, Debug)]
pub(crate) struct BenchOptions {
    /// What the transactions do.
    #[arg(long, value_enum, default_value_t = Workload::Cash)]
    pub(crate) workload: Workload,
    /// How many accounts there are; each sends and receives.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(16..=10_000_000))]
    pub(crate) accounts: u32,
    /// How many companies there are, whose shares move and are traded: two at least, and no more than accounts.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(2..=1_000))]
    pub(crate) companies: u16,
    /// How many transactions are sent each second.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_RATE)))]
    pub(crate) rate: u32,
    /// For how many seconds; with --ramp, each step.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) seconds: u32,
    /// How many validators carry them, each a process of its own on this machine. Transactions go to all in turn.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub(crate) validators: u16,
    /// Kill one of the validators after so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "validators")]
    pub(crate) kill_after: Option<u32>,
    /// Start it again after so many more.
    #[arg(long, value_name = "SECONDS", requires = "kill_after")]
    pub(crate) return_after: Option<u32>,
    /// Have one of the validators sign two things in each round once some twenty blocks are there.
    #[arg(long, requires = "validators", conflicts_with = "kill_after")]
    pub(crate) equivocate: bool,
    /// Raise the rate step by step until the nodes no longer carry it: until 1 % take longer than a second from when
    /// they were due to being final, or all are final only a second late, or some are refused.
    #[arg(long, conflicts_with = "kill_after")]
    pub(crate) ramp: bool,
    /// How much each step of a ramp adds to the rate, in percent.
    #[arg(long, value_name = "PERCENT", requires = "ramp", default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=400))]
    pub(crate) ramp_by: u32,
    /// Write the report as a page, too: one file that needs nothing else.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The folder for the chain and the signed transactions; a folder of the system's, removed at the end,
    /// unless given.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Make the genesis and the nodes' folders in that of --data and start nothing: `sillok start` runs each, here or
    /// wherever its folder is taken.
    #[arg(long, requires = "data", conflicts_with_all = ["kill_after", "equivocate", "ramp", "html"])]
    pub(crate) prepare: bool,
    /// Start no nodes: send to this one, and to others if it is given again, which run on what --prepare made in the
    /// folder of --data. What is sent is then as it was said there: --workload, --accounts, --companies.
    #[arg(long, value_name = "URL", requires = "data", conflicts_with_all = ["prepare", "validators", "kill_after", "equivocate", "tls_certificate"])]
    pub(crate) url: Vec<String>,
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
    Register,
    /// Accounts place orders for shares of companies, most of which meet and are settled.
    Market,
    /// The same with sixteen orders in each transaction.
    MarketBatch,
    /// Each account is a DID, whose key the DID contract judges, and pays another one.
    Did,
    /// Accounts settle shares against cash in escrow: a deal takes three transactions, of which the seller submits
    /// all and the buyer agrees to one.
    Escrow,
    /// 40 % cash, 20 % market, 15 % register, 15 % escrow, 10 % did.
    Mixed,
}

impl BenchOptions {
    /// How many transactions go in one request: so few that they come evenly, and so that requests are not too
    /// large. Rounds are not parted, so that the steps of a deal reach one node in their order.
    pub(crate) fn per_request(&self, rate: u32) -> u64 {
        let most = if self.workload == Workload::MarketBatch { 100 } else { 1_000 };
        let round = self.workload.cycle().len() as u64;
        let wanted = (u64::from(rate) / REQUESTS_A_SECOND).clamp(1, most);
        (wanted / round).max(1) * round
    }
}
