//! Deals: what two parties agree to, and how far they have come.

use sillok_interfaces::{EscrowStatus as Status, EscrowTerms as Terms};
use sillok_sdk::prelude::*;

use crate::Error;

/// The furthest that an expiry may lie ahead, in milliseconds: 366 days.
const MAX_DURATION_MS: u64 = 366 * 24 * 60 * 60 * 1_000;

/// The most charges of one escrow.
const MAX_CHARGES: usize = 4;

/// A hash of all the terms: BLAKE3 of `sillok/escrow`, a zero byte and their SCALE form.
pub(crate) fn id_of(terms: &Terms) -> [u8; 32] {
    blake3(&(*b"sillok/escrow\0", terms).encode())
}

/// Whether these terms can be agreed on at `now`.
pub(crate) fn check(terms: &Terms, now: Time) -> Result<(), Error> {
    ensure!(terms.seller != terms.buyer, Error::SameParty);
    ensure!(terms.quantity > 0, Error::NoShares);
    ensure!(terms.price > 0, Error::NoPrice);
    ensure!(proceeds(terms).is_some(), Error::BadCharges);
    ensure!(terms.expiry > now, Error::Expired);
    ensure!(terms.expiry <= now.plus(MAX_DURATION_MS), Error::ExpiryTooFar);
    Ok(())
}

/// What the seller gets: the price without the charges; none if these can't be.
pub(crate) fn proceeds(terms: &Terms) -> Option<u64> {
    let fits = terms.charges.len() <= MAX_CHARGES && terms.charges.iter().all(|charge| charge.amount > 0);
    let charged = terms.charges.iter().try_fold(0_u64, |sum, charge| sum.checked_add(charge.amount))?;
    terms.price.checked_sub(charged).filter(|rest| fits && *rest > 0)
}

/// Whether nothing can follow.
pub(crate) fn is_final(status: Status) -> bool {
    matches!(status, Status::Settled | Status::Cancelled | Status::Expired)
}

/// When an escrow came to a status.
#[data]
pub struct Step {
    /// The status.
    pub status: Status,
    /// The block time.
    pub time: Time,
    /// Which party brought it there; none for an expiry.
    pub by: Option<Account>,
}

/// An escrow.
#[data]
pub struct Deal {
    /// Its id: a hash of its terms.
    pub id: [u8; 32],
    /// What was agreed.
    pub terms: Terms,
    /// How far it has come.
    pub status: Status,
    /// Every status it has had, oldest first.
    pub history: Vec<Step>,
}

impl Deal {
    /// A deal that a party opened at `now`.
    pub(crate) fn opened(id: [u8; 32], terms: Terms, now: Time, by: Account) -> Deal {
        let opened = Step { status: Status::Open, time: now, by: Some(by) };
        Deal { id, terms, status: Status::Open, history: vec![opened] }
    }

    /// Comes to `status`.
    pub(crate) fn enter(&mut self, status: Status, time: Time, by: Option<Account>) {
        self.status = status;
        self.history.push(Step { status, time, by });
    }
}

#[cfg(test)]
mod tests {
    //! The rules of terms, without a chain.

    use sillok_interfaces::Charge;

    use super::*;

    const NOW: Time = Time(1_000);

    fn terms() -> Terms {
        Terms {
            seller: Account::Key([1; 32]),
            buyer: Account::Key([2; 32]),
            register: ContractId([3; 32]),
            lot: 1,
            quantity: 10,
            cash: ContractId([4; 32]),
            price: 500,
            charges: Vec::new(),
            document: None,
            expiry: NOW.plus(1),
            salt: [0; 32],
        }
    }

    #[test]
    fn terms_are_checked() {
        let check = |change: &dyn Fn(&mut Terms)| {
            let mut terms = terms();
            change(&mut terms);
            super::check(&terms, NOW)
        };
        assert_eq!(check(&|_| {}), Ok(()));
        assert_eq!(check(&|terms| terms.buyer = terms.seller), Err(Error::SameParty));
        assert_eq!(check(&|terms| terms.quantity = 0), Err(Error::NoShares));
        assert_eq!(check(&|terms| terms.price = 0), Err(Error::NoPrice));
        let charge = |amount| Charge { to: Account::Key([5; 32]), amount };
        assert_eq!(check(&|terms| terms.charges = vec![charge(499)]), Ok(()));
        let bad = [vec![charge(500)], vec![charge(0)], vec![charge(u64::MAX), charge(1)], vec![charge(1); 5]];
        for charges in bad {
            assert_eq!(check(&|terms| terms.charges = charges.clone()), Err(Error::BadCharges));
        }
        assert_eq!(check(&|terms| terms.expiry = NOW), Err(Error::Expired));
        assert_eq!(check(&|terms| terms.expiry = NOW.plus(MAX_DURATION_MS)), Ok(()));
        assert_eq!(check(&|terms| terms.expiry = NOW.plus(MAX_DURATION_MS + 1)), Err(Error::ExpiryTooFar));
    }

    #[test]
    fn a_deal_remembers_every_status() {
        let mut deal = Deal::opened([9; 32], terms(), NOW, terms().buyer);
        deal.enter(Status::CashIn, Time(2), Some(terms().buyer));
        deal.enter(Status::Expired, Time(3), None);
        let statuses: Vec<Status> = deal.history.iter().map(|step| step.status).collect();
        assert_eq!(statuses, [Status::Open, Status::CashIn, Status::Expired]);
        assert!(is_final(deal.status));
    }
}
