//! What a bench found, for people and for programs.

use std::fmt;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::audit::Audit;
use super::load::Load;
use super::options::BenchOptions;
use super::totals::Totals;
use crate::process::Usage;

/// What a bench found.
#[derive(Debug)]
pub(crate) struct Report {
    workload: String,
    validators: u16,
    accounts: u32,
    seconds: u64,
    submitted: u64,
    committed: u64,
    lost: u64,
    duplicated: u64,
    failed: u64,
    per_second: u64,
    /// Percentiles 50, 95, 99 and the longest, in microseconds.
    latency: [u64; 4],
    sampled: usize,
    node_cpu_ms: u64,
    own_cpu_ms: u64,
    /// At the beginning, at the end, and the most.
    rss: [u64; 3],
    written: u64,
    blocks: u64,
    totals: Totals,
    /// What is wrong with them.
    faults: Vec<String>,
    /// How many orders one transaction places.
    orders: u64,
    pauses: u64,
    refused: Vec<(i32, u64)>,
}

impl Report {
    /// Puts together what was seen from outside, what the chain holds, and what the node used in the end.
    pub(super) fn new(options: &BenchOptions, load: &Load, audit: &Audit, end: &Usage) -> Self {
        let count = |list: &[bool]| list.iter().filter(|is| **is).count() as u64;
        let lost =
            load.accepted.iter().zip(&audit.included).filter(|(accepted, there)| **accepted && !**there);
        let committed = count(&audit.included);
        let (before, after) = &load.node;
        Report {
            workload: options
                .workload
                .to_possible_value()
                .map_or_else(String::new, |name| name.get_name().into()),
            validators: options.validators,
            accounts: options.accounts,
            seconds: load.milliseconds / 1_000,
            submitted: count(&load.accepted),
            committed,
            lost: lost.count() as u64,
            duplicated: audit.duplicated,
            failed: audit.failed,
            per_second: committed * 1_000 / load.milliseconds.max(1),
            latency: [500, 950, 990, 1_000].map(|share| percentile(&load.latencies, share)),
            sampled: load.latencies.len(),
            node_cpu_ms: after.cpu_ms_since(before),
            own_cpu_ms: load.own_cpu_ms,
            rss: [before.rss, end.rss, end.rss_max],
            written: after.written.saturating_sub(before.written),
            blocks: audit.blocks,
            totals: audit.totals,
            faults: audit.totals.faults(&audit.totals_before),
            orders: options.workload.orders(),
            pauses: load.pauses,
            refused: load.refused.clone(),
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
        let placed = self.committed * self.orders;
        (self.orders > 0).then(|| [placed, self.per_second * self.orders, self.totals.trades])
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
            "duplicated": self.duplicated, "failed": self.failed, "committed_per_second": self.per_second,
            "latency_ms": { "p50": p50, "p95": p95, "p99": p99, "max": max, "sampled": self.sampled },
            "node_cpu_seconds_per_1000": milliseconds(per_thousand * 1_000),
            "node_cpu_seconds": milliseconds(self.node_cpu_ms * 1_000),
            "generator_cpu_seconds": milliseconds(self.own_cpu_ms * 1_000),
            "node_rss_bytes": { "start": start, "end": end, "max": most },
            "bytes_written_per_transaction": self.written / self.committed.max(1),
            "blocks": self.blocks, "total": self.totals.cash.to_string(),
            "total_shares": self.totals.shares.to_string(), "orders": orders,
            "orders_per_second": orders_per_second, "trades": trades, "pauses": self.pauses,
            "errors": self.refused.iter().map(|(code, count)| json!({ "code": code, "count": count })).collect::<Vec<_>>(),
        })
    }
}

/// The value below which this many thousandths are.
fn percentile(sorted: &[u64], thousandths: usize) -> u64 {
    let place = (sorted.len() * thousandths).div_ceil(1_000).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(0)
}

/// Thousandths of something as a decimal number: microseconds as milliseconds, milliseconds as seconds.
fn milliseconds(thousandths: u64) -> Value {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    text.parse::<serde_json::Number>().map_or(Value::Null, Value::Number)
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p95, p99, max] = self.latency.map(|micros| micros / 1_000);
        let [start, end, most] = self.rss.map(|bytes| bytes / 1_048_576);
        writeln!(
            formatter,
            "{} transactions a second, {} in {} s, {} blocks",
            self.per_second, self.committed, self.seconds, self.blocks
        )?;
        writeln!(formatter, "lost {}, duplicated {}, failed {}", self.lost, self.duplicated, self.failed)?;
        writeln!(
            formatter,
            "submit to final  p50 {p50} ms, p95 {p95} ms, p99 {p99} ms, longest {max} ms (of {})",
            self.sampled
        )?;
        writeln!(
            formatter,
            "nodes            {} ms of CPU, {start} MiB at first, {end} MiB at last, {most} MiB at most",
            self.node_cpu_ms
        )?;
        writeln!(formatter, "generator        {} ms of CPU", self.own_cpu_ms)?;
        writeln!(formatter, "written          {} bytes a transaction", self.written / self.committed.max(1))?;
        if let Some([orders, per_second, trades]) = self.orders() {
            writeln!(formatter, "orders           {per_second} a second, {orders} in all, {trades} trades")?;
        }
        let Totals { cash, shares, .. } = self.totals;
        writeln!(formatter, "all accounts     {cash} in cash and {shares} shares")?;
        write!(formatter, "no room          {} times", self.pauses)?;
        for (code, count) in &self.refused {
            write!(formatter, "\nrefused          {count} with code {code}")?;
        }
        Ok(())
    }
}
