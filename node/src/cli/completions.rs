//! `sillok completions`: scripts that let a shell complete commands and flags.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Result, output};

/// Which shell.
#[derive(Args, Debug)]
pub(super) struct CompletionsOptions {
    /// The shell: source the output from its start-up file.
    shell: Shell,
}

pub(super) fn run(options: &CompletionsOptions) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Cli::command(), "sillok", &mut script);
    output::raw(&script);
    Ok(())
}
