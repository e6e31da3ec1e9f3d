//! The one place where the benches make root calls, so that it is plain what each of them pays for.
//!
//! A call is whole and metered: look-up, instance, frame, authority, journaled storage, events and receipt.
//! Not part of it are signatures and what a block adds.

use std::sync::Arc;

use sillok_abi::{Account, Call, CallTree, Outcome, Receipt};
use sillok_runtime::{BlockEnv, Direction, Fault, PageLimit, Session, StateReader, Walk};
use sillok_testing::World;

use crate::stage::PLENTY;

/// Makes root calls on one chain.
pub struct Runner<'world> {
    world: &'world World,
    state: Arc<dyn StateReader>,
    /// Where calls come one after the other.
    session: Session,
    /// The block that first calls believe to be in.
    pub env: BlockEnv,
}

/// A call, ready to be made any number of times.
pub struct Prepared {
    call: Call,
    /// Whose authority it needs, and what each of them has signed.
    signed: Vec<(Account, CallTree)>,
}

impl<'world> Runner<'world> {
    /// Calls on a chain, over this state.
    pub fn new(world: &'world World, state: Arc<dyn StateReader>) -> Self {
        let (state, env): (Arc<dyn StateReader>, _) = (Arc::new(OwnView(state)), world.env());
        let session = world.runtime.session(state.clone(), env).unwrap();
        Runner { world, state, session, env }
    }

    /// Makes a call ready, with the authority that it asks for.
    pub fn prepare(&self, call: Call) -> Prepared {
        let mut body = self.world.body("Alice", call.contract, &call.method, ());
        body.call = call;
        body.gas_limit = PLENTY;
        let signed = self.world.runtime.simulate(self.state.clone(), self.env, &body).unwrap().trees;
        Prepared { call: body.call, signed }
    }

    /// Makes a call as the first on the state, and forgets what it changed.
    pub fn first(&self, prepared: &Prepared) -> Receipt {
        make(&mut self.world.runtime.session(self.state.clone(), self.env).unwrap(), prepared)
    }

    /// Makes a call on top of what the ones before it changed.
    pub fn next(&mut self, prepared: &Prepared) -> Receipt {
        make(&mut self.session, prepared)
    }

    /// Makes a query that must succeed.
    ///
    /// # Panics
    /// If it does not.
    pub fn query(&self, call: &Call) -> Receipt {
        succeeded(self.world.runtime.query(self.state.clone(), self.env, call.clone()).unwrap())
    }
}

/// A view of a state: each request to a node has one of its own, so that only its thread counts the owners,
/// also as the processor's caches see it.
#[repr(align(128))]
struct OwnView(Arc<dyn StateReader>);

impl StateReader for OwnView {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.0.get(key)
    }

    fn walk(&self, from: &[u8], to: &[u8], direction: Direction, limit: PageLimit) -> Result<Walk, Fault> {
        self.0.walk(from, to, direction, limit)
    }
}

fn make(session: &mut Session, prepared: &Prepared) -> Receipt {
    session.call(prepared.call.clone(), PLENTY, &prepared.signed).unwrap()
}

/// The receipt of a success.
///
/// # Panics
/// If it is of a failure.
pub fn succeeded(receipt: Receipt) -> Receipt {
    assert!(matches!(receipt.outcome, Outcome::Success(_)), "{:?}", receipt.outcome);
    receipt
}
