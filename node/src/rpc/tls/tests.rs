//! What certificate files have to be, and that bad ones never replace good ones.

use std::fs;
use std::path::Path;

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::*;

/// A folder with a certificate and its key.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        folder.renew();
        folder
    }

    /// Writes another certificate with its key.
    fn renew(&self) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec!["localhost".into()]).unwrap().self_signed(&key).unwrap();
        self.write("certificate.pem", &pem("CERTIFICATE", certificate.der()));
        self.write("key.pem", &pem("PRIVATE KEY", &key.serialize_der()));
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn files(&self) -> TlsFiles {
        TlsFiles { certificate: "certificate.pem".into(), key: "key.pem".into() }.within(self.0.path())
    }

    /// What opening says.
    fn error(&self) -> String {
        Tls::open(self.files(), Time(0)).map(|_| ()).unwrap_err().to_string()
    }
}

/// Bytes in PEM form.
fn pem(label: &str, bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = char::from(DIGITS[(word >> (18 - 6 * at) & 63) as usize]);
            text.push(if at <= chunk.len() { digit } else { '=' });
        }
    }
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

/// The certificate in use.
fn used(tls: &Tls) -> Vec<CertificateDer<'static>> {
    tls.files.read().unwrap().0
}

#[test]
fn files_that_are_missing_or_hold_something_else_are_named() {
    let folder = Folder::new();
    assert!(Tls::open(folder.files(), Time(0)).is_ok());
    fs::remove_file(folder.files().key).unwrap();
    assert!(folder.error().starts_with("can't read the TLS key "), "{}", folder.error());
    folder.write("key.pem", "");
    assert!(folder.error().ends_with("key.pem holds no private key in PEM form"), "{}", folder.error());
    folder.write("key.pem", &pem("ENCRYPTED PRIVATE KEY", &[1; 100]));
    assert!(folder.error().contains("the key is encrypted"), "{}", folder.error());
    folder.write("key.pem", &pem("PRIVATE KEY", &[1; 100]));
    assert!(folder.error().contains("can't be used"), "{}", folder.error());
    folder.renew();
    folder.write("certificate.pem", "a certificate");
    assert!(
        folder.error().ends_with("certificate.pem holds no certificate in PEM form"),
        "{}",
        folder.error()
    );
    folder.write("certificate.pem", &pem("CERTIFICATE", &[1; 100]));
    assert!(folder.error().contains("can't be used"), "{}", folder.error());
    folder.write("certificate.pem", "-----BEGIN CERTIFICATE-----\nAA");
    assert!(folder.error().contains("holds no certificate"), "{}", folder.error());
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let (folder, other) = (Folder::new(), Folder::new());
    fs::copy(other.files().key, folder.files().key).unwrap();
    let error = Tls::open(folder.files(), Time(0)).map(|_| ()).unwrap_err();
    assert!(matches!(error, TlsError::Mismatch { .. }), "{error}");
    assert!(error.to_string().contains("does not belong to the certificate"), "{error}");
}

#[test]
fn what_can_not_be_used_does_not_replace_what_is_in_use() {
    let folder = Folder::new();
    let tls = Tls::open(folder.files(), Time(0)).unwrap();
    let first = used(&tls);
    let config = || Arc::as_ptr(&lock(&tls.used).config);
    let before = config();
    folder.write("key.pem", "");
    assert!(tls.read_again(Time(0)).is_err());
    assert_eq!(config(), before);
    folder.renew();
    tls.read_again(Time(0)).unwrap();
    assert_ne!(used(&tls), first);
    assert_ne!(config(), before);
}

#[test]
fn paths_in_settings_are_taken_from_the_nodes_folder() {
    let files = TlsFiles { certificate: "tls/certificate.pem".into(), key: "/etc/key.pem".into() };
    let files = files.within(Path::new("/srv/node"));
    assert_eq!(files.certificate, Path::new("/srv/node/tls/certificate.pem"));
    assert_eq!(files.key, Path::new("/etc/key.pem"));
}
