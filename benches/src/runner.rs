//! The one place where the benches make root calls, so that it is plain what each of them pays for.
//!
//! A call is simulated: whole and metered, with frame, authority, journaled storage, events and receipt,
//! on committed state that it leaves as it was. Not part of it are signatures and what a block adds.

use std::sync::Arc;

use sillok_abi::{Call, Outcome, Receipt, TransactionBody};
use sillok_runtime::{BlockEnv, StateReader};
use sillok_testing::World;

use crate::stage::PLENTY;

/// Makes root calls on one chain.
pub struct Runner<'world> {
    world: &'world World,
    state: Arc<dyn StateReader>,
    /// The block that calls believe to be in.
    pub env: BlockEnv,
}

/// A call, ready to be made any number of times.
pub struct Prepared {
    body: TransactionBody,
}

impl<'world> Runner<'world> {
    /// Calls on a chain, over this state.
    pub fn new(world: &'world World, state: Arc<dyn StateReader>) -> Self {
        Runner { world, state, env: world.env() }
    }

    /// Makes a call ready.
    pub fn prepare(&self, call: Call) -> Prepared {
        let mut body = self.world.body("Alice", call.contract, &call.method, ());
        body.call = call;
        body.gas_limit = PLENTY;
        Prepared { body }
    }

    /// Makes a call as the first on the state.
    pub fn first(&mut self, prepared: &Prepared) -> Receipt {
        self.world.runtime.simulate(self.state.clone(), self.env, &prepared.body).unwrap().receipt
    }

    /// Makes a call after others.
    pub fn next(&mut self, prepared: &Prepared) -> Receipt {
        self.first(prepared)
    }

    /// Makes a query that must succeed.
    ///
    /// # Panics
    /// If it does not.
    pub fn query(&self, call: &Call) -> Receipt {
        succeeded(self.world.runtime.query(self.state.clone(), self.env, call.clone()).unwrap())
    }
}

/// The receipt of a success.
///
/// # Panics
/// If it is of a failure.
pub fn succeeded(receipt: Receipt) -> Receipt {
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{:?}", receipt.outcome);
    receipt
}
