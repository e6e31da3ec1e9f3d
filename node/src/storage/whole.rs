//! Files that are written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file beside its place, syncs it and renames it: a crash leaves what was there before, or all of this.
/// The name itself is on disk too once this returns.
///
/// # Errors
/// If it can't be written; what was there before is still there.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = file.with_added_extension("new");
    let mut written = fs::File::create(&draft)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    fs::rename(&draft, file)?;
    match file.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
