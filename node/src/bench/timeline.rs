//! How a bench went over time: what was seen and what the chain holds, in slots of a second or more.

use serde_json::{Value, json};

use super::latency::percentile;
use super::load::{Latency, Load};
use crate::process::Usage;

/// How many slots there are at most.
const MOST_SLOTS: u64 = 240;

/// A bench over time.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// One after the other, from when the first request was due.
    pub(super) slots: Vec<Slot>,
}

/// What was in some seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Slot {
    /// When it ends, in milliseconds.
    pub(super) end: u64,
    /// How many transactions a second the node accepted in it.
    pub(super) submitted: u64,
    /// How many a second are in its blocks, by their times.
    pub(super) committed: u64,
    /// Percentiles 50, 95 and 99 of how long those took that were due in it, in microseconds; none if none of them was
    /// followed.
    pub(super) latency: Option<[u64; 3]>,
    /// The nodes' processor time, in thousandths of a processor, and their memory in bytes; none if it was not read.
    pub(super) usage: Option<(u64, u64)>,
}

impl Timeline {
    /// Puts together what was seen and when blocks had how many transactions, in milliseconds.
    pub(super) fn of(load: &Load, blocks: &[(u64, u64)]) -> Self {
        let last = |times: &[(u64, u64)]| times.iter().map(|(at, _)| *at).max().unwrap_or(0);
        let seen = load.usage.last().map_or(0, |(at, _)| *at);
        let end = last(&load.submissions).max(last(blocks)).max(seen) + 1;
        let width = end.div_ceil(MOST_SLOTS).div_ceil(1_000) * 1_000;
        // A rest that is shorter than half a slot belongs to the one before: rates of it would say nothing.
        let count = ((end + width / 2) / width).max(1);
        let (submitted, committed) = (sums(&load.submissions, width, count), sums(blocks, width, count));
        let slots =
            (0..count).zip(submitted.into_iter().zip(committed)).map(|(slot, (submitted, committed))| {
                let from = slot * width;
                let to = if slot + 1 == count { end } else { from + width };
                let a_second = |count: u64| count * 1_000 / (to - from);
                Slot {
                    end: to,
                    submitted: a_second(submitted),
                    committed: a_second(committed),
                    latency: latency(&load.latencies, from, to),
                    usage: usage(&load.usage, from, to),
                }
            });
        Timeline { slots: slots.collect() }
    }

    /// For programs.
    pub(super) fn to_json(&self) -> Value {
        self.slots.iter().map(Slot::to_json).collect()
    }
}

impl Slot {
    fn to_json(&self) -> Value {
        let [p50, p95, p99] = self.latency.map_or([None; 3], |all| all.map(|micros| Some(micros / 1_000)));
        let (cpu, rss) = self.usage.unzip();
        json!({
            "until_ms": self.end, "submitted_per_second": self.submitted,
            "committed_per_second": self.committed,
            "latency_ms": { "p50": p50, "p95": p95, "p99": p99 },
            "node_cpu_percent": cpu.map(|cpu| cpu / 10), "node_rss_bytes": rss,
        })
    }
}

/// How many there are in each of so many slots; the last has what is later, too.
fn sums(counts: &[(u64, u64)], width: u64, slots: u64) -> Vec<u64> {
    let mut sums: Vec<u64> = (0..slots).map(|_| 0).collect();
    for (at, count) in counts {
        // There are at most `MOST_SLOTS`.
        sums[(at / width).min(slots - 1) as usize] += count;
    }
    sums
}

fn latency(all: &[Latency], from: u64, to: u64) -> Option<[u64; 3]> {
    let due = all.iter().filter(|it| (from..to).contains(&it.due));
    let mut micros: Vec<u64> = due.map(|it| it.micros).collect();
    micros.sort_unstable();
    (!micros.is_empty()).then(|| [500, 950, 990].map(|share| percentile(&micros, share)))
}

/// The processor time between the last reading before a slot and the last within it, and the memory then.
fn usage(readings: &[(u64, Usage)], from: u64, to: u64) -> Option<(u64, u64)> {
    let (end, after) = readings.iter().rfind(|(at, _)| (from..to).contains(at))?;
    let earlier = readings.iter().rfind(|(at, _)| *at < from);
    let (begin, before) = earlier.or_else(|| readings.first())?;
    let cpu = after.cpu_ms_since(before) * 1_000 / end.saturating_sub(*begin).max(1);
    // Of a first reading alone nothing follows.
    (end > begin).then_some((cpu, after.rss))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(ticks: u64, rss: u64) -> Usage {
        Usage { ticks, rss, ..Usage::default() }
    }

    #[test]
    fn what_was_seen_is_in_its_slot_and_nothing_is_lost() {
        let load = Load {
            submissions: vec![(0, 10), (999, 20), (1_000, 40)],
            latencies: vec![
                Latency { due: 0, micros: 9 },
                Latency { due: 10, micros: 5 },
                Latency { due: 2_499, micros: 7 },
            ],
            usage: vec![(0, used(0, 1)), (1_000, used(50, 2)), (2_499, used(200, 3))],
            ..Load::default()
        };
        let Timeline { slots } = Timeline::of(&load, &[(500, 5), (1_500, 30), (2_400, 35)]);
        let rates: Vec<_> = slots.iter().map(|slot| (slot.end, slot.submitted, slot.committed)).collect();
        // The last slot is half a second.
        assert_eq!(rates, [(1_000, 30, 5), (2_000, 40, 30), (2_500, 0, 70)]);
        let latencies: Vec<_> = slots.iter().map(|slot| slot.latency).collect();
        assert_eq!(latencies, [Some([5, 9, 9]), None, Some([7, 7, 7])]);
        let usages: Vec<_> = slots.iter().map(|slot| slot.usage).collect();
        assert_eq!(usages, [None, Some((500, 2)), Some((1_000, 3))]);
    }

    #[test]
    fn a_short_rest_is_part_of_the_last_slot() {
        let load = Load { submissions: vec![(0, 100), (1_099, 11)], ..Load::default() };
        let Timeline { slots } = Timeline::of(&load, &[(1_050, 11)]);
        let rates: Vec<_> = slots.iter().map(|slot| (slot.end, slot.submitted, slot.committed)).collect();
        assert_eq!(rates, [(1_100, 111_000 / 1_100, 10)]);
    }

    #[test]
    fn a_long_bench_has_wide_slots() {
        let load = Load { submissions: vec![(599_000, 6_000)], ..Load::default() };
        let Timeline { slots } = Timeline::of(&load, &[]);
        assert!(slots.len() as u64 <= MOST_SLOTS);
        assert_eq!(slots[0].end, 3_000);
        assert_eq!(slots.last().unwrap().submitted, 6_000 * 1_000 / 2_001);
    }
}
