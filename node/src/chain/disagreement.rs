//! When this node and the others came to different states: what it leaves for whoever has to find out why.
//!
//! Others' headers commit to the state after the last block. One that this node finds wrong is refused, which a
//! dishonest validator can bring about; one that is final all the same is what this is about.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use serde_json::{Value, json};
use sillok_abi::{Hash, Header};
use sillok_runtime::Fault;

use super::Chain;
use crate::lock::lock;
use crate::storage::write_whole;

/// What this node refuses, and where it leaves what it knows.
#[derive(Default)]
pub(super) struct Disagreement {
    folder: OnceLock<PathBuf>,
    refused: Mutex<Option<Refused>>,
    file: OnceLock<PathBuf>,
}

/// A block that was not valid here.
struct Refused {
    id: Hash,
    header: Header,
    reason: String,
}

impl Chain {
    /// From now on what this node knows of a disagreement is left in this folder; to be set once.
    pub(crate) fn leave_disagreements_in(&self, folder: &Path) {
        // A second call changes nothing.
        let _ = self.disagreement.folder.set(folder.to_path_buf());
    }

    /// A block is not valid here.
    pub(super) fn refused(&self, id: Hash, header: &Header, reason: &str) {
        let refused = Refused { id, header: header.clone(), reason: reason.to_owned() };
        *lock(&self.disagreement.refused) = Some(refused);
    }

    /// The fault that a block is final and not valid here; what the last block did on this node is left in a file,
    /// which the fault names.
    pub(crate) fn disagrees(&self, id: &Hash, what: &str) -> Fault {
        let refused = lock(&self.disagreement.refused).take().filter(|refused| refused.id == *id);
        let reason = refused.as_ref().map_or("", |refused| &refused.reason);
        let left = match self.write_disagreement(refused.as_ref()) {
            Ok(Some(file)) => {
                let left = format!("what block {} did here is in {}", self.tip().height, file.display());
                let _ = self.disagreement.file.set(file);
                left
            }
            Ok(None) => "nothing is left of it".to_owned(),
            Err(fault) => format!("what the last block did here can't be written down: {fault}"),
        };
        Fault::new(format!("{what}: {reason}. This node and the others came to different states; {left}"))
    }

    /// The file that was left, if one was.
    pub(crate) fn disagreement(&self) -> Option<&Path> {
        self.disagreement.file.get().map(PathBuf::as_path)
    }

    fn write_disagreement(&self, refused: Option<&Refused>) -> Result<Option<PathBuf>, Fault> {
        let (Some(folder), Some(refused)) = (self.disagreement.folder.get(), refused) else {
            return Ok(None);
        };
        let height = self.tip().height;
        let Some(mut effects) = self.effects(height)? else { return Ok(None) };
        effects["disagreement"] = self.difference(refused)?;
        let file = folder.join(format!("disagreement-{height}.json"));
        let text = format!("{effects:#}\n");
        write_whole(&file, text.as_bytes())
            .map_err(|error| Fault::new(format!("{}: {error}", file.display())))?;
        Ok(Some(file))
    }

    fn difference(&self, refused: &Refused) -> Result<Value, Fault> {
        let ((tip, own), header) = (self.tip_and_root()?, &refused.header);
        let hex = |hash: Hash| format!("0x{}", hex::encode(hash));
        Ok(json!({
            "block": hex(refused.id),
            "height": header.height,
            "reason": refused.reason,
            "state_root": { "own": hex(own), "theirs": hex(header.state_root) },
            "receipts_root": { "own": hex(tip.receipts_root), "theirs": hex(header.receipts_root) },
        }))
    }
}
