//! How long steps take at most, and which timers run.
//!
//! The driver has no clock: it asks for a timer with a number, and hears when that time is over. Invariant: a
//! timer that was cancelled or replaced changes nothing when it fires.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::log::Step;

/// How long a validator waits, in milliseconds. It grows with each round, by the same step, up to a cap: so
/// that rounds get long enough for a slow network, and a network that heals decides soon (growing by
/// doubling, other chains came to rounds of hours).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Timeouts {
    /// For a proposal and its block, in round 0.
    pub(crate) propose_ms: u64,
    /// For votes to agree, in round 0.
    pub(crate) vote_ms: u64,
    /// For each of both, at most, if round 0 is that of a validator who is not connected, or behind: others may bring
    /// its proposal.
    pub(crate) absent_ms: u64,
    /// How much longer each with every round.
    pub(crate) step_ms: u64,
    /// How long each at most.
    pub(crate) longest_ms: u64,
    /// Until votes are sent again.
    pub(crate) repeat_ms: u64,
    /// Between two reports of where this node is.
    pub(crate) status_ms: u64,
    /// For an answer to a request for blocks.
    pub(crate) request_ms: u64,
}

impl Default for Timeouts {
    /// For validators in one country.
    fn default() -> Self {
        Timeouts {
            propose_ms: 600,
            vote_ms: 200,
            absent_ms: 100,
            step_ms: 200,
            longest_ms: 10_000,
            repeat_ms: 500,
            status_ms: 1_000,
            request_ms: 2_000,
        }
    }
}

impl Timeouts {
    /// How long a step of a round may take.
    pub(super) fn of_step(&self, step: Step, round: u32) -> Duration {
        match step {
            Step::Propose => self.of_round(self.propose_ms, round),
            Step::Prevote | Step::Precommit => self.of_round(self.vote_ms, round),
        }
    }

    /// How long a step may take at most in a round whose proposer is away.
    pub(super) fn of_absent(&self, round: u32) -> Duration {
        self.of_round(self.absent_ms, round)
    }

    fn of_round(&self, first: u64, round: u32) -> Duration {
        let grown = first.saturating_add(self.step_ms.saturating_mul(round.into()));
        Duration::from_millis(grown.min(self.longest_ms))
    }
}

/// A timer that the driver asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerId(pub(crate) u64);

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// A step of a round takes too long.
    Step(Step, u32),
    /// Votes of this round are sent again.
    Repeat(u32),
    /// Where this node is is sent again.
    Status,
    /// A peer does not answer.
    Request,
}

/// The timers that run: one for each purpose at most.
#[derive(Debug, Default)]
pub(super) struct Timers {
    last: u64,
    running: BTreeMap<Purpose, TimerId>,
}

impl Timers {
    /// A new timer, in place of the one for the same purpose.
    pub(super) fn start(&mut self, purpose: Purpose) -> TimerId {
        self.last += 1;
        let id = TimerId(self.last);
        self.running.insert(purpose, id);
        id
    }

    /// Whether a timer runs for this.
    pub(super) fn runs(&self, purpose: Purpose) -> bool {
        self.running.contains_key(&purpose)
    }

    /// What a timer that fired is for; none if it was cancelled or replaced.
    pub(super) fn fire(&mut self, id: TimerId) -> Option<Purpose> {
        let purpose =
            self.running.iter().find(|(_, running)| **running == id).map(|(purpose, _)| *purpose)?;
        self.running.remove(&purpose);
        Some(purpose)
    }

    pub(super) fn cancel(&mut self, purpose: Purpose) {
        self.running.remove(&purpose);
    }

    /// Cancels what belongs to a round.
    pub(super) fn cancel_rounds(&mut self) {
        self.running.retain(|purpose, _| matches!(purpose, Purpose::Status | Purpose::Request));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_take_longer_with_each_round_up_to_a_cap() {
        let timeouts = Timeouts::default();
        let propose = |round| timeouts.of_step(Step::Propose, round).as_millis();
        assert_eq!([propose(0), propose(1), propose(5)], [600, 800, 1_600]);
        assert_eq!([propose(1_000), propose(u32::MAX)], [10_000, 10_000]);
        let absent = |round| timeouts.of_absent(round).as_millis();
        assert_eq!([absent(0), absent(1), absent(u32::MAX)], [100, 300, 10_000]);
    }

    #[test]
    fn a_timer_that_was_replaced_or_cancelled_is_for_nothing() {
        let mut timers = Timers::default();
        let (one, step) = (timers.start(Purpose::Status), timers.start(Purpose::Step(Step::Propose, 0)));
        let other = timers.start(Purpose::Status);
        assert_eq!(timers.fire(one), None);
        timers.cancel_rounds();
        assert_eq!(timers.fire(step), None);
        assert_eq!(timers.fire(other), Some(Purpose::Status));
        assert_eq!(timers.fire(other), None);
    }
}
