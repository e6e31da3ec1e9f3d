//! What all accounts have together, read from state: cash, shares, and what of both orders and deals keep from them.

use codec::Decode;
use sillok_abi::{Account, ContractId, Hash, OrderKind, Side, Time};
use sillok_client::extract::field_key;
use sillok_runtime::{Direction, PageLimit, StateReader, state_key};

use super::BenchError;
use super::scene::Scene;

/// How much of state is read at a time.
const PAGE: PageLimit = PageLimit { entries: 65_536, bytes: 16 * 1024 * 1024 };

/// What all accounts have together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Cash, on hold or not.
    pub(super) cash: u128,
    /// Shares, locked or not.
    pub(super) shares: u128,
    /// Cash on hold.
    held: u128,
    /// Locked shares.
    locked: u128,
    /// What the market keeps for its orders and escrow for its deals: cash on hold and locked shares.
    covered: (u128, u128),
    /// How many trades there have been.
    pub(super) trades: u64,
    /// How many deals in escrow have settled.
    pub(super) settled: u64,
}

/// What the market keeps of an order, up to what is read here (`OrderRecord` of its contract).
#[derive(Decode)]
struct OrderRecord {
    _owner: Account,
    side: Side,
    _kind: OrderKind,
    _lot: Option<u64>,
    _quantity: u64,
    left: u64,
    _worst: u64,
    held: u64,
}

/// What escrow keeps of a deal, up to what is read here (`Deal` of its contract).
#[derive(Decode)]
struct DealRecord {
    _id: Hash,
    terms: Terms,
    status: Status,
}

/// `EscrowTerms` of its interface.
#[derive(Decode)]
struct Terms {
    _seller: Account,
    _buyer: Account,
    _register: ContractId,
    _lot: u64,
    quantity: u64,
    _cash: ContractId,
    price: u64,
    _charges: Vec<(Account, u64)>,
    _expiry: Time,
    _document: Option<Hash>,
    _salt: Hash,
}

/// `EscrowStatus` of its interface.
#[derive(Decode)]
enum Status {
    Open,
    SharesIn,
    CashIn,
    Settled,
    Cancelled,
    Expired,
}

impl Totals {
    /// Adds up what the contracts of a scene keep.
    pub(super) fn read(scene: &Scene, state: &dyn StateReader) -> Result<Self, BenchError> {
        let mut totals = Totals::default();
        totals.add_cash(&scene.cash, state)?;
        for register in &scene.registers {
            totals.add_shares(register, state)?;
        }
        if let Some(venue) = &scene.market {
            totals.add_orders(&venue.market, state)?;
        }
        totals.add_deals(&scene.escrow, state)?;
        Ok(totals)
    }

    /// What is wrong, if these are the totals of a chain on which those were the first.
    pub(super) fn faults(&self, first: &Totals) -> Vec<String> {
        let mut faults = Vec::new();
        for (what, now, then) in [("cash", self.cash, first.cash), ("shares", self.shares, first.shares)] {
            if now != then {
                faults.push(format!("all accounts have {now} {what}, and began with {then}"));
            }
        }
        for (what, there, covered) in [
            ("cash is on hold", self.held, self.covered.0),
            ("shares are locked", self.locked, self.covered.1),
        ] {
            if there != covered {
                faults.push(format!(
                    "{there} {what}, and the orders in books and deals in escrow need {covered}"
                ));
            }
        }
        faults
    }

    fn add_cash(&mut self, contract: &ContractId, state: &dyn StateReader) -> Result<(), BenchError> {
        each::<(u64, u64)>(contract, "balances", state, |(available, held)| {
            self.cash += u128::from(available) + u128::from(held);
            self.held += u128::from(held);
        })
    }

    fn add_shares(&mut self, contract: &ContractId, state: &dyn StateReader) -> Result<(), BenchError> {
        each::<(u64, u64)>(contract, "holdings", state, |(shares, locked)| {
            self.shares += u128::from(shares);
            self.locked += u128::from(locked);
        })
    }

    fn add_orders(&mut self, contract: &ContractId, state: &dyn StateReader) -> Result<(), BenchError> {
        each::<OrderRecord>(contract, "orders", state, |order| match order.side {
            Side::Buy => self.covered.0 += u128::from(order.held),
            Side::Sell => self.covered.1 += u128::from(order.left),
        })?;
        each::<u64>(contract, "tapes", state, |trades| self.trades += trades)
    }

    fn add_deals(&mut self, contract: &ContractId, state: &dyn StateReader) -> Result<(), BenchError> {
        each::<DealRecord>(contract, "deals", state, |deal| match deal.status {
            Status::SharesIn => self.covered.1 += u128::from(deal.terms.quantity),
            Status::CashIn => self.covered.0 += u128::from(deal.terms.price),
            Status::Settled => self.settled += 1,
            Status::Open | Status::Cancelled | Status::Expired => {}
        })
    }
}

/// Does something with the beginning of each value of a contract's field.
fn each<T: Decode>(
    contract: &ContractId,
    field: &str,
    state: &dyn StateReader,
    mut see: impl FnMut(T),
) -> Result<(), BenchError> {
    let mut from = state_key(contract, &field_key(field));
    let beyond = [from.as_slice(), &[0xFF; 256]].concat();
    loop {
        let page = state.page(&from, &beyond, Direction::Ascending, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        from = [last.as_slice(), &[0]].concat();
        for (_, value) in &page {
            let damaged = |_| BenchError::Node(format!("keeps something else in `{field}` than it should"));
            see(T::decode(&mut value.as_slice()).map_err(damaged)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_that_is_gone_and_cover_that_no_order_needs_are_found() {
        let first = Totals { cash: 100, shares: 10, ..Totals::default() };
        let sound = Totals { held: 5, covered: (5, 3), locked: 3, trades: 7, ..first };
        assert_eq!(sound.faults(&first), Vec::<String>::new());
        assert_eq!(Totals { cash: 99, ..sound }.faults(&first).len(), 1);
        assert_eq!(Totals { shares: 11, ..sound }.faults(&first).len(), 1);
        assert_eq!(Totals { held: 6, locked: 2, ..sound }.faults(&first).len(), 2);
    }
}
