//! One listing, as surveillance sees it: orders that wait, the last trades, the day's trading by account.

use std::collections::{BTreeMap, VecDeque};

use codec::{Decode, Encode};
use sillok_abi::{Account, Side, Time};

use super::limits::{ACCOUNTS, CANCELS, ORDERS, SIZES, TRADES};
use super::reference::Reference;

/// Korea's distance from UTC, the whole year, and a day, in milliseconds.
const KOREA_OFFSET_MS: u64 = 9 * 60 * 60 * 1_000;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A block: its height and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Moment {
    pub(super) height: u64,
    pub(super) time: Time,
}

/// An order that waits.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Waiting {
    /// Who stands for its owner's group.
    pub(super) group: Account,
    pub(super) owner: Account,
    pub(super) side: Side,
    /// None if its kind has no price of its own.
    pub(super) price: Option<u64>,
    /// How many shares it was placed for, and how many are left.
    pub(super) quantity: u64,
    pub(super) left: u64,
    pub(super) placed: Moment,
    /// How far it was from the best price of its side when it came, in hundredths of a percent.
    pub(super) distance: u64,
    /// The average size of the orders before it.
    pub(super) average: u64,
}

/// A trade.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Past {
    pub(super) at: Moment,
    pub(super) number: u64,
    pub(super) price: u64,
    pub(super) quantity: u64,
    pub(super) value: u64,
    pub(super) buyer: Account,
    pub(super) seller: Account,
    pub(super) buy_group: Account,
    pub(super) sell_group: Account,
    /// The buyer's and the seller's; both 0 of a negotiated trade.
    pub(super) orders: (u64, u64),
}

/// A large order that was cancelled early.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Cancelled {
    pub(super) order: u64,
    pub(super) waiting: Waiting,
    pub(super) ended: Moment,
    /// The trade on the other side that makes it suspect.
    pub(super) trade: Option<(u64, u64)>,
}

/// What somebody traded in a day, in shares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Tally {
    /// How many were bought.
    pub(crate) bought: u64,
    /// How many were sold.
    pub(crate) sold: u64,
    /// Whether buying and selling were reported.
    pub(super) reported: (bool, bool),
}

/// A day's trading of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Day {
    /// The day in Korea, counted from 1970.
    pub(crate) number: u64,
    /// How many trades.
    pub(crate) trades: u64,
    /// Of how many shares.
    pub(crate) volume: u64,
    /// By group.
    pub(crate) tallies: BTreeMap<Account, Tally>,
}

/// A listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Watch {
    /// The last block in which something happened.
    pub(super) last: u64,
    pub(super) waiting: BTreeMap<u64, Waiting>,
    /// Shares that wait, by price: purchases and sales.
    levels: [BTreeMap<u64, u64>; 2],
    /// The sizes of the last orders, and their sum.
    sizes: VecDeque<u64>,
    pub(super) trades: VecDeque<Past>,
    /// How many of them each seller and buyer made together, by group.
    sold: BTreeMap<(Account, Account), u32>,
    pub(super) cancelled: VecDeque<Cancelled>,
    pub(super) day: Day,
    /// What prices are compared with.
    pub(super) reference: Reference,
    /// Pairs that were reported, and when.
    pub(super) pairs: BTreeMap<(Account, Account), Time>,
}

impl Watch {
    /// The best price of a side.
    pub(super) fn best(&self, side: Side) -> Option<u64> {
        match side {
            Side::Buy => self.levels[0].keys().next_back().copied(),
            Side::Sell => self.levels[1].keys().next().copied(),
        }
    }

    /// How far a price is from the best one of its side; 0 at it or before it.
    pub(super) fn distance(&self, side: Side, price: Option<u64>) -> u64 {
        let Some((price, best)) = price.zip(self.best(side)) else { return 0 };
        let away = match side {
            Side::Buy => best.saturating_sub(price),
            Side::Sell => price.saturating_sub(best),
        };
        hundredths(away, best)
    }

    /// The average size of the last orders; none before there are some.
    pub(super) fn average_size(&self) -> Option<u64> {
        let count = self.sizes.len() as u64;
        (count >= 10).then(|| self.sizes.iter().fold(0_u64, |sum, size| sum.saturating_add(*size)) / count)
    }

    /// Notes an order's size.
    pub(super) fn size(&mut self, quantity: u64) {
        push(&mut self.sizes, quantity, SIZES);
    }

    /// Puts an order in, in place of what it was before.
    pub(super) fn put(&mut self, order: u64, waiting: Waiting) {
        self.take(order);
        self.level(&waiting, waiting.left, true);
        self.waiting.insert(order, waiting);
        if self.waiting.len() > ORDERS
            && let Some(oldest) = self.waiting.keys().next().copied()
        {
            self.take(oldest);
        }
    }

    /// Takes an order out.
    pub(super) fn take(&mut self, order: u64) -> Option<Waiting> {
        let waiting = self.waiting.remove(&order)?;
        self.level(&waiting, waiting.left, false);
        Some(waiting)
    }

    /// Has so many shares left of an order; it stays known, for what may be told of it next.
    pub(super) fn reduce_to(&mut self, order: u64, left: u64) {
        let Some(waiting) = self.waiting.get_mut(&order) else { return };
        let taken = waiting.left.saturating_sub(left);
        waiting.left = left.min(waiting.left);
        let waiting = waiting.clone();
        self.level(&waiting, taken, false);
    }

    fn level(&mut self, waiting: &Waiting, quantity: u64, more: bool) {
        let Some(price) = waiting.price else { return };
        let levels = &mut self.levels[usize::from(waiting.side == Side::Sell)];
        let level = levels.entry(price).or_default();
        *level = if more { level.saturating_add(quantity) } else { level.saturating_sub(quantity) };
        if *level == 0 {
            levels.remove(&price);
        }
    }

    /// Notes a trade, also in the day's tallies.
    pub(super) fn trade(&mut self, past: Past) {
        let day = (past.at.time.0.saturating_add(KOREA_OFFSET_MS)) / DAY_MS;
        if self.day.number != day {
            self.day = Day { number: day, ..Day::default() };
        }
        self.day.trades += 1;
        self.day.volume = self.day.volume.saturating_add(past.quantity);
        let bought = self.day.tallies.entry(past.buy_group).or_default();
        bought.bought = bought.bought.saturating_add(past.quantity);
        let sold = self.day.tallies.entry(past.sell_group).or_default();
        sold.sold = sold.sold.saturating_add(past.quantity);
        self.forget_the_least();
        self.reference.add(&past);
        *self.sold.entry((past.sell_group, past.buy_group)).or_default() += 1;
        if self.trades.len() == TRADES
            && let Some(oldest) = self.trades.front().map(|oldest| (oldest.sell_group, oldest.buy_group))
            && let Some(count) = self.sold.get_mut(&oldest)
        {
            *count -= 1;
            if *count == 0 {
                self.sold.remove(&oldest);
            }
        }
        push(&mut self.trades, past, TRADES);
    }

    /// How many of the last trades these two made, one as the seller.
    pub(super) fn sold(&self, seller: &Account, buyer: &Account) -> u32 {
        self.sold.get(&(*seller, *buyer)).copied().unwrap_or(0)
    }

    fn forget_the_least(&mut self) {
        while self.day.tallies.len() > ACCOUNTS {
            let all = |tally: &Tally| tally.bought.saturating_add(tally.sold);
            let least = self.day.tallies.iter().min_by_key(|(account, tally)| (all(tally), **account));
            let Some(account) = least.map(|(account, _)| *account) else { return };
            self.day.tallies.remove(&account);
        }
    }

    /// Notes a cancelled order.
    pub(super) fn cancel(&mut self, cancelled: Cancelled) {
        push(&mut self.cancelled, cancelled, CANCELS);
    }

    /// The trades since a time, newest first.
    pub(super) fn since(&self, time: Time) -> impl Iterator<Item = &Past> {
        self.trades.iter().rev().take_while(move |past| past.at.time >= time)
    }
}

/// The time so many seconds earlier.
pub(super) fn before(time: Time, seconds: u64) -> Time {
    Time(time.0.saturating_sub(seconds.saturating_mul(1_000)))
}

/// A part of a whole, in percent, rounded down.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    scaled(part, whole, 100)
}

/// A part of a whole, in hundredths of a percent, rounded down.
pub(super) fn hundredths(part: u64, whole: u64) -> u64 {
    scaled(part, whole, 10_000)
}

fn scaled(part: u64, whole: u64, scale: u128) -> u64 {
    let share = (u128::from(part) * scale).checked_div(u128::from(whole)).unwrap_or(0);
    u64::try_from(share).unwrap_or(u64::MAX)
}

fn push<T>(queue: &mut VecDeque<T>, item: T, most: usize) {
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(item);
}
