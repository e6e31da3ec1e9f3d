//! When a block is due.

use sillok_abi::Time;

use crate::ledger::Tip;
use crate::limits;

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As soon as there is something to do, and one empty block after the last that was not, which
    /// certifies the state's root after it.
    OnDemand,
    /// Every so many milliseconds, empty or not.
    Every(u64),
}

impl Pace {
    /// In how many milliseconds the block after `tip` is due: none if nothing is to be done.
    /// `waiting`: whether transactions wait; `next_due`: when something scheduled falls due.
    pub(super) fn due_in(self, now: Time, tip: &Tip, waiting: bool, next_due: Option<Time>) -> Option<u64> {
        // Bounded by the pause itself: a clock put back must not stop the chain.
        let after_tip = |pause: u64| tip.time.plus(pause).0.saturating_sub(now.0).min(pause);
        let on_demand = || {
            let transactions = waiting.then_some(0);
            let certifying = (!tip.empty).then(|| after_tip(limits::CERTIFY_AFTER_MS));
            let scheduled = next_due.map(|time| time.0.saturating_sub(now.0));
            [transactions, certifying, scheduled].into_iter().flatten().min()
        };
        match self {
            Pace::OnDemand => on_demand(),
            Pace::Every(interval) => Some(after_tip(interval)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip(time: u64, empty: bool) -> Tip {
        let (block, receipts_root) = ([0; 32], [0; 32]);
        Tip { height: 1, block, time: Time(time), receipts_root, empty }
    }

    #[test]
    fn on_demand_makes_blocks_for_a_reason() {
        let due = |now, empty, waiting, next: Option<u64>| {
            Pace::OnDemand.due_in(Time(now), &tip(1_000, empty), waiting, next.map(Time))
        };
        assert_eq!(due(1_001, true, false, None), None, "nothing to do");
        assert_eq!(due(1_001, true, true, None), Some(0), "a transaction waits");
        assert_eq!(due(1_001, false, false, None), Some(199), "the last block is to be certified");
        assert_eq!(due(5_000, true, false, Some(6_000)), Some(1_000), "a call is scheduled");
        assert_eq!(due(7_000, true, false, Some(6_000)), Some(0), "a scheduled call is due");
        assert_eq!(due(1_001, false, false, Some(1_050)), Some(49), "whatever comes first");
    }

    #[test]
    fn an_interval_makes_empty_blocks_too() {
        let due = |now| Pace::Every(500).due_in(Time(now), &tip(1_000, true), true, None);
        assert_eq!(due(1_100), Some(400));
        assert_eq!(due(1_500), Some(0));
        assert_eq!(due(10), Some(500), "a clock that was put back delays one block at most");
    }
}
