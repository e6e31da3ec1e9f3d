//! Directors and their threshold, and the rules of changing them. Nothing here touches storage.

use sillok_sdk::prelude::*;

use crate::{Approval, DirectorKey, Error};

/// The most directors of a board: that many signatures can be judged within the gas that judging may use.
pub(crate) const MAX_DIRECTORS: usize = 32;

/// A director of the board.
#[data]
pub struct Director {
    /// The director's number, from 1; it stays, and is never given to another.
    pub number: u32,
    /// The director's key.
    pub key: DirectorKey,
}

/// The directors, and how many of them have to agree.
#[data]
pub struct Roll {
    /// How many directors have to agree.
    pub threshold: u32,
    /// The number that the next one will have.
    pub next: u32,
    /// The directors, in ascending order of their numbers.
    pub directors: Vec<Director>,
}

impl Roll {
    /// The roll of a board's first directors.
    pub(crate) fn new(keys: Vec<DirectorKey>, threshold: u32) -> Result<Roll, Error> {
        let mut roll = Roll { threshold, next: 1, directors: Vec::new() };
        for key in keys {
            roll.add(key)?;
        }
        roll.set_threshold(threshold)?;
        Ok(roll)
    }

    /// Adds a director; answers the number.
    pub(crate) fn appoint(&mut self, key: DirectorKey, threshold: u32) -> Result<u32, Error> {
        let number = self.add(key)?;
        self.set_threshold(threshold)?;
        Ok(number)
    }

    pub(crate) fn dismiss(&mut self, number: u32, threshold: u32) -> Result<(), Error> {
        let index = self.index(number)?;
        self.directors.remove(index);
        self.set_threshold(threshold)
    }

    pub(crate) fn replace_key(&mut self, number: u32, key: DirectorKey) -> Result<(), Error> {
        let index = self.index(number)?;
        self.check_key(&key)?;
        if let Some(director) = self.directors.get_mut(index) {
            director.key = key;
        }
        Ok(())
    }

    pub(crate) fn set_threshold(&mut self, threshold: u32) -> Result<(), Error> {
        ensure!((1..=self.directors.len()).contains(&(threshold as usize)), Error::BadThreshold);
        self.threshold = threshold;
        Ok(())
    }

    /// Whether these approvals are the board's agreement to `digest`: one each of as many directors as
    /// have to agree. Both lists ascend, so one pass finds whoever is unknown, twice or out of order.
    pub(crate) fn agrees(&self, digest: &[u8; 32], approvals: &[Approval]) -> bool {
        let mut directors = self.directors.iter();
        approvals.len() == self.threshold as usize
            && approvals.iter().all(|approval| {
                let director = directors.find(|director| director.number == approval.director);
                director.is_some_and(|director| director.key.verifies(digest, &approval.signature))
            })
    }

    fn add(&mut self, key: DirectorKey) -> Result<u32, Error> {
        ensure!(self.directors.len() < MAX_DIRECTORS, Error::TooManyDirectors);
        self.check_key(&key)?;
        let number = self.next;
        self.next = number.checked_add(1).ok_or(Error::TooManyNumbers)?;
        self.directors.push(Director { number, key });
        Ok(number)
    }

    fn check_key(&self, key: &DirectorKey) -> Result<(), Error> {
        ensure!(key.is_well_formed(), Error::BadKey);
        ensure!(self.directors.iter().all(|director| director.key != *key), Error::KeyTaken);
        Ok(())
    }

    fn index(&self, number: u32) -> Result<usize, Error> {
        self.directors.iter().position(|director| director.number == number).ok_or(Error::NoDirector)
    }
}

#[cfg(test)]
#[path = "roll_tests.rs"]
mod tests;
