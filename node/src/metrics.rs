//! What a node counts and measures, for those who watch it, in the form that Prometheus reads.
//!
//! Invariant: measuring changes nothing, and waits for nothing: every figure is an atomic of its own.

mod register;
mod text;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use sillok_abi::{PublicKey, Time};

use crate::limits;
use crate::lock::lock;
use register::{Register, Seconds};
pub(crate) use text::CONTENT_TYPE;

/// Whose turn was missed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Proposer {
    proposer: String,
}

impl Proposer {
    fn of(key: &PublicKey) -> Self {
        Proposer { proposer: hex::encode(key) }
    }
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
    /// For how many seconds a height is being decided already; 0 while nothing is to be decided.
    deciding: Seconds,
    /// The voting power of all validators.
    pub(crate) validator_power: Gauge,
    /// That of those that are connected, and of this node.
    pub(crate) reachable_power: Gauge,
    /// By how many seconds this node's clock was ahead of the last block's time when another's came.
    clock_offset: Seconds,
    /// How many blocks came with certificates whose signatures are still to be looked at.
    pub(crate) unaudited_blocks: Gauge,
    /// How many blocks the node is behind the highest that a peer claims to have.
    pub(crate) sync_gap: Gauge,
    /// The transactions that wait for a block.
    pub(crate) mempool_transactions: Gauge,
    /// Their bytes.
    pub(crate) mempool_bytes: Gauge,
    /// 1 while blocks are written more slowly, as merging has not caught up with them.
    pub(crate) storage_held_back: Gauge,
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
    /// Running a block's transactions, in making it or in judging it.
    pub(crate) execution: Histogram,
    /// Hashing the state that a block has changed.
    pub(crate) hashing: Histogram,
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
        let mut of = Register::new();
        let missed_rounds = Family::default();
        of.0.register("missed_rounds", "Rounds that came to nothing", missed_rounds.clone());
        let capacity = "The most transactions that can wait for a block";
        of.limit("mempool_capacity_transactions", capacity, limits::MEMPOOL_TRANSACTIONS);
        let capacity = "The most bytes of transactions that can wait for a block";
        of.limit("mempool_capacity_bytes", capacity, limits::MEMPOOL_BYTES);
        let offset = "The node's clock before the time of another's last block; NaN before there is one";
        let clock_offset = of.seconds("clock_offset", offset);
        clock_offset.set(f64::NAN);
        let expiry = "tls_certificate_expiry_timestamp_seconds";
        Metrics {
            height: of.gauge("height", "Height of the last block"),
            round: of.gauge("round", "Round of consensus that is going on"),
            peers: of.gauge("peers", "Connected peers"),
            deciding: of.seconds("deciding", "For how long a height is being decided already; 0 if none is"),
            validator_power: of.gauge("validator_power", "Voting power of all validators"),
            reachable_power: of
                .gauge("reachable_power", "Voting power that is connected, the node's included"),
            clock_offset,
            sync_gap: of.gauge("sync_gap", "Blocks behind the highest that a peer claims to have"),
            unaudited_blocks: of.gauge(
                "unaudited_blocks",
                "Blocks taken up by certificate whose signatures are to be checked",
            ),
            mempool_transactions: of.gauge("mempool_transactions", "Transactions that wait for a block"),
            mempool_bytes: of.gauge("mempool_bytes", "Bytes of transactions that wait for a block"),
            storage_held_back: of
                .gauge("storage_held_back", "1 while blocks wait for merging of what is stored"),
            tls_expiry: of.gauge(expiry, "Until when the TLS certificate is valid; 0 without TLS"),
            blocks: of.counter("blocks", "Blocks"),
            transactions: of.counter("transactions", "Transactions in blocks"),
            gas: of.counter("gas", "Gas used in blocks"),
            missed_rounds,
            invalid_blocks: of.counter("invalid_blocks", "Proposed blocks that were found invalid"),
            equivocations: of.counter("equivocations", "Equivocations that were seen"),
            access_refusals: of.counter("access_refusals", "Requests refused for want of a token or a role"),
            block_interval: of.durations("block_interval", "From one block to the next"),
            decision: of.durations("decision", "From the beginning of a height to its block"),
            execution: of.durations("execution", "Running a block's transactions"),
            hashing: of.durations("hashing", "Hashing the state that a block has changed"),
            build: of.durations("build", "Making a block"),
            judge: of.durations("judge", "Judging a block"),
            commit: of.durations("commit", "Writing a block"),
            root_wait: of.durations("root_wait", "Waiting for the root of state"),
            body_sync: of.durations("body_sync", "Writing a body that may be decided on"),
            log_sync: of.durations("log_sync", "Writing what was signed"),
            registry: of.0,
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
        // A node that starts in the middle of a height hears of a later round first.
        lock(&self.progress).begun.get_or_insert_with(Instant::now);
        self.round.set(round.into());
        self.missed_rounds.get_or_create(&Proposer::of(before)).inc();
    }

    /// There is this validator. Its missed rounds are counted from 0 on: Prometheus does not see a figure rise that
    /// was not there before.
    pub(crate) fn knows(&self, validator: &PublicKey) {
        drop(self.missed_rounds.get_or_create(&Proposer::of(validator)));
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

    /// Another's block has come, whose time is `block`, at this time by the node's clock.
    pub(crate) fn clock(&self, now: Time, block: Time) {
        let apart = Duration::from_millis(now.0.abs_diff(block.0)).as_secs_f64();
        self.clock_offset.set(if now < block { apart.copysign(-1.0) } else { apart });
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
        let begun = lock(&self.progress).begun;
        self.deciding.set(begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64()));
        let mut text = String::new();
        match prometheus_client::encoding::text::encode(&mut text, &self.registry) {
            Ok(()) => text::classic(&text),
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
        metrics.knows(&[8; 32]);
        let text = metrics.text();
        let known = format!("sillok_missed_rounds_total{{proposer=\"{}\"}} 0", hex::encode([8; 32]));
        let missed = format!("sillok_missed_rounds_total{{proposer=\"{}\"}} 1", hex::encode([7; 32]));
        for line in
            ["sillok_height 5", "sillok_transactions_total 100", "sillok_gas_total 9000", &missed, &known]
        {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        assert!(text.contains("sillok_decision_seconds_count 1"), "{text}");
        assert!(text.contains("sillok_block_interval_seconds_count 0"), "{text}");
        assert!(text.contains("# TYPE sillok_blocks_total counter\n"), "{text}");
        assert!(text.contains("\nsillok_deciding_seconds 0.0\n"), "nothing is being decided: {text}");
        metrics.begins();
        assert!(!metrics.text().contains("\nsillok_deciding_seconds 0.0\n"));
    }

    #[test]
    fn clocks_that_differ_are_seen_either_way() {
        let metrics = Metrics::new();
        for (now, block, offset) in [(5_250, 5_000, "0.25"), (5_000, 5_250, "-0.25"), (5_000, 5_000, "0.0")] {
            metrics.clock(Time(now), Time(block));
            let line = format!("sillok_clock_offset_seconds {offset}");
            assert!(metrics.text().lines().any(|found| found == line), "{line}: {}", metrics.text());
        }
    }

    #[test]
    fn a_height_that_takes_long_is_a_stall_and_idleness_is_none() {
        let metrics = Metrics::new();
        let long_ago = || Instant::now().checked_sub(STALLED + Duration::from_secs(1)).unwrap();
        let progress = |begun, last| *lock(&metrics.progress) = Progress { begun, last };
        progress(None, Some(long_ago()));
        assert_eq!(metrics.not_ready(), None, "there is nothing to decide");
        progress(Some(long_ago()), Some(long_ago()));
        assert!(metrics.not_ready().unwrap().starts_with("height 1 takes 16 s"), "{:?}", metrics.not_ready());
        // Another round is no progress, a block is.
        metrics.begins();
        metrics.missed(1, &[7; 32]);
        assert!(metrics.not_ready().is_some());
        metrics.block(1, 0, 0);
        assert_eq!(metrics.not_ready(), None);
    }

    #[test]
    fn a_node_that_starts_in_a_later_round_decides_since_then() {
        let metrics = Metrics::new();
        metrics.missed(3, &[7; 32]);
        assert!(lock(&metrics.progress).begun.is_some());
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
