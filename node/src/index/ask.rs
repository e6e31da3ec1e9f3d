//! What is asked of the index, a page at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sillok_abi::{Account, ContractId, Time};
use sillok_runtime::{Direction, PageLimit};

use super::fold::{damaged, decode};
use super::keys::{self, Position};
use super::records::{Candle, ClassStanding, Interval, Trade};
use crate::limits;
use crate::storage::{Entry, Storage, StorageError, Table};

/// The index, as far as it has read.
pub(crate) struct Index {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) height: AtomicU64,
}

/// Whose past is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    /// What names an account.
    Account(Account),
    /// What a contract was called for, and told.
    Contract(ContractId),
}

/// A page, and whether there is more.
pub(crate) type Page<T> = (Vec<T>, bool);

impl Index {
    /// The last block that was read.
    pub(crate) fn height(&self) -> u64 {
        self.height.load(Ordering::SeqCst)
    }

    /// Where somebody's past is, newest first, before this position.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn past(
        &self,
        subject: Subject,
        before: Option<Position>,
    ) -> Result<Page<Position>, StorageError> {
        let (table, from) = match subject {
            Subject::Account(account) => (Table::Accounts, keys::account(&account)),
            Subject::Contract(contract) => (Table::Contracts, keys::contract(&contract)),
        };
        let to = match before {
            Some(before) => [from.as_slice(), &before.bytes()].concat(),
            None => beyond(&from),
        };
        self.newest(table, &from, &to, |(key, _)| Position::ending(&key).ok_or_else(damaged))
    }

    /// A listing's trades, newest first, before the one of this number.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn trades(
        &self,
        market: &ContractId,
        listing: u64,
        before: Option<u64>,
    ) -> Result<Page<Trade>, StorageError> {
        let from = keys::listing(market, listing);
        let to = before.map_or_else(|| beyond(&from), |before| keys::numbered(from.clone(), before));
        self.newest(Table::Trades, &from, &to, |(_, value)| decode(&value))
    }

    /// A listing's prices, newest first, of the intervals that began before this time.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn candles(
        &self,
        market: &ContractId,
        listing: u64,
        interval: Interval,
        before: Option<Time>,
    ) -> Result<Page<Candle>, StorageError> {
        let from = keys::interval(market, listing, interval.seconds());
        let to = before.map_or_else(|| beyond(&from), |before| keys::numbered(from.clone(), before.0));
        self.newest(Table::Candles, &from, &to, |(_, value)| decode(&value))
    }

    /// What a holder had of a class after each block that changed it, newest first, before this height: the
    /// height, its time, and shares.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn holdings(
        &self,
        register: &ContractId,
        class: u32,
        holder: &Account,
        before: Option<u64>,
    ) -> Result<Page<(u64, Time, u64)>, StorageError> {
        let from = keys::holder(register, class, holder);
        let to = before.map_or_else(|| beyond(&from), |before| keys::numbered(from.clone(), before));
        self.newest(Table::Holdings, &from, &to, |(key, value)| {
            let (time, shares) = decode(&value)?;
            Ok((keys::height_ending(&key).ok_or_else(damaged)?, time, shares))
        })
    }

    /// How a class stood after each block that changed it, newest first, before this height.
    ///
    /// # Errors
    /// If storage fails.
    pub(crate) fn standings(
        &self,
        register: &ContractId,
        class: u32,
        before: Option<u64>,
    ) -> Result<Page<(u64, ClassStanding)>, StorageError> {
        let from = keys::class(register, class);
        let to = before.map_or_else(|| beyond(&from), |before| keys::numbered(from.clone(), before));
        self.newest(Table::Classes, &from, &to, |(key, value)| {
            Ok((keys::height_ending(&key).ok_or_else(damaged)?, decode(&value)?))
        })
    }

    fn newest<T>(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        read: impl Fn(Entry) -> Result<T, StorageError>,
    ) -> Result<Page<T>, StorageError> {
        let limit = PageLimit::entries(limits::INDEX_PAGE + 1);
        let mut entries = self.storage.page(table, from, to, Direction::Descending, limit)?;
        let more = entries.len() > limits::INDEX_PAGE;
        entries.truncate(limits::INDEX_PAGE);
        Ok((entries.into_iter().map(read).collect::<Result<_, _>>()?, more))
    }
}

/// Above every key that begins with these bytes and a number.
fn beyond(from: &[u8]) -> Vec<u8> {
    [from, &[0xFF; 17]].concat()
}
