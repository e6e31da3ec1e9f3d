//! Holds: money that its owner can't reach until an agent pays or releases it.
//!
//! Kept as one sum for each owner and agent. An agent that holds for several reasons (a market, for
//! each order) keeps its own account of them.

use sillok_sdk::prelude::*;

use crate::Cash;
use crate::error::Error;

impl Cash {
    /// Moves available money of `owner` into the hold of `agent`.
    pub(crate) fn add_hold(&mut self, owner: &Account, amount: u64, agent: &Account) -> Result<(), Error> {
        ensure!(amount > 0, Error::ZeroAmount);
        let mut balance = self.balances.get_or_default(owner);
        balance.available = balance.available.checked_sub(amount).ok_or(Error::InsufficientFunds)?;
        balance.held = balance.held.checked_add(amount).ok_or(Error::SupplyOverflow)?;
        self.balances.insert(owner, &balance);
        let key = (*owner, *agent);
        let hold = self.holds.get_or_default(&key);
        self.holds.insert(&key, &hold.checked_add(amount).ok_or(Error::SupplyOverflow)?);
        Ok(())
    }

    /// Takes money of `owner` out of the hold of `agent`. Where it goes is the caller's to write:
    /// `returned` of it goes back to what the owner has available.
    pub(crate) fn reduce_hold(
        &mut self,
        owner: &Account,
        amount: u64,
        agent: &Account,
        returned: u64,
    ) -> Result<(), Error> {
        ensure!(amount > 0, Error::ZeroAmount);
        let key = (*owner, *agent);
        let rest = self.holds.get_or_default(&key).checked_sub(amount).ok_or(Error::InsufficientHold)?;
        if rest == 0 {
            self.holds.remove(&key);
        } else {
            self.holds.insert(&key, &rest);
        }
        let mut balance = self.balances.get_or_default(owner);
        balance.held = balance.held.checked_sub(amount).ok_or(Error::InsufficientHold)?;
        balance.available = balance.available.checked_add(returned).ok_or(Error::SupplyOverflow)?;
        self.store(owner, &balance);
        Ok(())
    }
}
