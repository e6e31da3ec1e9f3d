//! `sillok bench`.

use std::fs;
use std::path::Path;

use super::{CliError, GlobalOptions, Result, block_on, output, reach};
use crate::bench::{self, BenchError, BenchOptions};

/// With fewer validators one that equivocates stops the chain.
const STANDS_ONE: u16 = 4;

/// Runs a bench, and fails if the node lost anything; or makes what one begins with.
pub(super) fn run(bench: &BenchOptions, options: &GlobalOptions) -> Result<()> {
    check(bench)?;
    if bench.prepare {
        let made = bench::prepare(bench).map_err(failed)?;
        output::result(options.json, &made, made.to_json());
        return Ok(());
    }
    let tell = |what| output::note(options.quiet, what);
    let reach = reach::client_options(options)?;
    let report = block_on(async { bench::run(bench, &reach, &tell).await.map_err(failed) })?;
    output::result(options.json, &report, report.to_json());
    if let Some(path) = &bench.html {
        fs::write(path, report.to_html())
            .map_err(|error| CliError::failed("file", format!("can't write {}: {error}", path.display())))?;
        output::note(options.quiet, format!("the page is {}", path.display()));
    }
    match report.failures() {
        failures if failures.is_empty() => Ok(()),
        failures => Err(CliError::failed("bench", failures.join("; "))),
    }
}

fn failed(error: BenchError) -> CliError {
    CliError::failed("bench", error)
}

/// Refuses what can't be: better before a long bench than after it.
fn check(bench: &BenchOptions) -> Result<()> {
    bench.html.as_deref().map_or(Ok(()), check_writable)?;
    let (accounts, companies, validators) = (bench.accounts, bench.companies, bench.validators);
    if accounts < companies.into() {
        let what = format!("{accounts} accounts can't hold the shares of {companies} companies");
        return Err(CliError::usage(what).hint("give more --accounts, or fewer --companies"));
    }
    let absent_until = bench.kill_after.map(|killed| killed.saturating_add(bench.return_after.unwrap_or(0)));
    if absent_until.is_some_and(|second| second >= bench.seconds) {
        let what = format!("a bench of {} s is over before --kill-after and --return-after", bench.seconds);
        return Err(CliError::usage(what).hint("give more --seconds"));
    }
    if bench.equivocate && validators < STANDS_ONE {
        let what = format!("{validators} validators can't stand one that equivocates");
        return Err(CliError::usage(what).hint("give --validators 4, or more"));
    }
    Ok(())
}

/// Refuses a file that can't be.
fn check_writable(file: &Path) -> Result<()> {
    if file.is_dir() {
        return Err(CliError::usage(format!("{} is a folder", file.display())).hint("give a file's name"));
    }
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) if !folder.is_dir() => {
            Err(CliError::usage(format!("{} is no folder", folder.display()))
                .hint("make it, or give another file"))
        }
        _ => Ok(()),
    }
}
