//! Locks: shares of a lot that stay where they are until their locker unlocks or delivers them.
//!
//! A lot's locks are kept under its root, so they follow whatever is left of it. One locker has one
//! lock on a lot; locking again adds to it. The sum of a lot's locks is the lot's `locked`.

use sillok_interfaces::{Lock, Lot};
use sillok_sdk::prelude::*;

use crate::Register;
use crate::arithmetic::{minus, plus};
use crate::error::Error;
use crate::limits::MAX_LOCKERS;

impl Register {
    /// Locks free shares of a lot.
    pub(crate) fn add_lock(&mut self, lot: Lot, new: Lock) -> Result<(), Error> {
        ensure!(new.quantity > 0, Error::ZeroQuantity);
        ensure!(new.quantity <= lot.quantity, Error::NotEnoughShares);
        ensure!(new.quantity <= minus(lot.quantity, lot.locked), Error::SharesLocked);
        let mut locks = self.locks.get_or_default(&lot.root);
        let locked = plus(lot.locked, new.quantity);
        merge(&mut locks, new)?;
        self.locks.insert(&lot.root, &locks);
        self.set_locked(lot, locked);
        Ok(())
    }

    /// Takes shares out of a locker's lock on a lot; the lot itself is the caller's to change.
    /// With `delivery`, the lock has to give that right.
    pub(crate) fn reduce_lock(
        &mut self,
        root: u64,
        locker: &Account,
        quantity: u64,
        purpose: Purpose,
    ) -> Result<(), Error> {
        let mut locks = self.locks.get_or_default(&root);
        take_out(&mut locks, locker, quantity, purpose)?;
        if locks.is_empty() {
            self.locks.remove(&root);
        } else {
            self.locks.insert(&root, &locks);
        }
        Ok(())
    }
}

/// What shares leave a lock for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Back to the holder's free shares.
    Unlock,
    /// To someone else; the lock has to allow it.
    Delivery,
}

fn merge(locks: &mut Vec<Lock>, new: Lock) -> Result<(), Error> {
    match locks.iter_mut().find(|lock| lock.locker == new.locker) {
        Some(lock) => {
            ensure!(lock.delivery == new.delivery, Error::DeliveryDiffers);
            lock.quantity = plus(lock.quantity, new.quantity);
        }
        None => {
            ensure!(locks.len() < MAX_LOCKERS, Error::TooManyLockers);
            locks.push(new);
        }
    }
    Ok(())
}

fn take_out(locks: &mut Vec<Lock>, locker: &Account, quantity: u64, purpose: Purpose) -> Result<(), Error> {
    ensure!(quantity > 0, Error::ZeroQuantity);
    let index = locks.iter().position(|lock| lock.locker == *locker).ok_or(Error::NoLock)?;
    let lock = &mut locks[index];
    ensure!(purpose == Purpose::Unlock || lock.delivery, Error::NotDeliverable);
    lock.quantity = lock.quantity.checked_sub(quantity).ok_or(Error::NotEnoughLocked)?;
    if lock.quantity == 0 {
        locks.swap_remove(index);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(byte: u8, quantity: u64, delivery: bool) -> Lock {
        Lock { locker: Account::Key([byte; 32]), quantity, delivery }
    }

    #[test]
    fn one_locker_has_one_lock() {
        let mut locks = vec![];
        assert_eq!(merge(&mut locks, lock(1, 10, true)), Ok(()));
        assert_eq!(merge(&mut locks, lock(1, 5, true)), Ok(()));
        assert_eq!(merge(&mut locks, lock(2, 7, false)), Ok(()));
        assert_eq!(locks, vec![lock(1, 15, true), lock(2, 7, false)]);
        assert_eq!(merge(&mut locks, lock(2, 7, true)), Err(Error::DeliveryDiffers));
    }

    #[test]
    fn lockers_are_bounded() {
        let mut locks = vec![];
        for byte in 0..MAX_LOCKERS as u8 {
            assert_eq!(merge(&mut locks, lock(byte, 1, false)), Ok(()));
        }
        assert_eq!(merge(&mut locks, lock(255, 1, false)), Err(Error::TooManyLockers));
        assert_eq!(merge(&mut locks, lock(3, 1, false)), Ok(()));
    }

    #[test]
    fn only_what_a_locker_locked_leaves_and_only_as_allowed() {
        let mut locks = vec![lock(1, 10, true), lock(2, 7, false)];
        let mut take =
            |byte: u8, quantity, purpose| take_out(&mut locks, &Account::Key([byte; 32]), quantity, purpose);
        assert_eq!(take(3, 1, Purpose::Unlock), Err(Error::NoLock));
        assert_eq!(take(1, 11, Purpose::Delivery), Err(Error::NotEnoughLocked));
        assert_eq!(take(2, 1, Purpose::Delivery), Err(Error::NotDeliverable));
        assert_eq!(take(2, 0, Purpose::Unlock), Err(Error::ZeroQuantity));
        assert_eq!(take(1, 10, Purpose::Delivery), Ok(()));
        assert_eq!(take(2, 3, Purpose::Unlock), Ok(()));
        assert_eq!(locks, vec![lock(2, 4, false)]);
    }
}
