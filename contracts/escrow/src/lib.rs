//! Escrow: shares against cash between two parties, both delivered in one transaction or neither.
//!
//! Each party deposits its leg under a lock or hold of this contract, in any order; the second
//! deposit settles both at once. So at most one leg is ever held here, and a refund calls only the
//! contract of that leg: a company's register can't keep a buyer from getting cash back.
//!
//! Time is half open: before `expiry` a deal can be deposited for, settled or cancelled; from
//! `expiry` on it can only be refunded, which a scheduled call does.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![warn(clippy::arithmetic_side_effects)]

use sillok_interfaces::{CashRef, EscrowStatus as Status, EscrowTerms as Terms, Payment, RegisterRef};
use sillok_sdk::prelude::*;

mod deal;
mod error;
mod event;

use deal::{check, id_of, is_final, proceeds};

pub use deal::{Deal, Step};
pub use error::Error;
pub use event::{Cancelled, CashDeposited, Expired, Opened, Settled, SharesDeposited};

/// The most gas that a refund at expiry may use: some forty times what it takes, as no later call makes
/// up for one that runs out.
const EXPIRE_GAS: u64 = 2_000_000;
/// The most rows that one query returns.
const MAX_PAGE: u32 = 100;

/// What the contract keeps.
#[storage]
pub struct Escrow {
    /// Every deal, ended ones too.
    deals: Map<[u8; 32], Deal>,
    /// The deals of an account in order of opening, from 0.
    by_party: OrderedMap<(Account, u32), [u8; 32]>,
}

#[contract]
impl Escrow {
    /// Opens an escrow and returns its id, which is a hash of all its terms: who deposits for an id
    /// agrees to exactly these terms. Authorised by `by`, who is the seller or the buyer.
    pub fn open(&mut self, terms: Terms, by: Account) -> Result<[u8; 32], Error> {
        ensure!(by == terms.seller || by == terms.buyer, Error::NotParty);
        require_auth(&by);
        check(&terms, block_time())?;
        check_lot(&terms)?;
        let id = id_of(&terms);
        ensure!(!self.deals.contains(&id), Error::AlreadyOpened);
        schedule(terms.expiry, EXPIRE_GAS, "expire", &(id,));
        self.index(terms.seller, &id);
        self.index(terms.buyer, &id);
        emit(&Opened::of(id, &terms));
        self.deals.insert(&id, &Deal::opened(id, terms, block_time(), by));
        Ok(id)
    }

    /// Locks the seller's shares for this escrow, and settles if the cash is in. Returns the new
    /// status. Authorised by the seller, the register's `lock` included.
    pub fn deposit_shares(&mut self, id: [u8; 32]) -> Result<Status, Error> {
        let deal = self.running(&id)?;
        require_auth(&deal.terms.seller);
        ensure!(deal.status != Status::SharesIn, Error::AlreadyDeposited);
        let Terms { seller, register, lot, quantity, .. } = deal.terms;
        RegisterRef::at(register).lock(lot, quantity, this().into(), true);
        emit(&SharesDeposited { id, by: seller });
        Ok(self.deposited(deal, Status::SharesIn, seller))
    }

    /// Holds the buyer's cash for this escrow, and settles if the shares are in. Returns the new
    /// status. Authorised by the buyer, the cash contract's `hold` included.
    pub fn deposit_cash(&mut self, id: [u8; 32]) -> Result<Status, Error> {
        let deal = self.running(&id)?;
        require_auth(&deal.terms.buyer);
        ensure!(deal.status != Status::CashIn, Error::AlreadyDeposited);
        let Terms { buyer, cash, price, .. } = deal.terms;
        CashRef::at(cash).hold(buyer, price, this().into());
        emit(&CashDeposited { id, by: buyer });
        Ok(self.deposited(deal, Status::CashIn, buyer))
    }

    /// Cancels before settlement and expiry, and gives back what was deposited. Authorised by `by`,
    /// who is the seller or the buyer.
    pub fn cancel(&mut self, id: [u8; 32], by: Account) -> Result<(), Error> {
        let deal = self.running(&id)?;
        ensure!(by == deal.terms.seller || by == deal.terms.buyer, Error::NotParty);
        require_auth(&by);
        refund(&deal);
        emit(&Cancelled { id, by });
        self.enter(deal, Status::Cancelled, Some(by));
        Ok(())
    }

    /// Gives back what was deposited, once the expiry has passed. The chain calls this by itself at
    /// expiry; anybody may, should that call have failed. An escrow that has ended stays as it is.
    /// Returns the status.
    pub fn expire(&mut self, id: [u8; 32]) -> Result<Status, Error> {
        let deal = self.deals.get(&id).ok_or(Error::Unknown)?;
        if is_final(deal.status) {
            return Ok(deal.status);
        }
        ensure!(block_time() >= deal.terms.expiry, Error::NotYetExpired);
        refund(&deal);
        emit(&Expired { id });
        Ok(self.enter(deal, Status::Expired, None))
    }

    /// One escrow, with its terms and history.
    pub fn get(&self, id: [u8; 32]) -> Option<Deal> {
        self.deals.get(&id)
    }

    /// How far an escrow has come.
    pub fn status(&self, id: [u8; 32]) -> Option<Status> {
        self.deals.get(&id).map(|deal| deal.status)
    }

    /// The escrows in which `party` sells or buys, oldest first, from the one numbered `from`
    /// (they count from 0); at most 100.
    pub fn deals_of(&self, party: Account, from: u32, limit: u32) -> Vec<Deal> {
        let numbered = self.by_party.prefix(&party).range(from..).take(limit.min(MAX_PAGE) as usize);
        numbered.filter_map(|(_, id)| self.deals.get(&id)).collect()
    }

    /// In how many escrows `party` sells or buys.
    pub fn count_of(&self, party: Account) -> u32 {
        self.by_party.keys().prefix(&party).last().map_or(0, |last| last.saturating_add(1))
    }

    /// The id that an escrow of these terms has or would get.
    pub fn id_of(&self, terms: Terms) -> [u8; 32] {
        id_of(&terms)
    }

    /// The deal, if it is neither ended nor expired.
    fn running(&self, id: &[u8; 32]) -> Result<Deal, Error> {
        let deal = self.deals.get(id).ok_or(Error::Unknown)?;
        ensure!(!is_final(deal.status), Error::Ended);
        ensure!(block_time() < deal.terms.expiry, Error::Expired);
        Ok(deal)
    }

    /// Records a deposit: the first one waits, the second one settles.
    fn deposited(&mut self, deal: Deal, leg: Status, by: Account) -> Status {
        if deal.status == Status::Open {
            return self.enter(deal, leg, Some(by));
        }
        let lot = settle(&deal.terms);
        emit(&Settled::of(deal.id, &deal.terms, lot));
        self.enter(deal, Status::Settled, Some(by))
    }

    /// Stores the deal with its next status, which it returns.
    fn enter(&mut self, mut deal: Deal, status: Status, by: Option<Account>) -> Status {
        deal.enter(status, block_time(), by);
        self.deals.insert(&deal.id, &deal);
        status
    }

    fn index(&mut self, party: Account, id: &[u8; 32]) {
        self.by_party.insert(&(party, self.count_of(party)), id);
    }
}

/// The lot must be the seller's and large enough: it can shrink, but never grow or change hands.
/// How many of its shares are free is judged when they are locked.
fn check_lot(terms: &Terms) -> Result<(), Error> {
    let lot = RegisterRef::at(terms.register).lot(terms.lot).ok_or(Error::NoLot)?;
    ensure!(lot.holder == terms.seller, Error::NotSellersLot);
    ensure!(lot.quantity >= terms.quantity, Error::LotTooSmall);
    Ok(())
}

/// Delivers both legs and returns the buyer's lot. If either is refused, so is the transaction.
fn settle(terms: &Terms) -> u64 {
    let escrow = Account::from(this());
    let proceeds = proceeds(terms).expect("the terms were checked");
    let seller = Payment { to: terms.seller, amount: proceeds };
    let charges = terms.charges.iter().map(|charge| Payment { to: charge.to, amount: charge.amount });
    let payments = core::iter::once(seller).chain(charges).collect();
    CashRef::at(terms.cash).settle(terms.buyer, escrow, payments, 0);
    RegisterRef::at(terms.register).deliver(terms.lot, terms.quantity, escrow, terms.buyer)
}

/// Gives back the leg that is in, if any.
fn refund(deal: &Deal) {
    let (terms, escrow) = (&deal.terms, Account::from(this()));
    match deal.status {
        Status::SharesIn => RegisterRef::at(terms.register).unlock(terms.lot, terms.quantity, escrow),
        Status::CashIn => CashRef::at(terms.cash).release(terms.buyer, terms.price, escrow),
        Status::Open | Status::Settled | Status::Cancelled | Status::Expired => {}
    }
}
