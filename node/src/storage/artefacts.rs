//! Compiled code in files, so that a node that starts again need not compile. Only a cache: whatever is
//! wrong with a file, the runtime finds out and compiles anew.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sillok_abi::Hash;
use sillok_runtime::Artefacts;

use super::StorageError;

/// The folder of compiled code.
#[derive(Debug)]
pub(crate) struct ArtefactFolder {
    path: PathBuf,
}

impl ArtefactFolder {
    /// Opens the folder, making it if there is none.
    ///
    /// # Errors
    /// If it can't be made.
    pub(crate) fn open(path: &Path) -> Result<Self, StorageError> {
        fs::create_dir_all(path).map_err(|source| StorageError::File {
            action: "create",
            path: path.to_path_buf(),
            source,
        })?;
        Ok(ArtefactFolder { path: path.to_path_buf() })
    }

    fn file(&self, name: &Hash) -> PathBuf {
        self.path.join(hex::encode(name))
    }
}

impl Artefacts for ArtefactFolder {
    fn load(&self, name: &Hash) -> Option<Vec<u8>> {
        fs::read(self.file(name)).ok()
    }

    /// Written beside and renamed, so that no other thread reads half of it. Not synced: a file that a
    /// crash has cut short fails its checksum.
    fn store(&self, name: &Hash, artefact: &[u8]) {
        let file = self.file(name);
        let draft = file.with_extension(format!("{:?}", std::thread::current().id()));
        let written = fs::File::create(&draft)
            .and_then(|mut opened| opened.write_all(artefact))
            .and_then(|()| fs::rename(&draft, &file));
        if let Err(error) = written {
            tracing::warn!(file = %file.display(), %error, "compiled code is not kept, and will be compiled again");
            // What is left of the draft would only take room.
            let _ = fs::remove_file(&draft);
        }
    }
}
