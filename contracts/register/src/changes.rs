//! What happens to lots, each from authority to event: issue, acceptance, transfer, delivery,
//! repurchase, cancellation, retraction.
//!
//! A refusal anywhere rolls the whole call back, so checks stand where their facts are at hand.

use sillok_interfaces::{EntryKind, Lot};
use sillok_sdk::prelude::*;

use crate::Register;
use crate::authority::{require_holder, require_registrar};
use crate::error::Error;
use crate::event::{Accepted, Cancelled, Issued, Repurchased, Retracted, Transferred};
use crate::history::Change;
use crate::lots::NewLot;
use crate::parting::Parting;
use crate::text::check_note;

/// Shares that go to another holder.
pub(crate) struct Handover {
    pub(crate) parting: Parting,
    pub(crate) to: Account,
    pub(crate) date: Date,
    pub(crate) reference: String,
    pub(crate) balance_reference: String,
    /// Who delivers them, if they leave a lock.
    pub(crate) locker: Option<Account>,
}

/// Shares that the company takes out of a holder's hands.
pub(crate) struct Removal {
    pub(crate) quantity: u64,
    pub(crate) date: Date,
    /// Price or reason.
    pub(crate) note: String,
    pub(crate) balance_reference: String,
}

impl Register {
    /// Issues a lot; `price` goes into the history.
    pub(crate) fn issue_lot(&mut self, new: NewLot, price: String) -> Result<u64, Error> {
        require_registrar(self);
        check_note(&price)?;
        ensure!(new.quantity > 0, Error::ZeroQuantity);
        self.count_issued(new.class, new.quantity)?;
        let lot = self.open(new)?;
        self.record(&lot, Change { note: price, ..Change::of(EntryKind::Issue, lot.quantity, lot.acquired) });
        let Lot { id, class, holder, quantity, acquired, reference, .. } = lot;
        emit(&Issued { lot: id, class, holder, quantity, date: acquired, reference });
        Ok(id)
    }

    /// Notes that the holder of a lot accepts it.
    pub(crate) fn accept_lot(&mut self, mut lot: Lot, date: Date) -> Result<(), Error> {
        require_holder(self, &lot.holder);
        ensure!(lot.accepted.is_none(), Error::AlreadyAccepted);
        check_date(&lot, date)?;
        lot.accepted = Some(date);
        self.record(&lot, Change::of(EntryKind::Acceptance, lot.quantity, date));
        emit(&Accepted { lot: lot.id, holder: lot.holder, date });
        self.store(lot);
        Ok(())
    }

    /// Moves shares to another holder, whose lot is returned. The caller has checked the authority.
    pub(crate) fn hand_over(&mut self, lot: &Lot, handover: Handover) -> Result<u64, Error> {
        let Handover { parting, to, date, reference, balance_reference, locker } = handover;
        let quantity = parting.quantity;
        ensure!(to != lot.holder, Error::SameHolder);
        self.judge_transfer(lot, quantity, &to)?;
        let balance = self.part(lot, parting, balance_reference)?;
        let new = NewLot {
            source: Some(lot.id),
            class: lot.class,
            holder: to,
            quantity,
            acquired: date,
            reference,
        };
        let result = self.open(new)?.id;
        let kind = if locker.is_some() { EntryKind::Delivery } else { EntryKind::Transfer };
        let change = Change::of(kind, quantity, date);
        self.record(lot, Change { counterpart: Some(to), result: Some(result), balance, ..change });
        let (class, from) = (lot.class, lot.holder);
        emit(&Transferred { lot: lot.id, class, from, to, quantity, result, balance, date, locker });
        Ok(result)
    }

    /// Takes shares that the company buys from their holder. Both authorise.
    pub(crate) fn repurchase_shares(&mut self, lot: &Lot, removal: Removal) -> Result<Option<u64>, Error> {
        require_registrar(self);
        require_holder(self, &lot.holder);
        let (quantity, date) = (removal.quantity, removal.date);
        let balance = self.remove(lot, removal, EntryKind::Repurchase)?;
        self.count_repurchased(lot.class, quantity);
        emit(&Repurchased { lot: lot.id, class: lot.class, holder: lot.holder, quantity, balance, date });
        Ok(balance)
    }

    /// Cancels shares. The registrar authorises.
    pub(crate) fn cancel_shares(&mut self, lot: &Lot, removal: Removal) -> Result<Option<u64>, Error> {
        require_registrar(self);
        let (quantity, date, reason) = (removal.quantity, removal.date, removal.note.clone());
        let balance = self.remove(lot, removal, EntryKind::Cancellation)?;
        self.count_cancelled(lot.class, quantity);
        emit(&Cancelled {
            lot: lot.id,
            class: lot.class,
            holder: lot.holder,
            quantity,
            balance,
            date,
            reason,
        });
        Ok(balance)
    }

    /// Takes a whole issue back, as long as nothing has come of it. The registrar authorises.
    pub(crate) fn retract_lot(&mut self, lot: &Lot, reason: String, date: Date) -> Result<(), Error> {
        require_registrar(self);
        let as_issued = lot.id == lot.root && lot.source.is_none();
        ensure!(as_issued && lot.accepted.is_none() && lot.locked == 0, Error::NotRetractable);
        let quantity = lot.quantity;
        let removal = Removal { quantity, date, note: reason.clone(), balance_reference: String::new() };
        self.remove(lot, removal, EntryKind::Retraction)?;
        self.count_cancelled(lot.class, quantity);
        emit(&Retracted { lot: lot.id, class: lot.class, holder: lot.holder, quantity, date, reason });
        Ok(())
    }

    /// Lets free shares leave a lot for no other holder.
    fn remove(&mut self, lot: &Lot, removal: Removal, kind: EntryKind) -> Result<Option<u64>, Error> {
        let Removal { quantity, date, note, balance_reference } = removal;
        check_note(&note)?;
        check_date(lot, date)?;
        let balance = self.part(lot, Parting::free(quantity), balance_reference)?;
        self.record(lot, Change { balance, note, ..Change::of(kind, quantity, date) });
        Ok(balance)
    }
}

/// Refuses a date before the holder had the lot.
pub(crate) fn check_date(lot: &Lot, date: Date) -> Result<(), Error> {
    ensure!(date >= lot.acquired, Error::DateBeforeAcquisition);
    Ok(())
}
