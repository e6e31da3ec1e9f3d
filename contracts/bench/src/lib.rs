//! A contract for measurements: the work of the benches in `benches/`, and nothing that anybody needs.
//!
//! Not part of any genesis but that of the benches. Its money is worth nothing: whoever asks is given
//! some.
#![cfg_attr(target_arch = "wasm32", no_std)]

use core::hint::black_box;

use sha2::{Digest, Sha256};
use sillok_sdk::prelude::*;

/// How much is hashed at a time: little enough for the memory that an instance starts with.
const HASHED_AT_ONCE: usize = 1024;
/// Bytes in a page of Wasm memory.
const PAGE_BYTES: usize = 64 * 1024;

/// Balances, and nothing else.
#[storage]
pub struct Bench {
    balances: Map<Account, u64>,
}

/// Money has moved.
#[event]
pub struct Moved {
    /// Whose it was.
    pub from: Account,
    /// Whose it is.
    pub to: Account,
    /// How much.
    pub amount: u64,
}

/// What this contract refuses.
#[error]
pub enum Error {
    /// There is less money than that.
    Insufficient = 1,
    /// The sum is larger than a balance can be.
    Overflow = 2,
}

/// What one instance calls of another.
#[interface]
pub trait Nothing {
    /// Does nothing.
    fn noop(&mut self);
}

#[contract]
impl Bench {
    /// Does nothing: what a call costs by itself.
    pub fn noop(&mut self) {}

    /// Gives `to` as much as that. Nobody has to agree.
    pub fn mint(&mut self, to: Account, amount: u64) -> Result<(), Error> {
        self.credit(&to, amount)
    }

    /// Moves money: two balances read, two written, one authority, one event. `from` authorises.
    pub fn transfer(&mut self, from: Account, to: Account, amount: u64) -> Result<(), Error> {
        require_auth(&from);
        let left = self.balance(from).checked_sub(amount).ok_or(Error::Insufficient)?;
        self.balances.insert(&from, &left);
        self.credit(&to, amount)?;
        emit(&Moved { from, to, amount });
        Ok(())
    }

    /// What an account has.
    pub fn balance(&self, of: Account) -> u64 {
        self.balances.get_or_default(&of)
    }

    /// Calls `noop` of `target`, another contract of this code, `count` times.
    pub fn nested(&mut self, count: u32, target: ContractId) {
        let target = NothingRef::at(target);
        (0..count).for_each(|_| target.noop());
    }

    /// SHA-256 of `length` zero bytes, computed in Wasm rather than by the host.
    pub fn sha256(&self, length: u32) -> Hash {
        let (zeros, mut hasher) = ([0; HASHED_AT_ONCE], Sha256::new());
        let mut left = length as usize;
        while left > 0 {
            let now = left.min(HASHED_AT_ONCE);
            hasher.update(black_box(&zeros[..now]));
            left -= now;
        }
        hasher.finalize().into()
    }

    /// Makes the instance's memory larger by at least `pages` pages of 64 KiB, so that it can't be
    /// used again.
    pub fn grow(&mut self, pages: u32) {
        black_box(Vec::<u8>::with_capacity(pages as usize * PAGE_BYTES));
    }

    /// Counts to `n`.
    pub fn spin(&self, n: u64) -> u64 {
        let mut counted = 0;
        while counted < n {
            counted = black_box(counted) + 1;
        }
        counted
    }

    /// Makes an order book of this contract, with prices from 1 to 2,000; answers its id.
    pub fn open_book(&mut self) -> u64 {
        books::create(&BookParams::simple(1, 1, 1, 2_000)).map_or(0, |book| book.0)
    }

    /// Places an order in a book of this contract and cancels it, `count` times. Answers how often both was
    /// done.
    pub fn place_and_cancel(&mut self, book: u64, of: Account, count: u32) -> u32 {
        let order = NewOrder::limit(of, Side::Buy, Price(900), Quantity(10));
        let once = |_: &u32| {
            let placed = books::place(BookId(book), black_box(&order));
            placed.is_ok_and(|placed| books::cancel(BookId(book), placed.order).is_ok())
        };
        (0..count).filter(once).count() as u32
    }

    fn credit(&mut self, to: &Account, amount: u64) -> Result<(), Error> {
        let sum = self.balances.get_or_default(to).checked_add(amount).ok_or(Error::Overflow)?;
        self.balances.insert(to, &sum);
        Ok(())
    }
}
