//! What is left of a lot when shares leave it. Pure, so that its rules can be tested alone.

use sillok_interfaces::Lot;
use sillok_sdk::prelude::*;

use crate::arithmetic::minus;
use crate::error::Error;

/// Shares that leave a lot.
#[derive(Clone, Copy)]
pub(crate) struct Parting {
    /// How many.
    pub(crate) quantity: u64,
    /// How many of these leave a lock; the others have to be free.
    pub(crate) from_locks: u64,
}

impl Parting {
    /// Shares that no one has locked.
    pub(crate) fn free(quantity: u64) -> Self {
        Parting { quantity, from_locks: 0 }
    }

    /// Shares that leave their locker's lock. The caller takes them out of the lock.
    pub(crate) fn locked(quantity: u64) -> Self {
        Parting { quantity, from_locks: quantity }
    }

    /// Shares and locked shares that stay in `lot`; locked ones stay, whatever leaves.
    pub(crate) fn rest_of(&self, lot: &Lot) -> Result<Rest, Error> {
        ensure!(self.quantity > 0, Error::ZeroQuantity);
        let quantity = lot.quantity.checked_sub(self.quantity).ok_or(Error::NotEnoughShares)?;
        let locked = minus(lot.locked, self.from_locks);
        ensure!(quantity >= locked, Error::SharesLocked);
        Ok(Rest { quantity, locked })
    }
}

/// What stays in a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rest {
    /// How many shares; none end the lot for good.
    pub(crate) quantity: u64,
    /// How many of them are locked.
    pub(crate) locked: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(quantity: u64, locked: u64, parting: Parting, expected: Result<(u64, u64), Error>) {
        let lot = Lot {
            id: 1,
            root: 1,
            source: None,
            class: 1,
            holder: Account::Key([1; 32]),
            quantity,
            locked,
            acquired: Date(0),
            accepted: None,
            reference: String::new(),
        };
        let rest = parting.rest_of(&lot).map(|rest| (rest.quantity, rest.locked));
        assert_eq!(rest, expected, "{quantity} shares, {locked} locked");
    }

    #[test]
    fn free_shares_leave_and_locked_ones_stay() {
        check(100, 0, Parting::free(100), Ok((0, 0)));
        check(100, 40, Parting::free(60), Ok((40, 40)));
        check(100, 40, Parting::free(61), Err(Error::SharesLocked));
        check(100, 40, Parting::free(101), Err(Error::NotEnoughShares));
        check(100, 0, Parting::free(0), Err(Error::ZeroQuantity));
    }

    #[test]
    fn shares_that_leave_a_lock_leave_the_free_ones_alone() {
        check(100, 40, Parting::locked(40), Ok((60, 0)));
        check(100, 40, Parting::locked(10), Ok((90, 30)));
        check(100, 100, Parting::locked(100), Ok((0, 0)));
        check(100, 100, Parting::locked(0), Err(Error::ZeroQuantity));
    }
}
