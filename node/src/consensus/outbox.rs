//! Collects what a step comes to, in the order in which it has to be done.

use std::mem;
use std::sync::Arc;

use sillok_abi::Block;

use super::effect::{Effect, To};
use super::log::Entry;
use super::message::Message;
use crate::limits;

/// What a step comes to. Invariant: bodies are durable before the entries that judge them, and entries
/// before anything that lets others know of them.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bodies: Vec<Arc<Block>>,
    /// Entries that are not in the log yet. Others' votes may wait here: they matter once this
    /// validator has said something that follows from them.
    pending: Vec<Entry>,
    leaves: bool,
    rest: Vec<Effect>,
}

impl Outbox {
    /// A body to store.
    pub(super) fn store(&mut self, block: Arc<Block>) {
        self.bodies.push(block);
    }

    /// An entry for the log.
    pub(super) fn log(&mut self, entry: Entry) {
        self.pending.push(entry);
    }

    /// A message that follows from the log.
    pub(super) fn send(&mut self, to: To, message: Message) {
        self.leaves = true;
        self.rest.push(Effect::Send { to, message });
    }

    /// An effect that tells others nothing of what was signed.
    pub(super) fn push(&mut self, effect: Effect) {
        self.rest.push(effect);
    }

    /// Forgets entries of a height that is over.
    pub(super) fn forget_entries(&mut self) {
        self.pending.clear();
    }

    /// The effects so far, in order.
    pub(super) fn take(&mut self, height: u64) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.bodies.drain(..).map(Effect::StoreBody).collect();
        let flush = mem::take(&mut self.leaves) || self.pending.len() >= limits::LOG_PENDING;
        if flush && !self.pending.is_empty() {
            effects.push(Effect::Append { height, entries: mem::take(&mut self.pending) });
        }
        effects.append(&mut self.rest);
        effects
    }
}
