//! `sillok genesis verify`: what is in a genesis, and whether it is the one that a member means.

use std::path::{Path, PathBuf};

use clap::Args;
use codec::DecodeAll;
use serde_json::json;
use sillok_abi::Account;
use sillok_client::rpc::to_hex;
use sillok_runtime::{Genesis, Parameters};

use super::seal::{nodes_json, nodes_table};
use super::{failed, folder_failed};
use crate::ceremony::{CeremonyError, Draft, Entry, Plan, differences, known_keys, try_out};
use crate::checks::{Check, Level, Report};
use crate::cli::{CliError, GlobalOptions, Result, output};
use crate::home::{HomeError, KeyKind, NodeHome};
use crate::network::NodeId;

/// The options of `sillok genesis verify`.
#[derive(Args, Debug)]
pub(in crate::cli) struct GenesisVerifyOptions {
    /// The genesis.
    #[arg(default_value = "genesis.scale")]
    file: PathBuf,
    /// Compare with this draft, as you have it.
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
    /// Check that this entry is in it, and its signatures; needs --draft. Can be given several times: if
    /// any are given, every node needs one.
    #[arg(long, value_name = "FILE", requires = "draft", num_args = 1..)]
    entry: Vec<PathBuf>,
    /// Check that this node is in it with its keys.
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Say what differs from this genesis.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

/// Checks a genesis, and shows it.
pub(super) fn run(options: &GenesisVerifyOptions, global: &GlobalOptions) -> Result<()> {
    let genesis = read(&options.file)?;
    let mut report = Report::default();
    report.0.push(match try_out(&genesis) {
        Ok(()) => Check::ok("chain", format!("{}, id {}", genesis.name, to_hex(genesis.hash()))),
        Err(error) => Check::error("chain", error),
    });
    check_known_keys(&genesis, &mut report);
    if let Some(draft) = &options.draft {
        let plan = Draft::read(draft).and_then(|draft| draft.plan()).map_err(|error| failed(&error))?;
        check_draft(&genesis, &plan, &mut report);
        check_entries(&genesis, &plan, &options.entry, &mut report)?;
    }
    if let Some(home) = &options.home {
        check_home(&genesis, &NodeHome::open(home).map_err(|error| folder_failed(&error))?, &mut report)?;
    }
    if let Some(other) = &options.against {
        compare(&other.display().to_string(), &genesis, &read(other)?, &mut report);
    }
    finish(&genesis, &report, global)
}

fn read(path: &Path) -> Result<Genesis> {
    let bytes = std::fs::read(path).map_err(|source| {
        let path = path.to_owned();
        failed(&CeremonyError::File { path, source })
    })?;
    DecodeAll::decode_all(&mut bytes.as_slice()).map_err(|_| {
        CliError::failed("genesis", format!("{} is not SCALE of a genesis", path.display()))
            .hint("ask for the file again, as `sillok genesis seal` wrote it, or seal it yourself")
    })
}

fn check_known_keys(genesis: &Genesis, report: &mut Report) {
    let found = known_keys(genesis);
    report.0.extend(found.iter().map(|(key, place)| {
        let text = format!("everybody knows the secret key of {key}: {place}");
        match genesis.dev {
            true => Check::warning("known keys", text),
            false => Check::error("known keys", text).advice("do not start a chain of value with this"),
        }
    }));
    if genesis.dev {
        let check = Check::warning("known keys", "it is a chain for development: it protects nothing");
        report.0.push(check.advice("use it for trials alone"));
    } else if found.is_empty() {
        report.0.push(Check::ok("known keys", "none whose secret everybody knows"));
    }
}

/// The genesis has to be what the draft comes to with its nodes.
fn check_draft(genesis: &Genesis, plan: &Plan, report: &mut Report) {
    match plan.with_nodes(genesis.nodes.clone()) {
        Ok(expected) => compare("the draft", genesis, &expected, report),
        Err(error) => report.0.push(Check::error("the draft", error)),
    }
}

/// A line for each difference.
fn compare(with: &str, genesis: &Genesis, expected: &Genesis, report: &mut Report) {
    let found = differences(genesis, expected);
    if found.is_empty() {
        report.0.push(Check::ok(with, "says the same"));
    }
    report.0.extend(found.into_iter().map(|difference| {
        Check::error(
            format!("{with} differs"),
            format!("{}: {} in the genesis, {} there", difference.what, difference.one, difference.other),
        )
    }));
}

fn check_entries(genesis: &Genesis, plan: &Plan, paths: &[PathBuf], report: &mut Report) -> Result<()> {
    let mut entered = Vec::new();
    for path in paths {
        let entry = Entry::read(path).map_err(|error| failed(&error))?;
        report.0.push(match entry.check(plan) {
            Err(error) => Check::error("entry", &error).advice(error.hint()),
            Ok(node) if genesis.nodes.contains(&node) => {
                entered.push(node.name.clone());
                Check::ok("entry", format!("{} is in it, and has signed", node.name))
            }
            Ok(node) => {
                Check::error("entry", format!("{} is not in it as {} has it", node.name, path.display()))
            }
        });
    }
    let without = genesis.nodes.iter().filter(|node| !paths.is_empty() && !entered.contains(&node.name));
    report.0.extend(without.map(|node| {
        Check::error(
            "entry",
            format!("the node {} is in the genesis, and no entry that was given is its", node.name),
        )
    }));
    Ok(())
}

/// A member's own node has to be in the genesis, with its keys.
fn check_home(genesis: &Genesis, home: &NodeHome, report: &mut Report) -> Result<()> {
    let public = |kind| home.public(kind).map_err(|error| folder_failed(&error));
    let (peer, key) = (public(KeyKind::Network)?.unwrap_or_default(), public(KeyKind::Validator)?);
    report.0.push(own_keys(genesis, peer, key));
    match home.genesis() {
        Ok(own) => compare("its genesis.scale", genesis, &own, report),
        Err(HomeError::NoGenesis(path)) => {
            let check = Check::ok("its genesis.scale", "is not there yet");
            report.0.push(check.advice(format!("put the file there: {}", path.display())));
        }
        Err(error) => report.0.push(Check::error("its genesis.scale", &error).advice(error.hint())),
    }
    Ok(())
}

/// Whether the keys of a node are in a genesis.
pub(in crate::cli) fn own_keys(genesis: &Genesis, peer: [u8; 32], key: Option<[u8; 32]>) -> Check {
    let name = "own keys";
    let Some(node) = genesis.nodes.iter().find(|node| node.peer == peer) else {
        let check = Check::error(name, format!("the node {} is not in the genesis", NodeId(peer)));
        return check.advice("was its entry sent to whoever sealed?");
    };
    match (&node.validator, key) {
        (Some(entered), Some(key)) if entered.key == key => {
            Check::ok(name, format!("are those of {}, with power {}", node.name, entered.power))
        }
        (None, None) => Check::ok(name, format!("are those of {}, which follows without a vote", node.name)),
        (entered, own) => {
            let text = |key: Option<[u8; 32]>| key.map_or("none".into(), |key| Account::Key(key).to_string());
            let (entered, own) = (text(entered.as_ref().map(|it| it.key)), text(own));
            Check::error(
                name,
                format!("{} votes with {entered} in the genesis, and the folder has {own}", node.name),
            )
        }
    }
}

/// Shows the genesis and the checks; fails if one of them does.
fn finish(genesis: &Genesis, report: &Report, global: &GlobalOptions) -> Result<()> {
    let usual = Parameters::default().list();
    let unusual: Vec<_> = genesis.parameters.list().into_iter().filter(|it| !usual.contains(it)).collect();
    let parameters: Vec<String> = unusual.iter().map(|it| format!("{} = {}", it.name, it.value)).collect();
    let parameters = if parameters.is_empty() { "all as usual".into() } else { parameters.join(", ") };
    let contracts: Vec<&str> = genesis.contracts.iter().map(|contract| contract.name.as_str()).collect();
    let members: Vec<&str> = genesis.members.iter().map(|member| member.name.as_str()).collect();
    let human = format!(
        "{} from {}\n  chain id       {}\n  organisations  {}\n  contracts      {}\n  parameters     {parameters}\n\n{}\n\n{report}",
        genesis.name,
        genesis.time,
        to_hex(genesis.hash()),
        members.join(", "),
        contracts.join(", "),
        nodes_table(genesis),
    );
    let shown = json!({
        "chain_id": to_hex(genesis.hash()), "name": genesis.name, "time": genesis.time.to_string(),
        "dev": genesis.dev, "organisations": members, "contracts": contracts, "nodes": nodes_json(genesis),
        "parameters": genesis.parameters.list().into_iter().map(|it| (it.name, json!(it.value))).collect::<serde_json::Map<_, _>>(),
        "checks": report.to_json(),
    });
    match report.count(Level::Error) {
        0 => {
            output::result(global.json, human, shown);
            Ok(())
        }
        count => {
            if !global.json {
                output::result(false, human, shown.clone());
            }
            let message = format!("this is not the genesis that was meant: {count} checks failed");
            let error = CliError::failed("genesis-differs", message);
            Err(error.hint("do not start with it before the members agree").beside("genesis", shown))
        }
    }
}
