//! `sillok doctor`: looks at a node's folder, its machine and the node itself, and says what is wrong and what to
//! do. It changes nothing, and can be run while the node runs.

mod folder;
mod machine;
mod network;
mod running;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sillok_client::rpc::ClientOptions;
use sillok_runtime::Genesis;

use super::reach::client_options;
use super::{CliError, GlobalOptions, Result, output};
use crate::checks::{Level, Report};
use crate::home::{HomeError, NodeConfig, NodeHome};
use crate::storage::DataFolder;

/// The options of `sillok doctor`.
#[derive(Args, Debug)]
pub(super) struct DoctorOptions {
    /// The node's folder.
    #[arg(value_name = "DIR", default_value = "./data/node")]
    home: PathBuf,
    /// Where the node answers requests, if it was started with --rpc.
    #[arg(long, value_name = "ADDRESS", env = "SILLOK_RPC")]
    rpc: Option<SocketAddr>,
}

/// What is known of a node's folder; what can't be read is none, and its check has said so.
struct Patient {
    home: NodeHome,
    config: Option<NodeConfig>,
    genesis: Option<Genesis>,
    data: Option<DataFolder>,
    /// Where the node answers requests, if that is known.
    rpc: Option<SocketAddr>,
    /// The access token to show there, if any was given.
    reach: ClientOptions,
    /// The process that uses the data folder.
    process: Option<u32>,
}

/// Looks at everything, and shows it.
pub(super) async fn run(doctor: &DoctorOptions, options: &GlobalOptions) -> Result<()> {
    let home = NodeHome::open(&doctor.home)
        .map_err(|error: HomeError| CliError::failed("node-folder", &error).hint(error.hint()))?;
    let mut report = Report::default();
    let checks = &mut report.0;
    let mut patient = Patient {
        config: folder::settings(&home, checks),
        genesis: folder::genesis(&home, checks),
        data: folder::data(&home, checks),
        rpc: None,
        reach: client_options(options)?,
        process: None,
        home,
    };
    patient.rpc = doctor.rpc.or(patient.config.as_ref().map(|config| config.rpc)).map(running::reachable);
    patient.process = patient.data.as_ref().and_then(machine::user_of);
    folder::keys(&patient, checks);
    folder::log(&patient, checks);
    machine::disk(&patient, checks);
    machine::open_files(&patient, checks);
    let state = running::look(&patient, checks).await;
    network::ports(&patient, state.is_some(), checks);
    network::peers(&patient, state.as_ref(), checks);
    machine::clock(state.as_ref(), checks);
    finish(&report, options)
}

fn finish(report: &Report, options: &GlobalOptions) -> Result<()> {
    let (errors, warnings) = (report.count(Level::Error), report.count(Level::Warning));
    let value = json!({ "errors": errors, "warnings": warnings, "checks": report.to_json() });
    if errors == 0 {
        let found = if warnings == 0 { "nothing is wrong".into() } else { format!("{warnings} warnings") };
        output::result(options.json, format!("{report}\n\n{found}"), value);
        return Ok(());
    }
    if !options.json {
        output::result(false, report, value.clone());
    }
    let message = format!("{errors} checks found something wrong, {warnings} something to look at");
    Err(CliError::failed("doctor", message).beside("doctor", value))
}
