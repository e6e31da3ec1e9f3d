//! A snapshot's folder.
//!
//! Invariant: the manifest is written last, so that a folder with a manifest has had all its chunks.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use codec::Encode;

use super::manifest::{Chunk, Finality};
use super::{Manifest, SnapshotError};
use crate::limits;

const MANIFEST: &str = "manifest";
const FINALITY: &str = "finality";
const CHUNKS: &str = "chunks";

/// A snapshot's folder.
#[derive(Clone, Debug)]
pub(crate) struct SnapshotFolder {
    path: PathBuf,
}

impl SnapshotFolder {
    /// The snapshot in this folder, as far as there is one.
    pub(crate) fn at(path: &Path) -> Self {
        SnapshotFolder { path: path.to_path_buf() }
    }

    /// Makes a folder for a snapshot.
    ///
    /// # Errors
    /// If there is something in it, or it can't be made.
    pub(crate) fn make(path: &Path) -> Result<Self, SnapshotError> {
        let is_empty = match fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == ErrorKind::NotFound => true,
            Err(error) => return Err(file("read", path)(error)),
        };
        if !is_empty {
            return Err(SnapshotError::NotEmpty(path.to_path_buf()));
        }
        let folder = SnapshotFolder::at(path);
        folder.make_chunks()?;
        Ok(folder)
    }

    /// Makes the folder for chunks, if there is none.
    pub(crate) fn make_chunks(&self) -> Result<(), SnapshotError> {
        let chunks = self.chunks();
        fs::create_dir_all(&chunks).map_err(file("create", &chunks))
    }

    /// Its manifest.
    ///
    /// # Errors
    /// If it has none, or none that can be one.
    pub(crate) fn manifest(&self) -> Result<Manifest, SnapshotError> {
        let bytes = read(&self.path.join(MANIFEST))?;
        Manifest::decode(&bytes.ok_or_else(|| SnapshotError::NoManifest(self.path.clone()))?)
    }

    /// What makes its header final; nothing of it is checked.
    ///
    /// # Errors
    /// If it has none that can be one.
    pub(crate) fn finality(&self) -> Result<Finality, SnapshotError> {
        let bytes = read(&self.path.join(FINALITY))?;
        Finality::decode(&bytes.ok_or(SnapshotError::Finality)?)
    }

    /// The chunk with this index, which is the one that `expected` says.
    ///
    /// # Errors
    /// If it is not, or can't be read.
    pub(crate) fn chunk(&self, index: u32, expected: &Chunk) -> Result<Vec<u8>, SnapshotError> {
        let path = self.chunk_file(index);
        let missing = |error: &std::io::Error| error.kind() == ErrorKind::NotFound;
        let length = match fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) if missing(&error) => return Err(SnapshotError::MissingChunk(index)),
            Err(error) => return Err(file("read", &path)(error)),
        };
        // What is too long is not read.
        if length != u64::from(expected.bytes) {
            return Err(SnapshotError::ChunkLength { chunk: index, expected: expected.bytes, found: length });
        }
        let bytes = fs::read(&path).map_err(file("read", &path))?;
        expected.check(index, &bytes)?;
        Ok(bytes)
    }

    /// The chunk with this index as it is on disk; none if it can't be read, or is longer than any.
    pub(super) fn raw_chunk(&self, index: u32) -> Option<Vec<u8>> {
        let path = self.chunk_file(index);
        let length = fs::metadata(&path).ok()?.len();
        (length <= limits::SNAPSHOT_CHUNK_BYTES as u64).then(|| fs::read(&path).ok())?
    }

    /// Checks that there is no file among the chunks that `manifest` does not name.
    ///
    /// # Errors
    /// If there is one.
    pub(crate) fn check_names(&self, manifest: &Manifest) -> Result<(), SnapshotError> {
        let chunks = self.chunks();
        for entry in fs::read_dir(&chunks).map_err(file("read", &chunks))? {
            let path = entry.map_err(file("read", &chunks))?.path();
            let index = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
            let known = index.is_some_and(|index| {
                (index as usize) < manifest.chunks.len() && path == self.chunk_file(index)
            });
            if !known {
                return Err(SnapshotError::ForeignFile(path));
            }
        }
        Ok(())
    }

    /// Writes a chunk: whole or, after a crash, not at all or so that its digest tells.
    ///
    /// # Errors
    /// If it can't be written.
    pub(crate) fn write_chunk(&self, index: u32, bytes: &[u8]) -> Result<(), SnapshotError> {
        write(&self.chunk_file(index), bytes)
    }

    /// Writes what makes the header final, and the manifest.
    ///
    /// # Errors
    /// If they can't be written.
    pub(crate) fn write_head(&self, manifest: &Manifest, finality: &Finality) -> Result<(), SnapshotError> {
        write(&self.path.join(FINALITY), &finality.encode())?;
        let draft = self.path.join("manifest.draft");
        write(&draft, &manifest.encode())?;
        let manifest = self.path.join(MANIFEST);
        fs::rename(&draft, &manifest).map_err(file("write", &manifest))
    }

    fn chunks(&self) -> PathBuf {
        self.path.join(CHUNKS)
    }

    fn chunk_file(&self, index: u32) -> PathBuf {
        self.chunks().join(format!("{index:06}"))
    }
}

/// The file's content; none if there is no such file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, SnapshotError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(file("read", path)(source)),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), SnapshotError> {
    let mut opened = fs::File::create(path).map_err(file("write", path))?;
    opened.write_all(bytes).and_then(|()| opened.sync_all()).map_err(file("write", path))
}

/// The error of an action on a file.
pub(super) fn file<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl Fn(std::io::Error) -> SnapshotError + 'a {
    move |source| SnapshotError::File { action, path: path.to_path_buf(), source }
}
