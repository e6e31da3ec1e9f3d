//! Money of one currency that one bank stands for.
//!
//! The bank mints what is paid in and burns what is paid out. Accounts transfer it, and put parts of
//! it on hold for an agent, such as an escrow or a market, which later pays or releases them. Always
//! true: what accounts have available and on hold adds up to the total supply; an account's holds
//! add up to what it has on hold.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![warn(clippy::arithmetic_side_effects)]

mod error;
mod event;
mod holds;

pub use error::Error;
pub use event::{Burned, Held, Minted, Paid, Released, Transferred};
use sillok_interfaces::{Balance, Currency, Payment};
use sillok_sdk::prelude::*;

/// The most bytes of a currency code.
const MAX_CODE: usize = 16;
/// The most decimals: more than that, and a `u64` holds less than 19 whole units.
const MAX_DECIMALS: u8 = 18;

/// All that the contract keeps.
#[storage]
pub struct Cash {
    bank: Value<Account>,
    currency: Value<Currency>,
    supply: Value<u64>,
    /// Accounts that have money; the others have no entry.
    balances: Map<Account, Balance>,
    /// Money on hold by owner and agent.
    holds: Map<(Account, Account), u64>,
}

#[contract]
impl Cash {
    /// Sets up money of one currency that `bank` stands for. `currency` is its code, such as `KRW`;
    /// amounts have `decimals` decimals. There is none yet.
    #[constructor]
    pub fn new(&mut self, bank: Account, currency: String, decimals: u8) -> Result<(), Error> {
        ensure!(!currency.is_empty() && currency.len() <= MAX_CODE, Error::BadCurrency);
        ensure!(decimals <= MAX_DECIMALS, Error::BadCurrency);
        self.bank.set(&bank);
        self.currency.set(&Currency { code: currency, decimals });
        Ok(())
    }

    /// Puts new money into circulation, for money that was paid in to the bank. The bank authorises.
    pub fn mint(&mut self, to: Account, amount: u64) -> Result<(), Error> {
        require_auth(&self.bank.load());
        ensure!(amount > 0, Error::ZeroAmount);
        let supply = self.supply.get_or_default().checked_add(amount).ok_or(Error::SupplyOverflow)?;
        self.supply.set(&supply);
        self.credit(&to, amount)?;
        emit(&Minted { to, amount });
        Ok(())
    }

    /// Takes money out of circulation that the bank pays out to `from`. The bank and `from` authorise.
    pub fn burn(&mut self, from: Account, amount: u64) -> Result<(), Error> {
        require_auth(&self.bank.load());
        require_auth(&from);
        self.debit(&from, amount)?;
        let supply = self.supply.get_or_default().checked_sub(amount).ok_or(Error::InsufficientFunds)?;
        self.supply.set(&supply);
        emit(&Burned { from, amount });
        Ok(())
    }

    /// Pays `amount` of what `from` has available to `to`. `from` authorises.
    pub fn transfer(&mut self, from: Account, to: Account, amount: u64) -> Result<(), Error> {
        require_auth(&from);
        ensure!(from != to, Error::SameAccount);
        self.debit(&from, amount)?;
        self.credit(&to, amount)?;
        emit(&Transferred { from, to, amount });
        Ok(())
    }

    /// Puts `amount` of what `owner` has available on hold. It stays the owner's, out of reach, until
    /// `agent` pays or releases it: only hold for agents that you trust to do so, such as an escrow.
    /// `owner` authorises.
    pub fn hold(&mut self, owner: Account, amount: u64, agent: Account) -> Result<(), Error> {
        require_auth(&owner);
        self.add_hold(&owner, amount, &agent)?;
        emit(&Held { owner, agent, amount });
        Ok(())
    }

    /// Gives `amount` that `agent` has on hold back to its owner. `agent` authorises.
    pub fn release(&mut self, owner: Account, amount: u64, agent: Account) -> Result<(), Error> {
        require_auth(&agent);
        self.reduce_hold(&owner, amount, &agent, amount)?;
        emit(&Released { owner, agent, amount });
        Ok(())
    }

    /// Pays `amount` of the owner's money that `agent` has on hold to `to`. `agent` authorises; the
    /// owner did so when holding.
    pub fn pay(&mut self, owner: Account, amount: u64, agent: Account, to: Account) -> Result<(), Error> {
        require_auth(&agent);
        ensure!(owner != to, Error::SameAccount);
        self.reduce_hold(&owner, amount, &agent, 0)?;
        self.credit(&to, amount)?;
        emit(&Paid { owner, agent, to, amount });
        Ok(())
    }

    /// Makes several payments out of the owner's money that `agent` has on hold, and gives `back` of it back,
    /// all at once. A payment to the owner is one. `agent` authorises; the owner did so when holding.
    pub fn settle(
        &mut self,
        owner: Account,
        agent: Account,
        payments: Vec<Payment>,
        back: u64,
    ) -> Result<(), Error> {
        require_auth(&agent);
        let amounts = payments.iter().try_fold(back, |total, payment| total.checked_add(payment.amount));
        self.reduce_hold(&owner, amounts.ok_or(Error::InsufficientHold)?, &agent, back)?;
        for Payment { to, amount } in payments {
            ensure!(amount > 0, Error::ZeroAmount);
            self.credit(&to, amount)?;
            emit(&Paid { owner, agent, to, amount });
        }
        if back > 0 {
            emit(&Released { owner, agent, amount: back });
        }
        Ok(())
    }

    /// What `owner` has available and on hold.
    pub fn balance(&self, owner: Account) -> Balance {
        self.balances.get_or_default(&owner)
    }

    /// How much of the owner's money `agent` has on hold.
    pub fn hold_of(&self, owner: Account, agent: Account) -> u64 {
        self.holds.get_or_default(&(owner, agent))
    }

    /// All money in circulation.
    pub fn total_supply(&self) -> u64 {
        self.supply.get_or_default()
    }

    /// The currency's code and decimals.
    pub fn currency(&self) -> Currency {
        self.currency.load()
    }

    /// The bank that stands for the money.
    pub fn bank(&self) -> Account {
        self.bank.load()
    }

    /// Takes available money from an account.
    fn debit(&mut self, from: &Account, amount: u64) -> Result<(), Error> {
        ensure!(amount > 0, Error::ZeroAmount);
        let mut balance = self.balances.get_or_default(from);
        balance.available = balance.available.checked_sub(amount).ok_or(Error::InsufficientFunds)?;
        self.store(from, &balance);
        Ok(())
    }

    /// Adds available money to an account. Can't overflow while the supply doesn't.
    fn credit(&mut self, to: &Account, amount: u64) -> Result<(), Error> {
        let mut balance = self.balances.get_or_default(to);
        balance.available = balance.available.checked_add(amount).ok_or(Error::SupplyOverflow)?;
        self.balances.insert(to, &balance);
        Ok(())
    }

    /// Keeps an account's balance, and no entry for an empty one.
    fn store(&mut self, account: &Account, balance: &Balance) {
        if *balance == Balance::default() {
            self.balances.remove(account);
        } else {
            self.balances.insert(account, balance);
        }
    }
}
