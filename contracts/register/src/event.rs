//! What the register says happened.

use sillok_interfaces::{Investor, Rules};
use sillok_sdk::prelude::*;

/// A class of shares was added.
#[event]
pub struct ClassAdded {
    /// The class.
    pub class: u32,
    /// Its id in other systems.
    pub reference: String,
    /// How many shares may be issued.
    pub authorised: u64,
}

/// The company issued a lot.
#[event]
pub struct Issued {
    /// The lot.
    pub lot: u64,
    /// Its class.
    pub class: u32,
    /// To whom.
    pub holder: Account,
    /// How many shares.
    pub quantity: u64,
    /// When the holder acquired them.
    pub date: Date,
    /// The lot's id in other systems.
    pub reference: String,
}

/// The holder accepted a lot.
#[event]
pub struct Accepted {
    /// The lot.
    pub lot: u64,
    /// Who accepted.
    pub holder: Account,
    /// When.
    pub date: Date,
}

/// Shares went from one holder to another.
#[event]
pub struct Transferred {
    /// The giver's lot, which has ended.
    pub lot: u64,
    /// Its class.
    pub class: u32,
    /// The giver.
    pub from: Account,
    /// The receiver.
    pub to: Account,
    /// How many shares.
    pub quantity: u64,
    /// The receiver's lot.
    pub result: u64,
    /// The giver's balance lot, if there is one.
    pub balance: Option<u64>,
    /// When they took effect.
    pub date: Date,
    /// Who delivered them, if they left a lock.
    pub locker: Option<Account>,
}

/// The company bought shares back; they stay issued.
#[event]
pub struct Repurchased {
    /// The lot, which has ended.
    pub lot: u64,
    /// Its class.
    pub class: u32,
    /// From whom.
    pub holder: Account,
    /// How many shares.
    pub quantity: u64,
    /// The balance lot, if there is one.
    pub balance: Option<u64>,
    /// When.
    pub date: Date,
}

/// Shares were cancelled.
#[event]
pub struct Cancelled {
    /// The lot, which has ended.
    pub lot: u64,
    /// Its class.
    pub class: u32,
    /// Whose they were.
    pub holder: Account,
    /// How many shares.
    pub quantity: u64,
    /// The balance lot, if there is one.
    pub balance: Option<u64>,
    /// When.
    pub date: Date,
    /// Why.
    pub reason: String,
}

/// The company took an issue back as if it had not happened.
#[event]
pub struct Retracted {
    /// The lot, which has ended.
    pub lot: u64,
    /// Its class.
    pub class: u32,
    /// Whose it was.
    pub holder: Account,
    /// How many shares.
    pub quantity: u64,
    /// When.
    pub date: Date,
    /// Why.
    pub reason: String,
}

/// Shares were locked.
#[event]
pub struct Locked {
    /// The lot.
    pub lot: u64,
    /// For whom.
    pub locker: Account,
    /// How many shares.
    pub quantity: u64,
    /// Whether the locker may hand them over.
    pub delivery: bool,
}

/// Shares were unlocked.
#[event]
pub struct Unlocked {
    /// The lot.
    pub lot: u64,
    /// By whom.
    pub locker: Account,
    /// How many shares.
    pub quantity: u64,
}

/// What transfers of a class have to keep to was set.
#[event]
pub struct RulesSet {
    /// The class.
    pub class: u32,
    /// The rules.
    pub rules: Rules,
}

/// The company entered what it knows of an investor.
#[event]
pub struct InvestorEntered {
    /// Who.
    pub holder: Account,
    /// What.
    pub investor: Investor,
}

/// A lot was locked up.
#[event]
pub struct LockedUp {
    /// The lot.
    pub lot: u64,
    /// The first day on which its shares can be handed over again.
    pub until: Date,
}
