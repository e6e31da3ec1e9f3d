//! The code and instances that one execution has at hand, so that its calls take no lock.
//!
//! Invariant: an instance that is here is as a fresh one.

use std::collections::BTreeMap;
use std::sync::Arc;

use sillok_abi::Hash;

use super::code::Code;
use super::instance::Instance;
use crate::execution::Context;
use crate::fault::Fault;
use crate::limits;

/// Code and instances of one execution.
#[derive(Default)]
pub(crate) struct Instances {
    codes: BTreeMap<Hash, AtHand>,
    /// How often all spares had been let go of when this was made.
    pub(super) since: u64,
}

struct AtHand {
    code: Arc<Code>,
    /// In boxes: every call takes one out and puts it back.
    #[allow(clippy::vec_box, reason = "a pointer moves where an instance would")]
    free: Vec<Box<Instance>>,
}

impl Instances {
    pub(super) fn new(since: u64) -> Self {
        Instances { codes: BTreeMap::new(), since }
    }

    /// Code that this execution has used before.
    pub(crate) fn code(&self, hash: &Hash) -> Option<Arc<Code>> {
        self.codes.get(hash).map(|at_hand| at_hand.code.clone())
    }

    /// Keeps code at hand.
    pub(crate) fn remember(&mut self, code: Arc<Code>) {
        self.codes.entry(code.hash).or_insert_with(|| AtHand { code, free: Vec::new() });
    }

    /// Notes that all of its code is in use.
    pub(super) fn touch(&self, now: u64) {
        self.codes.values().for_each(|at_hand| at_hand.code.touch(now));
    }

    fn take(&mut self, hash: &Hash) -> Option<Box<Instance>> {
        self.codes.get_mut(hash)?.free.pop()
    }

    /// Takes an instance back, unless it can't be used again or there are enough.
    pub(crate) fn put(&mut self, instance: Box<Instance>) {
        let at_hand = self.codes.get_mut(&instance.code().hash).filter(|_| instance.is_fresh());
        if let Some(at_hand) = at_hand.filter(|at_hand| at_hand.free.len() < limits::MAX_CALL_DEPTH) {
            at_hand.free.push(instance);
        }
    }

    /// Lets go of the instances that are not running.
    fn clear(&mut self) {
        self.codes.values_mut().for_each(|at_hand| at_hand.free.clear());
    }
}

/// A fresh-looking instance of code that is in state.
pub(crate) fn instance(context: &mut Context, hash: &Hash) -> Result<Box<Instance>, Fault> {
    match context.instances.take(hash) {
        Some(instance) => Ok(instance),
        None => make(context, hash),
    }
}

/// A new instance. If there are too many, those that nobody uses go first.
#[cold]
fn make(context: &mut Context, hash: &Hash) -> Result<Box<Instance>, Fault> {
    let code = context.compiled(hash)?;
    let shared = context.shared.clone();
    if shared.engine.is_crowded() {
        context.instances.clear();
        shared.codes.clear_spares();
    }
    Instance::new(&shared.engine, code).map(Box::new)
}
