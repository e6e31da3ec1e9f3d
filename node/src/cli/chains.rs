//! `sillok dev`, `start`, `testnet` and `sim`: chains that run as long as the command does.

use super::{CliError, GlobalOptions, Result, block_on, output};
use crate::dev::{self, Banner, DevOptions};
use crate::sim::SimOptions;
use crate::start::{self, StartOptions, Started};
use crate::testnet::{self, Line, TestnetBanner, TestnetOptions};

/// Runs a chain of one validator.
pub(super) fn dev(dev: &DevOptions, options: &GlobalOptions) -> Result<()> {
    let announce = |banner: &Banner| output::result(options.json, banner, banner.to_json());
    dev::run(dev, announce).map_err(|error| CliError::failed("dev", &error).hint(error.hint()))
}

/// Runs the node of a folder.
pub(super) fn start(start: &StartOptions, options: &GlobalOptions) -> Result<()> {
    let announce = |started: &Started| output::result(options.json, started, started.to_json());
    start::run(start, announce).map_err(|error| CliError::failed("start", &error).hint(error.hint()))
}

/// Runs a chain of several validators.
pub(super) fn testnet(testnet: &TestnetOptions, options: &GlobalOptions) -> Result<()> {
    let announce = |banner: &TestnetBanner| output::result(options.json, banner, banner.to_json());
    let tell = |line: &Line| output::line(options.json, line, &line.to_json());
    block_on(async {
        let ended = testnet::run(testnet, announce, &tell).await;
        ended.map_err(|error| CliError::failed("testnet", &error).hint(error.hint()))
    })
}

/// Runs seeds of the simulator, and fails if one breaks a rule.
pub(super) fn simulate(sim: &SimOptions, options: &GlobalOptions) -> Result<()> {
    let report = sim.run(&|finding| output::note(false, finding));
    output::result(options.json, &report, report.to_json());
    match report.findings() {
        (0, _) => Ok(()),
        (broken, all) => {
            let message = format!("{broken} of {all} seeds break a rule");
            Err(CliError::failed("sim", message)
                .hint("each was named above with the command that replays it"))
        }
    }
}
