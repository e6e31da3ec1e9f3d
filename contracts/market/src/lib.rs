//! The market: registered shares traded against cash on the chain's own order book.
//!
//! Every order is covered when it is placed: a sale's shares are locked in their register, a purchase's
//! money is held in its cash contract, both for this contract. Each fill is settled in the transaction that
//! made it, and what an order no longer needs goes back in that transaction too, whyever. So at any time
//!
//! - the cash held for the market is the sum over purchases in books of what is left of them at the worst
//!   price that they may trade at, with the highest fee on it, and
//! - the shares locked for the market are the sum over sales in books of what is left of them.
//!
//! This file is the contract's face: storage and methods; `queries` has what can be asked. The rules are in the
//! other modules.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![warn(clippy::arithmetic_side_effects)]

use sillok_interfaces::RegisterRef;
use sillok_sdk::prelude::*;

mod batch;
mod cover;
mod desk;
mod disclosure;
mod enter;
mod error;
mod event;
mod limits;
mod listing;
mod order;
mod queries;
mod roles;
mod session;
mod settle;
mod talk;
mod tax;
mod timetable;
mod today;
mod trade;

use desk::Desk;

pub use batch::Operation;
pub use disclosure::Disclosure;
pub use error::Error;
pub use event::{
    Agreed, DayBegun, Disclosed, FillVoided, Listed, OrderPlaced, OrderRemoved, PhaseChanged, Proposed,
    StatusChanged, TalkEnded, TaxRateEntered, Traded,
};
pub use listing::{Base, Days, InvestorLimits, Listing, ListingIndexes, NewListing, Status};
pub use order::{OpenOrder, Order, OrderRecord, PlacedOrder};
pub use roles::Roles;
pub use session::Agenda;
pub use talk::{Proposal, Talk, TalkStatus};
pub use tax::TaxRate;
pub use timetable::{Slot, Timetable};
pub use today::Today;
pub use trade::{Tape, Trade};

/// What the contract keeps.
#[storage]
pub struct Market {
    roles: Value<Roles>,
    /// Rates of the securities transaction tax by class and first day.
    taxes: OrderedMap<(u32, Date), u32>,
    /// Days without trading.
    holidays: Set<Date>,
    /// What is traded, by book; books count up in order of arrival.
    listings: Indexed<u64, Listing, ListingIndexes>,
    /// How each listing's days go.
    days: Map<u64, Days>,
    /// When each listing is woken.
    agendas: Map<u64, Agenda>,
    /// By listing, the minutes in which orders expire.
    expiries: Set<(u64, Time)>,
    /// The documents of each listing, from 1.
    disclosures: OrderedMap<(u64, u64), Disclosure>,
    /// What an order in a book needs beside what the book knows, by listing and order.
    orders: Map<(u64, u64), OrderRecord>,
    /// In which listings an account has had orders wait. Which wait there now its book knows: so an order that comes
    /// and goes changes nothing here.
    traded_in: Set<(Account, u64)>,
    /// How many trades a listing has had, and the last price.
    tapes: Map<u64, Tape>,
    /// The trades of each listing, from 1.
    trades: OrderedMap<(u64, u64), Trade>,
    /// Negotiations, from 1.
    talks: OrderedMap<u64, Talk>,
    /// Negotiations by party.
    talks_of: Set<(Account, u64)>,
}

#[contract]
impl Market {
    /// Sets up a market without listings.
    #[constructor]
    pub fn new(&mut self, roles: Roles) {
        self.roles.set(&roles);
    }

    /// Hands the market over to other roles. The operator authorises, and so does a new one.
    pub fn appoint(&mut self, roles: Roles) {
        require_auth(&self.roles.load().operator);
        require_auth(&roles.operator);
        self.roles.set(&roles);
    }

    /// Enters the rate, in millionths, of a class of the securities transaction tax from a day to come on.
    /// The tax authority's account authorises.
    pub fn set_tax(&mut self, class: u32, from: Date, rate: u32) -> Result<(), Error> {
        require_auth(&self.roles.load().authority);
        self.enter_rate(class, from, rate)?;
        emit(&TaxRateEntered { class, from, rate });
        Ok(())
    }

    /// Enters a day without trading, or takes it out. The operator authorises.
    pub fn set_holiday(&mut self, day: Date, closed: bool) {
        require_auth(&self.roles.load().operator);
        if closed {
            self.holidays.insert(&day);
        } else {
            self.holidays.remove(&day);
        }
    }

    /// Lists a class of shares for trading in a currency, once, and returns the listing's id. The register's
    /// registrar and the operator authorise.
    pub fn list(&mut self, new: NewListing) -> Result<u64, Error> {
        let company = RegisterRef::at(new.register);
        require_auth(&company.registrar());
        require_auth(&self.roles.load().operator);
        let class = company.class(new.class).ok_or(Error::NoClass)?;
        self.enter_listing(&new, class.par)
    }

    /// Halts, suspends or delists a listing, or has it trade again; `document` is the hash of the notice.
    /// Orders stay through a halt; otherwise they are released, in this call as many as one call may, and the
    /// others by scheduled calls. What is delisted stays so. Returns whether nothing is left to do. The
    /// operator authorises.
    pub fn set_status(&mut self, listing: u64, status: Status, document: [u8; 32]) -> Result<bool, Error> {
        require_auth(&self.roles.load().operator);
        let listed = self.listings.get(&listing).ok_or(Error::NoListing)?;
        ensure!(listed.status != Status::Delisted, Error::NotTrading);
        self.listings.insert(&listing, &Listing { status, ..listed })?;
        emit(&StatusChanged { listing, status, document });
        self.do_due(listing)
    }

    /// Enters a document's hash for investors to find, and returns its number. The company's registrar
    /// authorises.
    pub fn disclose(&mut self, listing: u64, document: [u8; 32], title: String) -> Result<u64, Error> {
        let listed = self.listings.get(&listing).ok_or(Error::NoListing)?;
        require_auth(&RegisterRef::at(listed.register).registrar());
        self.enter_disclosure(listing, document, title)
    }

    /// Does what is due in a listing: phases that begin, auctions, orders whose time has come, releases.
    /// The chain calls this by itself; anybody may. Returns whether nothing is left to do now.
    pub fn advance(&mut self, listing: u64) -> Result<bool, Error> {
        self.do_due(listing)
    }

    /// Places an order and settles what it matches at once.
    ///
    /// A sale names the seller's `lot`, of which the shares are locked, and no `cash`. A purchase names no
    /// lot, and `cash` is the most that it may cost, fees included (see `cost`): that is held, and what of it
    /// the order does not need goes back at once. Authorised by the owner, the register's `lock` or the cash
    /// contract's `hold` included.
    pub fn place(
        &mut self,
        listing: u64,
        owner: Account,
        order: Order,
        cash: u64,
    ) -> Result<PlacedOrder, Error> {
        require_auth(&owner);
        let mut desk = Desk::new(self.trading(listing)?, Some(owner));
        ensure!(cash == 0 || order.side == Side::Buy, Error::CashNotNeeded);
        self.judge(&desk, &owner, &order)?;
        // The book comes before the cover, as it refuses with the clearest errors; a refusal of any later
        // step takes the book's change back too.
        let placed = books::place(desk.book, &order.to_book(owner))?;
        let lots = order.lot.map(|lot| (lot, order.quantity));
        self.put_in(&mut desk, owner, cash, lots.as_slice())?;
        let summary = self.take_up(&mut desk, OrderRecord::of(&order, owner), &placed, false)?;
        self.put_away(desk);
        Ok(summary)
    }

    /// Gives an order another limit, if one is named, and another quantity that is to be left of it. Less at
    /// the same price keeps its place; otherwise it comes in anew, and may trade. `more` is the cash, or the
    /// number of shares of its lot, that is put in for what it needs beyond its cover; what is too much goes
    /// back. Authorised by the owner, who is the order's.
    pub fn amend(
        &mut self,
        listing: u64,
        owner: Account,
        order: u64,
        price: Option<u64>,
        quantity: u64,
        more: u64,
    ) -> Result<PlacedOrder, Error> {
        require_auth(&owner);
        let record = self.own(&owner, listing, order)?;
        let mut desk = Desk::new(self.trading(listing)?, Some(owner));
        match record.lot.filter(|_| more > 0) {
            Some(lot) => self.put_in(&mut desk, owner, 0, &[(lot, more)])?,
            None if record.side == Side::Buy => self.put_in(&mut desk, owner, more, &[])?,
            None => {}
        }
        let summary = self.change_order(&mut desk, order, price, quantity)?;
        self.put_away(desk);
        Ok(summary)
    }

    /// Cancels an order, gives back what covered it, and returns how many shares were left of it.
    /// Authorised by the owner, who is the order's.
    pub fn cancel(&mut self, listing: u64, owner: Account, order: u64) -> Result<u64, Error> {
        require_auth(&owner);
        self.own(&owner, listing, order)?;
        let listed = self.listings.get(&listing).ok_or(Error::NoListing)?;
        let mut desk = Desk::new(listed, Some(owner));
        let left = self.withdraw_order(&mut desk, order)?;
        self.put_away(desk);
        Ok(left)
    }

    /// Does many operations in order, all or none, at most 32. `cash` and the shares of `lots` are put in
    /// for all of them together; what cancelled orders free covers later ones, and the rest goes back.
    /// Returns for each placed or amended order what it led to. Authorised by the owner.
    pub fn batch(
        &mut self,
        listing: u64,
        owner: Account,
        cash: u64,
        lots: Vec<(u64, u64)>,
        operations: Vec<Operation>,
    ) -> Result<Vec<Option<PlacedOrder>>, Error> {
        require_auth(&owner);
        let mut desk = Desk::new(self.trading(listing)?, Some(owner));
        ensure!(lots.len() <= limits::MAX_OPERATIONS, Error::TooManyOperations);
        self.put_in(&mut desk, owner, cash, &lots)?;
        let results = self.operate(&mut desk, owner, &operations)?;
        self.put_away(desk);
        Ok(results)
    }

    /// Takes so much of a named order of a book that matches nothing by itself. `lot` and `cash` are as for
    /// `place`. Authorised by the owner.
    pub fn take(
        &mut self,
        listing: u64,
        owner: Account,
        order: u64,
        quantity: u64,
        lot: Option<u64>,
        cash: u64,
    ) -> Result<PlacedOrder, Error> {
        require_auth(&owner);
        let mut desk = Desk::new(self.trading(listing)?, Some(owner));
        let taken = self.taking(&mut desk, &owner, order, quantity, lot)?;
        ensure!(cash == 0 || taken.side == Side::Buy, Error::CashNotNeeded);
        self.judge(&desk, &owner, &taken)?;
        let placed = books::take(desk.book, OrderId(order), owner, Quantity(quantity))?;
        let lots = lot.map(|lot| (lot, quantity));
        self.put_in(&mut desk, owner, cash, lots.as_slice())?;
        let summary = self.take_up(&mut desk, OrderRecord::of(&taken, owner), &placed, false)?;
        self.put_away(desk);
        Ok(summary)
    }

    /// Proposes a trade outside of the book to another party, and returns the negotiation's id. Nothing is
    /// covered yet. Authorised by `by`, who is the seller or the buyer.
    pub fn propose(&mut self, listing: u64, by: Account, proposal: Proposal) -> Result<u64, Error> {
        require_auth(&by);
        self.begin_talk(listing, by, proposal)
    }

    /// Answers the proposal of a round with another one, between the same parties; returns its round.
    /// Authorised by `by`, the party whose turn it is.
    pub fn counter(&mut self, talk: u64, by: Account, round: u32, proposal: Proposal) -> Result<u32, Error> {
        require_auth(&by);
        self.answer(talk, by, round, proposal)
    }

    /// Accepts the proposal of a round: opens an escrow of its terms, and deposits this party's side. The
    /// other party's deposit there delivers both. Returns the escrow's id. Authorised by `by`, the party whose
    /// turn it is, the escrow's `open` and deposit included.
    pub fn accept(&mut self, talk: u64, by: Account, round: u32) -> Result<[u8; 32], Error> {
        require_auth(&by);
        self.agree(talk, by, round)
    }

    /// Calls a negotiation off, as long as nothing is accepted. Authorised by `by`, one of its parties.
    pub fn decline(&mut self, talk: u64, by: Account) -> Result<(), Error> {
        require_auth(&by);
        self.end_talk(talk, by)
    }

    /// Enters a negotiated trade that was delivered into the listing's trades, in continuous trading; returns
    /// its number. Anybody may.
    pub fn report(&mut self, talk: u64) -> Result<u64, Error> {
        self.report_talk(talk)
    }
}
