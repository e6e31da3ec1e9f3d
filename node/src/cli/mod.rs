//! The command line: one file per group of verbs, one [`Session`] with the node, one place that prints.
//!
//! Exit codes: 0 done, 1 failed here, 2 wrong usage, 3 refused by the chain, 4 no answer from a node.

mod agreement;
mod arguments;
mod bench;
mod call;
mod cash;
mod chains;
mod completions;
mod contract;
mod did;
mod doctor;
mod error;
mod escrow;
mod gas;
mod genesis;
mod gov;
mod history;
mod keys;
mod moment;
mod money;
mod names;
mod node;
mod ocf;
mod options;
mod order;
pub(crate) mod output;
mod parameters;
mod query;
mod reach;
mod register;
mod session;
mod signing;
mod snapshot;
mod status;
mod table;
mod token;
mod tx;
mod typed;
mod verify;
mod who;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::limits;
use crate::storage::wait_until_closed;

pub(crate) use call::CallResult;
pub(crate) use error::{CliError, Exit};
pub(crate) use options::GlobalOptions;
pub(crate) use order::listing_rules;
pub(crate) use session::{ContractHandle, Session};

/// What a command ends with.
pub(crate) type Result<T> = std::result::Result<T, CliError>;

/// The Sillok node and its command line.
#[derive(Parser, Debug)]
#[command(name = "sillok", version, about, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    options: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

/// The groups of verbs.
#[derive(Subcommand, Debug)]
enum Command {
    /// Run a chain of one validator on this machine, with funded accounts and sample companies.
    Dev(crate::dev::DevOptions),
    /// Run a chain of several validators on this machine, each a process of its own.
    Testnet(crate::testnet::TestnetOptions),
    /// Make a node's folder: keys and settings.
    Init(node::InitOptions),
    /// Make a chain's genesis together with the other members.
    #[command(subcommand)]
    Genesis(genesis::GenesisCommand),
    /// Run a node from its folder.
    Start(crate::start::StartOptions),
    /// Check a node's folder, its machine and the node, and say what to do.
    Doctor(doctor::DoctorOptions),
    /// Show a node's settings.
    Config(node::ConfigOptions),
    /// Show the nodes that are connected to the node.
    Peers,
    /// Show the round of consensus that is going on, and who has voted.
    Consensus,
    /// Have the node log more or less while it runs.
    LogLevel(node::LogLevelOptions),
    /// Show the node's chain, height, time, validators and peers.
    Status,
    /// Make and show keys, and sign with them.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Make access tokens for requests to a node.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Build, deploy, call, query, inspect and upgrade contracts.
    #[command(subcommand)]
    Contract(contract::ContractCommand),
    /// Prepare, send and show transactions.
    #[command(subcommand)]
    Tx(tx::TxCommand),
    /// Read blocks, accounts, contracts and storage.
    #[command(subcommand)]
    Query(query::QueryCommand),
    /// Keep a company's share register.
    #[command(subcommand)]
    Register(register::RegisterCommand),
    /// Mint, transfer and hold cash.
    #[command(subcommand)]
    Cash(cash::CashCommand),
    /// Exchange shares against cash, delivered together or not at all.
    #[command(subcommand)]
    Escrow(escrow::EscrowCommand),
    /// Create, change and resolve decentralised identifiers.
    #[command(subcommand)]
    Did(did::DidCommand),
    /// List shares on the market, place and cancel orders.
    #[command(subcommand)]
    Order(order::OrderCommand),
    /// Halt and suspend listings, disclose documents, and see what surveillance has found.
    #[command(subcommand)]
    Market(order::MarketCommand),
    /// Show the past of accounts, contracts, listings and holders.
    #[command(subcommand)]
    History(history::HistoryCommand),
    /// Propose and vote on what validators decide: nodes, parameters, members, halts.
    #[command(subcommand)]
    Gov(gov::GovCommand),
    /// Measure how many transactions a second one node carries on this machine.
    Bench(crate::bench::BenchOptions),
    /// Simulate networks of validators on which everything goes wrong, under seeds, and see to it that no rule breaks.
    Sim(crate::sim::SimOptions),
    /// Make, check and restore snapshots of a chain's state.
    #[command(subcommand)]
    Snapshot(snapshot::SnapshotCommand),
    /// Check a register's extract or a proof offline.
    Verify(verify::VerifyOptions),
    /// Show which validators the chain has: what extracts and proofs are checked against.
    Trust(verify::TrustOptions),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsOptions),
}

/// Parses the process's arguments, runs the command, prints what came of it.
pub(crate) fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let arguments = parameters::as_pairs(&mut Cli::command(), arguments);
    let outcome = match Cli::try_parse_from(&arguments) {
        Ok(cli) => run(cli),
        Err(error) if error.use_stderr() && json => Err(usage_error(&error)),
        Err(error) => error.exit(),
    };
    // What still uses a database as the process ends would take it down.
    if !wait_until_closed(limits::SHUTDOWN_GRACE) {
        tracing::warn!("a database is still in use: the process ends all the same");
    }
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(json, &error);
            ExitCode::from(error.exit as u8)
        }
    }
}

/// What clap would print, as this program's own error.
fn usage_error(error: &clap::Error) -> CliError {
    let text = error.to_string();
    // What is wrong, and then which arguments are missing or which values there are.
    let said: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let message = said.join(" ");
    CliError::usage(message.strip_prefix("error: ").unwrap_or(&message)).hint("see --help")
}

fn run(cli: Cli) -> Result<()> {
    let Cli { options, command } = cli;
    match command {
        Command::Dev(dev) => chains::dev(&dev, &options),
        Command::Start(start) => chains::start(&start, &options),
        Command::Testnet(testnet) => chains::testnet(&testnet, &options),
        Command::Init(init) => node::init(&init, &options),
        Command::Config(config) => node::config(&config, &options),
        Command::Genesis(command) => genesis::run(command, &options),
        Command::Completions(completions) => completions::run(&completions),
        Command::Keys(command) => keys::run(command, &options),
        Command::Token(command) => token::run(command, &options),
        Command::Verify(verify) => verify::run(&verify, &options),
        Command::Snapshot(command) => snapshot::run(&command, &options),
        Command::Bench(bench) => bench::run(&bench, &options),
        Command::Sim(sim) => chains::simulate(&sim, &options),
        Command::History(history::HistoryCommand::Rebuild(rebuild)) => history::rebuild(&rebuild, &options),
        Command::Doctor(doctor) => block_on(doctor::run(&doctor, &options)),
        online => block_on(run_online(online, options)),
    }
}

/// Runs what waits for others, on this thread.
fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| CliError::failed("runtime", error))?.block_on(future)
}

/// Runs what may talk to a node.
async fn run_online(command: Command, options: GlobalOptions) -> Result<()> {
    // Some of the contract verbs need no node.
    if let Command::Contract(command) = command {
        return contract::run(command, options).await;
    }
    let session = &Session::open(options).await?;
    match command {
        Command::Status => status::run(session),
        Command::Peers => node::peers(session).await,
        Command::Consensus => node::consensus(session).await,
        Command::LogLevel(level) => node::log_level(&level, session).await,
        Command::Tx(command) => tx::run(command, session).await,
        Command::Query(command) => query::run(command, session).await,
        Command::Register(command) => register::run(command, session).await,
        Command::Cash(command) => cash::run(command, session).await,
        Command::Escrow(command) => escrow::run(command, session).await,
        Command::Did(command) => did::run(command, session).await,
        Command::Order(command) => order::run(command, session).await,
        Command::Market(command) => order::run_market(command, session).await,
        Command::History(command) => history::run(command, session).await,
        Command::Gov(command) => gov::run(command, session).await,
        Command::Trust(trust) => verify::trust(&trust, session).await,
        Command::Dev(_)
        | Command::Testnet(_)
        | Command::Init(_)
        | Command::Start(_)
        | Command::Config(_)
        | Command::Doctor(_)
        | Command::Genesis(_)
        | Command::Completions(_)
        | Command::Keys(_)
        | Command::Token(_)
        | Command::Contract(_)
        | Command::Bench(_)
        | Command::Sim(_)
        | Command::Snapshot(_)
        | Command::Verify(_) => unreachable!("run without a session"),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_has_an_argument_with_the_id_of_a_global_flag() {
        let root = Cli::command();
        let global: Vec<_> = root.get_arguments().map(|argument| argument.get_id().clone()).collect();
        fn check(command: &Command, global: &[clap::Id]) {
            for argument in command.get_arguments() {
                assert!(!global.contains(argument.get_id()), "{}: {}", command.get_name(), argument.get_id());
            }
            command.get_subcommands().for_each(|command| check(command, global));
        }
        root.get_subcommands().for_each(|command| check(command, &global));
    }
}
