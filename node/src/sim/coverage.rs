//! What happened at least once: a simulation that never meets a case proves nothing about it.

use std::collections::BTreeMap;

/// A case that seeds have to meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Case {
    /// A crash between two effects of a step.
    CrashBetween,
    /// A crash while the log is written.
    CrashInWrite,
    /// A start that goes on with what the log holds.
    Replay,
    /// A log whose last write was cut short.
    TornLog,
    /// A log that is damaged, met by a halt.
    DamagedLog,
    /// A block that is proposed again because it had a polka.
    Relock,
    /// A polka certificate.
    Polka,
    /// A certificate that justifies entering a round.
    RoundCertificate,
    /// A tenth round, from which the core helps others to learn what it is locked on.
    TenthRound,
    /// A block that is not proposed for the first time.
    StaleBlock,
    /// A block with the id of another's body.
    Forged,
    /// A block that breaks a rule.
    Invalid,
    /// A block fetched because it did not come.
    Fetched,
    /// A block committed by its certificate, without its votes.
    Synced,
    /// A peer blamed.
    Blamed,
    /// Two votes of a validator that exclude each other.
    DoubleVote,
    /// Two proposals that do.
    DoubleProposal,
}

/// All cases.
pub(crate) const CASES: [Case; 17] = [
    Case::CrashBetween,
    Case::CrashInWrite,
    Case::Replay,
    Case::TornLog,
    Case::DamagedLog,
    Case::Relock,
    Case::Polka,
    Case::RoundCertificate,
    Case::TenthRound,
    Case::StaleBlock,
    Case::Forged,
    Case::Invalid,
    Case::Fetched,
    Case::Synced,
    Case::Blamed,
    Case::DoubleVote,
    Case::DoubleProposal,
];

/// How often each case was met, by honest members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage(BTreeMap<Case, u64>);

impl Coverage {
    /// A case was met.
    pub(crate) fn met(&mut self, case: Case) {
        *self.0.entry(case).or_default() += 1;
    }

    /// How often a case was met.
    pub(crate) fn count(&self, case: Case) -> u64 {
        self.0.get(&case).copied().unwrap_or(0)
    }

    /// Adds what another run met.
    pub(crate) fn add(&mut self, other: &Coverage) {
        for (case, count) in &other.0 {
            *self.0.entry(*case).or_default() += count;
        }
    }
}
