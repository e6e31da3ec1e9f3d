//! How long a step takes at most: as the timeouts have it, or less where its proposer is away.

use std::time::Duration;

use malachite_types::Timeout;

use super::effect::{Effect, Peer};
use super::host::Host;
use super::inputs::purpose_of;
use super::log::Step;
use super::timeouts::Purpose;

impl Host {
    /// The core's timer no longer matters.
    pub(super) fn cancel(&mut self, timeout: Timeout) {
        if let Some(purpose) = purpose_of(timeout) {
            self.timers.cancel(purpose);
        }
    }

    /// Asks for the core's timer.
    pub(super) fn schedule(&mut self, timeout: Timeout) {
        let Some(purpose) = purpose_of(timeout) else { return };
        let after = match purpose {
            Purpose::Step(step, round) => self.timeout(step, round),
            _ => Duration::from_millis(self.timeouts.repeat_ms),
        };
        let timer = self.timers.start(purpose);
        self.out.push(Effect::SetTimer { timer, after });
    }

    /// How long a step may take. In a round whose proposer is away votes are for no block, most likely.
    fn timeout(&self, step: Step, round: u32) -> Duration {
        let (usual, absent) = (self.timeouts.of_step(step, round), self.timeouts.of_absent(round));
        let proposer = self.members.proposer(self.height, round).0;
        if self.present.is_away(&proposer) { usual.min(absent) } else { usual }
    }

    /// A connection has ended. If it was the proposer's who is being waited for, that is one who is away now.
    pub(super) fn goes(&mut self, peer: Peer) {
        let purpose = Purpose::Step(Step::Propose, self.round);
        let before = self.timeout(Step::Propose, self.round);
        self.present.goes(peer);
        let after = self.timeout(Step::Propose, self.round);
        if after < before && self.timers.runs(purpose) {
            let timer = self.timers.start(purpose);
            self.out.push(Effect::SetTimer { timer, after });
        }
    }
}
