//! A DID's document in the form of DID Core 1.0, as any resolver answers it.

use serde::Deserialize;
use serde_json::{Value, json};
use sillok_client::rpc::from_hex;

use crate::cli::{CliError, Result};

/// How the text form of a DID begins.
pub(super) const DID_PREFIX: &str = "did:sillok:";
/// The contexts that give the document's words their meaning.
const CONTEXTS: [&str; 2] = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"];
/// The multibase prefix of base58btc.
const BASE58_BTC: char = 'z';

/// A document as the contract answers it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Document {
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) created: String,
    pub(super) updated: String,
    pub(super) deactivated: bool,
    pub(super) keys: Vec<DidKey>,
    pub(super) services: Vec<Service>,
}

/// A key of a document.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DidKey {
    pub(super) name: String,
    pub(super) scheme: String,
    pub(super) public: String,
}

/// A service of a document.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) endpoint: String,
}

impl Document {
    /// The DID itself.
    pub(super) fn did(&self) -> String {
        did_text(&self.id)
    }

    /// The result of a resolution: the document, and what is known about it.
    pub(super) fn resolution(&self) -> Result<Value> {
        let did = self.did();
        let method = |key: &DidKey| {
            Ok(json!({ "id": format!("{did}#{}", key.name), "type": "Multikey", "controller": did,
                "publicKeyMultibase": multibase(key)? }))
        };
        let methods: Vec<_> = self.keys.iter().map(method).collect::<Result<_>>()?;
        // Nobody signs for a deactivated DID, but its keys still explain what they signed before.
        let signing = if self.deactivated { &[] } else { self.keys.as_slice() };
        let references: Vec<_> = signing.iter().map(|key| format!("{did}#{}", key.name)).collect();
        let service = |service: &Service| {
            let id = format!("{did}#{}", service.name);
            json!({ "id": id, "type": service.kind, "serviceEndpoint": service.endpoint })
        };
        let services: Vec<_> = self.services.iter().map(service).collect();
        Ok(json!({
            "didDocument": {
                "@context": CONTEXTS, "id": did, "verificationMethod": methods, "authentication": references,
                "assertionMethod": references, "service": services,
            },
            "didResolutionMetadata": { "contentType": "application/did" },
            "didDocumentMetadata": {
                "versionId": self.version.to_string(), "created": whole_seconds(&self.created),
                "updated": whole_seconds(&self.updated), "deactivated": self.deactivated,
            },
        }))
    }
}

/// The text form of a DID from its id in hexadecimal.
pub(super) fn did_text(id: &str) -> String {
    format!("{DID_PREFIX}{}", id.strip_prefix("0x").unwrap_or(id))
}

/// DID Core asks for times without a fraction.
fn whole_seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_string(),
    }
}

/// The public key with its multicodec in front, in base58btc.
fn multibase(key: &DidKey) -> Result<String> {
    let unreadable =
        |why: String| CliError::failed("unexpected-answer", format!("the key {}: {why}", key.name));
    // Multicodec numbers as unsigned varints: 0xef, 0xed, 0x1200, 0xe7.
    let codec: &[u8] = match key.scheme.as_str() {
        "Sr25519" => &[0xef, 0x01],
        "Ed25519" => &[0xed, 0x01],
        "P256" => &[0x80, 0x24],
        "Secp256k1" => &[0xe7, 0x01],
        other => return Err(unreadable(format!("unknown scheme {other}"))),
    };
    let public = from_hex(&key.public).map_err(unreadable)?;
    Ok(format!("{BASE58_BTC}{}", bs58::encode([codec, &public].concat()).into_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(scheme: &str, public: &str) -> DidKey {
        DidKey { name: "k".to_string(), scheme: scheme.to_string(), public: public.to_string() }
    }

    #[test]
    fn keys_are_multikeys_of_their_kind() {
        // The examples of the Multikey and did:key specifications.
        let ed25519 = key("Ed25519", "0x2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6");
        assert_eq!(multibase(&ed25519).unwrap(), "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK");
        let prefixes = [("Sr25519", 32, "z6Q"), ("P256", 33, "zDn"), ("Secp256k1", 33, "zQ3s")];
        for (scheme, length, prefix) in prefixes {
            let text = multibase(&key(scheme, &format!("0x02{}", "5a".repeat(length - 1)))).unwrap();
            assert!(text.starts_with(prefix), "{scheme}: {text}");
        }
        assert!(multibase(&key("Rsa", "0x00")).is_err());
    }

    #[test]
    fn a_deactivated_document_authenticates_nobody() {
        let mut document = Document {
            id: format!("0x{}", "ab".repeat(32)),
            version: 2,
            created: "2026-11-23T09:30:00.123Z".to_string(),
            updated: "2026-11-23T09:31:00.000Z".to_string(),
            deactivated: false,
            keys: vec![key("Ed25519", &format!("0x{}", "01".repeat(32)))],
            services: vec![],
        };
        let resolution = document.resolution().unwrap();
        let did = format!("did:sillok:{}", "ab".repeat(32));
        assert_eq!(resolution["didDocument"]["authentication"], json!([format!("{did}#k")]));
        assert_eq!(resolution["didDocumentMetadata"]["created"], "2026-11-23T09:30:00Z");
        assert_eq!(resolution["didDocumentMetadata"]["versionId"], "2");
        document.deactivated = true;
        assert_eq!(document.resolution().unwrap()["didDocument"]["authentication"], json!([]));
    }
}
