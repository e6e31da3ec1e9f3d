//! What the contract tells the world.

use sillok_sdk::prelude::*;

use crate::{DidKey, Service};

/// A DID was created; this is its version 1.
#[event]
pub struct Created {
    /// The DID.
    pub id: [u8; 32],
    /// Its first key.
    pub key: DidKey,
}

/// A key was added.
#[event]
pub struct KeyAdded {
    /// The DID.
    pub id: [u8; 32],
    /// The new version.
    pub version: u32,
    /// The key.
    pub key: DidKey,
}

/// A key was replaced.
#[event]
pub struct KeyRotated {
    /// The DID.
    pub id: [u8; 32],
    /// The new version.
    pub version: u32,
    /// The name of the key that was replaced.
    pub name: String,
    /// The key in its place.
    pub key: DidKey,
}

/// A key was removed.
#[event]
pub struct KeyRemoved {
    /// The DID.
    pub id: [u8; 32],
    /// The new version.
    pub version: u32,
    /// The key's name.
    pub name: String,
}

/// A service was added.
#[event]
pub struct ServiceAdded {
    /// The DID.
    pub id: [u8; 32],
    /// The new version.
    pub version: u32,
    /// The service.
    pub service: Service,
}

/// A service was removed.
#[event]
pub struct ServiceRemoved {
    /// The DID.
    pub id: [u8; 32],
    /// The new version.
    pub version: u32,
    /// The service's name.
    pub name: String,
}

/// A DID was deactivated for good.
#[event]
pub struct Deactivated {
    /// The DID.
    pub id: [u8; 32],
    /// Its last version.
    pub version: u32,
}
