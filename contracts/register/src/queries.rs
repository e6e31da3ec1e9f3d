//! What can be asked of the register. None of it changes anything.

use sillok_interfaces::{
    HistoryEntry, HolderRow, Holding, Investor, Issuer, Lock, Lot, Offer, Rules, ShareClass, Standing,
};
use sillok_sdk::prelude::*;

use crate::text::check_reference;
use crate::{Error, Register};

#[contract(part)]
impl Register {
    /// What there is to sell of so many shares of a lot. Refused if the company's rules keep them from being
    /// handed over, or the lot has too few; how many of its shares are free is judged when they are locked.
    pub fn check_sale(&self, lot: u64, quantity: u64) -> Result<Offer, Error> {
        let lot = self.live(lot)?;
        ensure!(quantity <= lot.quantity, Error::NotEnoughShares);
        self.judge_giver(&lot)?;
        Ok(Offer { holder: lot.holder, class: lot.class })
    }

    /// Refused if the company's rules keep `holder` from acquiring so many shares of a class, from whomever
    /// they come: what a certain giver leaves free is judged when they are handed over.
    pub fn check_purchase(&self, class: u32, holder: Account, quantity: u64) -> Result<(), Error> {
        self.judge_receiver(class, quantity, &holder, None)
    }

    /// What transfers of a class have to keep to.
    pub fn rules(&self, class: u32) -> Rules {
        self.rules.get_or_default(&class)
    }

    /// What the company knows of an investor.
    pub fn investor(&self, holder: Account) -> Investor {
        self.investors.get_or_default(&holder)
    }

    /// Until which day a lot is locked up, if it ever was.
    pub fn locked_up_until(&self, lot: u64) -> Option<Date> {
        self.lock_ups.get(&self.live(lot).ok()?.root)
    }

    /// How many holders a class has, and how many shares foreign ones have.
    pub fn standing(&self, class: u32) -> Standing {
        self.standings.get_or_default(&class)
    }

    /// The company whose register this is.
    pub fn issuer(&self) -> Issuer {
        self.issuer.load()
    }

    /// Who keeps the register.
    pub fn registrar(&self) -> Account {
        self.registrar.load()
    }

    /// The class of this id.
    pub fn class(&self, class: u32) -> Option<ShareClass> {
        self.classes.get(&class)
    }

    /// Classes in the order of their ids, without the first `from`; at most 100.
    pub fn classes(&self, from: u64, limit: u32) -> Vec<ShareClass> {
        self.classes_page(from, limit)
    }

    /// The id of the class with this reference.
    pub fn class_by_reference(&self, reference: String) -> Option<u32> {
        check_reference(&reference).ok()?;
        self.class_references.get(&reference)
    }

    /// The lot of this id, or the balance lot that it has become; none if it is unknown or nothing
    /// is left of it.
    pub fn lot(&self, lot: u64) -> Option<Lot> {
        self.live(lot).ok()
    }

    /// The id of the lot that was entered with this reference, whether it has ended or not.
    pub fn lot_by_reference(&self, reference: String) -> Option<u64> {
        check_reference(&reference).ok()?;
        self.lot_references.get(&reference)
    }

    /// What `holder` has of a class.
    pub fn holding(&self, class: u32, holder: Account) -> Holding {
        self.holdings.get(&(class, holder)).map_or_else(Holding::default, |record| Holding {
            shares: record.shares,
            locked: record.locked,
            lots: record.lots,
        })
    }

    /// The cap table: who holds how many shares of which class, in no particular order, without the
    /// first `from` rows; at most 100.
    pub fn holders(&self, from: u64, limit: u32) -> Vec<HolderRow> {
        self.rows_page(from, limit)
    }

    /// The lots that `holder` has of a class, in no particular order, without the first `from`; at
    /// most 100.
    pub fn lots_of(&self, holder: Account, class: u32, from: u64, limit: u32) -> Vec<Lot> {
        self.lots_page((class, holder), from, limit)
    }

    /// The locks on a lot.
    pub fn locks_of(&self, lot: u64) -> Result<Vec<Lock>, Error> {
        let lot = self.live(lot)?;
        Ok(self.locks.get_or_default(&lot.root))
    }

    /// Every change of holders and locks, oldest first, without the first `from`; at most 100.
    pub fn history(&self, from: u64, limit: u32) -> Vec<HistoryEntry> {
        self.history_page(from, limit)
    }
}
