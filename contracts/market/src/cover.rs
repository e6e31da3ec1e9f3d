//! What covers orders: shares locked in their register, money held in its cash contract.

use sillok_interfaces::{CashRef, RegisterRef};
use sillok_sdk::prelude::*;

use crate::order::Incoming;
use crate::{Error, Listing};

/// What a number of shares costs.
pub(crate) fn cost(price: Price, quantity: Quantity) -> Result<u64, Error> {
    price.0.checked_mul(quantity.0).ok_or(Error::TooLarge)
}

/// Takes what covers the whole of an order. The arguments of the calls depend on the order alone, so
/// that its owner can sign them whatever else happens in between.
pub(crate) fn take(incoming: &Incoming) -> Result<(), Error> {
    let Incoming { listing, order, price, lot, .. } = incoming;
    let market = Account::from(this());
    match order.side {
        Side::Buy => {
            ensure!(lot.is_none(), Error::LotNotNeeded);
            let amount = cost(*price, order.quantity)?;
            CashRef::at(listing.cash).hold(order.owner, amount, market);
        }
        Side::Sell => {
            let lot = lot.ok_or(Error::LotMissing)?;
            check_lot(listing, &order.owner, lot)?;
            RegisterRef::at(listing.register).lock(lot, order.quantity.0, market, true);
        }
    }
    Ok(())
}

/// Gives back what a new order no longer needs: the cover of what was cancelled and, of a purchase,
/// what it saved by trading at better prices than its limit. `traded` is what its fills cost.
pub(crate) fn give_back_unused(incoming: &Incoming, traded: u64) -> Result<(), Error> {
    let Incoming { listing, order, price, lot, placed } = incoming;
    match order.side {
        Side::Buy => {
            let needed = cost(*price, placed.resting)?.checked_add(traded).ok_or(Error::TooLarge)?;
            let held = cost(*price, order.quantity)?;
            release(listing, order.owner, held.checked_sub(needed).ok_or(Error::TooLarge)?);
            Ok(())
        }
        Side::Sell => unlock(listing, *lot, placed.cancelled),
    }
}

/// Gives back what covered `left`, an order that has just left the book.
pub(crate) fn give_back(listing: &Listing, left: &OrderView, lot: Option<u64>) -> Result<(), Error> {
    match left.side {
        Side::Buy => {
            release(listing, left.owner, cost(left.price, left.quantity)?);
            Ok(())
        }
        Side::Sell => unlock(listing, lot, left.quantity),
    }
}

fn check_lot(listing: &Listing, owner: &Account, lot: u64) -> Result<(), Error> {
    let lot = RegisterRef::at(listing.register).lot(lot).ok_or(Error::NoLot)?;
    ensure!(lot.holder == *owner, Error::NotOwnersLot);
    ensure!(lot.class == listing.class, Error::WrongClass);
    Ok(())
}

fn release(listing: &Listing, owner: Account, amount: u64) {
    if amount > 0 {
        CashRef::at(listing.cash).release(owner, amount, this().into());
    }
}

fn unlock(listing: &Listing, lot: Option<u64>, quantity: Quantity) -> Result<(), Error> {
    if quantity.0 > 0 {
        let lot = lot.ok_or(Error::LotMissing)?;
        RegisterRef::at(listing.register).unlock(lot, quantity.0, this().into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Amounts, without a chain.

    use super::*;

    #[test]
    fn a_cost_that_no_amount_can_hold_is_refused() {
        assert_eq!(cost(Price(3), Quantity(7)), Ok(21));
        assert_eq!(cost(Price(u64::MAX), Quantity(1)), Ok(u64::MAX));
        assert_eq!(cost(Price(u64::MAX), Quantity(2)), Err(Error::TooLarge));
    }
}
