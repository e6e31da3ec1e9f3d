//! What a trade is worth and costs, in whole units, exactly.

use sillok_abi::{BookError, BookParams};

use super::limits::{MAX_FEE, MAX_INTERRUPTION_MS, MAX_MOVE};

const MILLION: u64 = 1_000_000;
const WIDE_MILLION: u128 = 1_000_000;

/// A price in half units, as a midpoint may lie between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Halves(pub(super) u64);

impl Halves {
    #[inline]
    pub(super) fn whole(price: u64) -> Self {
        Halves(price.saturating_mul(2))
    }

    /// What a quantity costs, rounded down. The largest value of an order bounds it.
    #[inline]
    pub(super) fn value(self, quantity: u64) -> u64 {
        match self.0.checked_mul(quantity) {
            Some(twice) => twice >> 1,
            None => (u128::from(self.0).saturating_mul(u128::from(quantity)) >> 1) as u64,
        }
    }
}

/// A fee of so many millionths of a value, rounded towards zero.
#[inline]
pub(super) fn fee(value: u64, rate: i32) -> i64 {
    if rate == 0 {
        return 0;
    }
    let millionths = u64::from(rate.unsigned_abs());
    let fee = match value.checked_mul(millionths) {
        Some(product) => product / MILLION,
        None => (u128::from(value).saturating_mul(u128::from(millionths)) / WIDE_MILLION) as u64,
    };
    // At most the value, which is below 2^62.
    let fee = fee as i64;
    if rate < 0 { fee.saturating_neg() } else { fee }
}

/// Refuses guards and fees that are out of bounds.
pub(super) fn check_guards(params: &BookParams) -> Result<(), BookError> {
    let rates = [params.fees.maker, params.fees.taker, params.fees.auction];
    let rates = rates.iter().all(|rate| (-MAX_FEE..=MAX_FEE).contains(rate));
    let volatility = params.volatility;
    let volatility = volatility.fixed <= MAX_MOVE
        && volatility.moving <= MAX_MOVE
        && volatility.millis <= MAX_INTERRUPTION_MS;
    if rates && volatility && params.max_open > 0 { Ok(()) } else { Err(BookError::BadParams) }
}

#[cfg(test)]
mod tests {
    use super::{Halves, fee};

    #[test]
    fn fees_are_rounded_towards_zero_and_never_overflow() {
        assert_eq!(fee(999_999, 1), 0);
        assert_eq!(fee(1_000_000, 1), 1);
        assert_eq!(fee(1_999_999, -1), -1);
        assert_eq!(fee(12_345_678, 1_500), 18_518);
        assert_eq!(fee(1 << 62, 1_000_000), 1 << 62);
        assert_eq!(fee(1 << 62, -1_000_000), -(1 << 62));
        assert_eq!(fee(u64::MAX >> 2, 7), ((u64::MAX >> 2) as u128 * 7 / 1_000_000) as i64);
    }

    #[test]
    fn half_a_unit_is_lost_only_for_an_odd_quantity() {
        assert_eq!(Halves(7).value(2), 7);
        assert_eq!(Halves(7).value(3), 10);
        assert_eq!(Halves(1 << 63).value(2), 1 << 63);
    }
}
