//! What the contract tells the world.

use sillok_sdk::prelude::*;

use crate::{Director, DirectorKey};

/// A board was founded.
#[event]
pub struct Founded {
    /// What it is called.
    pub name: String,
    /// Its first directors.
    pub directors: Vec<Director>,
    /// How many of them have to agree.
    pub threshold: u32,
}

/// A director was appointed.
#[event]
pub struct Appointed {
    /// The director's number.
    pub director: u32,
    /// The director's key.
    pub key: DirectorKey,
    /// How many directors have to agree from now on.
    pub threshold: u32,
}

/// A director was dismissed.
#[event]
pub struct Dismissed {
    /// The director's number.
    pub director: u32,
    /// How many of the others have to agree from now on.
    pub threshold: u32,
}

/// A director has another key.
#[event]
pub struct KeyReplaced {
    /// The director's number.
    pub director: u32,
    /// The key in the old one's place.
    pub key: DirectorKey,
}

/// The threshold was set.
#[event]
pub struct ThresholdSet {
    /// How many directors have to agree from now on.
    pub threshold: u32,
}
