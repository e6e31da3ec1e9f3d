//! The desk: what one call has in hand of one listing, until all of it is put away.
//!
//! Cover moves through a pool. What is put in for new orders, and what others free, lies there as money on
//! hold and locked shares that no order needs; orders that stay take from it, fills are paid from it, and
//! what is left in the end goes back to its owners. So within a batch the cover of what is cancelled carries
//! what is placed, and whatever happened to an order, its cover goes back in the same call.

use sillok_interfaces::{CashRef, RegisterRef};
use sillok_sdk::prelude::*;

use crate::order::OrderRecord;
use crate::tax::Charges;
use crate::trade::Tape;
use crate::{Error, Listing, Market};

/// What one call has in hand.
pub(crate) struct Desk {
    pub(crate) listing: Listing,
    pub(crate) book: BookId,
    /// This contract, as the account for which cover is locked and held.
    pub(crate) market: Account,
    /// The order that comes in: its cover is in the pool until it stays.
    pub(crate) incoming: Option<Incoming>,
    /// Who put cover in, and gets the pool's rest in the end and not at each fill.
    pub(crate) owner: Option<Account>,
    pub(crate) charges: Option<Charges>,
    pub(crate) tape: Option<Tape>,
    seats: Vec<Seat>,
    /// Money on hold by account.
    cash: Vec<(Account, u64)>,
    /// Locked shares by lot.
    lots: Vec<(u64, u64)>,
}

/// What has become of the order that comes in.
#[derive(Clone, Copy, Default)]
pub(crate) struct Incoming {
    pub(crate) order: u64,
    pub(crate) filled: u64,
    pub(crate) traded: u64,
    pub(crate) void: u64,
}

/// An order that this call touches.
struct Seat {
    order: u64,
    record: OrderRecord,
    /// Whether storage has it.
    stored: bool,
}

impl Desk {
    pub(crate) fn new(listing: Listing, owner: Option<Account>) -> Self {
        let book = BookId(listing.id);
        Desk {
            listing,
            book,
            market: this().into(),
            incoming: None,
            owner,
            charges: None,
            tape: None,
            seats: Vec::new(),
            cash: Vec::new(),
            lots: Vec::new(),
        }
    }

    /// Puts an order on the desk, or its changed record in its place; what covers it is in the pool.
    pub(crate) fn arrive(&mut self, order: u64, record: OrderRecord) {
        match self.seats.iter_mut().find(|seat| seat.order == order) {
            Some(seat) => seat.record = record,
            None => self.seats.push(Seat { order, record, stored: false }),
        }
        self.incoming = Some(Incoming { order, ..Incoming::default() });
    }

    /// Whether this order comes in.
    pub(crate) fn comes_in(&self, order: u64) -> bool {
        self.incoming.is_some_and(|incoming| incoming.order == order)
    }

    pub(crate) fn put_cash(&mut self, account: Account, amount: u64) -> Result<(), Error> {
        put(&mut self.cash, account, amount)
    }

    pub(crate) fn put_shares(&mut self, lot: u64, quantity: u64) -> Result<(), Error> {
        put(&mut self.lots, lot, quantity)
    }

    pub(crate) fn take_cash(&mut self, account: Account, amount: u64) -> Result<(), Error> {
        take(&mut self.cash, account, amount).ok_or(Error::CashTooLow)
    }

    pub(crate) fn take_shares(&mut self, lot: u64, quantity: u64) -> Result<(), Error> {
        take(&mut self.lots, lot, quantity).ok_or(Error::SharesTooFew)
    }

    /// What of an account's money goes back with a payment: all that it has in the pool, unless it gets that
    /// in the end anyway.
    pub(crate) fn take_back(&mut self, account: Account) -> u64 {
        if self.owner == Some(account) {
            return 0;
        }
        let found = self.cash.iter_mut().find(|(of, _)| *of == account);
        found.map_or(0, |(_, amount)| core::mem::take(amount))
    }

    /// Puts what covers an order, which is on the desk, into the pool.
    pub(crate) fn free(&mut self, order: u64) -> Result<(), Error> {
        let record = self.seat(order)?;
        let (owner, held, lot, left) = (record.owner, record.held, record.lot, record.left);
        record.held = 0;
        match lot {
            Some(lot) => self.put_shares(lot, left),
            None => self.put_cash(owner, held),
        }
    }

    /// The record of an order that is on the desk.
    pub(crate) fn seat(&mut self, order: u64) -> Result<&mut OrderRecord, Error> {
        let seat = self.seats.iter_mut().rev().find(|seat| seat.order == order);
        seat.map(|seat| &mut seat.record).ok_or(Error::NoOrder)
    }

    fn has(&self, order: u64) -> bool {
        self.seats.iter().any(|seat| seat.order == order)
    }
}

impl Market {
    /// The record of an order, which is fetched from storage if it is not on the desk.
    pub(crate) fn record<'a>(&self, desk: &'a mut Desk, order: u64) -> Result<&'a mut OrderRecord, Error> {
        if !desk.has(order) {
            let record = self.orders.get(&(desk.listing.id, order)).ok_or(Error::NoOrder)?;
            desk.seats.push(Seat { order, record, stored: true });
        }
        desk.seat(order)
    }

    /// Has the owner put in cover: money on hold, and shares of lots locked. The calls' arguments depend on
    /// what was asked for alone, so that they can be signed whatever else happens in between.
    pub(crate) fn put_in(
        &self,
        desk: &mut Desk,
        owner: Account,
        cash: u64,
        lots: &[(u64, u64)],
    ) -> Result<(), Error> {
        let most = desk.listing.limits.cash;
        ensure!(most == 0 || cash <= most, Error::OverLimit);
        if cash > 0 {
            CashRef::at(desk.listing.cash).hold(owner, cash, desk.market);
            desk.put_cash(owner, cash)?;
        }
        for (lot, quantity) in lots {
            RegisterRef::at(desk.listing.register).lock(*lot, *quantity, desk.market, true);
            desk.put_shares(*lot, *quantity)?;
        }
        Ok(())
    }

    /// Puts everything away: records into storage or out of it, and the pool back to its owners.
    pub(crate) fn put_away(&mut self, desk: Desk) {
        let listing = desk.listing.id;
        for Seat { order, record, stored } in &desk.seats {
            let key = (listing, *order);
            match (record.left, stored) {
                (0, false) => {}
                (0, true) => {
                    self.orders.remove(&key);
                }
                (_, stored) => {
                    self.orders.insert(&key, record);
                    let place = (record.owner, listing);
                    if !stored && !self.traded_in.contains(&place) {
                        self.traded_in.insert(&place);
                    }
                }
            }
        }
        if let Some(tape) = &desk.tape {
            self.tapes.insert(&listing, tape);
        }
        for (account, amount) in desk.cash.iter().filter(|(_, amount)| *amount > 0) {
            CashRef::at(desk.listing.cash).release(*account, *amount, desk.market);
        }
        for (lot, quantity) in desk.lots.iter().filter(|(_, quantity)| *quantity > 0) {
            RegisterRef::at(desk.listing.register).unlock(*lot, *quantity, desk.market);
        }
    }
}

fn put<K: PartialEq>(pool: &mut Vec<(K, u64)>, key: K, amount: u64) -> Result<(), Error> {
    match pool.iter_mut().find(|(of, _)| *of == key) {
        Some((_, total)) => *total = total.checked_add(amount).ok_or(Error::TooLarge)?,
        None => pool.push((key, amount)),
    }
    Ok(())
}

fn take<K: PartialEq>(pool: &mut [(K, u64)], key: K, amount: u64) -> Option<()> {
    if amount == 0 {
        return Some(());
    }
    let (_, total) = pool.iter_mut().find(|(of, _)| *of == key)?;
    *total = total.checked_sub(amount)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_gives_what_is_in_it() {
        let mut pool = Vec::new();
        assert_eq!(take(&mut pool, 1, 0), Some(()));
        assert_eq!(take(&mut pool, 1, 1), None);
        assert_eq!(put(&mut pool, 1, 5), Ok(()));
        assert_eq!(put(&mut pool, 1, 5), Ok(()));
        assert_eq!(take(&mut pool, 1, 11), None);
        assert_eq!(take(&mut pool, 1, 10), Some(()));
        assert_eq!(put(&mut pool, 1, u64::MAX), Ok(()));
        assert_eq!(put(&mut pool, 1, 1), Err(Error::TooLarge));
    }
}
