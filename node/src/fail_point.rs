//! Fail points: places on a block's way at which a test has the process die, as a power cut would have it, or go wrong.
//!
//! `SILLOK_FAIL_POINT=written@3` has it die when a block is written for the third time. Without the variable
//! a point costs one look at a static.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The variable that names a point and how often it is passed.
pub(crate) const VARIABLE: &str = "SILLOK_FAIL_POINT";

/// A place on the way of a block, or of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailPoint {
    /// The block was executed.
    Executed,
    /// Its body is on disk, and nobody has voted.
    Stored,
    /// The votes of this node are in its log, and nobody knows.
    Logged,
    /// It is decided.
    Sealed,
    /// Its changes were handed over to be hashed.
    Hashing,
    /// Its batch is complete, and nothing of it is on disk.
    Unwritten,
    /// Its batch is on disk, and nobody knows.
    Written,
    /// The executor has moved on.
    Committed,
    /// Whoever listens was told.
    Announced,
    /// A chunk of a snapshot is fetched and on disk.
    Fetched,
    /// An entry of a snapshot is about to be restored.
    Restoring,
    /// All of a snapshot is restored but for what makes it a chain.
    Restored,
    /// A block is about to be written. Nobody dies here, but a value becomes another.
    Deviated,
    /// The validator's vote for a block is about to leave. Nobody dies here: it votes for none, too.
    Equivocated,
}

impl FailPoint {
    fn name(self) -> &'static str {
        match self {
            FailPoint::Executed => "executed",
            FailPoint::Stored => "stored",
            FailPoint::Logged => "logged",
            FailPoint::Sealed => "sealed",
            FailPoint::Hashing => "hashing",
            FailPoint::Unwritten => "unwritten",
            FailPoint::Written => "written",
            FailPoint::Committed => "committed",
            FailPoint::Announced => "announced",
            FailPoint::Fetched => "fetched",
            FailPoint::Restoring => "restoring",
            FailPoint::Restored => "restored",
            FailPoint::Deviated => "deviated",
            FailPoint::Equivocated => "equivocated",
        }
    }

    /// Whether this is the point, and the time, that the environment asks for.
    pub(crate) fn is_met(self) -> bool {
        self.left_before() == Some(1)
    }

    /// Whether this is the point, and that time or a later one.
    pub(crate) fn is_due(self) -> bool {
        self.left_before().is_some_and(|left| left <= 1)
    }

    /// How often the point was still to be passed before it was passed now, if the environment asks for it.
    fn left_before(self) -> Option<u64> {
        static FATAL: OnceLock<Option<Fatal>> = OnceLock::new();
        let fatal = FATAL.get_or_init(|| Fatal::parse(&std::env::var(VARIABLE).ok()?)).as_ref();
        let passed = |left: u64| Some(left.saturating_sub(1));
        let fatal = fatal.filter(|fatal| fatal.point == self.name())?;
        fatal.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, passed).ok()
    }

    /// Dies here if that is what the environment asks for.
    pub(crate) fn pass(self) {
        if self.is_met() {
            tracing::warn!(point = self.name(), "dying, as {VARIABLE} asks");
            std::process::abort();
        }
    }
}

/// The point at which to die.
struct Fatal {
    point: String,
    /// How often it is still to be passed.
    left: AtomicU64,
}

impl Fatal {
    fn parse(text: &str) -> Option<Self> {
        let (point, count) = text.split_once('@')?;
        Some(Fatal { point: point.to_owned(), left: AtomicU64::new(count.parse().ok()?) })
    }
}
