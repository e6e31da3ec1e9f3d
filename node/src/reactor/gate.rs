//! What waits for the last block to be on disk.
//!
//! A node that catches up begins the next height while the block below it is being written, and has blocks on disk
//! only now and then. It votes for nothing then, as it has that height's certificate; should it be about to say
//! something all the same, such as how far it is, that waits, and is what has blocks on disk. Invariant: after something
//! that waits everything does, so that the order stays what it was.

use std::collections::VecDeque;

use crate::consensus::Effect;

/// Lets effects pass, or keeps them until the block below is on disk.
pub(super) struct Gate {
    /// The height of the last block that was taken in.
    taken_in: u64,
    /// That of the last block on disk.
    written: u64,
    held: VecDeque<Effect>,
}

impl Gate {
    /// Open, as the last block, of this height, is on disk.
    pub(super) fn new(height: u64) -> Self {
        Gate { taken_in: height, written: height, held: VecDeque::new() }
    }

    /// The block of this height was taken in.
    pub(super) fn taken_in(&mut self, height: u64) {
        self.taken_in = height;
    }

    /// The blocks up to this height are on disk; answers what has waited for that.
    pub(super) fn written(&mut self, height: u64) -> VecDeque<Effect> {
        self.written = height;
        if self.is_open() { std::mem::take(&mut self.held) } else { VecDeque::new() }
    }

    /// An effect that may be done now; none if it waits.
    pub(super) fn pass(&mut self, effect: Effect) -> Option<Effect> {
        if self.held.is_empty() && (self.is_open() || !gets_out(&effect)) {
            return Some(effect);
        }
        self.held.push_back(effect);
        None
    }

    /// Whether nothing has waited before the last effect that does: the block below is to be on disk soon.
    pub(super) fn has_shut(&self) -> bool {
        self.held.len() == 1
    }

    fn is_open(&self) -> bool {
        self.written >= self.taken_in
    }
}

/// Whether somebody else, or this node after a crash, could tell by it that the block below is decided.
fn gets_out(effect: &Effect) -> bool {
    match effect {
        Effect::Validate { .. }
        | Effect::Commit { .. }
        | Effect::RequestBlocks { .. }
        | Effect::SetTimer { .. }
        | Effect::Blame { .. }
        | Effect::Round { .. }
        | Effect::Anomaly(_) => false,
        Effect::StoreBody(_)
        | Effect::Append { .. }
        | Effect::Send { .. }
        | Effect::SendBlock { .. }
        | Effect::FetchBlock { .. }
        | Effect::Build { .. }
        | Effect::Evidence(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(height: u64) -> Effect {
        Effect::Append { height, entries: Vec::new() }
    }

    fn noted(what: &str) -> Effect {
        Effect::Anomaly(what.to_owned())
    }

    #[test]
    fn what_gets_out_waits_for_the_block_below_and_all_else_behind_it() {
        let mut gate = Gate::new(6);
        assert_eq!(gate.pass(append(7)), Some(append(7)));
        gate.taken_in(7);
        assert_eq!(gate.pass(noted("a")), Some(noted("a")));
        assert_eq!((gate.pass(append(8)), gate.has_shut()), (None, true));
        assert_eq!((gate.pass(noted("b")), gate.has_shut()), (None, false));
        assert!(gate.written(6).is_empty(), "another block is not the one");
        assert_eq!(gate.written(7), [append(8), noted("b")]);
        assert_eq!(gate.pass(append(8)), Some(append(8)));
    }

    #[test]
    fn it_stays_shut_while_a_later_block_is_written() {
        let mut gate = Gate::new(6);
        gate.taken_in(7);
        gate.taken_in(8);
        assert_eq!(gate.pass(append(9)), None);
        assert!(gate.written(7).is_empty());
        assert_eq!(gate.written(8), [append(9)]);
    }
}
