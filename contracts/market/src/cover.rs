//! What an order has to be covered with. Pure, so that its rules can be tested alone.
//!
//! A sale is covered by as many locked shares as are left of it. A purchase is covered by what is left of it
//! at the worst price that it may trade at, and the highest fee on that. Rounding down keeps this true
//! however a purchase is filled: the parts' costs and fees never add up to more than the whole's.

use sillok_sdk::abi::Fees;
use sillok_sdk::prelude::*;

use crate::Error;
use crate::limits::MAX_RATE;

const MILLION: u128 = 1_000_000;

/// What a purchase of `quantity` costs at most at a price of one share, with a fee of so many millionths.
pub(crate) fn need(price: u64, quantity: u64, fee: u32) -> Result<u64, Error> {
    // A product of two 64-bit numbers, and a tenth of it, fit 128 bits.
    let value = u128::from(price).saturating_mul(u128::from(quantity));
    let fee = value.saturating_mul(u128::from(fee)) / MILLION;
    u64::try_from(value.saturating_add(fee)).map_err(|_| Error::TooLarge)
}

/// The highest fee that one side of a trade may owe.
pub(crate) fn highest(fees: &Fees) -> u32 {
    let highest = fees.maker.max(fees.taker).max(fees.auction).max(0);
    highest.unsigned_abs()
}

/// Refuses fees of which one is above the limit, or a rebate that the other side's fee does not pay.
pub(crate) fn check_fees(fees: &Fees) -> Result<(), Error> {
    let all = [fees.maker, fees.taker, fees.auction];
    let small = all.iter().all(|fee| fee.unsigned_abs() <= MAX_RATE);
    let paid = fees.maker.saturating_add(fees.taker) >= 0 && fees.auction >= 0;
    ensure!(small && paid, Error::BadRules);
    Ok(())
}

/// An amount with a fee added, or a rebate taken off.
pub(crate) fn with_fee(amount: u64, fee: i64) -> Result<u64, Error> {
    amount.checked_add_signed(fee).ok_or(Error::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_that_no_amount_can_hold_is_refused() {
        assert_eq!(need(3, 7, 0), Ok(21));
        assert_eq!(need(1_000, 10, 1_500), Ok(10_015));
        assert_eq!(need(u64::MAX, 1, 0), Ok(u64::MAX));
        assert_eq!(need(u64::MAX, 1, 1), Err(Error::TooLarge));
        assert_eq!(need(u64::MAX, 2, 0), Err(Error::TooLarge));
    }

    #[test]
    fn parts_never_need_more_than_the_whole() {
        for fee in [0, 1, 333, 1_500, 99_999] {
            for (price, first, second) in [(1, 1, 1), (7, 13, 999), (12_345, 77, 3), (999, 1_000, 1)] {
                let whole = need(price, first + second, fee).unwrap();
                let parts = need(price, first, fee).unwrap() + need(price, second, fee).unwrap();
                assert!(parts <= whole, "{price} × ({first} + {second}) at {fee}");
            }
        }
    }

    #[test]
    fn rebates_are_paid_by_the_other_side() {
        let check = |maker, taker, auction| check_fees(&Fees { maker, taker, auction });
        assert_eq!(check(-100, 100, 0), Ok(()));
        assert_eq!(check(-101, 100, 0), Err(Error::BadRules));
        assert_eq!(check(0, 0, -1), Err(Error::BadRules));
        assert_eq!(check(0, 100_001, 0), Err(Error::BadRules));
        assert_eq!(highest(&Fees { maker: -100, taker: 250, auction: 40 }), 250);
    }
}
