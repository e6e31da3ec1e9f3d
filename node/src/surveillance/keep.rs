//! The model in a file of the node's folder, so that a start need not read all blocks again.
//!
//! It holds nothing that blocks don't tell: whatever is wrong with it, the model is made anew.

use std::path::PathBuf;
use std::{fs, io};

use codec::{Decode, DecodeAll, Encode};
use sillok_abi::{Hash, digest};

use super::model::Model;
use crate::storage::write_whole;

/// Goes up when what is kept gets another form.
const FORM: u32 = 1;
/// What its digest is of.
const DOMAIN: &str = "sillok/surveillance";

/// Where the model of a chain is kept.
#[derive(Clone, Debug)]
pub(super) struct Keep {
    pub(super) chain: Hash,
    pub(super) file: PathBuf,
}

/// Why nothing that was kept can be gone on with.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    /// It can't be read.
    #[error("it can't be read: {0}")]
    Unreadable(io::ErrorKind),
    /// Its bytes are not those that were written, or have another form.
    #[error("it is damaged or of another version")]
    Damaged,
    /// It is of another chain, or of later blocks than the chain has.
    #[error("it is of another chain, or of later blocks than the chain has")]
    Foreign,
    /// It was found by other thresholds.
    #[error("the settings have changed")]
    OtherSettings,
}

impl Keep {
    /// Writes a model down.
    ///
    /// # Errors
    /// If it can't be written; what was kept before is still there.
    pub(super) fn save(&self, model: &Model) -> io::Result<()> {
        let body = (FORM, self.chain, model).encode();
        write_whole(&self.file, &(digest(DOMAIN, &body), body).encode())
    }

    /// The model that was kept, if there is one that can go on where `fresh` would begin: of this chain, which has
    /// come to block `tip`, and by the same settings.
    ///
    /// # Errors
    /// Why what is there can't be gone on with.
    pub(super) fn load(&self, fresh: &Model, tip: u64) -> Result<Option<Model>, Unfit> {
        let bytes = match fs::read(&self.file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Unfit::Unreadable(error.kind())),
        };
        let (told, body) = <(Hash, Vec<u8>)>::decode_all(&mut &*bytes).map_err(|_| Unfit::Damaged)?;
        let rest = &mut &*body;
        if told != digest(DOMAIN, &body) || u32::decode(rest) != Ok(FORM) {
            return Err(Unfit::Damaged);
        }
        let (chain, model) = <(Hash, Model)>::decode_all(rest).map_err(|_| Unfit::Damaged)?;
        if chain != self.chain || model.height() > tip {
            return Err(Unfit::Foreign);
        }
        if model.is_as(fresh) { Ok(Some(model)) } else { Err(Unfit::OtherSettings) }
    }
}
