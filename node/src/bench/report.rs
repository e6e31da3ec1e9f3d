//! What a bench found, for people and for programs.

use std::fmt;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::absence::Return;
use super::audit::Audit;
use super::html;
use super::kind::Kind;
use super::latency::percentiles;
use super::load::Load;
use super::options::BenchOptions;
use super::ramp::{self, Outcome};
use super::timeline::Timeline;
use super::totals::Totals;
use crate::process::Usage;

/// What a bench found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(super) workload: String,
    pub(super) validators: u16,
    pub(super) accounts: u32,
    /// How many a second were to be sent, at first.
    pub(super) rate: u32,
    pub(super) seconds: u64,
    submitted: u64,
    pub(super) committed: u64,
    pub(super) lost: u64,
    pub(super) duplicated: u64,
    pub(super) failed: u64,
    /// How many equivocations were recorded.
    offences: u64,
    pub(super) per_second: u64,
    /// Percentiles 50, 95, 99 and the longest, in microseconds.
    pub(super) latency: [u64; 4],
    sampled: usize,
    pub(super) node_cpu_ms: u64,
    own_cpu_ms: u64,
    /// At the beginning, at the end, and the most.
    pub(super) rss: [u64; 3],
    written: u64,
    blocks: u64,
    /// What all accounts had and have together, if the nodes are on this machine.
    totals: Option<(Totals, Totals)>,
    /// What is wrong with them.
    faults: Vec<String>,
    /// How a validator came back that had been killed.
    returned: Option<Return>,
    /// The longest time between two blocks while there was load, in milliseconds.
    longest_gap: u64,
    /// How many orders were placed, if the workload has any.
    orders: Option<u64>,
    /// How many deals in escrow settled, if it has any.
    deals: Option<u64>,
    milliseconds: u64,
    pauses: u64,
    refused: Vec<(i32, u64)>,
    /// Whether the rate was raised step by step.
    pub(super) ramp: bool,
    /// What came of each step.
    pub(super) steps: Vec<Outcome>,
    /// How it went over time.
    pub(super) timeline: Timeline,
}

impl Report {
    /// Puts together what was seen from outside in these steps, what the chain holds, and what the nodes used in the
    /// end.
    pub(super) fn new(
        options: &BenchOptions,
        (steps, load): (Vec<Outcome>, &Load),
        audit: &Audit,
        end: &Usage,
    ) -> Self {
        let count = |list: &[bool]| list.iter().filter(|is| **is).count() as u64;
        let lost =
            load.accepted.iter().zip(&audit.included).filter(|(accepted, there)| **accepted && !**there);
        let committed = count(&audit.included);
        let used = |usage: Option<&(u64, Usage)>| usage.map_or_else(Usage::default, |(_, usage)| *usage);
        let (before, after) = (used(load.usage.first()), used(load.usage.last()));
        let workload = options.workload.to_possible_value();
        let blocks: Vec<(u64, u64)> =
            audit.times.iter().map(|(time, count)| (time.0.saturating_sub(load.began.0), *count)).collect();
        Report {
            workload: workload.map_or_else(String::new, |name| name.get_name().into()),
            validators: options.validators,
            accounts: options.accounts,
            rate: options.rate,
            seconds: load.milliseconds / 1_000,
            submitted: count(&load.accepted),
            committed,
            lost: lost.count() as u64,
            duplicated: audit.duplicated,
            failed: audit.failed,
            offences: audit.offences,
            per_second: committed * 1_000 / load.milliseconds.max(1),
            latency: percentiles(load.latencies.iter().map(|it| it.micros).collect()),
            sampled: load.latencies.len(),
            node_cpu_ms: after.cpu_ms_since(&before),
            own_cpu_ms: load.own_cpu_ms,
            rss: [before.rss, end.rss, end.rss_max],
            written: after.written.saturating_sub(before.written),
            blocks: audit.blocks,
            totals: audit.totals,
            faults: audit.totals.map_or_else(Vec::new, |(first, last)| last.faults(&first)),
            returned: load.returned,
            longest_gap: longest_gap(&blocks),
            orders: options.workload.has(Kind::trades).then_some(audit.orders),
            deals: audit.deals(options.workload),
            milliseconds: load.milliseconds,
            pauses: load.pauses,
            refused: load.refused.clone(),
            ramp: options.ramp,
            steps,
            timeline: Timeline::of(load, &blocks),
        }
    }

    /// What went wrong: nothing, if the node kept what it said.
    pub(crate) fn failures(&self) -> Vec<String> {
        let mut failures = Vec::new();
        if self.lost > 0 {
            failures.push(format!("{} transactions were accepted and are lost", self.lost));
        }
        if self.duplicated > 0 {
            failures.push(format!("{} transactions are in the chain twice", self.duplicated));
        }
        if self.failed > 0 {
            failures.push(format!("{} transactions failed", self.failed));
        }
        failures.extend(self.faults.iter().cloned());
        failures
    }

    /// Of a workload of orders: how many were placed, how many a second, and how many trades they led to.
    fn orders(&self) -> Option<[u64; 3]> {
        let placed = self.orders?;
        Some([placed, placed * 1_000 / self.milliseconds.max(1), self.last().trades])
    }

    /// What all accounts have together in the end; zeros if that is not known.
    fn last(&self) -> Totals {
        self.totals.map_or_else(Totals::default, |(_, last)| last)
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let [p50, p95, p99, max] = self.latency.map(milliseconds);
        let [start, end, most] = self.rss;
        let per_thousand = self.node_cpu_ms / self.committed.div_ceil(1_000).max(1);
        let [orders, orders_per_second, trades] = self.orders().unwrap_or_default();
        json!({
            "workload": self.workload, "validators": self.validators, "accounts": self.accounts, "seconds": self.seconds,
            "submitted": self.submitted, "committed": self.committed, "lost": self.lost,
            "duplicated": self.duplicated, "failed": self.failed, "offences": self.offences,
            "committed_per_second": self.per_second,
            "latency_ms": { "p50": p50, "p95": p95, "p99": p99, "max": max, "sampled": self.sampled },
            "node_cpu_seconds_per_1000": milliseconds(per_thousand * 1_000),
            "node_cpu_seconds": milliseconds(self.node_cpu_ms * 1_000),
            "generator_cpu_seconds": milliseconds(self.own_cpu_ms * 1_000),
            "node_rss_bytes": { "start": start, "end": end, "max": most },
            "bytes_written_per_transaction": self.written / self.committed.max(1),
            "returned": self.returned.map(|took| json!({ "started_ms": took.started, "level_ms": took.level })),
            "longest_gap_ms": self.longest_gap,
            "blocks": self.blocks, "total": self.last().cash.to_string(),
            "total_shares": self.last().shares.to_string(), "orders": orders,
            "orders_per_second": orders_per_second, "trades": trades, "deals": self.deals.unwrap_or(0), "pauses": self.pauses,
            "errors": self.refused.iter().map(|(code, count)| json!({ "code": code, "count": count })).collect::<Vec<_>>(),
            "ramp": self.ramp.then(|| ramp::to_json(&self.steps)),
            "timeline": self.timeline.to_json(),
        })
    }

    /// As a page.
    pub(crate) fn to_html(&self) -> String {
        html::page(self)
    }

    /// What it says beside what is final and lost: what it is about, and what there is to say.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let [p50, p95, p99, max] = self.latency.map(|micros| micros / 1_000);
        let [start, end, most] = self.rss.map(|bytes| bytes / 1_048_576);
        let mut lines = vec![
            (
                "transactions",
                format!("{} accepted, {} in {} blocks", self.submitted, self.committed, self.blocks),
            ),
            (
                "due to final",
                format!("p50 {p50} ms, p95 {p95} ms, p99 {p99} ms, longest {max} ms (of {})", self.sampled),
            ),
            ("generator", format!("{} ms of CPU", self.own_cpu_ms)),
        ];
        if self.totals.is_some() {
            let cpu = self.node_cpu_ms;
            let memory = format!("{start} MiB at first, {end} MiB at last, {most} MiB at most");
            lines.push(("nodes", format!("{cpu} ms of CPU, {memory}")));
            lines.push(("written", format!("{} bytes a transaction", self.written / self.committed.max(1))));
        }
        if let Some([orders, per_second, trades]) = self.orders() {
            lines.push(("orders", format!("{per_second} a second, {orders} in all, {trades} trades")));
        }
        lines.extend(self.deals.map(|deals| ("deals", format!("{deals} settled"))));
        lines.push(("between blocks", format!("{} ms at most", self.longest_gap)));
        lines.extend(self.returned.map(|Return { started, level }| {
            ("came back", format!("answered after {started} ms, level after {level} ms"))
        }));
        if self.offences > 0 {
            lines.push(("offences", format!("{} equivocations recorded", self.offences)));
        }
        lines.push(match self.totals {
            Some((_, Totals { cash, shares, .. })) => {
                ("all accounts", format!("{cash} in cash and {shares} shares"))
            }
            None => ("all accounts", "not added up, as the nodes are elsewhere".into()),
        });
        lines.push(("no room", format!("{} times", self.pauses)));
        let refused = self.refused.iter();
        lines.extend(refused.map(|(code, count)| ("refused", format!("{count} with code {code}"))));
        lines
    }
}

/// The longest time between blocks that have transactions of the load, by when they were made, and how many they have.
fn longest_gap(blocks: &[(u64, u64)]) -> u64 {
    let times: Vec<u64> = blocks.iter().filter(|(_, count)| *count > 0).map(|(time, _)| *time).collect();
    times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max().unwrap_or(0)
}

/// Thousandths of something as a decimal number: microseconds as milliseconds, milliseconds as seconds.
fn milliseconds(thousandths: u64) -> Value {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    text.parse::<serde_json::Number>().map_or(Value::Null, Value::Number)
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ramp {
            for step in &self.steps {
                writeln!(formatter, "{}", step.line())?;
            }
            match ramp::highest(&self.steps) {
                Some(rate) => {
                    writeln!(formatter, "highest rate carried: {rate} a second\n\nall steps together:")?
                }
                None => writeln!(
                    formatter,
                    "no rate was carried; begin lower, with --rate\n\nall steps together:"
                )?,
            }
        }
        writeln!(
            formatter,
            "{} transactions a second, {} in {} s, {} blocks",
            self.per_second, self.committed, self.seconds, self.blocks
        )?;
        write!(formatter, "lost {}, duplicated {}, failed {}", self.lost, self.duplicated, self.failed)?;
        self.lines().iter().try_for_each(|(label, value)| write!(formatter, "\n{label:<16} {value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::timeline::Slot;
    use super::*;

    #[test]
    fn text_json_and_page_say_the_same_and_the_page_needs_nothing_else() {
        let slots = vec![Slot { end: 1_000, submitted: 42, committed: 41, latency: None, usage: None }];
        let report = Report {
            workload: "mixed".into(),
            per_second: 4_711,
            deals: Some(815),
            timeline: Timeline { slots },
            ..Report::default()
        };
        let (text, page, json) = (report.to_string(), report.to_html(), report.to_json());
        assert_eq!(json["committed_per_second"], json!(4_711));
        assert_eq!(json["timeline"][0]["committed_per_second"], json!(41));
        assert_eq!(json["ramp"], Value::Null);
        for what in ["4711", "815 settled"] {
            assert!(text.contains(what) && page.contains(what), "{what}");
        }
        for outside in ["http", "<script", "url(", "@import", "src="] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_page_shows_what_went_wrong() {
        let faulty = Report { lost: 3, faults: vec!["1 < 2".into()], ..Report::default() };
        let page = faulty.to_html();
        assert!(page.contains("3 transactions were accepted and are lost; 1 &lt; 2"), "{page}");
        assert!(!page.contains("Nothing was lost"));
    }
}
