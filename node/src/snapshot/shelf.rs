//! The shelf: the snapshots that a node keeps, for itself and for peers that ask.
//!
//! ```text
//! data/snapshots/000000001000   a snapshot of block 1,000
//! data/snapshots/1000.draft     one that is being made
//! data/snapshots/0x….part       one that is being fetched
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use codec::Encode;
use sillok_abi::Hash;

use super::folder::file;
use super::wire::{self, Ask, Head, Offer};
use super::{SnapshotError, SnapshotFolder};
use crate::limits;
use crate::lock::lock;

/// What a snapshot's folder is called while it is made.
const DRAFT: &str = "draft";
/// What it is called while it is fetched.
const PART: &str = "part";

/// The snapshots of a node.
pub(crate) struct Shelf {
    path: PathBuf,
    /// Their ids, by height.
    kept: Mutex<BTreeMap<u64, Hash>>,
}

impl Shelf {
    /// The shelf at this path. What was being made when the node ended is removed; what was being fetched stays.
    ///
    /// # Errors
    /// If it can't be read.
    pub(crate) fn open(path: &Path) -> Result<Self, SnapshotError> {
        fs::create_dir_all(path).map_err(file("create", path))?;
        let mut kept = BTreeMap::new();
        for entry in fs::read_dir(path).map_err(file("read", path))? {
            let place = entry.map_err(file("read", path))?.path();
            if place.extension().is_some_and(|extension| extension == DRAFT) {
                fs::remove_dir_all(&place).map_err(file("remove", &place))?;
                continue;
            }
            let height = place.file_name().and_then(|name| name.to_str()?.parse::<u64>().ok());
            if let Some(height) = height
                && let Ok(manifest) = SnapshotFolder::at(&place).manifest()
            {
                kept.insert(height, manifest.id());
            }
        }
        Ok(Shelf { path: path.to_path_buf(), kept: Mutex::new(kept) })
    }

    /// Whether there is one of this height.
    pub(super) fn has(&self, height: u64) -> bool {
        lock(&self.kept).contains_key(&height)
    }

    /// Where one of this height is made.
    pub(super) fn draft(&self, height: u64) -> PathBuf {
        self.path.join(height.to_string()).with_extension(DRAFT)
    }

    /// Where the one with this id is fetched.
    pub(crate) fn part(&self, id: &Hash) -> PathBuf {
        self.path.join(hex::encode(id)).with_extension(PART)
    }

    /// Whether something was begun to be fetched.
    pub(crate) fn has_parts(&self) -> bool {
        let is_part = |path: PathBuf| path.extension().is_some_and(|extension| extension == PART);
        fs::read_dir(&self.path).is_ok_and(|entries| entries.flatten().any(|entry| is_part(entry.path())))
    }

    /// Removes what was fetched of others than this one.
    ///
    /// # Errors
    /// If it can't be removed.
    pub(crate) fn remove_parts(&self, but: Option<&Hash>) -> Result<(), SnapshotError> {
        let kept = but.map(|id| self.part(id));
        for entry in fs::read_dir(&self.path).map_err(file("read", &self.path))? {
            let place = entry.map_err(file("read", &self.path))?.path();
            let is_part = place.extension().is_some_and(|extension| extension == PART);
            if is_part && Some(&place) != kept.as_ref() {
                fs::remove_dir_all(&place).map_err(file("remove", &place))?;
            }
        }
        Ok(())
    }

    /// Takes a snapshot that is whole from where it was made or fetched.
    ///
    /// # Errors
    /// If it can't be moved.
    pub(crate) fn take(&self, from: &Path) -> Result<(), SnapshotError> {
        let manifest = SnapshotFolder::at(from).manifest()?;
        let place = self.place(manifest.height());
        fs::rename(from, &place).map_err(file("write", &place))?;
        lock(&self.kept).insert(manifest.height(), manifest.id());
        Ok(())
    }

    /// Removes all but the newest few.
    ///
    /// # Errors
    /// If one can't be removed.
    pub(super) fn keep_newest(&self, count: usize) -> Result<(), SnapshotError> {
        loop {
            let mut kept = lock(&self.kept);
            if kept.len() <= count {
                return Ok(());
            }
            let Some((height, _)) = kept.pop_first() else { return Ok(()) };
            drop(kept);
            let place = self.place(height);
            fs::remove_dir_all(&place).map_err(file("remove", &place))?;
        }
    }

    fn place(&self, height: u64) -> PathBuf {
        self.path.join(format!("{height:012}"))
    }

    /// Answers a peer; none if it is not understood, or there is no such thing.
    pub(crate) fn answer(&self, request: &[u8]) -> Option<Vec<u8>> {
        match wire::read(request)? {
            Ask::Offers => {
                let kept = lock(&self.kept);
                let newest = kept.iter().rev().take(limits::SNAPSHOT_OFFERS);
                Some(
                    newest
                        .map(|(height, id)| Offer { height: *height, id: *id })
                        .collect::<Vec<_>>()
                        .encode(),
                )
            }
            Ask::Head(id) => {
                let folder = self.folder(&id)?;
                let (manifest, finality) = (folder.manifest().ok()?, folder.finality().ok()?);
                Some(Head::new(&manifest, finality).encode())
            }
            // Whoever asks checks it.
            Ask::Chunk(id, index) => self.folder(&id)?.raw_chunk(index),
        }
    }

    fn folder(&self, id: &Hash) -> Option<SnapshotFolder> {
        let kept = lock(&self.kept);
        let height = kept.iter().find(|(_, other)| *other == id).map(|(height, _)| *height)?;
        Some(SnapshotFolder::at(&self.place(height)))
    }
}
