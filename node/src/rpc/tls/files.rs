//! The files of a certificate and its key, in PEM form.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where a certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsFiles {
    /// The certificate, and after it those that lead to one that clients trust.
    pub(crate) certificate: PathBuf,
    /// Its private key, not encrypted.
    pub(crate) key: PathBuf,
}

/// The same as flags.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TlsOptions {
    /// Answer requests over TLS (https, wss) with the certificate in this PEM file, followed by those of its
    /// issuers.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The PEM file of the certificate's private key.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
}

impl TlsOptions {
    /// The files, if the flags were given.
    pub(crate) fn files(&self) -> Option<TlsFiles> {
        let (certificate, key) = (self.tls_certificate.clone()?, self.tls_key.clone()?);
        Some(TlsFiles { certificate, key })
    }
}

/// Why requests can't be answered over TLS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// A file can't be read.
    #[error("can't read the TLS {what} {}: {source}", path.display())]
    File {
        /// What it is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("the TLS {what} {} holds no {wanted} in PEM form{detail}", path.display())]
    Nothing {
        /// What it is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is looked for.
        wanted: &'static str,
        /// What there is instead, if that is known.
        detail: String,
    },
    /// The key is another one's.
    #[error("the TLS key {} does not belong to the certificate {}", key.display(), certificate.display())]
    Mismatch {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// TLS has no use for what the files hold.
    #[error("the TLS certificate {} or its key can't be used: {reason}", certificate.display())]
    Unusable {
        /// The certificate.
        certificate: PathBuf,
        /// Why.
        reason: String,
    },
}

impl TlsError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            TlsError::File { .. } => "correct the path in node.toml or the flags, or the file's permissions",
            TlsError::Nothing { .. } => {
                "a file in PEM form has a line such as -----BEGIN CERTIFICATE----- or -----BEGIN PRIVATE KEY-----"
            }
            TlsError::Mismatch { .. } => {
                "name the key that the certificate was requested with; the node's own certificate comes first in its file"
            }
            TlsError::Unusable { .. } => {
                "use a certificate with a key of P-256, P-384, Ed25519 or RSA of 2048 bits or more"
            }
        }
    }

    /// What rustls says of the files.
    pub(super) fn of(error: rustls::Error, files: &TlsFiles) -> Self {
        match error {
            rustls::Error::InconsistentKeys(_) => {
                TlsError::Mismatch { certificate: files.certificate.clone(), key: files.key.clone() }
            }
            other => TlsError::Unusable { certificate: files.certificate.clone(), reason: other.to_string() },
        }
    }
}

impl TlsFiles {
    /// The same, with what is relative taken from this folder.
    pub(crate) fn within(self, folder: &Path) -> Self {
        TlsFiles { certificate: folder.join(self.certificate), key: folder.join(self.key) }
    }

    /// What the files hold.
    ///
    /// # Errors
    /// If they can't be read, or hold something else.
    pub(super) fn read(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
        let text = read("certificate", &self.certificate)?;
        let chain = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
        let nothing = |what, path: &Path, wanted, detail| TlsError::Nothing {
            what,
            path: path.to_path_buf(),
            wanted,
            detail,
        };
        let chain = match chain {
            Ok(chain) if !chain.is_empty() => chain,
            Ok(_) => return Err(nothing("certificate", &self.certificate, "certificate", String::new())),
            Err(error) => {
                return Err(nothing("certificate", &self.certificate, "certificate", format!(": {error}")));
            }
        };
        let text = read("key", &self.key)?;
        let key = PrivateKeyDer::from_pem_slice(&text)
            .map_err(|error| nothing("key", &self.key, "private key", instead_of_key(&text, &error)))?;
        Ok((chain, key))
    }
}

fn read(what: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError::File { what, path: path.to_path_buf(), source })
}

/// What a file holds in which no key was found.
fn instead_of_key(text: &[u8], error: &pem::Error) -> String {
    let encrypted = b"ENCRYPTED PRIVATE KEY";
    match error {
        _ if text.windows(encrypted.len()).any(|window| window == encrypted) => {
            ": the key is encrypted; decrypt it (openssl pkey), and protect the file by its permissions"
                .into()
        }
        pem::Error::NoItemsFound => String::new(),
        other => format!(": {other}"),
    }
}
