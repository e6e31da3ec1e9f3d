//! The counter, a version later: several keepers instead of an owner, and a limit. It shows an upgrade:
//! the old storage is in `v1`, and the migration takes it over. `docs/contracts.md`, "Upgrading".
#![cfg_attr(target_arch = "wasm32", no_std)]

pub mod v1;

use sillok_sdk::prelude::*;

/// What is kept. The counts stay where the first version has put them.
#[storage]
pub struct Counter {
    keepers: Value<Vec<Account>>,
    limit: Value<u64>,
    counts: Map<Account, u64>,
}

/// An account has counted on.
#[event]
pub struct Counted {
    /// Whose counter.
    pub by: Account,
    /// Where it stands now.
    pub total: u64,
    /// How far it can go on.
    pub left: u64,
}

/// The limit is another one.
#[event]
pub struct LimitSet {
    /// The limit.
    pub limit: u64,
}

/// What this contract refuses.
#[error]
pub enum Error {
    /// The counter can't go above the limit.
    OverLimit = 1,
    /// A limit of nothing would let nobody count.
    NoLimit = 2,
    /// This account is not a keeper.
    NotKeeper = 3,
}

#[contract]
impl Counter {
    /// Names the accounts that may set the limit.
    #[constructor]
    pub fn new(&mut self, keepers: Vec<Account>, limit: u64) -> Result<(), Error> {
        self.keepers.set(&keepers);
        self.change_limit(limit)
    }

    /// Takes over from the first version: its owner becomes the keeper, and every count stays.
    #[migration]
    pub fn from_v1(&mut self, mut old: v1::Counter, limit: u64) -> Result<(), Error> {
        self.keepers.set(&vec![old.owner.load()]);
        old.owner.remove();
        self.change_limit(limit)
    }

    /// Adds `n` to the counter of `who`, who must agree, and returns where it stands.
    pub fn add(&mut self, who: Account, n: u64) -> Result<u64, Error> {
        require_auth(&who);
        let total = self.total(who).checked_add(n).ok_or(Error::OverLimit)?;
        let left = self.limit().checked_sub(total).ok_or(Error::OverLimit)?;
        self.counts.insert(&who, &total);
        emit(&Counted { by: who, total, left });
        Ok(total)
    }

    /// Sets the limit; the keeper `by` must agree.
    pub fn set_limit(&mut self, by: Account, limit: u64) -> Result<(), Error> {
        require_auth(&by);
        ensure!(self.keepers.load().contains(&by), Error::NotKeeper);
        self.change_limit(limit)
    }

    /// Where the counter of `who` stands.
    pub fn total(&self, who: Account) -> u64 {
        self.counts.get_or_default(&who)
    }

    /// How far any counter can go.
    pub fn limit(&self) -> u64 {
        self.limit.load()
    }

    fn change_limit(&mut self, limit: u64) -> Result<(), Error> {
        ensure!(limit > 0, Error::NoLimit);
        self.limit.set(&limit);
        emit(&LimitSet { limit });
        Ok(())
    }
}
