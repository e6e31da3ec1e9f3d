//! What was looked at, and what is wrong with it: one line a check, for `sillok doctor` and `sillok genesis
//! verify`.

use std::fmt;

use serde_json::{Value, json};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// It works, and should not stay so; or it could not be looked at.
    Warning,
    /// It does not work so, or not safely.
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// One check.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    /// What was looked at, in a word or two.
    pub(crate) name: String,
    /// How it came out.
    pub(crate) level: Level,
    /// What was found.
    pub(crate) found: String,
    /// What to do, if something is wrong.
    pub(crate) advice: Option<String>,
}

impl Check {
    fn new(level: Level, name: impl Into<String>, found: impl fmt::Display) -> Self {
        Check { name: name.into(), level, found: found.to_string(), advice: None }
    }

    /// It is as it should be.
    pub(crate) fn ok(name: impl Into<String>, found: impl fmt::Display) -> Self {
        Self::new(Level::Ok, name, found)
    }

    /// It works, and should not stay so.
    pub(crate) fn warning(name: impl Into<String>, found: impl fmt::Display) -> Self {
        Self::new(Level::Warning, name, found)
    }

    /// It is wrong.
    pub(crate) fn error(name: impl Into<String>, found: impl fmt::Display) -> Self {
        Self::new(Level::Error, name, found)
    }

    /// The same with what to do about it.
    pub(crate) fn advice(mut self, advice: impl fmt::Display) -> Self {
        self.advice = Some(advice.to_string());
        self
    }

    fn to_json(&self) -> Value {
        json!({
            "check": self.name, "level": self.level.name(), "found": self.found, "advice": self.advice,
        })
    }
}

/// Checks in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report(pub(crate) Vec<Check>);

impl Report {
    /// How many came out so.
    pub(crate) fn count(&self, level: Level) -> usize {
        self.0.iter().filter(|check| check.level == level).count()
    }

    /// For machines: the list of checks.
    pub(crate) fn to_json(&self) -> Value {
        self.0.iter().map(Check::to_json).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|check| check.name.chars().count()).max().unwrap_or(0);
        for (index, check) in self.0.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(formatter, "{line}{:<8} {:<width$}  {}", check.level.name(), check.name, check.found)?;
            if let Some(advice) = &check.advice {
                write!(formatter, "; {advice}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_is_one_line() {
        let report = Report(vec![
            Check::ok("settings", "node.toml"),
            Check::error("disk", "200 MiB are free").advice("make room"),
        ]);
        assert_eq!(
            report.to_string(),
            "ok       settings  node.toml\nerror    disk      200 MiB are free; make room"
        );
        assert_eq!((report.count(Level::Error), report.count(Level::Warning)), (1, 0));
    }
}
