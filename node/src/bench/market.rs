//! Orders for listed companies: both sides, from all accounts, at prices of which most meet.
//!
//! An account has one lot, of one of the companies, from which it sells; it buys shares of the others, so that
//! nobody meets an order of its own. Seven orders in eight are at one price, at which they meet whatever is
//! there; the eighth asks for a better one by a tick, and waits.

use codec::Encode;
use sillok_abi::{
    Account, Call, CallTree, ContractId, OrderKind, Price, Quantity, SelfTrade, Side, TimeInForce,
};
use sillok_runtime::Genesis;

use super::BenchError;
use super::accounts::Numbers;
use crate::dev::FEE_RATE;

/// The price at which most meet, and the step to the next, in won.
const PRICE: u64 = 10_000;
const TICK: u64 = 10;
/// One order in so many asks for a better price.
const PATIENT: u32 = 8;
/// Orders are for so many shares, from the fewest to the most.
const SHARES: (u32, u32) = (5, 10);
/// How many others an order meets at most: of those that wait at its price the first alone has fewer than the
/// fewest shares, as the others have met nobody.
pub(super) const MOST_FILLS: u64 = 3;
/// How many orders one transaction of a batch holds.
pub(super) const BATCH_ORDERS: u32 = 16;

/// Where orders go.
pub(super) struct Venue {
    /// The market.
    pub(super) market: ContractId,
    /// The cash contract.
    pub(super) cash: ContractId,
    /// The companies' registers.
    pub(super) registers: Vec<ContractId>,
    /// The number of the first company's listing; the others follow.
    first_listing: u64,
}

/// An order as the market takes it (`Order` of the market's contract).
#[derive(Encode)]
struct Order {
    side: Side,
    kind: OrderKind,
    quantity: Quantity,
    time_in_force: TimeInForce,
    post_only: bool,
    min_quantity: u64,
    self_trade: SelfTrade,
    lot: Option<u64>,
}

/// One of a batch's operations, of which a bench uses the first kind only (`Operation` there).
#[derive(Encode)]
enum Operation {
    Place(Order),
}

/// Who trades what, and which way.
struct Deal {
    account: u32,
    company: u32,
    side: Side,
    /// The account's own lot.
    lot: u64,
}

impl Venue {
    /// The market of this genesis, on which the companies with these registers are listed one after the other.
    pub(super) fn of(genesis: &Genesis, registers: Vec<ContractId>) -> Result<Self, BenchError> {
        let find = |name: &str| {
            genesis.contract(name).ok_or_else(|| BenchError::Workload(format!("no contract {name}")))
        };
        let market = find("market")?;
        let lists = genesis.calls.iter().filter(|call| call.contract == market && call.method == "list");
        // Listings count from 1, and the companies' are the last ones.
        let first_listing = (lists.count() - registers.len()) as u64 + 1;
        Ok(Venue { market, cash: find("cash")?, registers, first_listing })
    }

    /// The transaction of this number that places one order: who signs it, and the calls to authorise.
    pub(super) fn order(&self, number: u64, accounts: &[Account]) -> (u32, CallTree) {
        let mut numbers = Numbers::of(number);
        let deal = self.draw(&mut numbers, number, accounts);
        let owner = accounts[deal.account as usize];
        let order = deal.order(&mut numbers);
        let (cash, lots) = deal.cover(&[&order]);
        let inner = self.cover(&deal, owner, cash, lots);
        let args = (self.listing(&deal), owner, order, cash).encode();
        (deal.account, tree(self.market, "place", args, inner))
    }

    /// The same with many orders of one side at once.
    pub(super) fn batch(&self, number: u64, accounts: &[Account]) -> (u32, CallTree) {
        let mut numbers = Numbers::of(number);
        let deal = self.draw(&mut numbers, number, accounts);
        let owner = accounts[deal.account as usize];
        let orders: Vec<Order> = (0..BATCH_ORDERS).map(|_| deal.order(&mut numbers)).collect();
        let (cash, lots) = deal.cover(&orders.iter().collect::<Vec<_>>());
        let inner = self.cover(&deal, owner, cash, lots);
        let lots: Vec<(u64, u64)> = lots.into_iter().collect();
        let operations: Vec<Operation> = orders.into_iter().map(Operation::Place).collect();
        let args = (self.listing(&deal), owner, cash, lots, operations).encode();
        (deal.account, tree(self.market, "batch", args, inner))
    }

    /// Any account; every other transaction sells. There are at least as many accounts as companies.
    fn draw(&self, numbers: &mut Numbers, number: u64, accounts: &[Account]) -> Deal {
        let companies = as_number(self.registers.len());
        let account = numbers.below(as_number(accounts.len()));
        let own = account % companies;
        let other = (own + 1 + numbers.below(companies - 1)) % companies;
        let (company, side) = if number.is_multiple_of(2) { (own, Side::Sell) } else { (other, Side::Buy) };
        // Each company's accounts come in turn.
        Deal { account, company, side, lot: u64::from(account / companies) + 1 }
    }

    fn listing(&self, deal: &Deal) -> u64 {
        self.first_listing + u64::from(deal.company)
    }

    /// The call that covers orders: money on hold, or shares locked.
    fn cover(&self, deal: &Deal, owner: Account, cash: u64, lot: Option<(u64, u64)>) -> Call {
        let market = Account::Contract(self.market);
        match lot {
            Some((lot, shares)) => Call {
                contract: self.registers[deal.company as usize],
                method: "lock".into(),
                args: (lot, shares, market, true).encode(),
            },
            None => Call { contract: self.cash, method: "hold".into(), args: (owner, cash, market).encode() },
        }
    }
}

impl Deal {
    fn order(&self, numbers: &mut Numbers) -> Order {
        let patience = if numbers.below(PATIENT) == 0 { TICK } else { 0 };
        let (price, lot) = match self.side {
            Side::Buy => (PRICE - patience, None),
            Side::Sell => (PRICE + patience, Some(self.lot)),
        };
        Order {
            side: self.side,
            kind: OrderKind::Limit { price: Price(price) },
            quantity: Quantity(u64::from(SHARES.0 + numbers.below(SHARES.1 - SHARES.0 + 1))),
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            min_quantity: 0,
            self_trade: SelfTrade::CancelNewest,
            lot,
        }
    }

    /// The cash, or the shares of a lot, that these orders need.
    fn cover(&self, orders: &[&Order]) -> (u64, Option<(u64, u64)>) {
        let shares = orders.iter().map(|order| order.quantity.0).sum();
        match self.side {
            Side::Sell => (0, Some((self.lot, shares))),
            Side::Buy => (orders.iter().map(|order| cost(order)).sum(), None),
        }
    }
}

fn as_number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// What a purchase at a limit costs at most.
fn cost(order: &Order) -> u64 {
    let OrderKind::Limit { price } = order.kind else { return 0 };
    let value = price.0 * order.quantity.0;
    value + value * u64::from(FEE_RATE) / 1_000_000
}

fn tree(contract: ContractId, method: &str, args: Vec<u8>, inner: Call) -> CallTree {
    let call = Call { contract, method: method.into(), args };
    CallTree { call, children: vec![CallTree::leaf(inner)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_sells_its_own_lot_and_buys_of_other_companies() {
        let contract = |number: u8| ContractId([number; 32]);
        let registers: Vec<ContractId> = (0..16).map(contract).collect();
        let venue = Venue { market: contract(16), cash: contract(17), registers, first_listing: 1 };
        let accounts: Vec<Account> = (0..200u32).map(|number| Account::Key([number as u8; 32])).collect();
        let (mut bought, mut patient) = (0, 0);
        for number in 0..2_000 {
            let mut numbers = Numbers::of(number);
            let deal = venue.draw(&mut numbers, number, &accounts);
            let order = deal.order(&mut numbers);
            let own = deal.account % 16 == deal.company;
            assert_eq!(own, deal.side == Side::Sell);
            assert_eq!(order.lot.is_some(), own);
            bought += u32::from(!own);
            patient += u32::from(order.kind != OrderKind::Limit { price: Price(PRICE) });
        }
        assert_eq!(bought, 1_000);
        assert!((150..350).contains(&patient), "{patient}");
    }
}
