//! When which node is dialled: at once, and then after pauses that grow.
//!
//! Pure: time and chance are given. Invariant: a member that is not connected is tried again within
//! [`limits::REDIAL_LONGEST`], for ever.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::identity::NodeId;
use crate::limits;

/// The nodes that there should be a connection with.
#[derive(Debug, Default)]
pub(super) struct Redial {
    nodes: BTreeMap<NodeId, State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    failures: u32,
    /// None while there is a connection, or an attempt at one.
    next: Option<Instant>,
}

impl Redial {
    /// These nodes and no others are wanted.
    pub(super) fn want(&mut self, nodes: &[NodeId], now: Instant) {
        self.nodes.retain(|node, _| nodes.contains(node));
        for node in nodes {
            self.nodes.entry(*node).or_insert(State { failures: 0, next: Some(now) });
        }
    }

    /// The nodes whose turn it is; an attempt at each is under way from now on.
    pub(super) fn due(&mut self, now: Instant) -> Vec<NodeId> {
        let due = self.nodes.iter_mut().filter(|(_, state)| state.next.is_some_and(|next| next <= now));
        due.map(|(node, state)| {
            state.next = None;
            *node
        })
        .collect()
    }

    /// When something is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.nodes.values().filter_map(|state| state.next).min()
    }

    /// There is a connection, whatever comes of it.
    pub(super) fn connected(&mut self, node: &NodeId) {
        if let Some(state) = self.nodes.get_mut(node) {
            state.next = None;
        }
    }

    /// The nodes have accepted each other: the next pause is the first again.
    pub(super) fn welcomed(&mut self, node: &NodeId) {
        if let Some(state) = self.nodes.get_mut(node) {
            state.failures = 0;
        }
    }

    /// An attempt failed, or a connection ended.
    pub(super) fn lost(&mut self, node: &NodeId, now: Instant, chance: u32) {
        if let Some(state) = self.nodes.get_mut(node) {
            state.next = Some(now + pause(state.failures, chance));
            state.failures = state.failures.saturating_add(1);
        }
    }

    /// Something new is known of a node: it is tried at once, if it isn't being tried or connected.
    pub(super) fn hasten(&mut self, node: &NodeId, now: Instant) {
        if let Some(State { next: Some(next), .. }) = self.nodes.get_mut(node) {
            *next = now;
        }
    }
}

/// Twice as long each time, less up to half of it by chance, so that nodes don't dial in step.
fn pause(failures: u32, chance: u32) -> Duration {
    let doubled = limits::REDIAL_FIRST.saturating_mul(1 << failures.min(16));
    let longest = doubled.min(limits::REDIAL_LONGEST);
    longest - longest / 2 * (chance % 1024) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: NodeId = NodeId([1; 32]);

    #[test]
    fn pauses_grow_to_the_longest_and_begin_anew_after_a_welcome() {
        let now = Instant::now();
        let mut redial = Redial::default();
        redial.want(&[NODE], now);
        let mut pauses = Vec::new();
        for _ in 0..10 {
            assert_eq!(redial.due(now + Duration::from_secs(10)), [NODE]);
            redial.lost(&NODE, now, 0);
            pauses.push((redial.next().unwrap() - now).as_millis());
        }
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000]);
        redial.due(now + Duration::from_secs(10));
        redial.connected(&NODE);
        redial.welcomed(&NODE);
        assert_eq!(redial.next(), None);
        redial.lost(&NODE, now, u32::MAX);
        let pause = redial.next().unwrap() - now;
        assert!(pause > limits::REDIAL_FIRST / 2 && pause < limits::REDIAL_FIRST, "{pause:?}");
    }

    #[test]
    fn nobody_is_dialled_twice_at_once_and_only_who_is_wanted() {
        let now = Instant::now();
        let mut redial = Redial::default();
        redial.want(&[NODE], now);
        assert_eq!(redial.due(now), [NODE]);
        redial.hasten(&NODE, now);
        redial.want(&[NODE, NodeId([2; 32])], now);
        assert_eq!(redial.due(now), [NodeId([2; 32])]);
        redial.want(&[], now);
        redial.lost(&NODE, now, 0);
        assert_eq!(redial.next(), None);
    }
}
