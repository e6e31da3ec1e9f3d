//! What is shown when a node has started.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sillok_abi::Account;

use crate::chain::Chain;
use crate::network::NodeId;

/// What is shown when a node has started.
pub(crate) struct Started {
    url: String,
    name: String,
    chain: String,
    height: u64,
    home: PathBuf,
    node: String,
    validator: Option<String>,
}

impl Started {
    /// What to show of the node in this folder, which answers at `url`.
    pub(super) fn new(
        chain: &Chain,
        url: &str,
        home: &Path,
        node: NodeId,
        validator: Option<[u8; 32]>,
    ) -> Self {
        Started {
            url: url.to_owned(),
            name: chain.genesis().name.clone(),
            chain: format!("0x{}", hex::encode(chain.id())),
            height: chain.tip().height,
            home: home.to_path_buf(),
            node: node.to_string(),
            validator: validator.map(|key| Account::Key(key).to_string()),
        }
    }

    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "rpc": self.url,
            "chain_id": self.chain,
            "name": self.name,
            "height": self.height,
            "home": self.home,
            "node": self.node,
            "validator": self.validator,
        })
    }
}

impl fmt::Display for Started {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "Sillok node of the chain `{}`", self.name)?;
        writeln!(formatter, "  RPC        {} (HTTP and WebSocket)", self.url)?;
        writeln!(formatter, "  Chain id   {}", self.chain)?;
        writeln!(formatter, "  Height     {}", self.height)?;
        writeln!(formatter, "  Folder     {}", self.home.display())?;
        writeln!(formatter, "  Node       {}", self.node)?;
        let validator = self.validator.as_deref().unwrap_or("none: this node follows without a vote");
        writeln!(formatter, "  Validator  {validator}")?;
        write!(formatter, "\nCtrl-C stops the node.")
    }
}
