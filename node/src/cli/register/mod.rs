//! `sillok register`: a company's share register.

mod arguments;
mod change;
mod company;
mod create;
mod extract;
mod import;
mod show;
mod types;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sillok_abi::Date;

use super::moment::KOREA_OFFSET_MS;
use super::{Result, Session};

pub(crate) use company::Company;
pub(crate) use types::{Class, Lot};

/// Keep a company's share register.
#[derive(Subcommand, Debug)]
pub(crate) enum RegisterCommand {
    /// List the companies on this chain.
    List,
    /// Show a company and its classes of shares.
    Show {
        #[command(flatten)]
        company: CompanyArg,
    },
    /// Open the register of a new company.
    Create(create::CreateArgs),
    /// Add a class of shares.
    AddClass(arguments::AddClassArgs),
    /// Issue new shares to a holder.
    Issue(arguments::IssueArgs),
    /// Accept shares as their holder.
    Accept(arguments::AcceptArgs),
    /// Transfer shares to another holder.
    Transfer(arguments::TransferArgs),
    /// Record that the company buys shares back.
    Repurchase(arguments::RepurchaseArgs),
    /// Cancel shares.
    Cancel(arguments::CancelArgs),
    /// Take back an issue that nobody has accepted.
    Retract(arguments::RetractArgs),
    /// Lock shares for somebody, as for a pledge.
    Lock(arguments::LockArgs),
    /// Unlock shares.
    Unlock(arguments::UnlockArgs),
    /// Show the cap table: who holds how many shares of which class.
    Holders(show::HoldersArgs),
    /// Show a holder's lots.
    Lots(show::LotsArgs),
    /// Show what happened, oldest first.
    History(show::HistoryArgs),
    /// Write a certified extract, which anyone can verify offline with `sillok verify`.
    ///
    /// Of the whole register, or of one holder and nobody else. It carries the entries, the proof that they
    /// are in the chain's state, and the validators' signatures over the block that commits to that state.
    Extract(extract::ExtractArgs),
    /// Import a cap table in Open Cap Format 1.1.
    ///
    /// Reads the folder's manifest and files, and enters what they tell in order of date: classes of
    /// shares, issuances, acceptances, transfers, repurchases, cancellations, retractions. The
    /// company's register is opened if there is none yet. Records of kinds that the register does not
    /// know, and records that contradict each other, are listed with a reason. What is entered
    /// already is not entered again: a second import changes nothing, and an import that was
    /// interrupted goes on when it is started again.
    Import(import::ImportArgs),
}

/// Which company.
#[derive(Args, Debug)]
pub(crate) struct CompanyArg {
    /// The company: its register's name or id, or its legal name.
    #[arg(value_name = "COMPANY")]
    company: String,
}

impl CompanyArg {
    async fn find<'a>(&self, session: &'a Session) -> Result<Company<'a>> {
        Company::find(session, &self.company).await
    }
}

/// A folder in Open Cap Format that holders' names are taken from.
#[derive(Args, Debug)]
pub(crate) struct NamesArg {
    /// A folder in Open Cap Format to take imported holders' names from.
    #[arg(long, value_name = "DIR")]
    names: Option<PathBuf>,
}

/// The day that registers date by: today in Korea.
fn today() -> Date {
    sillok_client::transaction::now().plus(KOREA_OFFSET_MS).date()
}

/// Runs a command.
pub(crate) async fn run(command: RegisterCommand, session: &Session) -> Result<()> {
    match command {
        RegisterCommand::List => show::list(session).await,
        RegisterCommand::Show { company } => show::company(company, session).await,
        RegisterCommand::Extract(args) => extract::run(args, session).await,
        RegisterCommand::Create(args) => create::run(args, session).await,
        RegisterCommand::AddClass(args) => change::add_class(args, session).await,
        RegisterCommand::Issue(args) => change::issue(args, session).await,
        RegisterCommand::Accept(args) => change::accept(args, session).await,
        RegisterCommand::Transfer(args) => change::transfer(args, session).await,
        RegisterCommand::Repurchase(args) => change::repurchase(args, session).await,
        RegisterCommand::Cancel(args) => change::cancel(args, session).await,
        RegisterCommand::Retract(args) => change::retract(args, session).await,
        RegisterCommand::Lock(args) => change::lock(args, session).await,
        RegisterCommand::Unlock(args) => change::unlock(args, session).await,
        RegisterCommand::Holders(args) => show::holders(args, session).await,
        RegisterCommand::Lots(args) => show::lots(args, session).await,
        RegisterCommand::History(args) => show::history(args, session).await,
        RegisterCommand::Import(args) => import::run(args, session).await,
    }
}
