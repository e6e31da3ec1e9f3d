//! Why a step of an import was not applied, and whether the import goes on.

use crate::cli::{CliError, Exit, Result};

/// The register's errors that a step meets when it is sent a second time.
const OF_REPEATED_STEPS: [&str; 4] = ["LotEnded", "NotEnoughShares", "DuplicateReference", "AlreadyAccepted"];

/// Why a step was not applied.
pub(super) enum StepError {
    /// Its records are refused; the import goes on.
    Refused(String),
    /// The register refuses it in a way that it also would if the step stood already: the last
    /// transaction of an import that was interrupted just now may have come in between.
    Overtaken(String),
    /// The import can't go on.
    Ended(CliError),
}

/// What a step ends with.
pub(super) type Stepped<T> = std::result::Result<T, StepError>;

impl From<CliError> for StepError {
    /// What the register itself refuses is the record's fault; anything else ends the import.
    fn from(error: CliError) -> Self {
        let Some(name) = error.code.strip_prefix("register.").filter(|_| error.exit == Exit::Refused) else {
            return StepError::Ended(error);
        };
        let why = format!("the register refuses it: {}", error.message);
        if OF_REPEATED_STEPS.contains(&name) { StepError::Overtaken(why) } else { StepError::Refused(why) }
    }
}

/// Refuses the step's records.
pub(super) fn refused<T>(why: impl Into<String>) -> Stepped<T> {
    Err(StepError::Refused(why.into()))
}

impl StepError {
    /// The reason for which a record is refused; or the error that ends the import.
    pub(super) fn refusal(self) -> Result<String> {
        match self {
            StepError::Refused(why) | StepError::Overtaken(why) => Ok(why),
            StepError::Ended(error) => Err(error),
        }
    }
}
