//! The simulator's tests: seeds that must hold, and faults that must be found.
//!
//! `SILLOK_SIM_SEEDS=A..B` runs these seeds instead; one seed that fails prints its story.

use std::ops::Range;

use sillok_testing::unless_settled;

use super::*;

/// How many seeds a test run takes.
const SEEDS: Range<u64> = 0..1_000;
/// The same with the node's own ledger, which takes longer.
const LEDGERED_SEEDS: Range<u64> = 0..24;
/// Among how many seeds a planted fault has to be found.
const SEEDS_WITH_A_FAULT: Range<u64> = 0..200;

/// The seeds that were asked for.
fn asked() -> Option<Range<u64>> {
    let asked = std::env::var("SILLOK_SIM_SEEDS").ok()?;
    let (from, to) = asked.split_once("..").unwrap();
    Some(from.parse().unwrap()..to.parse().unwrap())
}

/// Panics with the story of a seed that fails.
fn tell(options: Options, violation: &Violation) -> ! {
    let told = run(Options { story: true, ..options.clone() });
    let last = told.story.len().saturating_sub(300);
    let story = told.story[last..].join("\n");
    panic!("{options:#?}\n{story}\nseed {}: {violation:?}", options.seed);
}

#[test]
fn no_seed_breaks_a_rule() {
    let seeds = asked().unwrap_or(SEEDS);
    unless_settled(&format!("seeds {seeds:?}, asked for: {}", asked().is_some()), || try_out(seeds));
}

fn try_out(seeds: Range<u64>) {
    let mut coverage = Coverage::default();
    for seed in seeds {
        let options = Options::of_seed(seed);
        let outcome = run(options.clone());
        if let Some(violation) = &outcome.violation {
            tell(options, violation);
        }
        coverage.add(&outcome.coverage);
    }
    // Some are too rare for a few seeds.
    for case in CASES.into_iter().filter(|_| asked().is_none()) {
        assert!(coverage.count(case) > 0, "no seed met {case:?}");
    }
}

#[test]
fn no_seed_breaks_a_rule_with_the_node_s_own_ledger() {
    let seeds = asked().unwrap_or(LEDGERED_SEEDS);
    // What is asked for need not meet every case, so that it says less.
    let name = format!("seeds {seeds:?} with ledgers, asked for: {}", asked().is_some());
    unless_settled(&name, || try_out_ledgered(seeds));
}

fn try_out_ledgered(seeds: Range<u64>) {
    let (mut coverage, mut transactions) = (Coverage::default(), 0);
    for seed in seeds {
        let options = Options { ledgered: true, ..Options::of_seed(seed) };
        let outcome = run(options.clone());
        if let Some(violation) = &outcome.violation {
            tell(options, violation);
        }
        coverage.add(&outcome.coverage);
        transactions += outcome.transactions;
    }
    assert!(transactions > 0);
    for case in [Case::CrashBetween, Case::Replay, Case::Fetched, Case::Synced, Case::Invalid, Case::Forged] {
        assert!(asked().is_some() || coverage.count(case) > 0, "no seed met {case:?}");
    }
}

#[test]
fn many_rounds_break_no_rule() {
    let mut coverage = Coverage::default();
    for seed in 0..40 {
        // Rounds pass, as votes arrive at last, and hardly ever agree.
        let options = Options { loss: 450, delay_us: 600_000, faults_ms: 30_000, ..Options::of_seed(seed) };
        let outcome = run(options.clone());
        if let Some(violation) = &outcome.violation {
            tell(options, violation);
        }
        coverage.add(&outcome.coverage);
    }
    assert!(coverage.count(Case::TenthRound) > 40, "{coverage:?}");
}

#[test]
fn without_healing_no_rule_breaks_and_a_bare_quorum_decides() {
    for seed in 0..100 {
        for end in [End::Never, End::Quorum] {
            let options = Options::of_seed(seed).ending(end);
            let outcome = run(options.clone());
            if let Some(violation) = &outcome.violation {
                tell(options, violation);
            }
        }
    }
}

#[test]
fn a_seed_replays_exactly() {
    for seed in [3, 28, 46, 169, 691] {
        let options = Options { story: true, ..Options::of_seed(seed) };
        let (one, other) = (run(options.clone()), run(options));
        assert!(one.height > 0 && !one.story.is_empty());
        assert_eq!(one, other);
    }
}

#[test]
fn who_equivocates_ends_up_on_chain_and_nobody_types_a_command() {
    let habits = Habits { double_votes: true, double_proposals: true, ..Habits::default() };
    let (mut proven, mut recorded) = (0, 0);
    for seed in 0..12 {
        let mut options = Options { ledgered: true, ..Options::of_seed(seed) };
        one_with(habits)(&mut options);
        let outcome = run(options.clone());
        if let Some(violation) = &outcome.violation {
            tell(options, violation);
        }
        // Once it is suspended it signs nothing that counts.
        proven += outcome.proven;
        recorded += usize::from(outcome.offences > 0);
    }
    assert!(proven > 6 && recorded + 2 > proven, "{recorded} of {proven} are on the chain");
}

#[test]
fn real_signatures_make_no_difference() {
    for seed in 0..3 {
        let cheap = run(Options::of_seed(seed));
        let options = Options { real_signatures: true, ..Options::of_seed(seed) };
        if let Some(violation) = run(options.clone()).violation {
            tell(options, &violation);
        }
        assert_eq!(cheap.violation, None);
    }
}

/// What seeds with a planted fault lead to: the violations, by whether they are the one that is looked for.
fn plant(plant: Plant, prepare: impl Fn(&mut Options), is: impl Fn(&Violation) -> bool) {
    let mut others = Vec::new();
    for seed in SEEDS_WITH_A_FAULT {
        let mut options = Options { plant: Some(plant), ..Options::of_seed(seed) };
        prepare(&mut options);
        match run(options).violation {
            Some(found) if is(&found) => return,
            found => others.extend(found),
        }
    }
    panic!("{plant:?} was not found, but {others:?}");
}

fn honest(options: &mut Options) {
    options.members.fill(None);
    options.damage = false;
}

/// Members that are often down, and do not lose their logs to damage.
fn crashing(options: &mut Options) {
    honest(options);
    (options.crash_ms, options.crash_between, options.loss) = (600, 300, 50);
}

/// Four members of which one does all of this.
fn one_with(habits: Habits) -> impl Fn(&mut Options) {
    move |options| {
        crashing(options);
        options.members = vec![None, None, None, Some(habits)];
        options.powers = vec![1; 4];
    }
}

#[test]
fn signing_without_the_log_is_found() {
    let is = |violation: &Violation| matches!(violation, Violation::Equivocation { .. });
    plant(Plant::NoReplay, crashing, is);
    plant(Plant::LyingDisk, crashing, is);
}

#[test]
fn sending_before_logging_is_found() {
    plant(Plant::SendBeforeLog, honest, |violation| matches!(violation, Violation::NotLogged { .. }));
}

#[test]
fn voting_for_a_block_that_is_not_stored_is_found() {
    plant(Plant::BodiesNotStored, honest, |violation| matches!(violation, Violation::VoteWithoutBody { .. }));
}

#[test]
fn a_block_that_was_stored_and_is_lost_halts_the_node() {
    plant(
        Plant::BodiesInMemory,
        crashing,
        |violation| matches!(violation, Violation::Halted { why, .. } if why.contains("which is not in the store")),
    );
}

#[test]
fn a_quorum_of_a_third_is_found_to_disagree() {
    let habits = Habits { double_votes: true, double_proposals: true, ..Habits::default() };
    let is = |violation: &Violation| matches!(violation, Violation::Disagreement { .. });
    plant(Plant::SmallQuorum, one_with(habits), is);
}

#[test]
fn a_certificate_that_is_too_short_is_found() {
    let is = |violation: &Violation| matches!(violation, Violation::FalseCertificate { .. });
    plant(Plant::ShortCertificates, honest, is);
}

#[test]
fn deciding_what_is_not_valid_is_found() {
    let habits = Habits { invalid_blocks: true, ..Habits::default() };
    let is = |violation: &Violation| matches!(violation, Violation::InvalidBlock { .. });
    plant(Plant::BlindValidation, one_with(habits), is);
}

#[test]
fn blocks_from_the_future_are_found() {
    let habits = Habits { untimely_blocks: true, ..Habits::default() };
    let is = |violation: &Violation| matches!(violation, Violation::UntimelyBlock { .. });
    plant(Plant::NoClock, one_with(habits), is);
}

#[test]
fn taking_every_signature_is_found() {
    let habits = Habits { double_votes: true, false_certificates: true, ..Habits::default() };
    let is = |violation: &Violation| {
        matches!(violation, Violation::Disagreement { .. } | Violation::FalseEvidence)
    };
    plant(Plant::BlindSignatures, one_with(habits), is);
}

#[test]
fn a_committed_block_that_is_lost_is_found() {
    plant(Plant::LateCommit, crashing, |violation| matches!(violation, Violation::LostBlock { .. }));
}

#[test]
fn a_network_that_does_not_heal_is_found_to_stall() {
    plant(Plant::NoHealing, crashing, |violation| matches!(violation, Violation::Stalled { .. }));
}

#[test]
fn a_node_that_comes_to_another_state_is_found() {
    plant(Plant::OtherState, honest, |violation| matches!(violation, Violation::OtherState { .. }));
}

#[test]
fn blaming_an_honest_node_is_found() {
    plant(Plant::ForgingServer, crashing, |violation| matches!(violation, Violation::FalseBlame { .. }));
}

#[test]
fn going_on_with_a_damaged_log_is_found() {
    let damaged = |options: &mut Options| {
        crashing(options);
        options.damage = true;
    };
    let is = |violation: &Violation| matches!(violation, Violation::SignedOnDamage { .. });
    plant(Plant::DamageIgnored, damaged, is);
}
