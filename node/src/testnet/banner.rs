//! What a newcomer needs to know about a testnet that just started, or was made.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{NodePlace, Nodes};

/// What is shown of a testnet.
pub(crate) enum TestnetBanner {
    /// Its nodes run.
    Running {
        /// The chain's id.
        chain: String,
        /// The highest block of any node.
        height: u64,
        /// The folder.
        data: PathBuf,
        /// Where each node answers.
        urls: Vec<String>,
    },
    /// Its nodes were made, and none runs.
    Prepared {
        /// Their folders.
        homes: Vec<PathBuf>,
    },
}

impl TestnetBanner {
    /// What to show of these nodes in this folder.
    pub(super) fn new(nodes: &Nodes, data: &Path) -> Self {
        let banners = || nodes.all().iter().map(|node| node.banner());
        let chain = banners().find_map(|banner| banner["chain_id"].as_str()).unwrap_or_default().to_owned();
        let height = banners().filter_map(|banner| banner["height"].as_u64()).max().unwrap_or(0);
        let urls = nodes.all().iter().map(|node| node.url().to_owned()).collect();
        TestnetBanner::Running { chain, height, data: data.to_path_buf(), urls }
    }

    /// What to show of nodes that don't run.
    pub(super) fn prepared(places: &[NodePlace]) -> Self {
        TestnetBanner::Prepared { homes: places.iter().map(|place| place.home.clone()).collect() }
    }

    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            TestnetBanner::Running { chain, height, data, urls } => json!({
                "rpc": urls.first(), "nodes": urls, "chain_id": chain, "height": height, "data": data,
            }),
            TestnetBanner::Prepared { homes } => json!({ "homes": homes }),
        }
    }
}

impl fmt::Display for TestnetBanner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TestnetBanner::Running { chain, height, data, urls } => {
                let count = urls.len();
                writeln!(formatter, "Sillok testnet of {count} validators, each a process of its own")?;
                writeln!(formatter, "  Chain id  {chain}")?;
                writeln!(formatter, "  Height    {height}")?;
                writeln!(formatter, "  Data      {} (each node's log is in its folder)", data.display())?;
                for (number, url) in (1..).zip(urls) {
                    writeln!(formatter, "  Node {number:<4} {url}")?;
                }
                writeln!(
                    formatter,
                    "\nAccounts and companies are those of `sillok dev`: everybody knows the keys."
                )?;
                write!(formatter, "Ctrl-C stops all nodes; the same command continues this chain.")
            }
            TestnetBanner::Prepared { homes } => {
                write!(formatter, "Made {} validators; start each by itself:", homes.len())?;
                homes.iter().try_for_each(|home| write!(formatter, "\n  sillok start {}", home.display()))
            }
        }
    }
}
