//! The least that a contract's transfer needs around it: values in a hash map, one authorised account,
//! a list of events.

use std::collections::HashMap;

use codec::Encode;
use sillok_testing::account;

/// What Alice has to transfer.
const FORTUNE: u64 = 1 << 60;

/// What host functions work on.
pub struct Bank {
    /// Stored values by key.
    pub storage: HashMap<Vec<u8>, Vec<u8>>,
    /// The running call's arguments.
    pub args: Vec<u8>,
    /// What the running call returns.
    pub output: Vec<u8>,
    /// What it says happened: name and data.
    pub events: Vec<(Vec<u8>, Vec<u8>)>,
    /// Who has authorised it, as SCALE.
    authorised: Vec<u8>,
}

impl Default for Bank {
    fn default() -> Self {
        Bank {
            storage: HashMap::new(),
            args: Vec::new(),
            output: Vec::new(),
            events: Vec::new(),
            authorised: account("Alice").encode(),
        }
    }
}

impl Bank {
    /// Whether this account has authorised the call.
    pub fn covers(&self, account: &[u8]) -> bool {
        self.authorised == account
    }

    /// The event of a transfer, which is taken away as a receipt would take it.
    ///
    /// # Panics
    /// If there is none, or another one too.
    pub fn take_event(&mut self) -> (Vec<u8>, Vec<u8>) {
        let event = self.events.pop();
        assert!(self.events.is_empty(), "a transfer emits one event");
        event.expect("a transfer emits an event")
    }
}

/// Arguments that give Alice what she transfers.
pub fn mint() -> Vec<u8> {
    (account("Alice"), FORTUNE).encode()
}

/// Arguments of a transfer of one unit to Bob.
pub fn transfer() -> Vec<u8> {
    (account("Alice"), account("Bob"), 1u64).encode()
}

/// Arguments that ask for what Bob has.
pub fn of_bob() -> Vec<u8> {
    (account("Bob"),).encode()
}
