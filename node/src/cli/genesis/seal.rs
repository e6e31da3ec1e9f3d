//! `sillok genesis seal`: the genesis of a draft and the members' entries.

use std::path::PathBuf;

use clap::Args;
use codec::Encode;
use serde_json::{Value, json};
use sillok_abi::Account;
use sillok_client::rpc::to_hex;
use sillok_client::transaction::now;
use sillok_runtime::Genesis;

use super::{create, failed};
use crate::ceremony::{CeremonyError, Draft, Entry, Plan, known_keys, seal, try_out};
use crate::cli::table::{Align, Table};
use crate::cli::{GlobalOptions, Result, output};
use crate::network::NodeId;

/// The options of `sillok genesis seal`.
#[derive(Args, Debug)]
pub(in crate::cli) struct SealOptions {
    /// The draft.
    draft: PathBuf,
    /// The members' entries, in any order.
    #[arg(required = true, value_name = "ENTRY")]
    entries: Vec<PathBuf>,
    /// Seal a draft of a chain for development, with keys in it whose secrets everybody knows, such as //Alice:
    /// for trials, as such a chain protects nothing.
    #[arg(long)]
    with_known_keys: bool,
    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = "genesis.scale")]
    out: PathBuf,
}

/// Makes and writes the genesis.
pub(super) fn run(options: &SealOptions, global: &GlobalOptions) -> Result<()> {
    let plan = Draft::read(&options.draft).and_then(|draft| draft.plan()).map_err(|error| failed(&error))?;
    if plan.is_dev() && !options.with_known_keys {
        return Err(failed(&CeremonyError::Development));
    }
    let entries =
        options.entries.iter().map(|path| Entry::read(path)).collect::<std::result::Result<Vec<_>, _>>();
    let entries = entries.map_err(|error| failed(&error))?;
    let genesis = seal(&plan, &entries).map_err(|error| failed(&error))?;
    output::note(global.quiet, "beginning a chain of it in memory, to see whether it can");
    try_out(&genesis).map_err(|error| failed(&error))?;
    create(&options.out, &genesis.encode())?;
    tell(&plan, &genesis, global);
    let peers = peers(&entries);
    let human = format!(
        "sealed {}\n  chain     {}\n  chain id  {}\n\n{}\n\n{}next: every member checks it (`sillok genesis verify {} --draft {} --home ./node`), \
         puts it into its node's folder and starts",
        options.out.display(),
        genesis.name,
        to_hex(genesis.hash()),
        nodes_table(&genesis),
        peers_text(&peers),
        options.out.display(),
        options.draft.display(),
    );
    let value = json!({
        "genesis": options.out, "chain_id": to_hex(genesis.hash()), "name": genesis.name, "dev": genesis.dev,
        "nodes": nodes_json(&genesis), "peers": peers,
    });
    output::result(global.json, human, value);
    Ok(())
}

/// What members should look at, though it is no fault.
fn tell(plan: &Plan, genesis: &Genesis, global: &GlobalOptions) {
    for (key, place) in known_keys(genesis) {
        output::note(global.quiet, format!("everybody knows the secret key of {key}: {place}"));
    }
    for (number, member) in plan.members().iter().enumerate() {
        if !genesis.nodes.iter().any(|node| plan.organisation_of(&node.name) == Some(number)) {
            output::note(global.quiet, format!("the organisation `{}` has no node", member.name));
        }
    }
    if plan.time() > now() {
        output::note(global.quiet, format!("there will be no block before {}", plan.time()));
    }
}

/// Where nodes reach each other, for `peers` in node.toml.
fn peers(entries: &[Entry]) -> Vec<String> {
    let of = |entry: &Entry| {
        let node = entry.node.clone();
        entry.addresses.iter().map(move |address| format!("{address}/p2p/{node}")).collect::<Vec<_>>()
    };
    let mut peers: Vec<String> = entries.iter().flat_map(of).collect();
    peers.sort();
    peers
}

fn peers_text(peers: &[String]) -> String {
    if peers.is_empty() {
        return String::new();
    }
    let lines: Vec<_> = peers.iter().map(|peer| format!("  {peer:?},")).collect();
    format!(
        "for each node.toml, where a node's own address does no harm:\npeers = [\n{}\n]\n\n",
        lines.join("\n")
    )
}

/// The nodes of a genesis, for people.
pub(super) fn nodes_table(genesis: &Genesis) -> String {
    let columns =
        [("node", Align::Left), ("power", Align::Right), ("validator", Align::Left), ("id", Align::Left)];
    let mut table = Table::new(&columns, "no nodes");
    for node in &genesis.nodes {
        let key = node.validator.as_ref().map_or("-".into(), |it| Account::Key(it.key).to_string());
        let power = node.validator.as_ref().map_or("-".into(), |it| it.power.to_string());
        table.row([node.name.clone(), power, key, NodeId(node.peer).to_string()]);
    }
    table.to_string()
}

/// The nodes of a genesis, for machines.
pub(super) fn nodes_json(genesis: &Genesis) -> Value {
    let nodes = genesis.nodes.iter().map(|node| {
        let key = node.validator.as_ref().map(|it| Account::Key(it.key).to_string());
        json!({
            "name": node.name, "node": NodeId(node.peer).to_string(), "operator": node.operator.to_string(),
            "contact": node.contact, "validator": key, "power": node.validator.as_ref().map(|it| it.power),
        })
    });
    nodes.collect()
}
