//! Deals: what two parties agree to, and how far they have come.

use sillok_sdk::prelude::*;

use crate::Error;

/// The furthest that an expiry may lie ahead, in milliseconds: 366 days.
const MAX_DURATION_MS: u64 = 366 * 24 * 60 * 60 * 1_000;

/// What both parties agree to.
#[data]
pub struct Terms {
    /// Who gives the shares and gets the cash.
    pub seller: Account,
    /// Who gives the cash and gets the shares.
    pub buyer: Account,
    /// The register of the company whose shares they are.
    pub register: ContractId,
    /// The seller's lot. If part of it moves elsewhere, this stands for what is left of it.
    pub lot: u64,
    /// How many shares.
    pub quantity: u64,
    /// The cash contract.
    pub cash: ContractId,
    /// The price of all the shares together, in the smallest unit of the currency.
    pub price: u64,
    /// The first block time at which this can no longer settle.
    pub expiry: Time,
    /// Any bytes, to tell apart two escrows with the same terms.
    pub salt: [u8; 32],
}

impl Terms {
    /// A hash of all the terms: BLAKE3 of `sillok/escrow`, a zero byte and their SCALE form.
    pub(crate) fn id(&self) -> [u8; 32] {
        blake3(&(*b"sillok/escrow\0", self).encode())
    }

    /// Whether these terms can be agreed on at `now`.
    pub(crate) fn check(&self, now: Time) -> Result<(), Error> {
        ensure!(self.seller != self.buyer, Error::SameParty);
        ensure!(self.quantity > 0, Error::NoShares);
        ensure!(self.price > 0, Error::NoPrice);
        ensure!(self.expiry > now, Error::Expired);
        ensure!(self.expiry <= now.plus(MAX_DURATION_MS), Error::ExpiryTooFar);
        Ok(())
    }
}

/// How far an escrow has come.
#[data]
#[derive(Copy)]
pub enum Status {
    /// Nothing is deposited yet.
    Open,
    /// The shares are deposited; the cash is awaited.
    SharesIn,
    /// The cash is deposited; the shares are awaited.
    CashIn,
    /// Shares and cash changed hands.
    Settled,
    /// A party cancelled; what was deposited went back.
    Cancelled,
    /// The expiry passed; what was deposited went back.
    Expired,
}

impl Status {
    /// Whether nothing can follow.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Status::Settled | Status::Cancelled | Status::Expired)
    }
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
    /// A deal that was opened at `now`.
    pub(crate) fn opened(id: [u8; 32], terms: Terms, now: Time) -> Deal {
        let opened = Step { status: Status::Open, time: now, by: Some(terms.seller) };
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
            expiry: NOW.plus(1),
            salt: [0; 32],
        }
    }

    #[test]
    fn terms_are_checked() {
        let check = |change: &dyn Fn(&mut Terms)| {
            let mut terms = terms();
            change(&mut terms);
            terms.check(NOW)
        };
        assert_eq!(check(&|_| {}), Ok(()));
        assert_eq!(check(&|terms| terms.buyer = terms.seller), Err(Error::SameParty));
        assert_eq!(check(&|terms| terms.quantity = 0), Err(Error::NoShares));
        assert_eq!(check(&|terms| terms.price = 0), Err(Error::NoPrice));
        assert_eq!(check(&|terms| terms.expiry = NOW), Err(Error::Expired));
        assert_eq!(check(&|terms| terms.expiry = NOW.plus(MAX_DURATION_MS)), Ok(()));
        assert_eq!(check(&|terms| terms.expiry = NOW.plus(MAX_DURATION_MS + 1)), Err(Error::ExpiryTooFar));
    }

    #[test]
    fn a_deal_remembers_every_status() {
        let mut deal = Deal::opened([9; 32], terms(), NOW);
        deal.enter(Status::CashIn, Time(2), Some(terms().buyer));
        deal.enter(Status::Expired, Time(3), None);
        let statuses: Vec<Status> = deal.history.iter().map(|step| step.status).collect();
        assert_eq!(statuses, [Status::Open, Status::CashIn, Status::Expired]);
        assert!(deal.status.is_final());
    }
}
