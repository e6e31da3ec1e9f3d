//! Timers: what the driver is to hear of after a while.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use crate::consensus::TimerId;

/// Timers that run.
#[derive(Default)]
pub(super) struct Timers(BinaryHeap<Reverse<(Instant, TimerId)>>);

impl Timers {
    /// Starts one.
    pub(super) fn start(&mut self, timer: TimerId, at: Instant) {
        self.0.push(Reverse((at, timer)));
    }

    /// One whose time is over, the earliest first.
    pub(super) fn due(&mut self, now: Instant) -> Option<TimerId> {
        self.0.peek().filter(|Reverse((at, _))| *at <= now)?;
        self.0.pop().map(|Reverse((_, timer))| timer)
    }

    /// How long until the next is; none if there is none.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        self.0.peek().map(|Reverse((at, _))| at.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_the_order_of_their_times_and_not_before() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut timers = Timers::default();
        timers.start(TimerId(1), start + second * 2);
        timers.start(TimerId(2), start + second);
        assert_eq!(timers.wait(start), Some(second));
        assert_eq!(timers.due(start), None);
        let later = start + second * 3;
        let fired = [timers.due(later), timers.due(later), timers.due(later)];
        assert_eq!(fired, [Some(TimerId(2)), Some(TimerId(1)), None]);
        assert_eq!(timers.wait(later), None);
    }
}
