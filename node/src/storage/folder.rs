//! The data folder: a format file that says what it is, and the database beside it.
//!
//! Invariant: only folders with a format file are ever written into or reset, so that a mistyped
//! path can't cost anybody their files.

use std::fs;
use std::path::{Path, PathBuf};

use super::{ArtefactFolder, RocksStorage, StorageError, Table, write_whole};
use crate::limits;

/// The format that this version writes and reads.
const FORMAT: &str = "sillok data 2";
/// The file that holds it.
const FORMAT_FILE: &str = "FORMAT";
/// Where the format file is written before it is renamed.
const FORMAT_DRAFT: &str = "FORMAT.new";
/// The file of what surveillance knows.
const SURVEILLANCE: &str = "surveillance";
/// The folder of the database.
const DATABASE: &str = "db";
/// The file of the consensus log.
const CONSENSUS_LOG: &str = "consensus.log";
/// The folder of snapshots.
const SNAPSHOTS: &str = "snapshots";
/// The folder of the index.
const INDEX: &str = "index";
/// The folder of compiled code.
const COMPILED: &str = "compiled";

/// A data folder, checked to be one.
#[derive(Clone, Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    /// Takes `path` as a data folder, making it one if it is new or empty.
    ///
    /// # Errors
    /// If it holds something else, or data of an unknown format, or can't be made.
    pub(crate) fn prepare(path: &Path) -> Result<Self, StorageError> {
        fs::create_dir_all(path).map_err(file_error("create", path))?;
        let folder = DataFolder { path: path.to_path_buf() };
        match folder.format()? {
            Some(format) if format == FORMAT => {}
            Some(found) => {
                return Err(StorageError::UnknownFormat { path: folder.path, found, expected: FORMAT });
            }
            None if folder.is_empty()? => folder.mark()?,
            None => return Err(StorageError::NotADataFolder(folder.path)),
        }
        Ok(folder)
    }

    /// The data folder at `path`, looked at and left as it is; none if there is nothing yet.
    ///
    /// # Errors
    /// If it holds something else, or data of an unknown format, or can't be read.
    pub(crate) fn inspect(path: &Path) -> Result<Option<Self>, StorageError> {
        let folder = DataFolder { path: path.to_path_buf() };
        if !path.exists() {
            return Ok(None);
        }
        match folder.format()? {
            Some(format) if format == FORMAT => Ok(Some(folder)),
            Some(found) => Err(StorageError::UnknownFormat { path: folder.path, found, expected: FORMAT }),
            None if folder.is_empty()? => Ok(None),
            None => Err(StorageError::NotADataFolder(folder.path)),
        }
    }

    /// Removes the database, the consensus log, the compiled code, the index, what surveillance knows and the snapshots
    /// of a data folder, whatever its format; does nothing if there is none.
    ///
    /// # Errors
    /// If another process uses it, or it is not a data folder.
    pub(crate) fn reset(path: &Path) -> Result<(), StorageError> {
        let folder = DataFolder { path: path.to_path_buf() };
        if !path.exists() || folder.is_empty()? {
            return Ok(());
        }
        if folder.format()?.is_none() {
            return Err(StorageError::NotADataFolder(folder.path));
        }
        // Opening takes the lock, so that a running node's database is not removed under it. Any
        // other failure to open is what a reset is for.
        if let Err(error @ StorageError::Locked(_)) = folder.open() {
            return Err(error);
        }
        let (database, format) = (folder.path.join(DATABASE), folder.path.join(FORMAT_FILE));
        fs::remove_dir_all(&database).map_err(file_error("remove", &database))?;
        for file in [folder.consensus_log(), folder.surveillance()] {
            if file.exists() {
                fs::remove_file(&file).map_err(file_error("remove", &file))?;
            }
        }
        for beside in [folder.path.join(COMPILED), folder.index(), folder.snapshots()] {
            if beside.exists() {
                fs::remove_dir_all(&beside).map_err(file_error("remove", &beside))?;
            }
        }
        fs::remove_file(&format).map_err(file_error("remove", &format))
    }

    /// Removes the database, and nothing else.
    ///
    /// # Errors
    /// If it can't be removed.
    pub(crate) fn remove_database(&self) -> Result<(), StorageError> {
        let database = self.path.join(DATABASE);
        fs::remove_dir_all(&database).map_err(file_error("remove", &database))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where snapshots of the chain are kept.
    pub(crate) fn snapshots(&self) -> PathBuf {
        self.path.join(SNAPSHOTS)
    }

    /// Opens the database.
    ///
    /// # Errors
    /// If another process uses it, or it is damaged.
    pub(crate) fn open(&self) -> Result<RocksStorage, StorageError> {
        self.open_tables(&self.database(), Table::CHAIN, limits::STORAGE_CACHE_BYTES)
    }

    /// Opens the index, making it if there is none.
    ///
    /// # Errors
    /// If another process uses it, or it is damaged.
    pub(crate) fn open_index(&self) -> Result<RocksStorage, StorageError> {
        self.open_tables(&self.index(), Table::INDEX, limits::INDEX_CACHE_BYTES)
    }

    /// Removes the index, if there is one.
    ///
    /// # Errors
    /// If another process uses it, or it can't be removed.
    pub(crate) fn remove_index(&self) -> Result<(), StorageError> {
        let index = self.index();
        if !index.exists() {
            return Ok(());
        }
        // As in `reset`.
        if let Err(error @ StorageError::Locked(_)) = self.open_index() {
            return Err(error);
        }
        fs::remove_dir_all(&index).map_err(file_error("remove", &index))
    }

    fn open_tables(
        &self,
        path: &Path,
        tables: &[Table],
        cache_bytes: usize,
    ) -> Result<RocksStorage, StorageError> {
        RocksStorage::open(path, tables, cache_bytes).map_err(|error| match error {
            StorageError::Locked(_) => StorageError::Locked(self.path.clone()),
            other => other,
        })
    }

    fn index(&self) -> PathBuf {
        self.path.join(INDEX)
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// Where the consensus log is.
    pub(crate) fn consensus_log(&self) -> PathBuf {
        self.path.join(CONSENSUS_LOG)
    }

    /// Where what surveillance knows is kept.
    pub(crate) fn surveillance(&self) -> PathBuf {
        self.path.join(SURVEILLANCE)
    }

    /// Opens the folder of compiled code: this one, or else one of its own.
    ///
    /// # Errors
    /// If it can't be made.
    pub(crate) fn artefacts(&self, elsewhere: Option<&Path>) -> Result<ArtefactFolder, StorageError> {
        elsewhere.map_or_else(|| ArtefactFolder::open(&self.path.join(COMPILED)), ArtefactFolder::open)
    }

    fn format(&self) -> Result<Option<String>, StorageError> {
        let file = self.path.join(FORMAT_FILE);
        match fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StorageError::File { action: "read", path: file, source }),
        }
    }

    fn is_empty(&self) -> Result<bool, StorageError> {
        let mut entries = fs::read_dir(&self.path).map_err(file_error("read", &self.path))?;
        Ok(entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == FORMAT_DRAFT)))
    }

    /// Writes the format file so that a crash leaves it whole or absent.
    fn mark(&self) -> Result<(), StorageError> {
        let file = self.path.join(FORMAT_FILE);
        write_whole(&file, format!("{FORMAT}\n").as_bytes()).map_err(file_error("write", &file))
    }
}

fn file_error<'a>(action: &'static str, path: &'a Path) -> impl Fn(std::io::Error) -> StorageError + 'a {
    move |source| StorageError::File { action, path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_other_files_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
        assert!(matches!(DataFolder::prepare(folder.path()), Err(StorageError::NotADataFolder(_))));
        assert!(matches!(DataFolder::reset(folder.path()), Err(StorageError::NotADataFolder(_))));
        assert!(folder.path().join("thesis.txt").exists());
    }

    #[test]
    fn an_unknown_format_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FORMAT_FILE), "sillok data 99\n").unwrap();
        let error = DataFolder::prepare(folder.path()).unwrap_err();
        assert!(error.to_string().contains("`sillok data 99`"), "{error}");
    }

    #[test]
    fn a_folder_in_use_is_neither_opened_nor_reset() {
        let path = tempfile::tempdir().unwrap();
        let folder = DataFolder::prepare(path.path()).unwrap();
        let held = folder.open().unwrap();
        assert!(matches!(folder.open(), Err(StorageError::Locked(_))));
        assert!(matches!(DataFolder::reset(path.path()), Err(StorageError::Locked(_))));
        drop(held);
        fs::create_dir_all(folder.snapshots().join("000000000010")).unwrap();
        DataFolder::reset(path.path()).unwrap();
        assert!(DataFolder::prepare(path.path()).unwrap().open().is_ok());
    }

    #[test]
    fn a_crash_while_marking_leaves_a_usable_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FORMAT_DRAFT), "sill").unwrap();
        assert!(DataFolder::prepare(folder.path()).is_ok());
    }
}
