//! What a newcomer needs to know about a testnet that just started.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{NodePlace, Nodes};

/// What is shown when a testnet has started.
pub(crate) struct TestnetBanner {
    chain: String,
    height: u64,
    data: PathBuf,
    urls: Vec<String>,
}

impl TestnetBanner {
    /// What to show of these nodes in this folder.
    pub(super) fn new(nodes: &Nodes, data: &Path) -> Self {
        let banners = || nodes.all().iter().map(|node| node.banner());
        let chain = banners().find_map(|banner| banner["chain_id"].as_str()).unwrap_or_default().to_owned();
        let height = banners().filter_map(|banner| banner["height"].as_u64()).max().unwrap_or(0);
        let urls = nodes.all().iter().map(|node| node.url().to_owned()).collect();
        TestnetBanner { chain, height, data: data.to_path_buf(), urls }
    }

    /// What to show of nodes that were made and don't run.
    pub(super) fn prepared(places: &[NodePlace], data: &Path) -> Self {
        let homes = places.iter().map(|place| place.home.display().to_string()).collect();
        TestnetBanner { chain: String::new(), height: 0, data: data.to_path_buf(), urls: homes }
    }

    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "rpc": self.urls.first(), "nodes": self.urls, "chain_id": self.chain, "height": self.height, "data": self.data })
    }
}

impl fmt::Display for TestnetBanner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.urls.len();
        writeln!(formatter, "Sillok testnet of {count} validators, each a process of its own")?;
        writeln!(formatter, "  Chain id  {}", self.chain)?;
        writeln!(formatter, "  Height    {}", self.height)?;
        writeln!(formatter, "  Data      {} (each node's log is in its folder)", self.data.display())?;
        for (index, url) in self.urls.iter().enumerate() {
            writeln!(formatter, "  Node {:<4} {url}", index + 1)?;
        }
        writeln!(formatter, "\nAccounts and companies are those of `sillok dev`: everybody knows the keys.")?;
        write!(formatter, "Ctrl-C stops all nodes; the same command continues this chain.")
    }
}
