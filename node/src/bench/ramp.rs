//! Steps of one rate each, and when a node no longer carries a rate.
//!
//! A bench without a ramp is one step.

use serde_json::{Value, json};

use super::latency::percentiles;
use super::load::Load;
use super::options::{BenchOptions, MOST_RATE};

/// How long 99 of 100 transactions may take at most, in microseconds, since they were due.
const MOST_P99: u64 = 1_000_000;
/// How much later than the last one was due all may be worked off at most, in milliseconds.
const MOST_LATE_MS: u64 = 1_000;

/// Transactions that are sent at one rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// How many a second.
    pub(super) rate: u32,
    /// For how many seconds.
    pub(super) seconds: u32,
    /// The number of the first one, at which a round of the workload begins.
    pub(super) first: u64,
}

/// What came of a step.
#[derive(Debug)]
pub(super) struct Outcome {
    /// How many a second were to be sent.
    rate: u32,
    /// How many the node accepted.
    submitted: u64,
    /// How many it refused for good, or for want of room at first.
    refused: u64,
    /// From the first request until all was worked off, in milliseconds.
    milliseconds: u64,
    /// How much of that was after the last was due.
    late: u64,
    /// Percentiles 50, 95, 99 and the longest, in microseconds.
    latency: [u64; 4],
}

impl Step {
    /// The one that a bench begins with.
    pub(super) fn first(options: &BenchOptions) -> Self {
        Step { rate: options.rate, seconds: options.seconds, first: 0 }
    }

    /// How many transactions it has.
    pub(super) fn transactions(&self) -> u64 {
        u64::from(self.rate) * u64::from(self.seconds)
    }

    /// The number after that of its last transaction.
    pub(super) fn end(&self) -> u64 {
        self.first + self.transactions()
    }

    /// The next step of a ramp; none if there is no ramp, this one was not carried, or no rate is higher.
    pub(super) fn next(&self, options: &BenchOptions, outcome: &Outcome) -> Option<Step> {
        if !options.ramp || self.rate >= MOST_RATE || !outcome.faults().is_empty() {
            return None;
        }
        let more = u64::from(self.rate) * u64::from(options.ramp_by) / 100;
        let rate = u64::from(self.rate).saturating_add(more.max(1)).min(u64::from(MOST_RATE));
        let rate = u32::try_from(rate).unwrap_or(MOST_RATE);
        let round = options.workload.cycle().len() as u64;
        Some(Step { rate, first: self.end().div_ceil(round) * round, ..*self })
    }
}

impl Outcome {
    /// What came of a step that took so long, from what was noted before and after it.
    pub(super) fn of(step: &Step, milliseconds: u64, before: &Mark, load: &Load) -> Self {
        let numbers = load.accepted.iter().skip(usize::try_from(step.first).unwrap_or(usize::MAX));
        let after = Mark::of(load);
        Outcome {
            rate: step.rate,
            submitted: numbers.filter(|accepted| **accepted).count() as u64,
            refused: after.refused - before.refused,
            milliseconds,
            late: milliseconds.saturating_sub(u64::from(step.seconds) * 1_000),
            latency: percentiles(load.latencies[before.latencies..].iter().map(|it| it.micros).collect()),
        }
    }

    /// How many a second were worked off.
    fn per_second(&self) -> u64 {
        self.submitted * 1_000 / self.milliseconds.max(1)
    }

    /// Why the node did not carry it; nothing if it did.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.latency[2] > MOST_P99 {
            faults.push(format!("p99 is {} ms", self.latency[2] / 1_000));
        }
        if self.late > MOST_LATE_MS {
            faults.push(format!("the last was final {} ms late", self.late));
        }
        if self.refused > 0 {
            faults.push(format!("{} refusals", self.refused));
        }
        faults
    }

    /// For people, in one line.
    pub(super) fn line(&self) -> String {
        let [p50, _, p99, _] = self.latency.map(|micros| micros / 1_000);
        let verdict = match self.faults() {
            faults if faults.is_empty() => "carried".into(),
            faults => format!("not carried: {}", faults.join(", ")),
        };
        let (rate, per_second) = (self.rate, self.per_second());
        format!("{rate:>8} a second: {per_second:>7} final, p50 {p50:>5} ms, p99 {p99:>5} ms, {verdict}")
    }

    /// Its rate, whether it was carried, what was final a second, p50 and p99 in milliseconds, and why it was not.
    pub(super) fn cells(&self) -> [String; 6] {
        let [p50, _, p99, _] = self.latency.map(|micros| (micros / 1_000).to_string());
        let faults = self.faults();
        let carried = if faults.is_empty() { "yes" } else { "no" };
        let (rate, per_second) = (self.rate.to_string(), self.per_second().to_string());
        [rate, carried.into(), per_second, p50, p99, faults.join(", ")]
    }

    fn to_json(&self) -> Value {
        let [p50, p95, p99, max] = self.latency.map(|micros| micros / 1_000);
        let faults = self.faults();
        json!({
            "rate": self.rate, "submitted": self.submitted, "committed_per_second": self.per_second(),
            "latency_ms": { "p50": p50, "p95": p95, "p99": p99, "max": max },
            "late_ms": self.late, "refused": self.refused,
            "carried": faults.is_empty(), "reasons": faults,
        })
    }
}

/// The highest rate that was carried.
pub(super) fn highest(steps: &[Outcome]) -> Option<u32> {
    steps.iter().filter(|step| step.faults().is_empty()).map(|step| step.rate).max()
}

/// A ramp for programs.
pub(super) fn to_json(steps: &[Outcome]) -> Value {
    let list: Vec<Value> = steps.iter().map(Outcome::to_json).collect();
    json!({ "highest_rate_carried": highest(steps), "steps": list })
}

/// How much had been noted when a step began.
pub(super) struct Mark {
    latencies: usize,
    refused: u64,
}

impl Mark {
    /// How much has been noted.
    pub(super) fn of(load: &Load) -> Self {
        let refused = load.refused.iter().map(|(_, count)| count).sum::<u64>();
        Mark { latencies: load.latencies.len(), refused: refused + load.pauses }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        bench: BenchOptions,
    }

    fn options(arguments: &str) -> BenchOptions {
        Line::parse_from(format!("bench {arguments}").split_whitespace()).bench
    }

    fn outcome(late: u64, p99: u64, refused: u64) -> Outcome {
        let milliseconds = 10_000 + late;
        Outcome { rate: 100, submitted: 1_000, refused, milliseconds, late, latency: [1, 2, p99, p99] }
    }

    #[test]
    fn a_ramp_goes_up_while_the_node_carries_it_and_begins_rounds() {
        let options = options("--ramp --ramp-by 50 --rate 7 --seconds 3 --workload escrow");
        let first = Step::first(&options);
        let next = first.next(&options, &outcome(1_000, MOST_P99, 0)).unwrap();
        assert_eq!((next.rate, next.first, next.seconds), (10, 21, 3));
        let third = next.next(&options, &outcome(0, 0, 0)).unwrap();
        assert_eq!((third.rate, third.first), (15, 51));
        for broken in [outcome(1_001, 0, 0), outcome(0, MOST_P99 + 1, 0), outcome(0, 0, 1)] {
            assert!(first.next(&options, &broken).is_none(), "{broken:?}");
        }
    }

    #[test]
    fn it_ends_at_the_highest_rate_there_is_and_needs_to_be_asked_for() {
        let slow = options("--ramp --ramp-by 1 --rate 1");
        assert_eq!(Step::first(&slow).next(&slow, &outcome(0, 0, 0)).unwrap().rate, 2);
        let most = options("--ramp --rate 1000000");
        assert!(Step::first(&most).next(&most, &outcome(0, 0, 0)).is_none());
        let plain = options("--rate 10");
        assert!(Step::first(&plain).next(&plain, &outcome(0, 0, 0)).is_none());
    }

    #[test]
    fn the_highest_rate_is_of_the_steps_that_were_carried() {
        let steps = [outcome(0, 0, 0), Outcome { rate: 200, ..outcome(5_000, 0, 0) }];
        assert_eq!(highest(&steps), Some(100));
        assert_eq!(highest(&steps[1..]), None);
        assert_eq!(to_json(&steps)["steps"][1]["carried"], json!(false));
    }
}
