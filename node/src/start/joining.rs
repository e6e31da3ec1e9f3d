//! Joining by a snapshot before a node starts, if it has no chain yet.

use std::fs;
use std::path::Path;

use sillok_abi::Validator;
use sillok_client::trust::Trust;
use sillok_runtime::Genesis;

use super::StartError;
use crate::join::{self, JoinError, JoinParts};
use crate::ledger::Ledger;
use crate::network::{self, Member, NodeId};
use crate::storage::{DataFolder, StorageError};

/// Joins by a snapshot if the folder has no chain; by the validators of this trust file, if there is one, or else
/// of genesis. `may_vote` says that it is known what the node's key has
/// signed.
pub(super) fn join_by_snapshot(
    folder: &DataFolder,
    trust: Option<&Path>,
    genesis: &Genesis,
    network: &network::Config,
    may_vote: bool,
) -> Result<(), StartError> {
    match Ledger::stored_chain(&folder.open()?) {
        Ok(None) | Err(StorageError::Unfinished) => {}
        Ok(Some(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    if !may_vote {
        return Err(JoinError::VotesFrom.into());
    }
    let validators = match trust {
        Some(file) => trusted(file, genesis)?,
        None => genesis.validators(),
    };
    let members = genesis.nodes.iter().map(|node| Member {
        node: NodeId(node.peer),
        validator: node.validator.as_ref().map(|validator| validator.key),
    });
    let (network, members) = (network.clone(), members.collect());
    let parts = JoinParts { network, members, genesis, validators: &validators, folder };
    if let Some(manifest) = join::join(parts)? {
        let (height, id) = (manifest.height(), hex::encode(manifest.id()));
        tracing::info!(height, id, "joined by a snapshot");
    }
    Ok(())
}

/// The validators that a trust file of this chain names.
fn trusted(file: &Path, genesis: &Genesis) -> Result<Vec<Validator>, JoinError> {
    let unreadable = |error| JoinError::Trust(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(unreadable)?;
    let trust = Trust::parse(&text).map_err(|why| JoinError::Trust(format!("{}: {why}", file.display())))?;
    if trust.chain != genesis.hash() {
        return Err(JoinError::Trust(format!("{} is of another chain", file.display())));
    }
    Ok(trust.validators)
}
