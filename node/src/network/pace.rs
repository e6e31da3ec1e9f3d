//! How much of something a peer may send: a token bucket.

use std::time::{Duration, Instant};

use crate::limits::Rate;

/// A rate with room for bursts. It never refuses: it says how long to wait.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    per_second: u64,
    /// What may come at once, as the time in which it would come at the rate.
    slack: Duration,
    /// When all that came would have come, had it come at the rate.
    due: Instant,
}

impl Pace {
    /// A rate, from now on.
    pub(super) fn new(rate: Rate, now: Instant) -> Self {
        let Rate { per_second, burst } = rate;
        Pace { per_second, slack: time_of(burst, per_second), due: now }
    }

    /// So many came. Returns how long to wait before more is taken.
    pub(super) fn take(&mut self, units: u64, now: Instant) -> Duration {
        self.due = self.due.max(now) + time_of(units, self.per_second);
        self.due.saturating_duration_since(now).saturating_sub(self.slack)
    }
}

fn time_of(units: u64, per_second: u64) -> Duration {
    let nanoseconds = u128::from(units) * 1_000_000_000 / u128::from(per_second.max(1));
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_what_follows_comes_at_the_rate() {
        let now = Instant::now();
        let mut pace = Pace::new(Rate { per_second: 100, burst: 50 }, now);
        assert!((0..50).all(|_| pace.take(1, now).is_zero()));
        assert_eq!(pace.take(1, now), Duration::from_millis(10));
        assert_eq!(pace.take(9, now), Duration::from_millis(100));
        // After the wait one more costs one more; after a long time the burst is free again, and no more.
        let later = now + Duration::from_millis(100);
        assert_eq!(pace.take(1, later), Duration::from_millis(10));
        let later = now + Duration::from_secs(60);
        assert!(pace.take(50, later).is_zero());
        assert_eq!(pace.take(1, later), Duration::from_millis(10));
    }
}
