//! The log: to stderr, as text or JSON, as much as a filter asks for, which can be replaced while the node runs.

use std::io::{IsTerminal, stderr};
use std::sync::OnceLock;

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::reload::Handle;

use crate::limits;

/// What is logged if RUST_LOG says nothing.
const DEFAULT_FILTER: &str = "sillok=info,warn";
/// The variable that says what is logged.
const VARIABLE: &str = "RUST_LOG";

/// Replaces the filter; answers the one before. There is one log in a process, and so one of these.
static REPLACE: OnceLock<Replace> = OnceLock::new();

type Replace = Box<dyn Fn(EnvFilter) -> Result<String, FilterError> + Send + Sync>;

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why something is no filter, or can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FilterError {
    /// It is too long.
    #[error("a log filter has at most {max} characters", max = limits::LOG_FILTER_BYTES)]
    TooLong,
    /// A part of it is neither a level nor a target with a level.
    #[error("`{0}` in the log filter is neither a level nor TARGET=LEVEL")]
    Part(String),
    /// It has brackets that don't fit, or something of the kind.
    #[error("`{0}` is no log filter")]
    Malformed(String),
    /// There is no log.
    #[error("this process has no log whose filter can be replaced")]
    NoLog,
}

impl FilterError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            FilterError::NoLog => "start the node again with RUST_LOG",
            _ => "levels are off, error, warn, info, debug, trace; sillok=debug,warn is a filter",
        }
    }
}

/// Starts the log. A second start changes nothing.
pub(crate) fn start(format: LogFormat) {
    let wanted = std::env::var(VARIABLE).ok().filter(|wanted| !wanted.is_empty());
    let (filter, refused) = match wanted.as_deref().map(parse) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(DEFAULT_FILTER), Some(error)),
        None => (EnvFilter::new(DEFAULT_FILTER), None),
    };
    let colours = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_ansi(colours);
    match format {
        LogFormat::Text => {
            let log = log.with_target(false).with_filter_reloading();
            let handle = log.reload_handle();
            started(log.try_init().is_ok(), handle);
        }
        LogFormat::Json => {
            let log = log.json().with_filter_reloading();
            let handle = log.reload_handle();
            started(log.try_init().is_ok(), handle);
        }
    }
    if let Some(error) = refused {
        tracing::warn!(%error, hint = error.hint(), "{VARIABLE} is not used");
    }
}

fn started<S: 'static>(first: bool, handle: Handle<EnvFilter, S>) {
    let replace = move |filter: EnvFilter| {
        let before = handle.with_current(EnvFilter::to_string).map_err(|_| FilterError::NoLog)?;
        handle.reload(filter).map_err(|_| FilterError::NoLog)?;
        Ok(before)
    };
    if !first || REPLACE.set(Box::new(replace)).is_err() {
        tracing::debug!("the log was started already");
    }
}

/// Has as much logged as this filter asks for, from now on; answers the filter before.
///
/// # Errors
/// If it is no filter, or there is no log.
pub(crate) fn replace_filter(filter: &str) -> Result<String, FilterError> {
    let parsed = parse(filter)?;
    let before = REPLACE.get().ok_or(FilterError::NoLog)?(parsed)?;
    tracing::info!(filter, before, "the log has another filter");
    Ok(before)
}

/// The filter of this text. Stricter than [`EnvFilter`], for which every word that is no level is a target of which
/// all is logged: a misspelt level would bring nothing, or a flood. Without regular expressions, whose cost whoever
/// asks for them could choose.
///
/// # Errors
/// If it is none.
pub(crate) fn parse(filter: &str) -> Result<EnvFilter, FilterError> {
    if filter.len() > limits::LOG_FILTER_BYTES {
        return Err(FilterError::TooLong);
    }
    let has_fields = filter.contains(['[', '{']);
    for part in filter.split(',').map(str::trim).filter(|_| !has_fields) {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
        if level.is_empty() || level.parse::<LevelFilter>().is_err() {
            return Err(FilterError::Part(part.into()));
        }
    }
    EnvFilter::builder().with_regex(false).parse(filter).map_err(|_| FilterError::Malformed(filter.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_and_what_is_none_is_named() {
        for filter in
            ["info", "off", "sillok=debug,warn", "sillok::rpc=trace, error", "sillok[{height=5}]=debug"]
        {
            assert!(parse(filter).is_ok(), "{filter}");
        }
        for (filter, named) in [
            ("", ""),
            ("verbose", "verbose"),
            ("sillok=loud", "sillok=loud"),
            ("info,sillok", "sillok"),
            ("sillok=", "sillok="),
            ("info,,warn", ""),
        ] {
            assert_eq!(parse(filter).map(|_| ()), Err(FilterError::Part(named.into())), "{filter}");
        }
        assert!(matches!(parse("sillok[{=debug"), Err(FilterError::Malformed(_))));
        assert!(matches!(parse(&"a".repeat(limits::LOG_FILTER_BYTES + 1)), Err(FilterError::TooLong)));
    }
}
