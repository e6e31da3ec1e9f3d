//! Which faults a seed comes to.
//!
//! Invariant: they follow from the seed, the number of nodes and how many may be faulty, and from nothing else.
//! When each begins depends on the nodes too: one that is still faulty is waited for.

use std::time::Duration;

use super::fault::{Fault, Kind};
use crate::random::Random;

/// The pauses between faults, in milliseconds: the shortest and the longest.
const PAUSE_MS: (u64, u64) = (300, 3_000);
/// How long faults last.
const LASTS_MS: (u64, u64) = (500, 8_000);
/// How much later delayed bytes come.
const DELAY_MS: (u64, u64) = (20, 600);

/// What is to happen next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    /// How long after the fault before it.
    pub(super) after: Duration,
    /// What.
    pub(super) fault: Fault,
}

/// An endless plan.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    random: Random,
    nodes: usize,
    faulty: usize,
}

impl Plan {
    /// The plan of a seed for so many nodes, of which so many may be faulty at a time, one at least.
    pub(super) fn new(seed: u64, nodes: usize, faulty: usize) -> Self {
        Plan { random: Random::new(seed), nodes, faulty: faulty.clamp(1, nodes) }
    }

    /// The next fault.
    pub(super) fn draw(&mut self) -> Planned {
        let after = self.time(PAUSE_MS);
        let kind = match self.random.below(8) {
            0 | 1 => Kind::Kill,
            2 => Kind::Pause,
            3 | 4 => Kind::Cut,
            5 => Kind::Mute,
            6 => Kind::Deafen,
            _ => Kind::Delay(self.time(DELAY_MS)),
        };
        let fault = Fault { kind, nodes: self.group(), lasts: Some(self.time(LASTS_MS)) };
        Planned { after, fault }
    }

    /// One node mostly; several at once, who still hear each other, if several may be faulty.
    fn group(&mut self) -> Vec<usize> {
        let count = if self.random.chance(700) { 1 } else { 1 + self.random.index(self.faulty) };
        let mut all: Vec<usize> = (1..=self.nodes).collect();
        let mut nodes: Vec<usize> =
            (0..count).map(|_| all.swap_remove(self.random.index(all.len()))).collect();
        nodes.sort_unstable();
        nodes
    }

    fn time(&mut self, (shortest, longest): (u64, u64)) -> Duration {
        Duration::from_millis(self.random.between(shortest, longest))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::mem::discriminant;

    use super::*;

    #[test]
    fn a_seed_is_a_plan_with_faults_of_all_kinds_on_all_nodes_and_never_on_more_than_may_be() {
        for faulty in 1..=3 {
            let (mut one, mut other) = (Plan::new(7, 7, faulty), Plan::new(7, 7, faulty));
            let drawn: Vec<Planned> = (0..300).map(|_| one.draw()).collect();
            assert!(drawn.iter().all(|planned| *planned == other.draw()));
            let kinds: Vec<_> = drawn.iter().map(|planned| discriminant(&planned.fault.kind)).collect();
            assert_eq!((1..kinds.len()).filter(|at| !kinds[..*at].contains(&kinds[*at])).count() + 1, 6);
            let nodes: BTreeSet<usize> =
                drawn.iter().flat_map(|planned| planned.fault.nodes.clone()).collect();
            assert_eq!(nodes.into_iter().collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
            let most = drawn.iter().map(|planned| planned.fault.nodes.len()).max();
            assert_eq!(most, Some(faulty));
        }
        assert_ne!(Plan::new(1, 4, 1).draw(), Plan::new(2, 4, 1).draw());
    }
}
