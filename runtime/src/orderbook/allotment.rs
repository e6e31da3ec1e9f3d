//! Allotment by size, for orders at the limit of the band (동시호가): in rounds of 100, 500, 1,000 and 2,000
//! lots an order, then half of what each still wants, then the rest; in every round the largest order
//! first, and of equal ones the earlier.

use super::answer::Broken;
use super::book::Book;
use super::order::{Extra, Flags, Rung};

/// How many lots an order gets in each round.
const ROUNDS: [u64; 4] = [100, 500, 1_000, 2_000];

impl Book {
    /// Notes with every order of a queue how much of `amount` it gets.
    pub(super) fn allot(&mut self, rung: Rung, amount: u64) -> Result<(), Broken> {
        let slots: Vec<u32> = self.queue(rung).collect::<Result<_, _>>()?;
        let mut wanted = Vec::with_capacity(slots.len());
        for slot in &slots {
            wanted.push(self.slab.get(*slot)?.total());
        }
        let given = allot(&wanted, amount, self.params.lot.0);
        for (slot, allotted) in slots.into_iter().zip(given) {
            let order = *self.slab.get(slot)?;
            let extra = Extra { allotted, ..self.slab.extra_of(slot)? };
            self.change_extra(slot, extra);
            self.resize(slot, order.shown, order.hidden, order.flags.with(Flags::EXTRA))?;
        }
        Ok(())
    }
}

/// What each order gets of `amount`, of orders that want so much, in order of time.
pub(super) fn allot(wanted: &[u64], amount: u64, lot: u64) -> Vec<u64> {
    let mut largest: Vec<usize> = (0..wanted.len()).collect();
    largest.sort_by_key(|at| (std::cmp::Reverse(wanted.get(*at).copied()), *at));
    let mut given = vec![0u64; wanted.len()];
    let mut left = amount;
    let mut round = |most: &dyn Fn(u64) -> u64| {
        for at in &largest {
            let (Some(given), Some(wanted)) = (given.get_mut(*at), wanted.get(*at)) else { continue };
            let open = wanted.saturating_sub(*given);
            let more = most(open).min(open).min(left);
            *given = given.saturating_add(more);
            left = left.saturating_sub(more);
        }
    };
    for lots in ROUNDS {
        round(&|_| lots.saturating_mul(lot));
    }
    round(&|open| open.div_ceil(2).div_ceil(lot).saturating_mul(lot));
    round(&|open| open);
    given
}

#[cfg(test)]
mod tests {
    use super::allot;

    #[test]
    fn the_rounds() {
        // 100 each, then 500 each, of which the third round's 1,000 get cut short.
        assert_eq!(allot(&[700, 5_000, 600], 2_500, 1), [600, 1_300, 600]);
        // 3,600 each in four rounds, half of the balances of 6,400 and 400, and the rest to the largest.
        assert_eq!(allot(&[10_000, 4_000], 12_000, 1), [8_200, 3_800]);
        assert_eq!(allot(&[50, 50, 50], 70, 1), [50, 20, 0]);
        assert_eq!(allot(&[5_000, 3_000], 2_000, 10), [1_000, 1_000]);
        assert_eq!(allot(&[5_000, 3_000], 3_000, 10), [2_000, 1_000]);
        assert!(allot(&[], 0, 1).is_empty());
    }
}
