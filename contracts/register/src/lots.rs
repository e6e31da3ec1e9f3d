//! Lots: how they are opened, found by any id that they ever had, and parted.
//!
//! A lot is kept under its root's id, whatever id it has after being parted. A balance lot's id
//! leads to the root. So every id finds what is left in at most two reads, however often the lot
//! was parted.

use sillok_interfaces::Lot;
use sillok_sdk::prelude::*;

use crate::Register;
use crate::arithmetic::plus;
use crate::error::Error;
use crate::parting::{Parting, Rest};
use crate::text::check_reference;

/// What the register keeps under the id of a lot.
#[data]
pub(crate) enum Slot {
    /// The id is a root, and this is left of it.
    Live(Lot),
    /// The id is a root, and nothing is left of it.
    Ended,
    /// The id was given to what was left of this root.
    Balance(u64),
}

/// A lot to open for a holder.
pub(crate) struct NewLot {
    pub(crate) source: Option<u64>,
    pub(crate) class: u32,
    pub(crate) holder: Account,
    pub(crate) quantity: u64,
    pub(crate) acquired: Date,
    pub(crate) reference: String,
}

impl Register {
    /// The live lot that `id` means now.
    pub(crate) fn live(&self, id: u64) -> Result<Lot, Error> {
        let mut slot = self.lots.get(&id).ok_or(Error::UnknownLot)?;
        if let Slot::Balance(root) = slot {
            slot = self.lots.get(&root).expect("a balance lot has a root");
        }
        match slot {
            Slot::Live(lot) => Ok(lot),
            Slot::Ended => Err(Error::LotEnded),
            Slot::Balance(root) => panic!("lot {root} is a balance lot and a root"),
        }
    }

    /// Keeps a live lot.
    pub(crate) fn store(&mut self, lot: Lot) {
        let root = lot.root;
        self.lots.insert(&root, &Slot::Live(lot));
    }

    /// Opens a lot that is its own root and adds it to its holder's.
    pub(crate) fn open(&mut self, new: NewLot) -> Result<Lot, Error> {
        let id = self.next_lot(&new.reference)?;
        let NewLot { source, class, holder, quantity, acquired, reference } = new;
        let lot = Lot {
            id,
            root: id,
            source,
            class,
            holder,
            quantity,
            locked: 0,
            acquired,
            accepted: None,
            reference,
        };
        self.gain(&lot);
        self.store(lot.clone());
        Ok(lot)
    }

    /// Lets shares leave a lot, which ends it. Returns the balance lot, if something is left.
    pub(crate) fn part(
        &mut self,
        lot: &Lot,
        parting: Parting,
        balance_reference: String,
    ) -> Result<Option<u64>, Error> {
        let rest = parting.rest_of(lot)?;
        self.lose(lot, parting);
        if rest.quantity > 0 {
            return self.open_balance(lot, rest, balance_reference).map(Some);
        }
        ensure!(balance_reference.is_empty(), Error::NoBalance);
        self.lots.insert(&lot.root, &Slot::Ended);
        Ok(None)
    }

    /// Gives what is left of a lot a new id. Root, acquisition and acceptance stay as they were.
    fn open_balance(&mut self, lot: &Lot, rest: Rest, reference: String) -> Result<u64, Error> {
        let id = self.next_lot(&reference)?;
        let Rest { quantity, locked } = rest;
        let lot = Lot { id, quantity, locked, reference, ..lot.clone() };
        self.lots.insert(&id, &Slot::Balance(lot.root));
        self.store(lot);
        Ok(id)
    }

    /// A new lot's id, under which its reference is entered.
    fn next_lot(&mut self, reference: &String) -> Result<u64, Error> {
        let id = plus(self.lot_count.get_or_default(), 1);
        self.lot_count.set(&id);
        if !reference.is_empty() {
            check_reference(reference)?;
            ensure!(!self.lot_references.contains(reference), Error::DuplicateReference);
            self.lot_references.insert(reference, &id);
        }
        Ok(id)
    }
}
