//! Every kind of ordered storage field, and a method that does to them what it is told: the contract by
//! which `runtime/tests/collections` compares storage with maps in memory. It serves nothing else.
#![cfg_attr(target_arch = "wasm32", no_std)]

mod field;
mod loan;
mod op;

pub use loan::{Loan, LoanIndexes};
pub use op::{Key, Mark, Op, Within};
use sillok_sdk::prelude::*;

/// What is kept.
#[storage]
pub struct Shelf {
    books: OrderedMap<Key, Vec<u8>>,
    marks: Set<Mark>,
    notes: List<Vec<u8>>,
    loans: Indexed<u32, Loan, LoanIndexes>,
    tally: Value<u32>,
}

/// What the shelf refuses.
#[error]
pub enum Error {
    /// It was told to refuse.
    Told = 1,
}

/// A shelf, as another one calls it.
#[interface]
pub trait Shelves {
    /// Does all of this, or nothing.
    fn run(&mut self, ops: Vec<Op>) -> Vec<Vec<u8>>;
}

#[contract]
impl Shelf {
    /// Does all of this, or nothing; the answers, the long ones as their hashes. A shelf that relays has
    /// nothing half-done and remembers nothing, so it can be told meanwhile.
    #[reentrant]
    pub fn run(&mut self, ops: Vec<Op>) -> Result<Vec<Vec<u8>>, Error> {
        self.tally.update(|runs| *runs += 1);
        ops.into_iter().map(|op| self.change(op)).collect()
    }

    /// Has another shelf, or this one, do `first`, whether it refuses or not, and then `after`; the latter's answers.
    pub fn relay(&mut self, to: ContractId, first: Vec<Op>, after: Vec<Op>) -> Vec<Vec<u8>> {
        let _refusal = ShelvesRef::at(to).try_run(first);
        ShelvesRef::at(to).run(after)
    }

    /// The answers to what changes nothing.
    pub fn ask(&self, ops: Vec<Op>) -> Vec<Vec<u8>> {
        ops.into_iter().map(|op| self.look(op)).collect()
    }

    /// How often `run` has not been refused.
    pub fn runs(&self) -> u32 {
        self.tally.get_or_default()
    }
}

/// The longest answer that is given as it is.
pub const LONGEST_ANSWER: usize = 256;

/// SCALE of an answer, or only its hash if it is long: a receipt holds no more than 16 KiB.
fn answer(value: &impl Encode) -> Vec<u8> {
    let bytes = value.encode();
    if bytes.len() > LONGEST_ANSWER { blake3(&bytes).to_vec() } else { bytes }
}
