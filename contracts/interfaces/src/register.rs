//! A company's share register: classes of shares, the lots that holders have, locks on them.

use sillok_sdk::prelude::*;

/// What other contracts ask of a register.
///
/// A *lot* is shares of one class that one holder acquired at once. What takes part of a lot ends it
/// and leaves the rest as a *balance lot* under a new id. A method that is given the id of a lot
/// that became a balance lot means that balance lot, so an id signed earlier stays good.
#[interface]
pub trait Register {
    /// Locks part of a lot for `locker`. With `delivery` the locker may hand those shares over to
    /// anyone; without it, only unlock them. The holder authorises.
    fn lock(&mut self, lot: u64, quantity: u64, locker: Account, delivery: bool);
    /// Gives locked shares back to their holder's hands. `locker` authorises.
    fn unlock(&mut self, lot: u64, quantity: u64, locker: Account);
    /// Hands locked shares over to `to`, using up the lock. `locker` authorises. Returns the new lot.
    fn deliver(&mut self, lot: u64, quantity: u64, locker: Account, to: Account) -> u64;
    /// What there is to sell of so many shares of a lot. Refused if the company's rules keep them from being
    /// handed over, or the lot has too few; how many of its shares are free is judged when they are locked.
    fn check_sale(&self, lot: u64, quantity: u64) -> Offer;
    /// Refused if the company's rules keep `holder` from acquiring so many shares of a class.
    fn check_purchase(&self, class: u32, holder: Account, quantity: u64);
    /// What `holder` has of a class.
    fn holding(&self, class: u32, holder: Account) -> Holding;
    /// The lot, or the balance lot that it became; none if it is unknown or nothing is left of it.
    fn lot(&self, lot: u64) -> Option<Lot>;
    /// The class of this id.
    fn class(&self, class: u32) -> Option<ShareClass>;
    /// Who keeps the register.
    fn registrar(&self) -> Account;
}

/// The company whose shares these are.
#[data]
pub struct Issuer {
    /// Its legal name.
    pub name: String,
    /// Its number in a public registry, such as a corporate registration number; may be empty.
    pub identifier: String,
    /// Whether it is made up, for trying things out.
    pub sample: bool,
    /// When it was formed.
    pub formed: Option<Date>,
}

/// What kind of shares a class has.
#[data]
#[derive(Copy)]
pub enum ClassKind {
    /// Common shares.
    Common,
    /// Preferred shares.
    Preferred,
}

/// A class of shares.
#[data]
pub struct ShareClass {
    /// Its id.
    pub id: u32,
    /// Its id in other systems; may be empty.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// Common or preferred.
    pub kind: ClassKind,
    /// How many shares may be issued.
    pub authorised: u64,
    /// How many are issued: outstanding ones and those that the company bought back.
    pub issued: u64,
    /// How many holders have: the sum of all lots of this class.
    pub outstanding: u64,
    /// Votes of one share.
    pub votes_per_share: u32,
    /// Rank in a liquidation; a higher number is paid first.
    pub seniority: u32,
    /// Par value of one share in the smallest unit of the currency; 0 for no-par shares.
    pub par: u64,
}

/// Shares of one class that one holder acquired at once.
#[data]
pub struct Lot {
    /// Its id.
    pub id: u64,
    /// The lot that it is the rest of; itself, unless it is a balance lot.
    pub root: u64,
    /// The giver's lot, if the shares came from another holder; none if the company issued them.
    pub source: Option<u64>,
    /// Its class.
    pub class: u32,
    /// Who has it.
    pub holder: Account,
    /// How many shares, locked ones included.
    pub quantity: u64,
    /// How many of them are locked.
    pub locked: u64,
    /// When the holder acquired them (Commercial Act Art. 352(1)).
    pub acquired: Date,
    /// When the holder accepted them, if they did.
    pub accepted: Option<Date>,
    /// Its id in other systems, such as an OCF `security_id`; may be empty.
    pub reference: String,
}

/// Shares that could be sold.
#[data]
#[derive(Copy)]
pub struct Offer {
    /// Whose they are.
    pub holder: Account,
    /// Their class.
    pub class: u32,
}

/// What the company's rules ask of transfers of a class. Zero sets no bound. The company's own issues,
/// repurchases and cancellations are not judged by them.
#[data]
#[derive(Copy, Default)]
pub struct Rules {
    /// Whether only investors whom the company approved may acquire shares (Commercial Act Art. 335(1)).
    pub approval: bool,
    /// The most holders.
    pub holders: u64,
    /// The most shares of one holder.
    pub shares_each: u64,
    /// The most shares of foreign holders together.
    pub foreign_shares: u64,
}

/// What the company knows of an investor.
#[data]
#[derive(Copy, Default)]
pub struct Investor {
    /// Whether the company approves of transfers to them.
    pub approved: bool,
    /// Whether they count as foreign.
    pub foreign: bool,
}

/// What rules are judged by.
#[data]
#[derive(Copy, Default)]
pub struct Standing {
    /// How many holders the class has.
    pub holders: u64,
    /// How many shares foreign holders have.
    pub foreign_shares: u64,
}

/// What one locker has locked of one lot.
#[data]
pub struct Lock {
    /// For whom it is locked.
    pub locker: Account,
    /// How many shares.
    pub quantity: u64,
    /// Whether the locker may hand them over to someone else.
    pub delivery: bool,
}

/// What one holder has of one class.
#[data]
#[derive(Default)]
pub struct Holding {
    /// How many shares, locked ones included.
    pub shares: u64,
    /// How many of them are locked.
    pub locked: u64,
    /// In how many lots.
    pub lots: u64,
}

/// A row of the cap table.
#[data]
pub struct HolderRow {
    /// The holder.
    pub holder: Account,
    /// The class.
    pub class: u32,
    /// How many shares, locked ones included.
    pub shares: u64,
    /// How many of them are locked.
    pub locked: u64,
}

/// What an entry of a register's history is about.
#[data]
#[derive(Copy)]
pub enum EntryKind {
    /// The company issued a lot.
    Issue,
    /// The holder accepted a lot.
    Acceptance,
    /// The holder transferred shares to the counterpart.
    Transfer,
    /// The company bought shares back.
    Repurchase,
    /// Shares were cancelled.
    Cancellation,
    /// The company took an issue back.
    Retraction,
    /// Shares were locked for the counterpart.
    Lock,
    /// The counterpart unlocked shares.
    Unlock,
    /// Locked shares were handed over to the counterpart.
    Delivery,
}

/// One entry of a register's history. All entries together are enough to rebuild every lot.
#[data]
pub struct HistoryEntry {
    /// Its number.
    pub number: u64,
    /// What happened.
    pub kind: EntryKind,
    /// The class.
    pub class: u32,
    /// The lot to which it happened, under the id it had then.
    pub lot: u64,
    /// The holder of that lot then.
    pub holder: Account,
    /// The receiver or the locker, if the kind has one.
    pub counterpart: Option<Account>,
    /// How many shares.
    pub quantity: u64,
    /// The receiver's new lot, if there is one.
    pub result: Option<u64>,
    /// The balance lot, if part of the lot was left.
    pub balance: Option<u64>,
    /// The day on which it took effect.
    pub date: Date,
    /// Price or reason; may be empty.
    pub note: String,
    /// The time of the block that holds it: evidence of when it was entered, whatever `date` says.
    pub time: Time,
    /// The height of that block.
    pub height: u64,
}
