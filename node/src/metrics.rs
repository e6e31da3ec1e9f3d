//! What a node counts and measures, for those who watch it, in the form that Prometheus reads.
//!
//! Invariant: measuring changes nothing, and waits for nothing: every figure is an atomic of its own.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use sillok_abi::PublicKey;

use crate::lock::lock;

/// Whose turn was missed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Proposer {
    proposer: String,
}

/// What a node counts and measures.
pub(crate) struct Metrics {
    registry: Registry,
    /// The height of the last block.
    pub(crate) height: Gauge,
    /// The round that is going on.
    pub(crate) round: Gauge,
    /// The peers that are connected.
    pub(crate) peers: Gauge,
    /// How many blocks the node is behind the highest that a peer claims to have.
    pub(crate) sync_gap: Gauge,
    /// The transactions that wait for a block.
    pub(crate) mempool_transactions: Gauge,
    /// Their bytes.
    pub(crate) mempool_bytes: Gauge,
    /// Until when the TLS certificate is valid, in seconds since 1970; 0 without one.
    pub(crate) tls_expiry: Gauge,
    /// Blocks.
    pub(crate) blocks: Counter,
    /// Transactions in blocks.
    pub(crate) transactions: Counter,
    /// Gas that they used.
    pub(crate) gas: Counter,
    /// Rounds that came to nothing, by whose turn it was.
    pub(crate) missed_rounds: Family<Proposer, Counter>,
    /// Proposed blocks that were found invalid.
    pub(crate) invalid_blocks: Counter,
    /// Validators that were seen to sign two things that exclude each other.
    pub(crate) equivocations: Counter,
    /// Requests that were refused for want of an access token, or of a role.
    pub(crate) access_refusals: Counter,
    /// From one block to the next.
    pub(crate) block_interval: Histogram,
    /// From the beginning of a height to its block.
    pub(crate) decision: Histogram,
    /// Making a block.
    pub(crate) build: Histogram,
    /// Judging a block.
    pub(crate) judge: Histogram,
    /// Writing a block.
    pub(crate) commit: Histogram,
    /// Waiting for the state's root.
    pub(crate) root_wait: Histogram,
    /// Writing a body that may be decided on.
    pub(crate) body_sync: Histogram,
    /// Writing what was signed.
    pub(crate) log_sync: Histogram,
    progress: Mutex<Progress>,
}

/// Whether the chain moves.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// When the height that is being decided began.
    begun: Option<Instant>,
    /// When the last block came.
    last: Option<Instant>,
}

/// How long a height may take before the node is no longer ready.
const STALLED: Duration = Duration::from_secs(15);
/// How many blocks a node may be behind before it is no longer ready.
const BEHIND: i64 = 16;

impl Metrics {
    /// Figures of which all are zero.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("sillok");
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let height = gauge("height", "Height of the last block");
        let round = gauge("round", "Round of consensus that is going on");
        let peers = gauge("peers", "Connected peers");
        let sync_gap = gauge("sync_gap", "Blocks behind the highest that a peer claims to have");
        let mempool_transactions = gauge("mempool_transactions", "Transactions that wait for a block");
        let mempool_bytes = gauge("mempool_bytes", "Bytes of transactions that wait for a block");
        let tls_expiry = gauge(
            "tls_certificate_expiry_timestamp_seconds",
            "Until when the TLS certificate is valid; 0 without TLS",
        );
        let mut counter = |name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let blocks = counter("blocks", "Blocks");
        let transactions = counter("transactions", "Transactions in blocks");
        let gas = counter("gas", "Gas used in blocks");
        let invalid_blocks = counter("invalid_blocks", "Proposed blocks that were found invalid");
        let equivocations = counter("equivocations", "Equivocations that were seen");
        let access_refusals = counter("access_refusals", "Requests refused for want of a token or a role");
        let missed_rounds = Family::default();
        registry.register("missed_rounds", "Rounds that came to nothing", missed_rounds.clone());
        let mut seconds = |name: &str, help: &str| {
            let histogram = Histogram::new(exponential_buckets(0.000_5, 2.0, 16));
            registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
            histogram
        };
        Metrics {
            height,
            round,
            peers,
            sync_gap,
            mempool_transactions,
            mempool_bytes,
            tls_expiry,
            blocks,
            transactions,
            gas,
            missed_rounds,
            invalid_blocks,
            equivocations,
            access_refusals,
            block_interval: seconds("block_interval", "From one block to the next"),
            decision: seconds("decision", "From the beginning of a height to its block"),
            build: seconds("build", "Making a block"),
            judge: seconds("judge", "Judging a block"),
            commit: seconds("commit", "Writing a block"),
            root_wait: seconds("root_wait", "Waiting for the root of state"),
            body_sync: seconds("body_sync", "Writing a body that may be decided on"),
            log_sync: seconds("log_sync", "Writing what was signed"),
            registry,
            progress: Mutex::default(),
        }
    }

    /// Measures how long `work` takes.
    pub(crate) fn time<T>(histogram: &Histogram, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = work();
        histogram.observe(begun.elapsed().as_secs_f64());
        done
    }

    /// A height begins.
    pub(crate) fn begins(&self) {
        lock(&self.progress).begun.get_or_insert_with(Instant::now);
        self.round.set(0);
    }

    /// A round after the first begins: the one whose turn it was before has missed it.
    pub(crate) fn missed(&self, round: u32, before: &PublicKey) {
        self.round.set(round.into());
        self.missed_rounds.get_or_create(&Proposer { proposer: hex::encode(before) }).inc();
    }

    /// A block has come.
    pub(crate) fn block(&self, height: u64, transactions: usize, gas: u64) {
        self.height.set(i64::try_from(height).unwrap_or(i64::MAX));
        self.blocks.inc();
        self.transactions.inc_by(transactions as u64);
        self.gas.inc_by(gas);
        let now = Instant::now();
        let mut progress = lock(&self.progress);
        if let Some(begun) = progress.begun.take() {
            self.decision.observe(now.duration_since(begun).as_secs_f64());
        }
        if let Some(last) = progress.last.replace(now) {
            self.block_interval.observe(now.duration_since(last).as_secs_f64());
        }
    }

    /// Why the node is not ready to answer for the chain; none if it is.
    pub(crate) fn not_ready(&self) -> Option<String> {
        let begun = lock(&self.progress).begun;
        let behind = self.sync_gap.get();
        if let Some(since) = begun.map(|begun| begun.elapsed()).filter(|since| *since > STALLED) {
            return Some(format!("height {} takes {} s already", self.height.get() + 1, since.as_secs()));
        }
        (behind > BEHIND).then(|| format!("{behind} blocks behind"))
    }

    /// All figures, as Prometheus reads them.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        match prometheus_client::encoding::text::encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(error) => format!("# {error}\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let metrics = Metrics::new();
        metrics.begins();
        metrics.missed(1, &[7; 32]);
        metrics.block(5, 100, 9_000);
        let text = metrics.text();
        let missed = format!("sillok_missed_rounds_total{{proposer=\"{}\"}} 1", hex::encode([7; 32]));
        for line in ["sillok_height 5", "sillok_transactions_total 100", "sillok_gas_total 9000", &missed] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        assert!(text.contains("sillok_decision_seconds_count 1"), "{text}");
        assert!(text.contains("sillok_block_interval_seconds_count 0"), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn a_node_that_is_behind_is_not_ready() {
        let metrics = Metrics::new();
        assert_eq!(metrics.not_ready(), None);
        metrics.begins();
        assert_eq!(metrics.not_ready(), None, "it has just begun");
        metrics.sync_gap.set(BEHIND + 1);
        assert_eq!(metrics.not_ready(), Some("17 blocks behind".into()));
    }
}
