//! `sillok sim`: seeds of the simulator, run one after the other on as many threads as are asked for.

use std::fmt;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use sillok_abi::Hash;

use super::{CASES, Coverage, End, Options, Outcome, Plant, Violation, run};
use crate::lock::lock;

/// How many lines of a story are told of a seed that breaks a rule.
const LAST_LINES: usize = 300;

/// The options of `sillok sim`.
#[derive(Args, Clone, Debug)]
pub(crate) struct SimOptions {
    /// The seeds: from the first on and before the second.
    #[arg(long, value_name = "A..B", value_parser = seeds, default_value = "0..100")]
    seeds: Range<u64>,
    /// See to it that nothing that must not happens: things go wrong for three times as long, and never heal.
    #[arg(long, conflicts_with = "liveness")]
    safety: bool,
    /// See to it that blocks are decided: when things heal, honest validators with just enough power come back, and no
    /// others.
    #[arg(long)]
    liveness: bool,
    /// Run the node's own mempool, executor and ledger on each validator, which takes longer.
    #[arg(long)]
    ledgers: bool,
    /// Sign with real keys, which takes longer.
    #[arg(long)]
    real_signatures: bool,
    /// Put this fault into honest validators, to see that it is found.
    #[arg(long, value_name = "FAULT", value_enum)]
    plant: Option<Plant>,
    /// Tell what happened in each seed: with one seed all of it, with several the end of those that break a rule.
    #[arg(long)]
    story: bool,
    /// How many threads.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
}

/// A seed that broke a rule.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    seed: u64,
    violation: Violation,
    /// The command that has it happen again.
    replay: String,
    story: Vec<String>,
}

/// What seeds came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    seeds: u64,
    elapsed: Duration,
    findings: Vec<Finding>,
    crashes: u64,
    rounds: u64,
    heights: u64,
    transactions: u64,
    slowest_ms: u64,
    proven: u64,
    offences: u64,
    /// Of all that happened: the same seeds lead to the same.
    trace: Hash,
    coverage: Coverage,
    /// Of the one seed whose story was asked for.
    story: Vec<String>,
}

fn seeds(text: &str) -> Result<Range<u64>, String> {
    let range = text.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    let range = range.filter(|range: &Range<u64>| !range.is_empty());
    range.ok_or_else(|| "seeds are given as A..B, of which A is the first and B is left out: 0..1000".into())
}

impl SimOptions {
    fn of(&self, seed: u64) -> Options {
        let end = match (self.safety, self.liveness) {
            (true, _) => End::Never,
            (_, true) => End::Quorum,
            _ => End::All,
        };
        Options {
            ledgered: self.ledgers,
            real_signatures: self.real_signatures,
            plant: self.plant,
            ..Options::of_seed(seed).ending(end)
        }
    }

    /// The command that has a seed happen again, with its story.
    fn replay(&self, seed: u64) -> String {
        let plant = self.plant.and_then(|plant| clap::ValueEnum::to_possible_value(&plant));
        let plant = plant.map(|plant| format!(" --plant {}", plant.get_name()));
        let flags = [
            (self.safety, " --safety"),
            (self.liveness, " --liveness"),
            (self.ledgers, " --ledgers"),
            (self.real_signatures, " --real-signatures"),
        ];
        let given = flags.iter().filter(|(given, _)| *given).map(|(_, flag)| *flag);
        let flags: String = given.chain(plant.as_deref()).collect();
        format!("sillok sim --seeds {seed}..{}{flags} --story", seed + 1)
    }

    /// Runs all seeds; `tell` is given those that break a rule as they are found.
    pub(crate) fn run(&self, tell: &(dyn Fn(&Finding) + Sync)) -> Report {
        let begun = Instant::now();
        let (next, report) = (AtomicU64::new(self.seeds.start), Mutex::new(Report::default()));
        thread::scope(|scope| {
            for _ in 0..self.jobs {
                scope.spawn(|| {
                    while let Some(seed) =
                        Some(next.fetch_add(1, Ordering::SeqCst)).filter(|seed| self.seeds.contains(seed))
                    {
                        self.run_one(seed, &report, tell);
                    }
                });
            }
        });
        let mut report = report.into_inner().unwrap_or_default();
        report.findings.sort_by_key(|finding| finding.seed);
        Report { elapsed: begun.elapsed(), ..report }
    }

    fn run_one(&self, seed: u64, report: &Mutex<Report>, tell: &(dyn Fn(&Finding) + Sync)) {
        let alone = self.seeds.end - self.seeds.start == 1;
        let options = self.of(seed);
        let mut outcome = run(Options { story: self.story && alone, ..options.clone() });
        let story = std::mem::take(&mut outcome.story);
        if let Some(violation) = outcome.violation.clone() {
            let mut last = Vec::new();
            if self.story && !alone {
                last = run(Options { story: true, ..options }).story;
                last.drain(..last.len().saturating_sub(LAST_LINES));
            }
            let finding = Finding { seed, violation, replay: self.replay(seed), story: last };
            tell(&finding);
            lock(report).findings.push(finding);
        }
        let mut report = lock(report);
        report.add(&outcome);
        report.story.extend(story);
    }
}

impl Finding {
    /// The same for machines.
    fn to_json(&self) -> Value {
        let violation = format!("{:?}", self.violation);
        json!({ "seed": self.seed, "violation": violation, "replay": self.replay, "story": self.story })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.story.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        write!(f, "seed {}: {:?}; again: {}", self.seed, self.violation, self.replay)
    }
}

impl Report {
    fn add(&mut self, outcome: &Outcome) {
        self.seeds += 1;
        self.proven += outcome.proven as u64;
        self.offences += outcome.offences as u64;
        self.trace.iter_mut().zip(outcome.trace).for_each(|(all, one)| *all ^= one);
        self.crashes += outcome.crashes;
        self.rounds += outcome.extra_rounds;
        self.heights += outcome.height;
        self.transactions += outcome.transactions as u64;
        self.slowest_ms = self.slowest_ms.max(outcome.recovery_ms);
        self.coverage.add(&outcome.coverage);
    }

    /// How many seeds broke a rule, of how many.
    pub(crate) fn findings(&self) -> (usize, u64) {
        (self.findings.len(), self.seeds)
    }

    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        let met: serde_json::Map<String, Value> =
            CASES.iter().map(|case| (format!("{case:?}"), self.coverage.count(*case).into())).collect();
        let findings: Vec<Value> = self.findings.iter().map(Finding::to_json).collect();
        let elapsed = u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX);
        json!({
            "seeds": self.seeds, "elapsed_ms": elapsed, "findings": findings, "proven": self.proven,
            "offences": self.offences,
            "trace": hex::encode(self.trace), "heights": self.heights,
            "transactions": self.transactions, "crashes": self.crashes, "extra_rounds": self.rounds,
            "slowest_recovery_ms": self.slowest_ms, "met": met, "story": self.story,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.story.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        writeln!(
            f,
            "{} seeds in {} s, of which {} break a rule: {} heights, {} transactions, {} crashes, {} rounds after the first, {} members \
             proven to equivocate; the slowest went on {} ms after everything had healed",
            self.seeds,
            self.elapsed.as_secs(),
            self.findings.len(),
            self.heights,
            self.transactions,
            self.crashes,
            self.rounds,
            self.proven,
            self.slowest_ms,
        )?;
        writeln!(f, "trace {}", hex::encode(self.trace))?;
        write!(f, "met:")?;
        CASES.iter().try_for_each(|case| {
            write!(f, "\n  {:<17}{:>9}", format!("{case:?}"), self.coverage.count(*case))
        })
    }
}
