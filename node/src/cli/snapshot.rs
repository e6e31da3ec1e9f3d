//! `sillok snapshot`: a chain's state after one block in files: made, checked, restored.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sillok_client::rpc::to_hex;
use sillok_client::trust::Trust;

use super::table::grouped;
use super::verify::read_trust;
use super::{CliError, GlobalOptions, Result, output};
use crate::home::NodeHome;
use crate::ledger::Ledger;
use crate::snapshot::{self, Manifest, SnapshotError, SnapshotFolder};
use crate::storage::{DataFolder, StorageError};

/// The verbs of snapshots.
#[derive(Subcommand, Debug)]
pub(super) enum SnapshotCommand {
    /// Make a snapshot of a stopped node's chain. A running node makes its own: `[snapshots]` in node.toml.
    Create(CreateOptions),
    /// Check a snapshot. Needs no node.
    Verify(VerifyOptions),
    /// Begin the chain of a node, which has none yet, with a snapshot.
    Restore(RestoreOptions),
}

/// The options of `sillok snapshot create`.
#[derive(Args, Debug)]
pub(super) struct CreateOptions {
    /// The new or empty folder for the snapshot.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The block after which state is taken; the newest that can be if left out.
    #[arg(long, value_name = "HEIGHT")]
    at: Option<u64>,
    /// The node's folder.
    #[arg(long, value_name = "DIR", default_value = "./data/node")]
    home: PathBuf,
    /// The data folder, if the node is one of `sillok dev`.
    #[arg(long, value_name = "DIR", conflicts_with = "home")]
    data: Option<PathBuf>,
}

/// The options of `sillok snapshot verify`.
#[derive(Args, Debug)]
pub(super) struct VerifyOptions {
    /// The snapshot's folder.
    snapshot: PathBuf,
    /// The validators that you trust; `sillok trust` writes such a file.
    #[arg(long, value_name = "FILE", env = "SILLOK_TRUST")]
    trust: PathBuf,
}

/// The options of `sillok snapshot restore`.
#[derive(Args, Debug)]
pub(super) struct RestoreOptions {
    /// The snapshot's folder.
    snapshot: PathBuf,
    /// The node's folder, with the genesis of the chain.
    #[arg(long, value_name = "DIR", default_value = "./data/node")]
    home: PathBuf,
    /// The validators that you trust, if they are no longer those of the genesis.
    #[arg(long, value_name = "FILE", env = "SILLOK_TRUST")]
    trust: Option<PathBuf>,
}

/// Runs a verb.
pub(super) fn run(command: &SnapshotCommand, global: &GlobalOptions) -> Result<()> {
    match command {
        SnapshotCommand::Create(options) => create(options, global),
        SnapshotCommand::Verify(options) => verify(options, global),
        SnapshotCommand::Restore(options) => restore(options, global),
    }
}

fn create(options: &CreateOptions, global: &GlobalOptions) -> Result<()> {
    let data = match &options.data {
        Some(data) => data.clone(),
        None => NodeHome::open(&options.home).map_err(no_home)?.data(),
    };
    let ledger = open_ledger(&data)?;
    let height = options.at.unwrap_or_else(|| snapshot::newest(&ledger));
    output::note(global.quiet, format!("writing the state after block {height}"));
    let manifest = snapshot::create(&ledger, height, &options.out, || true).map_err(failed)?;
    let human = format!("made {}\n{}", options.out.display(), summary(&manifest));
    output::result(global.json, human, to_json(&manifest));
    Ok(())
}

/// The chain of a node that is stopped.
fn open_ledger(data: &Path) -> Result<Ledger> {
    let in_use = |error: StorageError| {
        match error {
        StorageError::Locked(_) => CliError::failed("snapshot", &error).hint(
            "stop the node, or have it make snapshots itself, which it keeps in data/snapshots: `[snapshots]` in node.toml",
        ),
        error => failed(error.into()),
    }
    };
    if !data.exists() {
        return Err(CliError::failed("snapshot", format!("there is no data folder {}", data.display()))
            .hint("name the node's folder with --home"));
    }
    let storage = Arc::new(DataFolder::prepare(data).and_then(|folder| folder.open()).map_err(in_use)?);
    if Ledger::stored_chain(&*storage).map_err(|error| failed(error.into()))?.is_none() {
        return Err(CliError::failed("snapshot", format!("{} has no chain yet", data.display()))
            .hint("start the node first"));
    }
    Ledger::open(storage).map_err(|error| failed(error.into()))
}

fn verify(options: &VerifyOptions, global: &GlobalOptions) -> Result<()> {
    let trust = read_trust(&options.trust)?;
    let folder = SnapshotFolder::at(&options.snapshot);
    let checked = snapshot::verify(&folder, &trust.chain, &trust.validators).map_err(failed)?;
    let human = format!(
        "verified: more than two thirds of the validators of {} have signed for this state\n{}",
        trust.name,
        summary(&checked.manifest)
    );
    let mut value = to_json(&checked.manifest);
    value["verified"] = true.into();
    output::result(global.json, human, value);
    Ok(())
}

fn restore(options: &RestoreOptions, global: &GlobalOptions) -> Result<()> {
    let home = NodeHome::open(&options.home).map_err(no_home)?;
    let genesis = home.genesis().map_err(no_home)?;
    let trust = match &options.trust {
        Some(file) => read_trust(file)?,
        None => Trust { chain: genesis.hash(), name: genesis.name.clone(), validators: genesis.validators() },
    };
    if trust.chain != genesis.hash() {
        return Err(CliError::usage("the trust file is of another chain than the node's genesis")
            .hint("get one of this chain: `sillok trust --out FILE`, at a node that you trust"));
    }
    let data = DataFolder::prepare(&home.data()).map_err(|error| failed(error.into()))?;
    let folder = SnapshotFolder::at(&options.snapshot);
    let checked = snapshot::restore(&folder, &data, &genesis, &trust.validators).map_err(failed)?;
    let human = format!(
        "restored into {}\n{}\n\nnext: `sillok start {}`; a validator needs --votes-from, two above the highest block of any validator",
        data.path().display(),
        summary(&checked.manifest),
        options.home.display(),
    );
    output::result(global.json, human, to_json(&checked.manifest));
    Ok(())
}

fn no_home(error: crate::home::HomeError) -> CliError {
    CliError::failed("node-folder", &error).hint(error.hint())
}

fn failed(error: SnapshotError) -> CliError {
    CliError::failed("snapshot", &error).hint(error.hint())
}

fn summary(manifest: &Manifest) -> String {
    format!(
        "  snapshot    {}\n  chain       {}\n  height      {}\n  state root  {}\n  entries     {}\n  chunks      {}, {} bytes",
        to_hex(manifest.id()),
        to_hex(manifest.header.chain),
        manifest.height(),
        to_hex(manifest.header.state_root),
        grouped(manifest.entries),
        manifest.chunks.len(),
        grouped(manifest.bytes()),
    )
}

fn to_json(manifest: &Manifest) -> Value {
    json!({
        "snapshot": to_hex(manifest.id()),
        "chain": to_hex(manifest.header.chain),
        "height": manifest.height(),
        "state_root": to_hex(manifest.header.state_root),
        "entries": manifest.entries,
        "first_block": manifest.first,
        "chunks": manifest.chunks.len(),
        "bytes": manifest.bytes(),
    })
}
