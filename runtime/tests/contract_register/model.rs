//! The naive register: maps, sums, and the rules in the order in which the contract applies them.

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use sillok_abi::{Account, Date};
use sillok_testing::account;

use super::Refusal::{self, *};
use super::answers::{Lock, Lot};
use super::{REGISTRAR, today};

/// The shares that each class of the model test may issue.
pub(super) const AUTHORISED: [u64; 2] = [5_000, 100_000];
#[derive(Clone, Debug)]
pub(super) enum Act {
    Issue { class: u32, holder: Account, quantity: u64, date: Date, reference: String },
    Accept { lot: u64, date: Date },
    Transfer { lot: u64, quantity: u64, to: Account, date: Date, reference: String, balance: String },
    Repurchase { lot: u64, quantity: u64, date: Date, balance: String },
    Cancel { lot: u64, quantity: u64, date: Date, balance: String },
    Retract { lot: u64, date: Date },
    Lock { lot: u64, quantity: u64, locker: Account, delivery: bool },
    Unlock { lot: u64, quantity: u64, locker: Account },
    Deliver { lot: u64, quantity: u64, locker: Account, to: Account },
}

impl Act {
    /// The method and its arguments.
    pub(super) fn call(&self) -> (&'static str, Vec<u8>) {
        match self {
            Act::Issue { class, holder, quantity, date, reference } => {
                ("issue", (class, holder, quantity, "100 KRW", date, reference).encode())
            }
            Act::Accept { lot, date } => ("accept", (lot, date).encode()),
            Act::Transfer { lot, quantity, to, date, reference, balance } => {
                ("transfer", (lot, quantity, to, date, reference, balance).encode())
            }
            Act::Repurchase { lot, quantity, date, balance } => {
                ("repurchase", (lot, quantity, "90 KRW", date, balance).encode())
            }
            Act::Cancel { lot, quantity, date, balance } => {
                ("cancel", (lot, quantity, "resolved", date, balance).encode())
            }
            Act::Retract { lot, date } => ("retract", (lot, "a mistake", date).encode()),
            Act::Lock { lot, quantity, locker, delivery } => {
                ("lock", (lot, quantity, locker, delivery).encode())
            }
            Act::Unlock { lot, quantity, locker } => ("unlock", (lot, quantity, locker).encode()),
            Act::Deliver { lot, quantity, locker, to } => ("deliver", (lot, quantity, locker, to).encode()),
        }
    }
}

/// The naive register.
#[derive(Clone, Default)]
pub(super) struct Model {
    /// Live lots by root, with their locks; none once nothing is left.
    pub(super) lots: BTreeMap<u64, Option<(Lot, Vec<Lock>)>>,
    /// The root of every balance lot.
    pub(super) roots: BTreeMap<u64, u64>,
    /// Issued and outstanding shares of each class.
    pub(super) classes: [(u64, u64); 2],
    pub(super) references: BTreeSet<String>,
    pub(super) last_id: u64,
    pub(super) entries: u64,
}

/// Who has to agree to an act.
pub(super) type Signers = Vec<Account>;

impl Model {
    pub(super) fn apply(&mut self, act: &Act) -> Result<Signers, Refusal> {
        self.entries += 1;
        let registrar = account(REGISTRAR);
        match act.clone() {
            Act::Issue { class, holder, quantity, date, reference } => {
                self.issue(class, quantity)?;
                self.open(None, class, holder, quantity, date, reference)?;
                Ok(vec![registrar])
            }
            Act::Accept { lot, date } => self.accept(lot, date),
            Act::Transfer { lot, quantity, to, date, reference, balance } => {
                let lot = self.dated(lot, date)?;
                check(to != lot.holder, SameHolder)?;
                self.part(&lot, quantity, balance)?;
                self.open(Some(lot.id), lot.class, to, quantity, date, reference)?;
                Ok(vec![signer(&lot.holder)])
            }
            Act::Repurchase { lot, quantity, date, balance } => {
                let lot = self.dated(lot, date)?;
                self.part(&lot, quantity, balance)?;
                self.classes[lot.class as usize - 1].1 -= quantity;
                Ok(vec![registrar, signer(&lot.holder)])
            }
            Act::Cancel { lot, quantity, date, balance } => {
                let lot = self.dated(lot, date)?;
                self.part(&lot, quantity, balance)?;
                self.uncount(lot.class, quantity);
                Ok(vec![registrar])
            }
            Act::Retract { lot, date } => self.retract(lot, date),
            Act::Lock { lot, quantity, locker, delivery } => self.lock(lot, (locker, quantity, delivery)),
            Act::Unlock { lot, quantity, locker } => {
                self.unlock(lot, quantity, locker, false)?;
                Ok(vec![locker])
            }
            Act::Deliver { lot, quantity, locker, to } => {
                self.unlock(lot, quantity, locker, true)?;
                let lot = self.live(lot)?.0.clone();
                check(to != lot.holder, SameHolder)?;
                self.part(&lot, quantity, String::new())?;
                self.open(Some(lot.id), lot.class, to, quantity, today(), String::new())?;
                Ok(vec![locker])
            }
        }
    }

    fn issue(&mut self, class: u32, quantity: u64) -> Result<(), Refusal> {
        check(quantity > 0, ZeroQuantity)?;
        let index = class as usize - 1;
        let (issued, outstanding) = self.classes.get_mut(index).ok_or(UnknownClass)?;
        check(*issued + quantity <= AUTHORISED[index], AboveAuthorised)?;
        *issued += quantity;
        *outstanding += quantity;
        Ok(())
    }

    fn accept(&mut self, lot: u64, date: Date) -> Result<Signers, Refusal> {
        let (lot, _) = self.live(lot)?;
        check(lot.accepted.is_none(), AlreadyAccepted)?;
        check(date >= lot.acquired, DateBeforeAcquisition)?;
        lot.accepted = Some(date);
        Ok(vec![signer(&lot.holder)])
    }

    fn retract(&mut self, lot: u64, date: Date) -> Result<Signers, Refusal> {
        let lot = self.live(lot)?.0.clone();
        let touched = lot.id != lot.root || lot.source.is_some() || lot.accepted.is_some() || lot.locked > 0;
        check(!touched, NotRetractable)?;
        check(date >= lot.acquired, DateBeforeAcquisition)?;
        self.part(&lot, lot.quantity, String::new())?;
        self.uncount(lot.class, lot.quantity);
        Ok(vec![account(REGISTRAR)])
    }

    fn lock(&mut self, lot: u64, (locker, quantity, delivery): Lock) -> Result<Signers, Refusal> {
        let (lot, locks) = self.live(lot)?;
        check(quantity > 0, ZeroQuantity)?;
        check(quantity <= lot.quantity, NotEnoughShares)?;
        check(quantity <= lot.quantity - lot.locked, SharesLocked)?;
        match locks.iter_mut().find(|lock| lock.0 == locker) {
            Some(lock) => {
                check(lock.2 == delivery, DeliveryDiffers)?;
                lock.1 += quantity;
            }
            None => locks.push((locker, quantity, delivery)),
        }
        lot.locked += quantity;
        Ok(vec![signer(&lot.holder)])
    }

    fn unlock(&mut self, lot: u64, quantity: u64, locker: Account, deliver: bool) -> Result<(), Refusal> {
        let (lot, locks) = self.live(lot)?;
        check(quantity > 0, ZeroQuantity)?;
        let lock = locks.iter_mut().find(|lock| lock.0 == locker).ok_or(NoLock)?;
        check(lock.2 || !deliver, NotDeliverable)?;
        lock.1 = lock.1.checked_sub(quantity).ok_or(NotEnoughLocked)?;
        locks.retain(|lock| lock.1 > 0);
        lot.locked -= quantity;
        Ok(())
    }

    /// Cancelled shares can be issued again.
    fn uncount(&mut self, class: u32, quantity: u64) {
        let (issued, outstanding) = &mut self.classes[class as usize - 1];
        *issued -= quantity;
        *outstanding -= quantity;
    }

    fn live(&mut self, id: u64) -> Result<&mut (Lot, Vec<Lock>), Refusal> {
        let root = self.roots.get(&id).unwrap_or(&id);
        self.lots.get_mut(root).ok_or(UnknownLot)?.as_mut().ok_or(LotEnded)
    }

    fn dated(&mut self, id: u64, date: Date) -> Result<Lot, Refusal> {
        let lot = self.live(id)?.0.clone();
        check(date >= lot.acquired, DateBeforeAcquisition)?;
        Ok(lot)
    }

    /// Free shares leave a lot; what is left gets a new id.
    fn part(&mut self, lot: &Lot, quantity: u64, balance: String) -> Result<(), Refusal> {
        check(quantity > 0, ZeroQuantity)?;
        check(quantity <= lot.quantity, NotEnoughShares)?;
        let rest = lot.quantity - quantity;
        check(rest >= lot.locked, SharesLocked)?;
        if rest == 0 {
            check(balance.is_empty(), NoBalance)?;
            self.lots.insert(lot.root, None);
            return Ok(());
        }
        let id = self.next_id(&balance)?;
        self.roots.insert(id, lot.root);
        let kept = &mut self.live(id)?.0;
        *kept = Lot { id, quantity: rest, reference: balance, ..kept.clone() };
        Ok(())
    }

    fn open(
        &mut self,
        source: Option<u64>,
        class: u32,
        holder: Account,
        quantity: u64,
        acquired: Date,
        reference: String,
    ) -> Result<(), Refusal> {
        let id = self.next_id(&reference)?;
        let (root, locked, accepted) = (id, 0, None);
        let lot = Lot { id, root, source, class, holder, quantity, locked, acquired, accepted, reference };
        self.lots.insert(id, Some((lot, Vec::new())));
        Ok(())
    }

    fn next_id(&mut self, reference: &str) -> Result<u64, Refusal> {
        check(reference.is_empty() || self.references.insert(reference.into()), DuplicateReference)?;
        self.last_id += 1;
        Ok(self.last_id)
    }

    pub(super) fn live_lots(&self) -> impl Iterator<Item = &(Lot, Vec<Lock>)> {
        self.lots.values().flatten()
    }
}

pub(super) fn check(holds: bool, refusal: Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal) }
}

/// Who signs for a holder: the registrar does for those whom the register itself manages.
pub(super) fn signer(holder: &Account) -> Account {
    if matches!(holder, Account::Managed { .. }) { account(REGISTRAR) } else { *holder }
}
