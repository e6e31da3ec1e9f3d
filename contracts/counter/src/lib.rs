//! A counter for each account, and the shortest contract that shows every part: storage, a
//! constructor, an authorised change, an error, an event and a query. `docs/contracts.md` builds it
//! step by step.
#![cfg_attr(target_arch = "wasm32", no_std)]

use sillok_sdk::prelude::*;

/// What is kept: who may reset, and how far each account has counted.
#[storage]
pub struct Counter {
    owner: Value<Account>,
    counts: Map<Account, u64>,
}

/// An account has counted on.
#[event]
pub struct Counted {
    /// Whose counter.
    pub by: Account,
    /// Where it stands now.
    pub total: u64,
}

/// What this contract refuses.
#[error]
pub enum Error {
    /// The counter can't go any higher.
    Overflow = 1,
}

#[contract]
impl Counter {
    /// Names the account that may reset counters.
    #[constructor]
    pub fn new(&mut self, owner: Account) {
        self.owner.set(&owner);
    }

    /// Adds `n` to the counter of `who`, who must agree, and returns where it stands.
    pub fn add(&mut self, who: Account, n: u64) -> Result<u64, Error> {
        require_auth(&who);
        let total = self.total(who).checked_add(n).ok_or(Error::Overflow)?;
        self.counts.insert(&who, &total);
        emit(&Counted { by: who, total });
        Ok(total)
    }

    /// Sets the counter of `who` back to zero; the owner must agree.
    pub fn reset(&mut self, who: Account) {
        require_auth(&self.owner.load());
        self.counts.remove(&who);
    }

    /// Where the counter of `who` stands.
    pub fn total(&self, who: Account) -> u64 {
        self.counts.get_or_default(&who)
    }
}
