//! Listings: which shares trade against which cash, and by what rules.

use sillok_sdk::abi::{Collar, Fees, MatchMode, TickZone, Volatility};
use sillok_sdk::prelude::*;

use crate::limits::MAX_ZONES;
use crate::timetable::Timetable;
use crate::{Error, Listed, Market, cover, session};

/// What a day's band is drawn around.
#[data]
#[derive(Copy)]
pub enum Base {
    /// The last price of the day before.
    LastPrice,
    /// What a share cost on average the day before, weighted by quantities, rounded down to the tick.
    AveragePrice,
}

/// What a listing allows one investor. Zero sets no bound.
#[data]
#[derive(Copy, Default)]
pub struct InvestorLimits {
    /// The most orders in the book at once.
    pub open_orders: u32,
    /// The most cash that one purchase, or one batch, may put in.
    pub cash: u64,
    /// The most shares of the class that an account may come to hold by an order.
    pub holding: u64,
}

/// A class of shares to list, and its rules. Prices are of one share, in the smallest unit of the currency.
#[data]
pub struct NewListing {
    /// The company's register.
    pub register: ContractId,
    /// The class of shares.
    pub class: u32,
    /// The cash contract.
    pub cash: ContractId,
    /// The steps between prices; the first zone begins at 0.
    pub ticks: Vec<TickZone>,
    /// Quantities are multiples of this.
    pub lot: u64,
    /// The lowest price that there can ever be.
    pub low: u64,
    /// The highest price that there can ever be.
    pub high: u64,
    /// What stands in for the last price until there is one.
    pub reference: u64,
    /// The width of each day's band in hundredths of a percent of its base; zero is all from `low` to `high`.
    pub band: u32,
    /// The first day's band, if it is another one.
    pub first_band: Option<(u64, u64)>,
    /// The base of each day.
    pub base: Base,
    /// How orders meet.
    pub mode: MatchMode,
    /// When.
    pub timetable: Timetable,
    /// How far from the market a limit may be.
    pub collar: Collar,
    /// What interrupts continuous trading.
    pub volatility: Volatility,
    /// What a trade costs its sides.
    pub fees: Fees,
    /// What one investor may do.
    pub limits: InvestorLimits,
    /// Which rates of the securities transaction tax apply.
    pub tax_class: u32,
}

/// Whether a listing trades.
#[data]
#[derive(Copy)]
pub enum Status {
    /// It trades by its timetable.
    Trading,
    /// It does not trade; orders stay, and can be cancelled.
    Halted,
    /// It does not trade, and all orders are released.
    Suspended,
    /// It never trades again, and all orders are released.
    Delisted,
}

/// A class of shares that is traded in a currency.
#[data]
pub struct Listing {
    /// Its id, which is also its book's.
    pub id: u64,
    /// The company's register.
    pub register: ContractId,
    /// The class of shares.
    pub class: u32,
    /// The cash contract.
    pub cash: ContractId,
    /// Whether it trades.
    pub status: Status,
    /// Quantities are multiples of this.
    pub lot: u64,
    /// The lowest price that there can ever be.
    pub low: u64,
    /// The highest price that there can ever be.
    pub high: u64,
    /// Par value of one share when it was listed; 0 for no-par shares.
    pub par: u64,
    /// How orders meet.
    pub mode: MatchMode,
    /// What a trade costs its sides, in millionths.
    pub fees: Fees,
    /// Which rates of the securities transaction tax apply.
    pub tax_class: u32,
    /// What one investor may do.
    pub limits: InvestorLimits,
    /// When it was listed.
    pub listed: Time,
}

/// How a listing's days go.
#[data]
pub struct Days {
    /// The width of each day's band in hundredths of a percent; zero is the whole range.
    pub band: u32,
    /// What each day's band is drawn around.
    pub base: Base,
    /// When which phase begins.
    pub timetable: Timetable,
}

/// What listings are found by.
#[indexes]
pub trait ListingIndexes {
    /// The listing of a register's class in a currency, as long as it is not delisted.
    #[unique]
    fn by_terms(listing: &Listing) -> Option<(ContractId, u32, ContractId)> {
        match listing.status {
            Status::Delisted => None,
            _ => Some((listing.register, listing.class, listing.cash)),
        }
    }
}

impl Status {
    /// Whether orders are released.
    pub(crate) fn releases(self) -> bool {
        matches!(self, Status::Suspended | Status::Delisted)
    }
}

impl Listing {
    /// The most that a purchase needs: so much for each share, and the highest fee.
    pub(crate) fn need(&self, price: u64, quantity: u64) -> Result<u64, Error> {
        cover::need(price, quantity, cover::highest(&self.fees))
    }
}

impl NewListing {
    /// Refuses what the book would not.
    pub(crate) fn check(&self) -> Result<(), Error> {
        ensure!(self.ticks.len() <= MAX_ZONES, Error::BadRules);
        ensure!(self.band < 10_000, Error::BadRules);
        let calls = self.mode == MatchMode::Continuous || self.volatility == Volatility::default();
        ensure!(calls, Error::BadRules);
        cover::check_fees(&self.fees)?;
        self.timetable.check(self.mode)
    }

    /// The rules of its book, which begins closed, if its days end at all.
    pub(crate) fn params(&self) -> BookParams {
        let endless = self.timetable.slots.is_empty();
        BookParams {
            ticks: self.ticks.clone(),
            lot: Quantity(self.lot),
            low: Price(self.low),
            high: Price(self.high),
            reference: Price(self.reference),
            mode: self.mode,
            collar: self.collar,
            volatility: self.volatility,
            max_open: if self.limits.open_orders == 0 { u32::MAX } else { self.limits.open_orders },
            fees: self.fees,
            phase: if endless { Phase::Continuous } else { Phase::Closed },
        }
    }

    /// The listing that it becomes.
    pub(crate) fn listed(&self, id: u64, par: u64) -> Listing {
        Listing {
            id,
            register: self.register,
            class: self.class,
            cash: self.cash,
            status: Status::Trading,
            lot: self.lot,
            low: self.low,
            high: self.high,
            par,
            mode: self.mode,
            fees: self.fees,
            tax_class: self.tax_class,
            limits: self.limits,
            listed: block_time(),
        }
    }
}

impl Market {
    /// Makes a listing and its book, and brings it to where it should be by now.
    pub(crate) fn enter_listing(&mut self, new: &NewListing, par: u64) -> Result<u64, Error> {
        new.check()?;
        let (register, class, cash) = (new.register, new.class, new.cash);
        ensure!(!self.listings.by_terms().contains(&(register, class, cash)), Error::AlreadyListed);
        let params = new.params();
        let book = books::create(&params)?;
        let reference = Price(new.reference);
        let band = match new.first_band {
            Some((low, high)) => Some((Price(low), Price(high))),
            None if new.band > 0 => Some(session::band(&params, reference, new.band)),
            None => None,
        };
        if let Some((low, high)) = band {
            books::set_band(book, reference, low, high)?;
        }
        let listing = book.0;
        self.listings.insert(&listing, &new.listed(listing, par))?;
        let (band, base, timetable) = (new.band, new.base, new.timetable.clone());
        self.days.insert(&listing, &Days { band, base, timetable });
        emit(&Listed { listing, register, class, cash });
        self.do_due(listing)?;
        Ok(listing)
    }

    /// A listing that trades.
    pub(crate) fn trading(&self, listing: u64) -> Result<Listing, Error> {
        let listing = self.listings.get(&listing).ok_or(Error::NoListing)?;
        ensure!(listing.status == Status::Trading, Error::NotTrading);
        Ok(listing)
    }
}
