//! Key files of a node: a secret seed, encrypted by a password.
//!
//! The password goes through Argon2id (RFC 9106), whose parameters are in the file; the seed is sealed with
//! XChaCha20-Poly1305, which also authenticates what the file says of the key. Keys that are made together have one
//! salt, and nonces of their own: what is slow on purpose is done once for them. Invariant: a key file is
//! never overwritten, and the seed is never on disk in the clear.

use std::cell::RefCell;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// Argon2id's memory, in KiB, and its passes: the second choice that RFC 9106 recommends.
const MEMORY_KIB: u32 = 64 * 1024;
/// See [`MEMORY_KIB`].
const PASSES: u32 = 3;
/// The most of both that a file may ask for: one that asks for more is not ours.
const MOST: (u32, u32) = (1024 * 1024, 64);

/// Argon2id's memory in KiB and passes, and a salt in hexadecimal.
type Stretch = ((u32, u32), String);

/// A password, and what it came to last.
pub(crate) struct Password<'a> {
    text: &'a str,
    stretched: RefCell<Option<(Stretch, Key)>>,
}

impl<'a> Password<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Password { text, stretched: RefCell::new(None) }
    }

    /// How to stretch it for a new key: as it was last, if it was.
    fn stretch(&self, rng: &dyn Rng) -> Stretch {
        let last = self.stretched.borrow().as_ref().map(|(stretch, _)| stretch.clone());
        last.unwrap_or_else(|| {
            let mut salt = [0; 16];
            rng.fill(&mut salt);
            ((MEMORY_KIB, PASSES), hex::encode(salt))
        })
    }

    fn cipher(&self, stretch: Stretch) -> Result<XChaCha20Poly1305, String> {
        let mut stretched = self.stretched.borrow_mut();
        let key = match &*stretched {
            Some((last, key)) if *last == stretch => *key,
            _ => self.key(&stretch)?,
        };
        *stretched = Some((stretch, key));
        Ok(XChaCha20Poly1305::new(&key))
    }

    fn key(&self, ((memory, passes), salt): &Stretch) -> Result<Key, String> {
        if *memory > MOST.0 || *passes > MOST.1 {
            return Err("it asks for more memory or passes than any password needs".into());
        }
        let params = Params::new(*memory, *passes, 1, Some(32)).map_err(|error| error.to_string())?;
        let salt = hex::decode(salt).map_err(|_| "its salt is not hexadecimal")?;
        let mut key = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.text.as_bytes(), &salt, &mut key)
            .map_err(|error| error.to_string())?;
        Ok(Key::from(key))
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyKind {
    /// Signs votes and proposals: sr25519.
    Validator,
    /// Makes the node who it is on the network: ed25519.
    Network,
}

impl KeyKind {
    /// Its name, which is that of its file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            KeyKind::Validator => "validator",
            KeyKind::Network => "network",
        }
    }
}

/// Why a key file can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// There is a key already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// It is not a key file.
    #[error("{} is not a key file: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The password is wrong, or the file was changed.
    #[error("{}: the password is wrong, or the file was changed", .0.display())]
    Sealed(PathBuf),
}

/// A key file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyFile {
    /// What the key is for.
    pub(crate) kind: KeyKind,
    /// The public key, in hexadecimal.
    pub(crate) public: String,
    /// Argon2id's memory in KiB, and its passes.
    argon2id: (u32, u32),
    salt: String,
    nonce: String,
    sealed: String,
}

impl KeyFile {
    /// A file for the secret seed of a public key.
    pub(crate) fn seal(
        kind: KeyKind,
        public: &[u8; 32],
        seed: &[u8; 32],
        password: &Password<'_>,
        rng: &dyn Rng,
    ) -> Result<Self, String> {
        let (argon2id, salt) = password.stretch(rng);
        let mut nonce = [0; 24];
        rng.fill(&mut nonce);
        let mut file = KeyFile {
            kind,
            public: hex::encode(public),
            argon2id,
            salt,
            nonce: hex::encode(nonce),
            sealed: String::new(),
        };
        let described = file.described();
        let payload = Payload { msg: seed, aad: described.as_bytes() };
        let sealed = file.cipher(password)?.encrypt(&XNonce::from(nonce), payload);
        file.sealed = hex::encode(sealed.map_err(|_| "it can't be sealed")?);
        Ok(file)
    }

    /// Writes a new file that only its owner can read.
    ///
    /// # Errors
    /// If there is one, or it can't be written.
    pub(crate) fn create(&self, path: &Path) -> Result<(), KeyError> {
        let failed = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::AlreadyExists => KeyError::Exists(path.to_owned()),
            _ => KeyError::File { path: path.to_owned(), source },
        };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
        file.sync_all().map_err(failed)
    }

    /// Reads a file; nothing of it is known to be true before it is opened.
    ///
    /// # Errors
    /// If it can't be read, or is none.
    pub(crate) fn read(path: &Path) -> Result<Self, KeyError> {
        let text =
            fs::read_to_string(path).map_err(|source| KeyError::File { path: path.to_owned(), source })?;
        serde_json::from_str(&text)
            .map_err(|error| KeyError::Malformed { path: path.to_owned(), reason: error.to_string() })
    }

    /// The secret seed. `path` is for messages.
    ///
    /// # Errors
    /// If the password is wrong, or the file was changed.
    pub(crate) fn open(&self, password: &Password<'_>, path: &Path) -> Result<[u8; 32], KeyError> {
        let malformed = |reason: String| KeyError::Malformed { path: path.to_owned(), reason };
        let bytes =
            |text: &str| hex::decode(text).map_err(|_| malformed("it has bytes that are none".into()));
        let nonce: [u8; 24] =
            bytes(&self.nonce)?.try_into().map_err(|_| malformed("its nonce has another length".into()))?;
        let sealed = bytes(&self.sealed)?;
        let cipher = self.cipher(password).map_err(malformed)?;
        let described = self.described();
        let payload = Payload { msg: &sealed, aad: described.as_bytes() };
        let opened = cipher.decrypt(&XNonce::from(nonce), payload);
        let opened = opened.map_err(|_| KeyError::Sealed(path.to_owned()))?;
        opened.try_into().map_err(|_| malformed("its seed has another length".into()))
    }

    fn cipher(&self, password: &Password<'_>) -> Result<XChaCha20Poly1305, String> {
        password.cipher((self.argon2id, self.salt.clone()))
    }

    /// What the seal is over beside the seed.
    fn described(&self) -> String {
        format!("sillok key {} {}", self.kind.name(), self.public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SystemRng;

    fn file() -> KeyFile {
        KeyFile::seal(KeyKind::Validator, &[1; 32], &[2; 32], &Password::new("open sesame"), &SystemRng)
            .unwrap()
    }

    #[test]
    fn a_key_is_read_back_with_its_password_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("validator.json");
        file().create(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&hex::encode([2; 32])), "{text}");
        let read = KeyFile::read(&path).unwrap();
        assert_eq!(read.open(&Password::new("open sesame"), &path).unwrap(), [2; 32]);
        assert!(matches!(read.open(&Password::new("open barley"), &path), Err(KeyError::Sealed(_))));
        assert!(matches!(file().create(&path), Err(KeyError::Exists(_))));
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn keys_that_are_made_together_are_opened_together_or_apart() {
        let password = Password::new("open sesame");
        let make = |kind| KeyFile::seal(kind, &[1; 32], &[2; 32], &password, &SystemRng).unwrap();
        let (one, other) = (make(KeyKind::Validator), make(KeyKind::Network));
        assert!(one.salt == other.salt && one.nonce != other.nonce);
        let apart = file();
        assert_ne!(apart.salt, one.salt);
        let path = Path::new("a file");
        for password in [&password, &Password::new("open sesame")] {
            for file in [&one, &apart, &other, &one] {
                assert_eq!(file.open(password, path).unwrap(), [2; 32]);
            }
        }
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let path = Path::new("a file");
        let changes: [&dyn Fn(&mut KeyFile); 6] = [
            &|file| file.kind = KeyKind::Network,
            &|file| file.public = hex::encode([9; 32]),
            &|file| file.argon2id.1 += 1,
            &|file| file.salt.replace_range(..2, if file.salt.starts_with("00") { "01" } else { "00" }),
            &|file| file.nonce.replace_range(..2, if file.nonce.starts_with("00") { "01" } else { "00" }),
            &|file| file.sealed.replace_range(..2, if file.sealed.starts_with("00") { "01" } else { "00" }),
        ];
        for change in changes {
            let mut changed = file();
            change(&mut changed);
            assert!(
                matches!(changed.open(&Password::new("open sesame"), path), Err(KeyError::Sealed(_))),
                "{changed:?}"
            );
        }
        let mut greedy = file();
        greedy.argon2id.0 = u32::MAX;
        assert!(matches!(greedy.open(&Password::new("open sesame"), path), Err(KeyError::Malformed { .. })));
    }
}
