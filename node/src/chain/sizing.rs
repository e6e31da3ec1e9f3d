//! How large a block this node proposes.
//!
//! Parameters say what a block may hold at most; a validator whose machine is slow or busy proposes less. A
//! block that takes longer to carry, judge and vote for than a round lasts is never decided: the next proposer
//! makes one of the same size, and while rounds fail the pool fills. A chain that is driven over its capacity
//! then carries next to nothing, and does not recover by itself. So a block holds what executes within
//! [`limits::EXECUTION_BUDGET_MS`] by what executed here lately; and half as much each time a block came to
//! nothing, whatever the reason, until blocks of that size are decided again.
//!
//! Gas is that of limits, which is what a block's room is counted in.

use crate::limits;

/// How large a block this node proposes.
#[derive(Debug)]
pub(super) struct Sizing {
    /// What was executed lately, in gas.
    gas: u64,
    /// How long that took, in milliseconds.
    elapsed_ms: u64,
    /// What blocks that came to nothing leave.
    bound: u64,
    /// How many blocks of the height that is being decided were executed.
    tried: u32,
}

impl Default for Sizing {
    fn default() -> Self {
        Sizing { gas: 0, elapsed_ms: 0, bound: u64::MAX, tried: 0 }
    }
}

impl Sizing {
    /// A block of this height was executed.
    pub(super) fn executed(&mut self, gas: u64, elapsed_ms: u64) {
        self.tried += 1;
        self.gas += gas.min(limits::SIZING_WINDOW_GAS);
        self.elapsed_ms += elapsed_ms.min(limits::SIZING_WINDOW_MS);
        // What is long ago counts less and less.
        if self.elapsed_ms > limits::SIZING_WINDOW_MS || self.gas > limits::SIZING_WINDOW_GAS {
            self.gas /= 2;
            self.elapsed_ms /= 2;
        }
    }

    /// A block of `gas` was decided, and with it the height.
    pub(super) fn decided(&mut self, gas: u64, block_gas: u64) {
        // The one that is decided has been executed too.
        if std::mem::take(&mut self.tried) > 1 {
            self.bound = self.bound.min(gas.max(self.room(block_gas))) / 2;
        } else if gas >= self.bound / 2 {
            self.bound = self.bound.saturating_add(self.bound / 8);
        }
        self.bound = self.bound.max(block_gas / limits::SMALLEST_BLOCK);
    }

    /// The gas that a block may hold if parameters allow `block_gas`.
    pub(super) fn room(&self, block_gas: u64) -> u64 {
        let in_time = match self.elapsed_ms {
            0 => u64::MAX,
            elapsed => self.gas.saturating_mul(limits::EXECUTION_BUDGET_MS) / elapsed,
        };
        in_time.max(block_gas / limits::SMALLEST_BLOCK).min(self.bound).min(block_gas)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BLOCK: u64 = 10_000_000_000;

    #[test]
    fn a_block_holds_what_executes_in_its_time() {
        let mut sizing = Sizing::default();
        assert_eq!(sizing.room(BLOCK), BLOCK, "nothing is known yet");
        sizing.executed(BLOCK, 1_000);
        assert_eq!(sizing.room(BLOCK), BLOCK * limits::EXECUTION_BUDGET_MS / 1_000);
        sizing.decided(BLOCK, BLOCK);
        for _ in 0..20 {
            sizing.executed(BLOCK, 10);
            sizing.decided(BLOCK, BLOCK);
        }
        assert_eq!(sizing.room(BLOCK), BLOCK, "the machine is fast again");
    }

    #[test]
    fn blocks_that_come_to_nothing_shrink_the_next_until_some_are_decided() {
        let mut sizing = Sizing::default();
        let fail = |sizing: &mut Sizing| {
            let gas = sizing.room(BLOCK);
            sizing.executed(gas, 0);
            sizing.executed(gas, 0);
            sizing.decided(gas, BLOCK);
        };
        fail(&mut sizing);
        assert_eq!(sizing.room(BLOCK), BLOCK / 2);
        fail(&mut sizing);
        assert_eq!(sizing.room(BLOCK), BLOCK / 4);
        (0..40).for_each(|_| fail(&mut sizing));
        assert_eq!(sizing.room(BLOCK), BLOCK / limits::SMALLEST_BLOCK, "something always goes on");
        for _ in 0..40 {
            let gas = sizing.room(BLOCK);
            sizing.executed(gas, 0);
            sizing.decided(gas, BLOCK);
        }
        assert_eq!(sizing.room(BLOCK), BLOCK);
    }

    #[test]
    fn a_proposer_that_is_silent_shrinks_nothing() {
        let mut sizing = Sizing::default();
        for _ in 0..10 {
            // Rounds were missed, but only one block was ever seen.
            sizing.executed(BLOCK, 0);
            sizing.decided(BLOCK, BLOCK);
        }
        assert_eq!(sizing.room(BLOCK), BLOCK);
    }

    proptest! {
        #[test]
        fn room_is_within_its_bounds(steps in prop::collection::vec((any::<u64>(), any::<u64>(), any::<bool>()), 0..60)) {
            let mut sizing = Sizing::default();
            for (gas, elapsed, decided) in steps {
                sizing.executed(gas, elapsed);
                if decided {
                    sizing.decided(gas, BLOCK);
                }
                let room = sizing.room(BLOCK);
                prop_assert!((BLOCK / limits::SMALLEST_BLOCK..=BLOCK).contains(&room), "{room}");
            }
        }
    }
}
