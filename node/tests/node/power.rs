//! The power goes: of what a node wrote, the disk has what was synced, and of the rest whatever it pleases.
//!
//! A node runs with a library loaded before all others that notes what it has had synced. Once it is killed, the tail
//! of every file that was not is cut off, or zeros are in its place, as file systems leave it; files whose folder was
//! not synced since they were made are gone. Simulated disks do the same to the node's own log; this is RocksDB's turn.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/synced.cpp");
const PAGE: u64 = 4_096;

/// A disk that loses what was not synced.
pub(crate) struct Disk {
    folder: tempfile::TempDir,
    random: u64,
}

/// What is on disk for certain: of each file that was synced so many bytes, and the files that have a name.
#[derive(Default)]
struct Synced {
    bytes: BTreeMap<u64, u64>,
    named: BTreeSet<u64>,
}

impl Synced {
    /// Takes in a line of the library's, which says what they are.
    fn note(&mut self, what: &str, numbers: &[u64]) {
        match (what, numbers) {
            ("f", [file, bytes]) => drop(self.bytes.insert(*file, *bytes)),
            ("e", [file]) => drop(self.named.insert(*file)),
            ("u", [file]) => self.forget(*file),
            // The name is there before and after: if it was on disk, either file is what it names.
            ("r", [file, other]) => {
                if self.named.contains(other) {
                    self.named.insert(*file);
                }
                self.forget(*other);
            }
            other => panic!("{other:?}"),
        }
    }

    fn forget(&mut self, file: u64) {
        self.bytes.remove(&file);
        self.named.remove(&file);
    }
}

impl Disk {
    /// What it leaves of what was not synced follows from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        let disk = Disk { folder: tempfile::tempdir().unwrap(), random: seed };
        let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".into());
        let made = Command::new(compiler)
            .args(["-shared", "-fPIC", "-O1", "-x", "c++", SOURCE, "-o"])
            .arg(disk.library())
            .args(["-ldl"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        disk
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("synced.so")
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    /// What a node on this disk has in its environment.
    pub(crate) fn environment(&self) -> [(&'static str, OsString); 2] {
        [("LD_PRELOAD", self.library().into()), ("SYNCED", self.journal().into())]
    }

    /// Takes from a folder what a node that was killed had not synced; answers how many bytes were lost.
    pub(crate) fn lose_power(&mut self, folder: &Path) -> u64 {
        let synced = self.synced();
        let (mut lost, mut left) = (0, String::new());
        for path in files(folder) {
            let metadata = fs::metadata(&path).unwrap();
            let inode = metadata.ino();
            if !synced.named.contains(&inode) {
                fs::remove_file(&path).unwrap();
                lost += metadata.len();
                continue;
            }
            let certain = synced.bytes.get(&inode).copied().unwrap_or(0).min(metadata.len());
            lost += metadata.len() - certain;
            self.damage(&path, certain, metadata.len());
            // What a machine finds when it starts again stays.
            left += &format!("f {inode} {}\ne {inode}\n", fs::metadata(&path).unwrap().len());
        }
        fs::write(self.journal(), left).unwrap();
        lost
    }

    fn synced(&self) -> Synced {
        let journal = fs::read_to_string(self.journal()).unwrap();
        let mut synced = Synced::default();
        for line in journal.lines() {
            let (what, numbers) = line.split_once(' ').unwrap();
            let numbers: Vec<u64> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
            synced.note(what, &numbers);
        }
        synced
    }

    /// Does to the end of a file what a loss of power may.
    fn damage(&mut self, path: &Path, certain: u64, length: u64) {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        // RocksDB takes zeros in this one for damage. File systems that have a file's size on disk after what is in
        // it, as ext4 and XFS do, leave none.
        let is_manifest = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("MANIFEST"));
        match self.below(if is_manifest { 2 } else { 4 }) {
            0 => file.set_len(certain).unwrap(),
            1 => file.set_len(certain + self.below(length - certain + 1)).unwrap(),
            2 => {
                let from = certain + self.below(length - certain + 1);
                zero(&file, from, length);
            }
            // One page did not get there, those after it did.
            _ => {
                let page = (certain + self.below(length - certain + 1)) / PAGE * PAGE;
                zero(&file, page.max(certain), length.min(page + PAGE));
            }
        }
    }

    /// A number below `bound` (SplitMix64, Steele and others 2014).
    fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

fn zero(file: &File, from: u64, to: u64) {
    file.write_all_at(&vec![0; to.saturating_sub(from) as usize], from).unwrap();
}

/// All files below a folder that a chain needs, in order of their names: RocksDB's notes for people are none.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !name.starts_with("LOG") {
            found.push(path);
        }
    }
    found
}
