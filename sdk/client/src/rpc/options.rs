//! How a node is reached, beside its address: whom a client trusts, and what it shows.

use std::fmt;

use jsonrpsee::http_client::{HeaderMap, HeaderValue};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::RpcError;

/// How a node is reached. By default: with the system's authorities, and without a token.
#[derive(Clone, Default)]
pub struct ClientOptions {
    /// Certificates, in PEM form, of the authorities that are trusted to say who a node is over TLS: these alone
    /// instead of the system's.
    pub authorities: Option<Vec<u8>>,
    /// The access token that requests carry. Whoever reads it can use it: over http it is not protected.
    pub token: Option<String>,
}

/// Without the token.
impl fmt::Debug for ClientOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (authorities, token) = (self.authorities.is_some(), self.token.is_some());
        write!(formatter, "ClientOptions {{ authorities: {authorities}, token: {token} }}")
    }
}

impl ClientOptions {
    /// TLS with the authorities; none if the system's are to be trusted.
    pub(super) fn tls(&self) -> Result<Option<ClientConfig>, RpcError> {
        let Some(pem) = &self.authorities else { return Ok(None) };
        let unusable = |reason: String| RpcError::Authorities { reason };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(unusable("there is no certificate in PEM form in it".into()));
        }
        let config = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Some(config.with_root_certificates(roots).with_no_client_auth()))
    }

    /// What requests carry.
    pub(super) fn headers(&self) -> Result<HeaderMap, RpcError> {
        let mut headers = HeaderMap::new();
        if let Some(token) = &self.token {
            let value = HeaderValue::from_str(&format!("Bearer {token}"));
            let mut value = value.map_err(|_| RpcError::Token)?;
            value.set_sensitive(true);
            headers.insert("authorization", value);
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_carried_and_not_shown() {
        let options = ClientOptions { token: Some("secret".into()), authorities: None };
        let headers = options.headers().unwrap();
        assert_eq!(headers["authorization"], "Bearer secret");
        assert!(!format!("{options:?} {headers:?}").contains("secret"));
        let broken = ClientOptions { token: Some("two\nlines".into()), authorities: None };
        assert_eq!(broken.headers(), Err(RpcError::Token));
    }

    #[test]
    fn authorities_that_are_none_are_refused() {
        for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let options = ClientOptions { token: None, authorities: Some(pem.into()) };
            assert!(matches!(options.tls(), Err(RpcError::Authorities { .. })), "{pem}");
        }
        assert!(ClientOptions::default().tls().unwrap().is_none());
    }
}
