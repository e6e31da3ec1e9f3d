//! The order in which events are replayed: by date, and within a day so that a security exists
//! before anything happens to it and is accepted before anything ends it. Otherwise as in the files.

use std::collections::{BTreeSet, VecDeque};

use super::entry::{Event, What};

/// An event with its place among the records and the securities that it makes.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The index of its record.
    pub(super) record: usize,
    /// What happened.
    pub(super) event: Event,
    /// The securities that it brings about.
    pub(super) makes: Vec<String>,
}

impl Placed {
    /// Whether the security is gone afterwards.
    fn ends_security(&self) -> bool {
        !matches!(self.event.what, What::Issuance(_) | What::Acceptance)
    }
}

/// Sorts events. Those that wait for each other in a circle keep the order of the files; the
/// ledger refuses them, as what they act on does not exist.
pub(super) fn in_order(mut events: Vec<Placed>) -> Vec<Placed> {
    events.sort_by_key(|placed| (placed.event.date, placed.record));
    let mut ordered = Vec::with_capacity(events.len());
    let mut rest = VecDeque::from(events);
    while let Some(first) = rest.front() {
        let date = first.event.date;
        let size = rest.iter().take_while(|placed| placed.event.date == date).count();
        ordered.extend(order_day(rest.drain(..size).collect()));
    }
    ordered
}

/// Orders one day: again and again those events that wait for nothing still to come.
fn order_day(mut waiting: Vec<Placed>) -> Vec<Placed> {
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let pending = Pending::of(&waiting);
        let (ready, blocked): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|placed| pending.allows(placed));
        if ready.is_empty() {
            ordered.extend(blocked);
            break;
        }
        ordered.extend(ready);
        waiting = blocked;
    }
    ordered
}

/// What the events of a day that are not placed yet will make and accept.
struct Pending {
    made: BTreeSet<String>,
    accepted: BTreeSet<String>,
}

impl Pending {
    fn of(waiting: &[Placed]) -> Self {
        let acceptances = waiting.iter().filter(|placed| matches!(placed.event.what, What::Acceptance));
        Pending {
            made: waiting.iter().flat_map(|placed| placed.makes.iter().cloned()).collect(),
            accepted: acceptances.map(|placed| placed.event.security.clone()).collect(),
        }
    }

    fn allows(&self, placed: &Placed) -> bool {
        if matches!(placed.event.what, What::Issuance(_)) {
            return true;
        }
        let security = &placed.event.security;
        let is_made_later = self.made.contains(security);
        let is_accepted_later = placed.ends_security() && self.accepted.contains(security);
        !is_made_later && !is_accepted_later
    }
}
