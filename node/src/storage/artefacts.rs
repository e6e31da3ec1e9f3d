//! Compiled code in files, so that a node that starts again need not compile. Only a cache: whatever is
//! wrong with a file, the runtime finds out and compiles anew. Several nodes of a machine may share it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::time::SystemTime;

use sillok_abi::Hash;
use sillok_runtime::Artefacts;

use super::StorageError;
use crate::limits;

/// The folder of compiled code: in it a folder for each engine used lately, with a file for each code.
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

    fn folder(&self, engine: &Hash) -> PathBuf {
        self.path.join(hex::encode(engine))
    }

    /// Makes the folder of an engine that nothing was kept for yet, and removes what was kept for those that
    /// began longest ago.
    fn begin(&self, engine: &Path) -> io::Result<()> {
        let mut others: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_dir() {
                others.push((about.created().or_else(|_| about.modified())?, entry.path()));
            }
        }
        others.sort();
        let kept = limits::KEPT_ENGINES.saturating_sub(1);
        for (_, oldest) in &others[..others.len().saturating_sub(kept)] {
            fs::remove_dir_all(oldest)?;
        }
        fs::create_dir_all(engine)
    }

    /// Written beside and renamed, so that no other reads half of it. Not synced: a file that a
    /// crash has cut short fails its checksum.
    fn write(&self, engine: &Hash, code: &Hash, artefact: &[u8]) -> io::Result<()> {
        let folder = self.folder(engine);
        if !folder.is_dir() {
            self.begin(&folder)?;
        }
        let file = folder.join(hex::encode(code));
        let draft = file.with_extension(format!("{}-{:?}", process::id(), std::thread::current().id()));
        let written = fs::File::create(&draft)
            .and_then(|mut opened| opened.write_all(artefact))
            .and_then(|()| fs::rename(&draft, &file));
        if written.is_err() {
            // What is left of the draft would only take room.
            let _ = fs::remove_file(&draft);
        }
        written
    }
}

impl Artefacts for ArtefactFolder {
    fn load(&self, engine: &Hash, code: &Hash) -> Option<Vec<u8>> {
        fs::read(self.folder(engine).join(hex::encode(code))).ok()
    }

    fn store(&self, engine: &Hash, code: &Hash, artefact: &[u8]) {
        if let Err(error) = self.write(engine, code, artefact) {
            let folder = self.path.display();
            tracing::warn!(%folder, %error, "compiled code is not kept, and will be compiled again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_for_the_oldest_engine_is_removed() {
        let path = tempfile::tempdir().unwrap();
        let folder = ArtefactFolder::open(path.path()).unwrap();
        let engines = u8::try_from(limits::KEPT_ENGINES).unwrap();
        for engine in 1..=engines {
            folder.store(&[engine; 32], &[7; 32], &[engine]);
            folder.store(&[engine; 32], &[8; 32], &[engine]);
        }
        assert_eq!(folder.load(&[1; 32], &[7; 32]), Some(vec![1]));
        assert_eq!(folder.load(&[engines + 1; 32], &[7; 32]), None, "another engine's");
        folder.store(&[engines + 1; 32], &[7; 32], b"new");
        assert_eq!(folder.load(&[engines + 1; 32], &[7; 32]), Some(b"new".to_vec()));
        assert_eq!(folder.load(&[1; 32], &[8; 32]), None);
        assert_eq!(folder.load(&[2; 32], &[8; 32]), Some(vec![2]));
        assert_eq!(fs::read_dir(path.path()).unwrap().count(), limits::KEPT_ENGINES);
    }
}
