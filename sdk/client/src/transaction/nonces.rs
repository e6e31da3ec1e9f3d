//! Nonces: any number not used before. Microseconds since 1970 are, and keep a submitter's
//! transactions in the order in which they were made.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sillok_abi::Time;

/// Draws nonces; each is larger than the one before, even if the clock stands still or goes back.
#[derive(Debug, Default)]
pub struct Nonces {
    last: AtomicU64,
}

impl Nonces {
    /// Draws from the clock on.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next nonce.
    pub fn next(&self) -> u64 {
        let clock = since_epoch().as_micros() as u64;
        let after = |last: u64| clock.max(last.saturating_add(1));
        // The closure never declines, so both arms hold the value before the update.
        let (Ok(last) | Err(last)) =
            self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
        after(last)
    }
}

/// This machine's clock.
pub fn now() -> Time {
    Time(since_epoch().as_millis() as u64)
}

fn since_epoch() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_rise_without_a_gap_to_the_clock() {
        let nonces = Nonces::new();
        let drawn: Vec<_> = (0..1_000).map(|_| nonces.next()).collect();
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(drawn[0] / 1_000 <= now().0 && now().0 - drawn[0] / 1_000 < 60_000);
    }

    #[test]
    fn a_clock_that_goes_back_does_not_repeat_a_nonce() {
        let nonces = Nonces { last: AtomicU64::new(u64::MAX - 10) };
        assert_eq!((nonces.next(), nonces.next()), (u64::MAX - 9, u64::MAX - 8));
    }
}
