//! The securities transaction tax: a dated table of rates, withheld from what sellers get.
//!
//! Listings name a class of the table, as the rate differs by the venue that a share trades on. What a
//! past day's rate was never changes.

use sillok_sdk::prelude::*;

use crate::desk::Desk;
use crate::limits::MAX_RATE;
use crate::timetable::today;
use crate::{Error, Market};

/// A rate and the day from which it holds.
#[data]
pub struct TaxRate {
    /// The first day, in Korea.
    pub from: Date,
    /// Millionths of a sale's value.
    pub rate: u32,
}

/// What a fill is charged, and for whom, beside its fees.
#[derive(Clone, Copy)]
pub(crate) struct Charges {
    pub(crate) tax_rate: u32,
    pub(crate) fees_to: Account,
    pub(crate) tax_to: Account,
}

/// The tax on a sale of `value`, in whole units: what is below one is dropped.
pub(crate) fn tax_on(value: u64, rate: u32) -> u64 {
    let tax = u128::from(value).saturating_mul(u128::from(rate)) / 1_000_000;
    u64::try_from(tax).unwrap_or(u64::MAX)
}

impl Market {
    /// Enters a rate for days to come.
    pub(crate) fn enter_rate(&mut self, class: u32, from: Date, rate: u32) -> Result<(), Error> {
        ensure!(rate <= MAX_RATE, Error::BadRate);
        ensure!(from > today(), Error::DateNotAhead);
        self.taxes.insert(&(class, from), &rate);
        Ok(())
    }

    /// What a listing's fills are charged today; read once in a call.
    pub(crate) fn charges(&self, desk: &mut Desk) -> Result<Charges, Error> {
        if let Some(charges) = desk.charges {
            return Ok(charges);
        }
        let roles = self.roles.load();
        let tax_rate = self.rate_on(desk.listing.tax_class, today());
        let charges = Charges { tax_rate, fees_to: roles.fees_to, tax_to: roles.tax_to };
        desk.charges = Some(charges);
        Ok(charges)
    }

    /// The rate that holds on a day; none before the first one.
    pub(crate) fn rate_on(&self, class: u32, day: Date) -> u32 {
        let rates = self.taxes.prefix(&class).range(..=day).rev().take(1);
        rates.map(|(_, rate)| rate).next().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taxes_are_rounded_down() {
        assert_eq!(tax_on(1_000, 1_800), 1);
        assert_eq!(tax_on(555, 1_800), 0);
        assert_eq!(tax_on(u64::MAX, 1_000_000), u64::MAX);
    }
}
