//! A company's board of directors as an account: so many of its directors agree, or nobody does.
//!
//! The account is `Account::Contract(board)`. A board acts by signatures alone: the chain asks
//! `authenticate` before it runs what the board has authorised, and this contract calls nobody. Directors
//! sign with keys of four schemes. They are keys and not other accounts, so that whether a board can act
//! depends on no other contract, and what it costs to judge has a bound. Who a director is stays off the
//! chain; here a director is a number and a key.
//!
//! Always true: the threshold lies between 1 and the number of directors; no two directors have the same
//! key; and the key of everybody who joined later has signed that it will, so that a change can't make a
//! board of keys that nobody has.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![warn(clippy::arithmetic_side_effects)]

use sillok_sdk::prelude::*;

mod approval;
mod error;
mod event;
mod key;
mod roll;

pub use approval::Approval;
pub use error::Error;
pub use event::{Appointed, Dismissed, Founded, KeyReplaced, ThresholdSet};
pub use key::{DirectorKey, Scheme};
pub use roll::{Director, Roll};

/// The longest name of a board, in bytes.
const MAX_NAME: usize = 128;

/// What the contract keeps.
#[storage]
pub struct Board {
    /// What the board is called.
    name: Value<String>,
    /// Its directors and their threshold, in one value: judging reads all of it.
    roll: Value<Roll>,
}

#[contract]
impl Board {
    /// Founds a board: its first directors by their keys, numbered from 1, and how many of them have to
    /// agree. Who deploys it vouches for the keys.
    #[constructor]
    pub fn new(&mut self, name: String, directors: Vec<DirectorKey>, threshold: u32) -> Result<(), Error> {
        ensure!((1..=MAX_NAME).contains(&name.len()), Error::BadName);
        let roll = Roll::new(directors, threshold)?;
        self.name.set(&name);
        self.roll.set(&roll);
        emit(&Founded { name, directors: roll.directors, threshold });
        Ok(())
    }

    /// Appoints a director, of whom `threshold` have to agree from then on, and returns the director's
    /// number. `acceptance` is the signature of the new key over `acceptance(key)`. Authorised by the
    /// board.
    pub fn appoint(&mut self, key: DirectorKey, acceptance: Vec<u8>, threshold: u32) -> Result<u32, Error> {
        let mut roll = self.authorised();
        let director = roll.appoint(key.clone(), threshold)?;
        ensure!(key.verifies(&acceptance_digest(&key), &acceptance), Error::NotAccepted);
        self.roll.set(&roll);
        emit(&Appointed { director, key, threshold });
        Ok(director)
    }

    /// Dismisses a director; of the others, `threshold` have to agree from then on. The number is not
    /// given again. Authorised by the board.
    pub fn dismiss(&mut self, director: u32, threshold: u32) -> Result<(), Error> {
        let mut roll = self.authorised();
        roll.dismiss(director, threshold)?;
        self.roll.set(&roll);
        emit(&Dismissed { director, threshold });
        Ok(())
    }

    /// Puts another key in a director's place; the old one signs no more. `acceptance` is the signature
    /// of the new key over `acceptance(key)`. Authorised by the board.
    pub fn replace_key(&mut self, director: u32, key: DirectorKey, acceptance: Vec<u8>) -> Result<(), Error> {
        let mut roll = self.authorised();
        roll.replace_key(director, key.clone())?;
        ensure!(key.verifies(&acceptance_digest(&key), &acceptance), Error::NotAccepted);
        self.roll.set(&roll);
        emit(&KeyReplaced { director, key });
        Ok(())
    }

    /// Sets how many directors have to agree. Authorised by the board, as it was until then.
    pub fn set_threshold(&mut self, threshold: u32) -> Result<(), Error> {
        let mut roll = self.authorised();
        roll.set_threshold(threshold)?;
        self.roll.set(&roll);
        emit(&ThresholdSet { threshold });
        Ok(())
    }

    /// What the board is called.
    pub fn name(&self) -> String {
        self.name.load()
    }

    /// The directors, by number, and how many of them have to agree.
    pub fn roll(&self) -> Roll {
        self.roll.load()
    }

    /// What a key signs to accept a place on this board: a digest of the chain, the board and the key.
    pub fn acceptance(&self, key: DirectorKey) -> [u8; 32] {
        acceptance_digest(&key)
    }

    /// Whether `credential`, the SCALE form of a list of `Approval`s, shows that the board agrees to
    /// `digest`: exactly as many approvals as the threshold, by directors in ascending order of their
    /// numbers, each with a valid signature of the digest. The chain asks this before it runs a
    /// transaction that the board has authorised.
    pub fn authenticate(&self, id: [u8; 32], digest: [u8; 32], credential: Vec<u8>) -> bool {
        // A board stands for itself and manages nobody.
        if id != [0; 32] {
            return false;
        }
        let Some(approvals) = Approval::from_credential(&credential) else { return false };
        self.roll.get().is_some_and(|roll| roll.agrees(&digest, &approvals))
    }

    /// The directors, if this very call has the board's authority.
    fn authorised(&self) -> Roll {
        require_auth(&Account::Contract(this()));
        self.roll.load()
    }
}

fn acceptance_digest(key: &DirectorKey) -> [u8; 32] {
    blake3(&(*b"sillok/board-acceptance\0", chain(), this(), key).encode())
}
