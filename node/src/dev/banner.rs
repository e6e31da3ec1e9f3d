//! What a newcomer needs to know about a dev chain that just started.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use sillok_client::keys::{DEV_NAMES, Keypair};

use super::genesis::ADMIN;
use super::samples::BANK;
use crate::chain::Chain;

/// What is shown when a dev chain has started.
pub(crate) struct Banner {
    url: String,
    name: String,
    chain: String,
    height: u64,
    data: PathBuf,
    accounts: Vec<(String, String)>,
    contracts: Vec<(String, String)>,
    program: String,
    /// The flag that commands need to find this node; empty if it is where they look.
    node_flag: String,
}

/// Where commands look for a node.
const DEFAULT_URL: &str = "http://127.0.0.1:9944";

impl Banner {
    /// What to show of `chain`, which answers at `url`.
    pub(crate) fn new(chain: &Chain, url: &str, data: &Path) -> Self {
        let genesis = chain.genesis();
        let contracts = genesis.contracts.iter().filter_map(|contract| {
            Some((contract.name.clone(), genesis.contract(&contract.name)?.to_string()))
        });
        let accounts = DEV_NAMES.iter().filter_map(|name| {
            let suri = format!("//{name}");
            let key: Keypair = suri.parse().ok()?;
            Some((suri, key.account().to_string()))
        });
        Banner {
            name: genesis.name.clone(),
            chain: format!("0x{}", hex::encode(chain.id())),
            height: chain.tip().height,
            data: data.to_path_buf(),
            accounts: accounts.collect(),
            contracts: contracts.collect(),
            program: std::env::args().next().unwrap_or_else(|| "sillok".into()),
            node_flag: if url == DEFAULT_URL { String::new() } else { format!(" --node {url}") },
            url: url.to_owned(),
        }
    }

    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        let object = |pairs: &[(String, String)]| -> Map<String, Value> {
            pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
        };
        json!({
            "rpc": self.url,
            "chain_id": self.chain,
            "name": self.name,
            "height": self.height,
            "data": self.data,
            "accounts": object(&self.accounts),
            "contracts": object(&self.contracts),
        })
    }

    /// Five commands to try.
    fn commands(&self) -> [String; 5] {
        [
            "status",
            "register holders hanbit",
            "order place hanbit sell 100 --price 12000 --from //Alice",
            "order place hanbit buy 40 --price 12000 --from //Bob",
            "did create --from //Charlie",
        ]
        .map(|command| format!("{} {command}{}", self.program, self.node_flag))
    }
}

fn role(account: &str) -> &'static str {
    match account.strip_prefix("//") {
        Some(ADMIN) => "  registrar, admin of the sample member",
        Some(BANK) => "  bank",
        _ => "",
    }
}

impl fmt::Display for Banner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "Sillok dev chain `{}`", self.name)?;
        writeln!(formatter, "  RPC       {} (HTTP and WebSocket)", self.url)?;
        writeln!(formatter, "  Chain id  {}", self.chain)?;
        writeln!(formatter, "  Height    {}", self.height)?;
        writeln!(formatter, "  Data      {}", self.data.display())?;
        writeln!(formatter, "\nAccounts, whose keys everybody knows: never use them for anything of value")?;
        for (name, address) in &self.accounts {
            writeln!(formatter, "  {name:9} {address}{}", role(name))?;
        }
        writeln!(formatter, "\nContracts; hanbit and seorak are registers of SAMPLE companies")?;
        for (name, id) in &self.contracts {
            writeln!(formatter, "  {name:9} {id}")?;
        }
        writeln!(formatter, "\nTry, in another terminal")?;
        for command in self.commands() {
            writeln!(formatter, "  {command}")?;
        }
        write!(formatter, "\nCtrl-C stops the node; the same command continues this chain.")
    }
}
