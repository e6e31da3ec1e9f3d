//! Key files: JSON that only its owner can read.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Keypair;

/// What a key file holds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// The SS58 address, so that people see whose file it is.
    pub address: String,
    /// The secret seed: `0x` and 64 hexadecimal digits.
    pub seed: String,
    /// Anything its owner wants to remember.
    #[serde(default)]
    pub note: String,
}

/// Why a key file can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// It is not a key file.
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Debug for KeyFile {
    /// Without the secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyFile({})", self.address)
    }
}

impl KeyFile {
    /// A file for this key.
    pub fn new(key: &Keypair, note: &str) -> Self {
        KeyFile {
            address: key.account().to_string(),
            seed: format!("0x{}", hex::encode(key.seed())),
            note: note.to_owned(),
        }
    }

    /// Writes a new file that only its owner can read (mode 0600); an existing one is never replaced.
    pub fn create(&self, path: &Path) -> Result<(), KeyFileError> {
        let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
        file.sync_all().map_err(failed)
    }

    /// Reads a file and checks that its address is its seed's.
    pub fn read(path: &Path) -> Result<(Self, Keypair), KeyFileError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| KeyFileError::Io { path: path.to_owned(), source })?;
        let malformed = |reason: String| KeyFileError::Malformed { path: path.to_owned(), reason };
        let file: KeyFile = serde_json::from_str(&text).map_err(|error| {
            // Only the place: serde's message could quote the secret.
            malformed(format!("not a key file (line {}, column {})", error.line(), error.column()))
        })?;
        let key: Keypair = file.seed.parse().map_err(|error| malformed(format!("its seed: {error}")))?;
        if file.address != key.account().to_string() {
            return Err(malformed(format!("its address is not its seed's, which is {}", key.account())));
        }
        Ok((file, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_reads_back_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alice.json");
        let alice: Keypair = "//Alice".parse().unwrap();
        KeyFile::new(&alice, "for tests").create(&path).unwrap();
        let (file, key) = KeyFile::read(&path).unwrap();
        assert_eq!((key.public(), file.note.as_str()), (alice.public(), "for tests"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(KeyFile::new(&alice, "").create(&path).is_err(), "an existing file was replaced");
    }

    #[test]
    fn a_file_whose_address_is_not_its_seeds_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        let mut file = KeyFile::new(&"//Alice".parse().unwrap(), "");
        file.address = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty".into();
        file.create(&path).unwrap();
        let error = KeyFile::read(&path).unwrap_err().to_string();
        assert!(error.contains("5GrwvaEF"), "{error}");
    }

    #[test]
    fn an_error_does_not_show_the_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        std::fs::write(&path, r#"{"address": "x", "seed": 123456, "note": ""}"#).unwrap();
        let error = KeyFile::read(&path).unwrap_err().to_string();
        assert!(error.contains("line 1") && !error.contains("123456"), "{error}");
    }
}
