//! TLS in front of requests: certificate and key from files, which can be read again while the node runs.
//!
//! rustls does the work, with ring; TLS 1.2 and 1.3, no client certificates. Invariant: files that can't be used
//! never replace those that are in use.

mod files;
#[cfg(test)]
mod tests;
mod validity;

use std::sync::{Arc, Mutex};

use sillok_abi::Time;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use crate::lock::lock;
pub(crate) use files::{TlsError, TlsFiles, TlsOptions};
use validity::Validity;

/// What is spoken under TLS. WebSocket needs HTTP/1.1, and nobody else needs more.
const PROTOCOL: &[u8] = b"http/1.1";

/// A certificate and its key, in use.
pub(super) struct Tls {
    files: TlsFiles,
    used: Mutex<Used>,
}

struct Used {
    config: Arc<ServerConfig>,
    validity: Option<Validity>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// If they can't be read, or don't hold a certificate and its key.
    pub(super) fn open(files: TlsFiles, now: Time) -> Result<Self, TlsError> {
        let used = Mutex::new(Used::read(&files, now)?);
        Ok(Tls { files, used })
    }

    /// Reads the files again; connections that are made from now on get what they hold.
    ///
    /// # Errors
    /// As [`Tls::open`]. What was in use stays in use.
    pub(super) fn read_again(&self, now: Time) -> Result<(), TlsError> {
        let read = Used::read(&self.files, now)?;
        *lock(&self.used) = read;
        tracing::info!(certificate = %self.files.certificate.display(), "the certificate was read again");
        Ok(())
    }

    /// What makes a TLS connection of one that was accepted.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(lock(&self.used).config.clone())
    }

    /// Until when the certificate is valid, if it says so.
    pub(super) fn valid_until(&self) -> Option<Time> {
        lock(&self.used).validity.map(|validity| validity.until)
    }
}

impl Used {
    fn read(files: &TlsFiles, now: Time) -> Result<Self, TlsError> {
        let (chain, key) = files.read()?;
        let validity = chain.first().and_then(|leaf| Validity::of(leaf));
        warn(files, validity, now);
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|versions| versions.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(|error| TlsError::of(error, files))?;
        config.alpn_protocols = vec![PROTOCOL.into()];
        Ok(Used { config: Arc::new(config), validity })
    }
}

/// Tells of a certificate that clients will not accept today. It is used all the same: a node that can't be
/// reached is better than one that does not run, for its vote is needed.
fn warn(files: &TlsFiles, validity: Option<Validity>, now: Time) {
    let certificate = files.certificate.display();
    match validity {
        Some(Validity { until, .. }) if until < now => {
            tracing::warn!(%certificate, expired = %until, "the TLS certificate has expired: clients refuse it; renew it and send SIGHUP");
        }
        Some(Validity { from, .. }) if now < from => {
            tracing::warn!(%certificate, %from, "the TLS certificate is not valid yet: is this machine's clock right?");
        }
        _ => {}
    }
}
