//! `sillok history`: the past of accounts, contracts, listings and holders, newest first, as a node's index has it.

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::register::{Class, Company};
use super::session::from_rpc;
use super::{CliError, GlobalOptions, Result, Session, output};
use crate::home::NodeHome;
use crate::storage::DataFolder;

/// The verbs of the past.
#[derive(Subcommand, Debug)]
pub(super) enum HistoryCommand {
    /// Show the transactions that an account signed, and the events that name it.
    Account {
        /// Whose; as whom you sign unless given.
        #[arg(value_name = "ACCOUNT")]
        account: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show what a contract was called for, and what it told: a company's register is one.
    Contract {
        /// The contract's name or id.
        #[arg(value_name = "CONTRACT")]
        contract: String,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a listing's trades.
    Trades {
        /// The listing: its number, or the company if that has one listing only.
        #[arg(value_name = "MARKET")]
        market: String,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a listing's prices by minute, hour or day: first, highest, lowest, last.
    Candles {
        /// The listing: its number, or the company if that has one listing only.
        #[arg(value_name = "MARKET")]
        market: String,
        /// How long each is. Days are days in Korea.
        #[arg(long, value_enum, default_value_t = Interval::Day)]
        interval: Interval,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show how many shares a holder had after each change.
    Holding {
        #[command(flatten)]
        class: ClassArgs,
        /// Whose; as whom you sign unless given.
        #[arg(long, value_name = "ACCOUNT")]
        holder: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show how many holders and outstanding shares a class had after each change.
    Class {
        #[command(flatten)]
        class: ClassArgs,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Remove the index of a stopped node: it is made anew from blocks when the node starts.
    Rebuild(RebuildOptions),
}

/// How much is shown.
#[derive(Args, Debug)]
pub(super) struct PageArgs {
    /// How many entries to show.
    #[arg(long, value_name = "ENTRIES", default_value_t = 20)]
    limit: usize,
}

/// Which class.
#[derive(Args, Debug)]
pub(super) struct ClassArgs {
    /// The company: its register's name or id, or its legal name.
    #[arg(value_name = "COMPANY")]
    company: String,
    /// The class: its id, reference or name. The only one unless given.
    #[arg(long)]
    class: Option<String>,
}

/// Which node's index.
#[derive(Args, Debug)]
pub(super) struct RebuildOptions {
    /// The node's folder.
    #[arg(long, value_name = "DIR", default_value = "./data/node")]
    home: PathBuf,
    /// The data folder, if the node is one of `sillok dev`.
    #[arg(long, value_name = "DIR", conflicts_with = "home")]
    data: Option<PathBuf>,
}

/// How long a candle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Interval {
    /// A minute.
    #[value(name = "1m")]
    Minute,
    /// An hour.
    #[value(name = "1h")]
    Hour,
    /// A day.
    #[value(name = "1d")]
    Day,
}

/// Removes an index. Needs no node.
pub(super) fn rebuild(options: &RebuildOptions, global: &GlobalOptions) -> Result<()> {
    let data = match &options.data {
        Some(data) => data.clone(),
        None => NodeHome::open(&options.home)
            .map_err(|error| CliError::failed("home", &error).hint(error.hint()))?
            .data(),
    };
    let failed = |error: crate::storage::StorageError| CliError::failed("storage", &error).hint(error.hint());
    let nothing = || {
        CliError::failed("storage", format!("there is no chain in {}", data.display()))
            .hint("--home names a node's folder, --data the data folder of `sillok dev`")
    };
    DataFolder::inspect(&data).map_err(failed)?.ok_or_else(nothing)?.remove_index().map_err(failed)?;
    let text = format!("the index in {} is gone; the node makes it anew when it starts", data.display());
    output::result(global.json, &text, json!({ "removed": data.display().to_string() }));
    Ok(())
}

/// Runs a verb.
pub(super) async fn run(command: HistoryCommand, session: &Session) -> Result<()> {
    match command {
        HistoryCommand::Account { account, page } => {
            let account = account_or_own(session, account.as_deref())?;
            show::past(session, "account", json!({ "account": account }), &page).await
        }
        HistoryCommand::Contract { contract, page } => {
            let contract = match session.contract(&contract).await {
                Ok(found) => found.id,
                Err(error) => Company::find(session, &contract).await.map_err(|_| error)?.contract.id,
            };
            show::past(session, "contract", json!({ "contract": contract.to_string() }), &page).await
        }
        HistoryCommand::Trades { market, page } => show::trades(session, &market, &page).await,
        HistoryCommand::Candles { market, interval, page } => {
            show::candles(session, &market, interval, &page).await
        }
        HistoryCommand::Holding { class, holder, page } => {
            show::holding(session, &class, holder, &page).await
        }
        HistoryCommand::Class { class, page } => show::standings(session, &class, &page).await,
        HistoryCommand::Rebuild(_) => unreachable!("run without a session"),
    }
}

fn account_or_own(session: &Session, account: Option<&str>) -> Result<String> {
    let account = account.map_or_else(|| session.signer_account(), |account| session.account(account))?;
    Ok(account.to_string())
}

/// Entries from the index, newest first, as many as are asked for, and up to which block it has read.
async fn entries(
    session: &Session,
    of: &str,
    name: &str,
    mut wanted: Value,
    limit: usize,
) -> Result<(Vec<Value>, Value)> {
    let mut rows: Vec<Value> = Vec::new();
    loop {
        let mut answer = session.client().history(of, wanted.clone()).await.map_err(from_rpc)?;
        rows.extend(answer[name].as_array_mut().map(std::mem::take).unwrap_or_default());
        if rows.len() >= limit || answer["next"].is_null() {
            rows.truncate(limit);
            return Ok((rows, answer["height"].take()));
        }
        wanted["before"] = answer["next"].take();
    }
}

/// The company's register and the class.
async fn class<'a>(session: &'a Session, args: &ClassArgs) -> Result<(Company<'a>, Class)> {
    let company = Company::find(session, &args.company).await?;
    let class = match &args.class {
        Some(class) => company.class(class).await?,
        None => {
            let mut classes = company.classes(None).await?;
            if classes.len() != 1 {
                let message = format!("{} has {} classes of shares", args.company, classes.len());
                return Err(
                    CliError::usage(message).hint("name one with --class; `sillok register show` shows them")
                );
            }
            classes.remove(0)
        }
    };
    Ok((company, class))
}
