//! The share register of one company: classes of shares, the lots that holders have, locks on them,
//! and their history.
//!
//! It keeps what the Commercial Act asks of a register (Art. 352(1)): who holds how many shares of
//! which kind, acquired when. Shares are kept as *lots*; a method given the id of a lot that was
//! parted means what is left of it. Always true: the lots of a class add up to its outstanding
//! shares, and so do its holders' holdings; the locks on a lot add up to its locked shares.
//!
//! This file is the contract's face: storage and methods; `queries` has what can be asked. The rules are in the
//! other modules.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![warn(clippy::arithmetic_side_effects)]

mod arithmetic;
mod authority;
mod changes;
mod classes;
mod error;
mod event;
mod history;
mod holdings;
mod limits;
mod locks;
mod lots;
mod page;
mod parting;
mod queries;
mod rules;
mod text;

pub use error::Error;
pub use event::{
    Accepted, Cancelled, ClassAdded, InvestorEntered, Issued, Locked, LockedUp, Repurchased, Retracted,
    RulesSet, Transferred, Unlocked,
};
use sillok_interfaces::{
    ClassKind, EntryKind, HistoryEntry, Investor, Issuer, Lock, Rules, ShareClass, Standing,
};
use sillok_sdk::prelude::*;

use authority::{require_holder, require_registrar};
use changes::{Handover, Removal, check_date};
use history::{Change, today};
use holdings::HoldingRecord;
use locks::Purpose;
use lots::{NewLot, Slot};
use parting::Parting;
use text::{check_name, check_reference};

/// All that the register keeps.
#[storage]
pub struct Register {
    registrar: Value<Account>,
    issuer: Value<Issuer>,
    classes: OrderedMap<u32, ShareClass>,
    class_references: Map<String, u32>,
    lot_count: Value<u64>,
    lots: Map<u64, Slot>,
    lot_references: Map<String, u64>,
    /// Locks by root.
    locks: Map<u64, Vec<Lock>>,
    holdings: Map<(u32, Account), HoldingRecord>,
    /// Roots of lots by class and holder.
    holding_lots: Set<(u32, Account, u64)>,
    /// Class and holder of each row of the cap table.
    rows: List<(u32, Account)>,
    entries: List<HistoryEntry>,
    /// Rules of transfers by class; a class without any has no entry.
    rules: Map<u32, Rules>,
    /// What the company knows of investors; of most it knows nothing.
    investors: Map<Account, Investor>,
    /// Until which day lots are locked up, by root.
    lock_ups: Map<u64, Date>,
    /// What the rules are judged by, by class.
    standings: Map<u32, Standing>,
}

#[contract]
impl Register {
    /// Opens the register of `issuer`, kept by `registrar`: the company's officer in charge or its
    /// transfer agent (Commercial Act Art. 396(1)). No shares exist yet.
    #[constructor]
    pub fn new(&mut self, registrar: Account, issuer: Issuer) -> Result<(), Error> {
        check_name(&issuer.name)?;
        check_reference(&issuer.identifier)?;
        self.registrar.set(&registrar);
        self.issuer.set(&issuer);
        Ok(())
    }

    /// Adds a class of shares of which `authorised` may be issued, and returns its id. `par` is the
    /// par value of one share in the smallest unit of the currency, 0 for no-par shares (Commercial
    /// Act Art. 329); `seniority` ranks classes in a liquidation; `reference` is the class's id in
    /// other systems, unique in this register or empty. The registrar authorises.
    pub fn add_class(
        &mut self,
        reference: String,
        name: String,
        kind: ClassKind,
        authorised: u64,
        votes_per_share: u32,
        seniority: u32,
        par: u64,
    ) -> Result<u32, Error> {
        require_registrar(self);
        let class = ShareClass {
            id: 0,
            reference: reference.clone(),
            name,
            kind,
            authorised,
            issued: 0,
            outstanding: 0,
            votes_per_share,
            seniority,
            par,
        };
        let class = self.insert_class(class)?;
        emit(&ClassAdded { class, reference, authorised });
        Ok(class)
    }

    /// Issues `quantity` new shares of a class to `holder` as one lot, acquired on `date`, and
    /// returns its id. `price` is that of one share, with its currency, for the history; it may be
    /// empty. `reference` is the lot's id in other systems, unique in this register or empty.
    /// Refused above the class's authorised shares. The registrar authorises.
    pub fn issue(
        &mut self,
        class: u32,
        holder: Account,
        quantity: u64,
        price: String,
        date: Date,
        reference: String,
    ) -> Result<u64, Error> {
        let new = NewLot { source: None, class, holder, quantity, acquired: date, reference };
        self.issue_lot(new, price)
    }

    /// Notes that the holder accepts a lot, once. An issue that was accepted can't be retracted.
    /// The holder authorises.
    pub fn accept(&mut self, lot: u64, date: Date) -> Result<(), Error> {
        let lot = self.live(lot)?;
        self.accept_lot(lot, date)
    }

    /// Transfers `quantity` shares of a lot to another holder and enters them in that name, so that
    /// the new holder can act towards the company (Commercial Act Art. 337(1)). The lot ends; the
    /// new holder gets a lot with the id that is returned, acquired on `date`, and what is left stays
    /// with the giver as a balance lot. `reference` and `balance_reference` are the two lots' ids in
    /// other systems; each may be empty. Locked shares can't be transferred. Whether a transfer
    /// before share certificates comes too early to bind the company (Art. 335(3)) is not judged
    /// here. The holder authorises.
    pub fn transfer(
        &mut self,
        lot: u64,
        quantity: u64,
        to: Account,
        date: Date,
        reference: String,
        balance_reference: String,
    ) -> Result<u64, Error> {
        let lot = self.live(lot)?;
        require_holder(self, &lot.holder);
        check_date(&lot, date)?;
        let parting = Parting::free(quantity);
        self.hand_over(&lot, Handover { parting, to, date, reference, balance_reference, locker: None })
    }

    /// Records that the company buys `quantity` shares of a lot from their holder. They stay issued
    /// but are no longer outstanding. The lot ends; returns the balance lot, if something is left.
    /// `price` is that of one share, with its currency, for the history. Locked shares can't be
    /// bought. The registrar and the holder authorise.
    pub fn repurchase(
        &mut self,
        lot: u64,
        quantity: u64,
        price: String,
        date: Date,
        balance_reference: String,
    ) -> Result<Option<u64>, Error> {
        let lot = self.live(lot)?;
        self.repurchase_shares(&lot, Removal { quantity, date, note: price, balance_reference })
    }

    /// Cancels `quantity` shares of a lot, as the company has resolved; as many can be issued again.
    /// The lot ends; returns the balance lot, if something is left. Locked shares can't be cancelled.
    /// The registrar authorises.
    pub fn cancel(
        &mut self,
        lot: u64,
        quantity: u64,
        reason: String,
        date: Date,
        balance_reference: String,
    ) -> Result<Option<u64>, Error> {
        let lot = self.live(lot)?;
        self.cancel_shares(&lot, Removal { quantity, date, note: reason, balance_reference })
    }

    /// Takes back an issue that should not have happened. Refused once the lot was accepted, or any
    /// of it was transferred, bought back, cancelled or locked. The registrar authorises.
    pub fn retract(&mut self, lot: u64, reason: String, date: Date) -> Result<(), Error> {
        let lot = self.live(lot)?;
        self.retract_lot(&lot, reason, date)
    }

    /// Locks `quantity` shares of a lot for `locker`. They stay the holder's, but can't leave the lot
    /// until the locker unlocks them; with `delivery` the locker may also hand them over to anyone,
    /// as an escrow or a market has to. Without it this is the entry of a registered pledge, made at
    /// the pledgor's request (Commercial Act Art. 340). Locking again for the same locker adds to
    /// the lock. The holder authorises.
    pub fn lock(&mut self, lot: u64, quantity: u64, locker: Account, delivery: bool) -> Result<(), Error> {
        let lot = self.live(lot)?;
        require_holder(self, &lot.holder);
        let change = Change::of(EntryKind::Lock, quantity, today());
        self.record(&lot, Change { counterpart: Some(locker), ..change });
        emit(&Locked { lot: lot.id, locker, quantity, delivery });
        self.add_lock(lot, Lock { locker, quantity, delivery })
    }

    /// Unlocks `quantity` shares that `locker` has locked of a lot. The locker authorises.
    pub fn unlock(&mut self, lot: u64, quantity: u64, locker: Account) -> Result<(), Error> {
        require_auth(&locker);
        let lot = self.live(lot)?;
        self.reduce_lock(lot.root, &locker, quantity, Purpose::Unlock)?;
        let change = Change::of(EntryKind::Unlock, quantity, today());
        self.record(&lot, Change { counterpart: Some(locker), ..change });
        emit(&Unlocked { lot: lot.id, locker, quantity });
        let locked = arithmetic::minus(lot.locked, quantity);
        self.set_locked(lot, locked);
        Ok(())
    }

    /// Hands `quantity` shares that `locker` has locked with the right of delivery over to `to`,
    /// and returns the new lot, acquired today (in Korea). The locker authorises; the holder did so
    /// when locking.
    pub fn deliver(&mut self, lot: u64, quantity: u64, locker: Account, to: Account) -> Result<u64, Error> {
        require_auth(&locker);
        let lot = self.live(lot)?;
        self.reduce_lock(lot.root, &locker, quantity, Purpose::Delivery)?;
        let handover = Handover {
            parting: Parting::locked(quantity),
            to,
            date: today(),
            reference: String::new(),
            balance_reference: String::new(),
            locker: Some(locker),
        };
        self.hand_over(&lot, handover)
    }

    /// Sets what transfers of a class have to keep to from now on. Who has more than a new bound allows keeps
    /// it. The registrar authorises.
    pub fn set_rules(&mut self, class: u32, rules: Rules) -> Result<(), Error> {
        require_registrar(self);
        self.enter_rules(class, rules)
    }

    /// Enters what the company knows of an investor. The registrar authorises.
    pub fn set_investor(&mut self, holder: Account, investor: Investor) {
        require_registrar(self);
        self.enter_investor(holder, investor);
    }

    /// Keeps a lot's shares from being handed over before a day, in Korea. What is left of the lot stays
    /// locked up; a day already agreed on can only be put off. The registrar and the holder authorise.
    pub fn lock_up(&mut self, lot: u64, until: Date) -> Result<(), Error> {
        let lot = self.live(lot)?;
        require_registrar(self);
        require_holder(self, &lot.holder);
        self.enter_lock_up(&lot, until);
        Ok(())
    }
}
