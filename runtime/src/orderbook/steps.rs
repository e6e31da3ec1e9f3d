//! What an operation has done so far, and how much more it may do.

use sillok_abi::{Fill, OrderId, Phase, Placed, Quantity, Removed};

use super::entry::Fate;

/// One for all operations, one after the other, so that their fills have room already.
pub(super) struct Steps {
    /// How many matches, removals and triggers are still allowed.
    pub(super) left: u32,
    /// How many were allowed, and what was taken back on the way.
    most: u32,
    /// What it came to: fills and removals as they happen, the rest when an order has been placed.
    pub(super) answer: Placed,
}

impl Steps {
    /// Of no operation.
    pub(super) fn none() -> Self {
        let answer = Placed {
            order: OrderId(0),
            fills: Vec::new(),
            removed: Vec::new(),
            resting: Quantity(0),
            cancelled: Quantity(0),
            reason: None,
            phase: Phase::Closed,
        };
        Steps { left: 0, most: 0, answer }
    }

    /// An operation of at most so many steps begins.
    #[inline(always)]
    pub(super) fn begin(&mut self, most: u32) {
        (self.left, self.most) = (most, most);
        self.answer.fills.clear();
        self.answer.removed.clear();
    }

    /// Takes one step, if any is left.
    #[inline]
    pub(super) fn take(&mut self) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        true
    }

    /// So many are left again, as what took the others was taken back. They were taken nevertheless.
    pub(super) fn give_back(&mut self, left: u32) {
        self.most = self.most.saturating_add(left.saturating_sub(self.left));
        self.left = left;
    }

    /// How many there were, those that were taken back included.
    pub(super) fn taken(&self) -> u32 {
        self.most.saturating_sub(self.left)
    }

    /// Reports a trade.
    #[inline(always)]
    pub(super) fn report(&mut self, fill: Fill) {
        self.answer.fills.push(fill);
    }

    /// Reports what left the book without trading.
    pub(super) fn lose(&mut self, removed: Removed) {
        self.answer.removed.push(removed);
    }

    /// Says where an order and the book stand.
    #[inline(always)]
    pub(super) fn conclude(&mut self, id: u64, fate: Fate, phase: Phase) {
        let answer = &mut self.answer;
        answer.order = OrderId(id);
        (answer.resting, answer.cancelled) = (Quantity(fate.resting), Quantity(fate.cancelled));
        answer.reason = (fate.cancelled > 0).then_some(fate.reason);
        answer.phase = phase;
    }
}
