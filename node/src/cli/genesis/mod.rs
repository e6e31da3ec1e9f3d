//! `sillok genesis`: the members of a consortium make one genesis together. Needs no node.

mod add;
mod new;
mod seal;
mod verify;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use clap::Subcommand;

use super::{CliError, GlobalOptions, Result};
use crate::ceremony::CeremonyError;
use crate::home::HomeError;
pub(super) use verify::own_keys;

/// Make a chain's genesis together: draft, entries, seal, check.
#[derive(Subcommand, Debug)]
pub(super) enum GenesisCommand {
    /// Write a draft for all members to agree on.
    New(new::NewOptions),
    /// Make the entry of a node for a draft, signed by its keys and its organisation's (--from).
    Add(add::AddOptions),
    /// Make the genesis of a draft and the members' entries: the same bytes whoever does it.
    Seal(seal::SealOptions),
    /// Check a genesis against a draft, entries, a node's folder or another genesis, and show what is in it.
    Verify(verify::GenesisVerifyOptions),
}

pub(super) fn run(command: GenesisCommand, options: &GlobalOptions) -> Result<()> {
    match command {
        GenesisCommand::New(new) => new::run(&new, options),
        GenesisCommand::Add(add) => add::run(&add, options),
        GenesisCommand::Seal(seal) => seal::run(&seal, options),
        GenesisCommand::Verify(verify) => verify::run(&verify, options),
    }
}

fn failed(error: &CeremonyError) -> CliError {
    CliError::failed("genesis", error).hint(error.hint())
}

fn folder_failed(error: &HomeError) -> CliError {
    CliError::failed("node-folder", error).hint(error.hint())
}

/// Writes a new file. One that is there stays, and is no fault if it has these very bytes.
fn create(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| {
        CliError::failed("file", format!("can't write {}: {error}", path.display()))
            .hint("choose another file with --out, or move this one away")
    };
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}
