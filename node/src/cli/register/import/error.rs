//! Why a step of an import was not applied, and whether the import goes on.

use crate::cli::{CliError, Exit, Result};

/// Why a step was not applied.
pub(super) enum StepError {
    /// Its records are refused; the import goes on.
    Refused(String),
    /// The call passed its simulation and failed in its block: something else was in between, such
    /// as the last transaction of an import that was interrupted just now.
    Overtaken(CliError),
    /// The import can't go on.
    Ended(CliError),
}

/// What a step ends with.
pub(super) type Stepped<T> = std::result::Result<T, StepError>;

impl From<CliError> for StepError {
    /// What the register itself refuses is the record's fault; anything else ends the import.
    fn from(error: CliError) -> Self {
        match error.exit {
            Exit::Refused if error.code.starts_with("register.") => {
                StepError::Refused(format!("the register refuses it: {}", error.message))
            }
            _ => StepError::Ended(error),
        }
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
            StepError::Refused(why) => Ok(why),
            StepError::Overtaken(error) | StepError::Ended(error) => Err(error),
        }
    }
}
