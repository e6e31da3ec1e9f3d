//! Money that a bank stands for, held in accounts; parts of it can be put on hold for an agent.

use sillok_sdk::prelude::*;

/// What other contracts ask of a cash contract.
#[interface]
pub trait Cash {
    /// Pays `amount` to `to`. `from` authorises.
    fn transfer(&mut self, from: Account, to: Account, amount: u64);
    /// Puts `amount` on hold, out of the owner's reach, for `agent` to pay or release. `owner` authorises.
    fn hold(&mut self, owner: Account, amount: u64, agent: Account);
    /// Gives `amount` on hold back to its owner. `agent` authorises.
    fn release(&mut self, owner: Account, amount: u64, agent: Account);
    /// Pays `amount` on hold to `to`. `agent` authorises.
    fn pay(&mut self, owner: Account, amount: u64, agent: Account, to: Account);
    /// Makes `payments` out of what `agent` has on hold of the owner's money, and gives `back` of it back.
    /// `agent` authorises.
    fn settle(&mut self, owner: Account, agent: Account, payments: Vec<Payment>, back: u64);
    /// What `owner` has.
    fn balance(&self, owner: Account) -> Balance;
}

/// An amount, and who gets it.
#[data]
#[derive(Copy)]
pub struct Payment {
    /// Who.
    pub to: Account,
    /// How much.
    pub amount: u64,
}

/// What an account has. `available + held` is its whole money.
#[data]
#[derive(Default)]
pub struct Balance {
    /// What the owner can use.
    pub available: u64,
    /// What is on hold, for all agents together.
    pub held: u64,
}

/// What one unit of an amount is worth.
#[data]
pub struct Currency {
    /// Its code, such as `KRW`.
    pub code: String,
    /// How many decimals an amount has: 2 makes an amount of 150 mean 1.50.
    pub decimals: u8,
}
