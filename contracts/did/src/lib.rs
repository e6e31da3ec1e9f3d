//! Decentralised identifiers: documents whose keys change while the identity stays.
//!
//! A DID is also an account, `Account::Managed { contract: did, id }`: whoever holds one of the
//! document's current keys signs for it, and every change of the document asks for that account's
//! authority. Each change makes a new version; the old ones stay, so that what was signed then can
//! be judged by the keys of then. Its text form is `did:sillok:` and the id in hexadecimal.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![warn(clippy::arithmetic_side_effects)]

use sillok_sdk::prelude::*;

mod document;
mod error;
mod event;
mod form;
mod key;

use document::FIRST_VERSION;
pub use document::{Document, Service};
pub use error::Error;
pub use event::{Created, Deactivated, KeyAdded, KeyRemoved, KeyRotated, ServiceAdded, ServiceRemoved};
pub use key::{DidKey, DidProof, Scheme};

/// What the contract keeps.
#[storage]
pub struct Did {
    /// Every version of every document; versions count from 1.
    documents: OrderedMap<([u8; 32], u32), Document>,
}

#[contract]
impl Did {
    /// Creates a DID with one key and returns its id, which is a hash of the key and the salt.
    ///
    /// Needs nobody's authority: the id belongs to whoever holds the key, whoever submits this.
    pub fn create(&mut self, key: DidKey, salt: [u8; 32]) -> Result<[u8; 32], Error> {
        let id = identifier(&key, &salt);
        ensure!(!self.documents.contains(&(id, FIRST_VERSION)), Error::AlreadyCreated);
        let document = Document::new(id, key.clone(), block_time())?;
        self.store(&document);
        emit(&Created { id, key });
        Ok(id)
    }

    /// Adds a key, which from now on signs for the DID as any other of its keys. Returns the new
    /// version. Authorised by the DID.
    pub fn add_key(&mut self, id: [u8; 32], key: DidKey) -> Result<u32, Error> {
        let mut document = self.authorised(id)?;
        document.add_key(key.clone())?;
        let version = self.publish(document)?;
        emit(&KeyAdded { id, version, key });
        Ok(version)
    }

    /// Replaces the key called `name` by `key`, which may keep the name. The old key signs no more.
    /// Returns the new version. Authorised by the DID.
    pub fn rotate_key(&mut self, id: [u8; 32], name: String, key: DidKey) -> Result<u32, Error> {
        let mut document = self.authorised(id)?;
        document.rotate_key(&name, key.clone())?;
        let version = self.publish(document)?;
        emit(&KeyRotated { id, version, name, key });
        Ok(version)
    }

    /// Removes the key called `name`, unless it is the last. Returns the new version. Authorised by
    /// the DID.
    pub fn remove_key(&mut self, id: [u8; 32], name: String) -> Result<u32, Error> {
        let mut document = self.authorised(id)?;
        document.remove_key(&name)?;
        let version = self.publish(document)?;
        emit(&KeyRemoved { id, version, name });
        Ok(version)
    }

    /// Adds a service: a place where the DID's subject can be reached. Returns the new version.
    /// Authorised by the DID.
    pub fn add_service(&mut self, id: [u8; 32], service: Service) -> Result<u32, Error> {
        let mut document = self.authorised(id)?;
        document.add_service(service.clone())?;
        let version = self.publish(document)?;
        emit(&ServiceAdded { id, version, service });
        Ok(version)
    }

    /// Removes the service called `name`. Returns the new version. Authorised by the DID.
    pub fn remove_service(&mut self, id: [u8; 32], name: String) -> Result<u32, Error> {
        let mut document = self.authorised(id)?;
        document.remove_service(&name)?;
        let version = self.publish(document)?;
        emit(&ServiceRemoved { id, version, name });
        Ok(version)
    }

    /// Deactivates the DID for good: nobody signs for it or changes it again, and what it holds
    /// elsewhere can't be moved. Returns the last version. Authorised by the DID.
    pub fn deactivate(&mut self, id: [u8; 32]) -> Result<u32, Error> {
        let mut document = self.authorised(id)?;
        document.deactivated = true;
        let version = self.publish(document)?;
        emit(&Deactivated { id, version });
        Ok(version)
    }

    /// The document, at its latest version or at the one asked for; none if there is no such one.
    pub fn resolve(&self, id: [u8; 32], version: Option<u32>) -> Option<Document> {
        match version {
            Some(version) => self.documents.get(&(id, version)),
            None => self.documents.prefix(&id).last().map(|(_, latest)| latest),
        }
    }

    /// Whether `credential`, the SCALE form of a `DidProof`, shows that the DID agrees to `digest`:
    /// it names a current key, whose signature of the digest is valid. The chain asks this before
    /// it runs a transaction that a DID has authorised.
    pub fn authenticate(&self, id: [u8; 32], digest: [u8; 32], credential: Vec<u8>) -> bool {
        let Some(proof) = DidProof::from_credential(&credential) else { return false };
        let Some(document) = self.resolve(id, None) else { return false };
        document.signing_key(&proof.key).is_some_and(|key| key.verifies(&digest, &proof.signature))
    }

    /// The current document, if it can still change and this very call has the DID's authority.
    fn authorised(&self, id: [u8; 32]) -> Result<Document, Error> {
        let document = self.resolve(id, None).ok_or(Error::Unknown)?;
        ensure!(!document.deactivated, Error::Deactivated);
        require_auth(&Account::Managed { contract: this(), id });
        Ok(document)
    }

    /// Stores a changed document as the next version.
    fn publish(&mut self, mut document: Document) -> Result<u32, Error> {
        document.version = document.version.checked_add(1).ok_or(Error::TooManyVersions)?;
        document.updated = block_time();
        self.store(&document);
        Ok(document.version)
    }

    fn store(&mut self, document: &Document) {
        self.documents.insert(&(document.id, document.version), document);
    }
}

/// The id of the DID that starts with `key` and `salt`.
fn identifier(key: &DidKey, salt: &[u8; 32]) -> [u8; 32] {
    blake3(&(*b"sillok/did\0", key, salt).encode())
}
