//! The code and instances that one execution has at hand, so that its calls take no lock.
//!
//! Invariant: an instance that is here or with its code is as a fresh one.

use std::collections::BTreeMap;
use std::sync::Arc;

use sillok_abi::{Hash, STATUS_BAD_ARGUMENTS, STATUS_ERROR, STATUS_OK, TrapCode};

use super::code::Code;
use super::instance::Instance;
use crate::execution::{CallEnd, Context, Stop};
use crate::fault::Fault;
use crate::limits;

/// Code and instances of one execution. Dropping it hands the instances back.
#[derive(Default)]
pub(crate) struct Instances {
    codes: BTreeMap<Hash, AtHand>,
}

struct AtHand {
    code: Arc<Code>,
    free: Vec<Instance>,
}

impl Instances {
    /// Code that this execution has used before.
    pub(crate) fn code(&self, hash: &Hash) -> Option<Arc<Code>> {
        self.codes.get(hash).map(|at_hand| at_hand.code.clone())
    }

    /// Keeps code at hand.
    pub(crate) fn remember(&mut self, code: Arc<Code>) {
        self.codes.entry(code.hash).or_insert_with(|| AtHand { code, free: Vec::new() });
    }

    fn take(&mut self, hash: &Hash) -> Option<Instance> {
        let at_hand = self.codes.get_mut(hash)?;
        at_hand.free.pop().or_else(|| at_hand.code.take_idle())
    }

    fn put(&mut self, hash: &Hash, instance: Instance) {
        let enough = limits::MAX_CALL_DEPTH;
        if let Some(at_hand) = self.codes.get_mut(hash).filter(|at_hand| at_hand.free.len() < enough) {
            at_hand.free.push(instance);
        }
    }

    /// Lets go of the instances that are not running.
    fn clear(&mut self) {
        self.codes.values_mut().for_each(|at_hand| at_hand.free.clear());
    }
}

impl Drop for Instances {
    fn drop(&mut self) {
        for at_hand in self.codes.values_mut() {
            at_hand.free.drain(..).for_each(|instance| at_hand.code.put_idle(instance));
        }
    }
}

/// Runs the method of this place in a fresh-looking instance. Arguments and output are in the context's top
/// frame.
pub(crate) fn run(context: &mut Context, code: &Code, method: usize) -> Result<CallEnd, Stop> {
    let price = context.shared.parameters.gas.instance;
    context.charge(price)?;
    let mut instance = match context.instances.take(&code.hash) {
        Some(instance) => instance,
        None => make(context, code)?,
    };
    let ran = instance.run(code, context, method);
    if ran.reusable {
        context.instances.put(&code.hash, instance);
    }
    finish(context, ran.ended?)
}

/// A new instance. If there are too many, those that idle go first.
#[cold]
fn make(context: &mut Context, code: &Code) -> Result<Instance, Fault> {
    let shared = context.shared.clone();
    if shared.engine.is_crowded() {
        context.instances.clear();
        shared.codes.clear_idle();
    }
    Instance::new(&shared.engine, code)
}

fn finish(context: &mut Context, status: u32) -> Result<CallEnd, Stop> {
    let output = std::mem::take(&mut context.frame_mut().output);
    match status {
        STATUS_OK => Ok(CallEnd::Returned(output)),
        STATUS_ERROR => match <[u8; 4]>::try_from(output.as_slice()) {
            Ok(code) => Ok(CallEnd::Refused(u32::from_le_bytes(code))),
            Err(_) => Err(TrapCode::BadStatus.into()),
        },
        STATUS_BAD_ARGUMENTS => Err(TrapCode::BadArguments.into()),
        _ => Err(TrapCode::BadStatus.into()),
    }
}
