//! What a command failed with: a code for machines, a sentence for people, a hint, an exit code.

use std::fmt;

use serde_json::{Value, json};

/// The kinds of failure that scripts can tell apart by the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something on this machine failed: a file, a build.
    Failed = 1,
    /// The command was not understood, or an argument is wrong.
    Usage = 2,
    /// The chain refused: a contract's error, a missing authorisation, an invalid transaction.
    Refused = 3,
    /// The node did not answer.
    Network = 4,
}

/// Why a command failed, what to do about it, and the exit code.
#[derive(Clone, Debug)]
pub(crate) struct CliError {
    /// A stable word for machines: `usage`, `unreachable`, `register.NotHolder`.
    pub(crate) code: String,
    /// What went wrong and why, in one sentence.
    pub(crate) message: String,
    /// What to do now.
    pub(crate) hint: Option<String>,
    /// The process's exit code.
    pub(crate) exit: Exit,
    /// What else `--json` prints beside the error, as a member of this name: what people have read by then.
    pub(crate) beside: Option<Box<(&'static str, Value)>>,
}

impl CliError {
    fn new(exit: Exit, code: &str, message: impl fmt::Display) -> Self {
        CliError { code: code.to_owned(), message: message.to_string(), hint: None, exit, beside: None }
    }

    /// Something on this machine failed (exit code 1).
    pub(crate) fn failed(code: &str, message: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, code, message)
    }

    /// The command or an argument is wrong (exit code 2).
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// The chain refused (exit code 3).
    pub(crate) fn refused(code: &str, message: impl fmt::Display) -> Self {
        Self::new(Exit::Refused, code, message)
    }

    /// The node did not answer, or not as a node does (exit code 4).
    pub(crate) fn network(code: &str, message: impl fmt::Display) -> Self {
        Self::new(Exit::Network, code, message)
    }

    /// The same error with a hint at what to do.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// The same error with a value beside it in what `--json` prints.
    pub(crate) fn beside(mut self, name: &'static str, value: Value) -> Self {
        self.beside = Some(Box::new((name, value)));
        self
    }

    /// The envelope that `--json` prints: `{"error": {"code", "message", "hint"}}`.
    pub(crate) fn to_json(&self) -> Value {
        let mut value = json!({ "error": { "code": self.code, "message": self.message, "hint": self.hint } });
        if let Some((name, beside)) = self.beside.as_deref() {
            value[*name] = beside.clone();
        }
        value
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.message)?;
        match &self.hint {
            Some(hint) => write!(formatter, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CliError {}
