//! The only place that prints: results to stdout, narration and errors to stderr.
//!
//! A reader that closes its end of a pipe (`| head`) is no error, so failed writes are ignored.

use std::fmt;
use std::io::{self, Write};

use serde_json::Value;

use super::error::CliError;

/// Prints a command's result: `human` for people, or `value` as one JSON object with `--json`.
pub(crate) fn result(json: bool, human: impl fmt::Display, value: Value) {
    let mut stdout = io::stdout().lock();
    let _ = if json { writeln!(stdout, "{value:#}") } else { writeln!(stdout, "{human}") };
}

/// Prints one of the lines that a command goes on to print: `human` for people, or `value` on one line with `--json`.
pub(crate) fn line(json: bool, human: impl fmt::Display, value: &Value) {
    let mut stdout = io::stdout().lock();
    let _ = if json { writeln!(stdout, "{value}") } else { writeln!(stdout, "{human}") };
}

/// Prints bytes as they are: a completion script.
pub(crate) fn raw(bytes: &[u8]) {
    let _ = io::stdout().lock().write_all(bytes);
}

/// Tells people what is going on, on stderr; nothing with `--quiet`.
pub(crate) fn note(quiet: bool, text: impl fmt::Display) {
    if !quiet {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// Prints why a command failed. With `--json` the envelope is the command's one object on stdout.
pub(crate) fn error(json: bool, error: &CliError) {
    let _ = if json {
        writeln!(io::stdout().lock(), "{:#}", error.to_json())
    } else {
        writeln!(io::stderr().lock(), "error: {error}")
    };
}
