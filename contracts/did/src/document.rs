//! Documents, and the rules of changing them. Nothing here touches storage.

use sillok_sdk::prelude::*;

use crate::{DidKey, Error, form};

/// The most keys of a document.
const MAX_KEYS: usize = 16;
/// The most services of a document.
const MAX_SERVICES: usize = 16;

/// A place where a DID's subject can be reached.
#[data]
pub struct Service {
    /// Its name, unique in the document: what follows the `#` of a DID URL.
    pub name: String,
    /// What kind of service it is, such as `LinkedDomains`.
    pub kind: String,
    /// Where it is, such as `https://example.com`.
    pub endpoint: String,
}

/// The version that creates a DID.
pub(crate) const FIRST_VERSION: u32 = 1;

/// One version of a DID's document.
#[data]
pub struct Document {
    /// The DID.
    pub id: [u8; 32],
    /// The version, from 1.
    pub version: u32,
    /// The time of version 1.
    pub created: Time,
    /// The time of this version.
    pub updated: Time,
    /// Whether nobody signs for it any more.
    pub deactivated: bool,
    /// Its keys, in order of arrival; at least one.
    pub keys: Vec<DidKey>,
    /// Its services, in order of arrival.
    pub services: Vec<Service>,
}

impl Document {
    /// Version 1, with one key.
    pub(crate) fn new(id: [u8; 32], key: DidKey, now: Time) -> Result<Document, Error> {
        let mut document = Document {
            id,
            version: FIRST_VERSION,
            created: now,
            updated: now,
            deactivated: false,
            keys: Vec::new(),
            services: Vec::new(),
        };
        document.add_key(key)?;
        Ok(document)
    }

    pub(crate) fn add_key(&mut self, key: DidKey) -> Result<(), Error> {
        ensure!(self.keys.len() < MAX_KEYS, Error::TooManyKeys);
        self.check_name(&key.name)?;
        self.check_key(&key)?;
        self.keys.push(key);
        Ok(())
    }

    pub(crate) fn rotate_key(&mut self, name: &str, key: DidKey) -> Result<(), Error> {
        let index = self.key_index(name)?;
        if key.name != name {
            self.check_name(&key.name)?;
        }
        self.check_key(&key)?;
        if let Some(place) = self.keys.get_mut(index) {
            *place = key;
        }
        Ok(())
    }

    pub(crate) fn remove_key(&mut self, name: &str) -> Result<(), Error> {
        let index = self.key_index(name)?;
        ensure!(self.keys.len() > 1, Error::LastKey);
        self.keys.remove(index);
        Ok(())
    }

    pub(crate) fn add_service(&mut self, service: Service) -> Result<(), Error> {
        ensure!(self.services.len() < MAX_SERVICES, Error::TooManyServices);
        self.check_name(&service.name)?;
        ensure!(form::is_kind(&service.kind) && form::is_endpoint(&service.endpoint), Error::BadService);
        self.services.push(service);
        Ok(())
    }

    pub(crate) fn remove_service(&mut self, name: &str) -> Result<(), Error> {
        let index = self.services.iter().position(|service| service.name == name);
        self.services.remove(index.ok_or(Error::NoService)?);
        Ok(())
    }

    /// The key called `name`, if it signs for the DID.
    pub(crate) fn signing_key(&self, name: &str) -> Option<&DidKey> {
        self.keys.iter().find(|key| !self.deactivated && key.name == name)
    }

    fn key_index(&self, name: &str) -> Result<usize, Error> {
        self.keys.iter().position(|key| key.name == name).ok_or(Error::NoKey)
    }

    /// Keys and services share one space of names, as DID URLs tell them apart by name alone.
    fn check_name(&self, name: &str) -> Result<(), Error> {
        ensure!(form::is_name(name), Error::BadName);
        let mut names =
            self.keys.iter().map(|key| &key.name).chain(self.services.iter().map(|service| &service.name));
        ensure!(names.all(|taken| taken != name), Error::NameTaken);
        Ok(())
    }

    fn check_key(&self, key: &DidKey) -> Result<(), Error> {
        ensure!(key.is_well_formed(), Error::BadKey);
        ensure!(!self.keys.iter().any(|known| known.is_same_key(key)), Error::KeyTaken);
        Ok(())
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
