//! What a proposal does, from arguments to the module's actions.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};
use sillok_abi::Account;

use crate::cli::{CliError, Result, Session};
use crate::network::NodeId;

/// What a proposal does.
#[derive(Subcommand, Debug)]
pub(crate) enum ActionCommand {
    /// Take up a node: an observer, or a validator if a key is given.
    AddNode {
        /// The organisation that runs it, and which of its nodes it is.
        name: String,
        /// Its id on the network, as `sillok init` shows it: 12D3KooW…
        id: String,
        /// Who proposes and votes for it.
        #[arg(long, value_name = "ACCOUNT")]
        operator: String,
        /// The key that it votes with, as `sillok init` shows it.
        #[arg(long, value_name = "ADDRESS")]
        validator: Option<String>,
        /// Its voting power.
        #[arg(long, default_value_t = 1, requires = "validator")]
        power: u64,
        /// How to reach whoever runs it.
        #[arg(long, default_value = "")]
        contact: String,
    },
    /// Let a node go.
    RemoveNode {
        /// Its number, as `sillok gov nodes` shows it.
        number: u32,
    },
    /// Make an observer a validator.
    Promote {
        /// Its number.
        number: u32,
        /// The key that it votes with.
        #[arg(value_name = "ADDRESS")]
        address: String,
        /// Its voting power.
        #[arg(long, default_value_t = 1)]
        power: u64,
    },
    /// Make a validator an observer.
    Demote {
        /// Its number.
        number: u32,
    },
    /// Give a validator another key to vote with.
    Rekey {
        /// Its number.
        number: u32,
        /// The new key.
        #[arg(value_name = "ADDRESS")]
        address: String,
    },
    /// Give a node another id on the network.
    SetPeer {
        /// Its number.
        number: u32,
        /// The new id: 12D3KooW…
        id: String,
    },
    /// Give a validator another voting power; one that was suspended votes again.
    SetPower {
        /// Its number.
        number: u32,
        /// The power.
        power: u64,
    },
    /// Set a parameter of the chain.
    SetParameter {
        /// Its name, as `sillok gov parameters` lists it.
        name: String,
        /// Its value.
        value: u64,
    },
    /// Have the chain follow another version of the protocol from a height on.
    PlanVersion {
        /// The version.
        version: u32,
        /// The first block that follows it.
        height: u64,
    },
    /// Execute nothing but governance from the next block on.
    Halt {
        /// Why.
        reason: String,
    },
    /// End the halt.
    Resume,
    /// Whatever else the module can do, and several things at once: a file with a list of its actions.
    File {
        /// JSON: [{"SetMemberShare": {"member": 0, "gas_share": 500, "state_quota": 1000000}}, …].
        #[arg(value_name = "FILE")]
        path: PathBuf,
    },
}

impl ActionCommand {
    /// The actions as the module takes them, and a sentence of what they do.
    pub(super) fn actions(&self, session: &Session) -> Result<(Value, String)> {
        let (action, does) = match self {
            ActionCommand::AddNode { name, id, operator, validator, power, contact } => {
                let peer = hex(&peer(id)?);
                let operator = session.account(operator)?.to_string();
                let key = validator.as_deref().map(|key| public(session, key)).transpose()?;
                let does = match key {
                    Some(_) => format!("take up {name} as a validator of power {power}"),
                    None => format!("take up {name} as an observer"),
                };
                let validator = key.map(|key| json!({ "key": hex(&key), "power": power }));
                let node = json!({
                    "name": name, "operator": operator, "contact": contact, "peer": peer, "validator": validator,
                });
                (json!({ "AddNode": { "node": node } }), does)
            }
            ActionCommand::RemoveNode { number } => {
                (json!({ "RemoveNode": { "node": number } }), format!("let node {number} go"))
            }
            ActionCommand::Promote { number, address, power } => {
                let action =
                    json!({ "node": number, "key": hex(&public(session, address)?), "power": power });
                (json!({ "Promote": action }), format!("make node {number} a validator of power {power}"))
            }
            ActionCommand::Demote { number } => {
                (json!({ "Demote": { "node": number } }), format!("make node {number} an observer"))
            }
            ActionCommand::Rekey { number, address } => {
                let action = json!({ "node": number, "key": hex(&public(session, address)?) });
                (json!({ "Rekey": action }), format!("give node {number} the key {address} to vote with"))
            }
            ActionCommand::SetPeer { number, id } => {
                let action = json!({ "node": number, "peer": hex(&peer(id)?) });
                (json!({ "SetPeer": action }), format!("give node {number} the network key {id}"))
            }
            ActionCommand::SetPower { number, power } => {
                let action = json!({ "node": number, "power": power });
                (json!({ "SetPower": action }), format!("give node {number} the power {power}"))
            }
            ActionCommand::SetParameter { name, value } => {
                let action = json!({ "name": name, "value": value });
                (json!({ "SetParameter": action }), format!("set {name} to {value}"))
            }
            ActionCommand::PlanVersion { version, height } => {
                let action = json!({ "version": version, "height": height });
                let does = format!("follow version {version} of the protocol from block {height} on");
                (json!({ "PlanVersion": action }), does)
            }
            ActionCommand::Halt { reason } => {
                (json!({ "Halt": { "reason": reason } }), format!("halt the chain: {reason}"))
            }
            ActionCommand::Resume => (json!({ "Resume": {} }), "end the halt".into()),
            ActionCommand::File { path } => return of_file(path),
        };
        Ok((json!([action]), does))
    }
}

fn of_file(path: &PathBuf) -> Result<(Value, String)> {
    let failed = |error: String| CliError::failed("actions", format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let actions: Value = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    let names: Option<Vec<String>> = actions
        .as_array()
        .map(|list| list.iter().filter_map(|action| action.as_object()?.keys().next().cloned()).collect());
    let names =
        names.filter(|names| !names.is_empty()).ok_or_else(|| failed("is no list of actions".into()))?;
    Ok((actions, names.join(", ")))
}

/// The network key of a node's id.
fn peer(text: &str) -> Result<[u8; 32]> {
    let id = text.parse().ok().and_then(|id| NodeId::from_peer_id(&id));
    let unknown = || {
        CliError::usage(format!("`{text}` is no node's id"))
            .hint("`sillok init` and `sillok start` show it: 12D3KooW…")
    };
    id.map(|id| id.0).ok_or_else(unknown)
}

/// The public key of an address.
fn public(session: &Session, text: &str) -> Result<[u8; 32]> {
    match session.account(text)? {
        Account::Key(key) => Ok(key),
        _ => Err(CliError::usage(format!("`{text}` is not the address of a key"))),
    }
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}
