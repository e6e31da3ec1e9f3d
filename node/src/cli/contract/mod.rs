//! `sillok contract`: build, deploy, call, query, inspect, upgrade, admin.

mod admin;
mod build;
mod deploy;
mod inspect;
mod invoke;
mod upgrade;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sillok_client::rpc::At;

use super::moment::parse_at;
use super::{GlobalOptions, Result, Session};

/// The native module that keeps code and contracts.
const SYSTEM: &str = "system";

/// The verbs of `sillok contract`.
#[derive(Subcommand, Debug)]
pub(super) enum ContractCommand {
    /// Compile a contract to Wasm.
    Build {
        /// The folder of the contract's Cargo.toml.
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Upload a contract's Wasm and make an instance of it.
    Deploy(deploy::DeployOptions),
    /// Call a method that changes something; without METHOD, list the methods.
    Call(InvokeOptions),
    /// Ask a method that changes nothing; without METHOD, list the methods.
    Query {
        #[command(flatten)]
        invoke: InvokeOptions,
        /// As of this height, time (2026-03-31T09:00:00Z), or end of this day in Korea (2026-03-31).
        #[arg(long, value_name = "WHEN", value_parser = parse_at)]
        at: Option<At>,
    },
    /// Show a contract's methods, events and errors.
    Inspect {
        /// A contract's name or id, or a Wasm file.
        contract: String,
    },
    /// Give a contract other code; without --yes, show what that would change.
    Upgrade(upgrade::UpgradeOptions),
    /// Show who may change a contract's code, hand it over, or freeze it.
    Admin(admin::AdminOptions),
}

/// A method and its arguments.
#[derive(Args, Debug)]
pub(super) struct InvokeOptions {
    /// A contract's name, or 0x and its id.
    contract: String,
    /// The method.
    method: Option<String>,
    /// The arguments: param=value or --param value. Composite values are JSON, bytes 0x… or @FILE. A
    /// parameter with the name of one of the flags below has to be given as param=value.
    args: Vec<String>,
}

pub(super) async fn run(command: ContractCommand, options: GlobalOptions) -> Result<()> {
    match command {
        ContractCommand::Build { path } => build::run(&path, &options),
        ContractCommand::Deploy(deploy) => deploy::run(deploy, &Session::open(options).await?).await,
        ContractCommand::Call(invoke) => invoke::call(invoke, &Session::open(options).await?).await,
        ContractCommand::Query { invoke, at } => {
            invoke::query(invoke, at, &Session::open(options).await?).await
        }
        ContractCommand::Inspect { contract } => inspect::run(&contract, options).await,
        ContractCommand::Upgrade(upgrade) => upgrade::run(upgrade, &Session::open(options).await?).await,
        ContractCommand::Admin(admin) => admin::run(admin, &Session::open(options).await?).await,
    }
}
