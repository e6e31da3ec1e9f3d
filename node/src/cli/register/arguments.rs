//! The arguments of the commands that change a register.

use clap::{Args, ValueEnum};
use sillok_abi::Date;

use super::types::Lot;
use super::{Company, CompanyArg, today};
use crate::cli::{Result, Session};

/// Which lot of which company.
#[derive(Args, Debug)]
pub(crate) struct LotArg {
    #[command(flatten)]
    pub(super) company: CompanyArg,
    /// The lot: its number, or its reference in other systems.
    #[arg(value_name = "LOT")]
    pub(super) lot: String,
}

impl LotArg {
    pub(super) async fn find<'a>(&self, session: &'a Session) -> Result<(Company<'a>, Lot)> {
        let company = self.company.find(session).await?;
        let lot = company.lot(&self.lot).await?;
        Ok((company, lot))
    }
}

/// The day on which something takes effect.
#[derive(Args, Debug)]
pub(crate) struct DateArg {
    /// The day on which it takes effect, such as 2026-11-23; today in Korea unless given.
    #[arg(long, value_name = "DATE")]
    pub(super) date: Option<Date>,
}

impl DateArg {
    pub(super) fn text(&self) -> String {
        self.date.unwrap_or_else(today).to_string()
    }
}

/// How many shares of a lot.
#[derive(Args, Debug)]
pub(crate) struct QuantityArg {
    /// How many shares; all that are free unless given.
    #[arg(long, value_name = "SHARES")]
    pub(super) quantity: Option<u64>,
}

impl QuantityArg {
    pub(super) fn of(&self, lot: &Lot) -> u64 {
        self.quantity.unwrap_or_else(|| lot.free())
    }
}

/// Kinds of classes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// Common shares.
    Common,
    /// Preferred shares.
    Preferred,
}

/// Adds a class.
#[derive(Args, Debug)]
pub(crate) struct AddClassArgs {
    #[command(flatten)]
    pub(super) company: CompanyArg,
    /// The class's name.
    #[arg(long)]
    pub(super) name: String,
    /// Common or preferred shares.
    #[arg(long, value_enum, default_value = "common")]
    pub(super) kind: Kind,
    /// How many shares may be issued.
    #[arg(long, value_name = "SHARES")]
    pub(super) authorised: u64,
    /// Votes of one share.
    #[arg(long, default_value_t = 1)]
    pub(super) votes: u32,
    /// Rank in a liquidation: higher is paid first.
    #[arg(long, default_value_t = 0)]
    pub(super) seniority: u32,
    /// Par value of one share in the smallest unit of the currency; 0 for no-par shares.
    #[arg(long, default_value_t = 0)]
    pub(super) par: u64,
    /// The class's id in other systems.
    #[arg(long, default_value = "")]
    pub(super) reference: String,
}

/// Issues shares.
#[derive(Args, Debug)]
pub(crate) struct IssueArgs {
    #[command(flatten)]
    pub(super) company: CompanyArg,
    /// The class: its id, reference or name.
    #[arg(long)]
    pub(super) class: String,
    /// The holder.
    #[arg(long, value_name = "ACCOUNT")]
    pub(super) to: String,
    /// How many shares.
    #[arg(long, value_name = "SHARES")]
    pub(super) quantity: u64,
    /// The price of one share, such as "5000 KRW", for the history.
    #[arg(long, default_value = "")]
    pub(super) price: String,
    #[command(flatten)]
    pub(super) date: DateArg,
    /// The lot's id in other systems.
    #[arg(long, default_value = "")]
    pub(super) reference: String,
}

/// Accepts a lot.
#[derive(Args, Debug)]
pub(crate) struct AcceptArgs {
    #[command(flatten)]
    pub(super) lot: LotArg,
    #[command(flatten)]
    pub(super) date: DateArg,
}

/// Transfers shares.
#[derive(Args, Debug)]
pub(crate) struct TransferArgs {
    #[command(flatten)]
    pub(super) lot: LotArg,
    /// The new holder.
    #[arg(long, value_name = "ACCOUNT")]
    pub(super) to: String,
    #[command(flatten)]
    pub(super) quantity: QuantityArg,
    #[command(flatten)]
    pub(super) date: DateArg,
    /// The new lot's id in other systems.
    #[arg(long, default_value = "")]
    pub(super) reference: String,
    /// The id in other systems of the lot that keeps the rest.
    #[arg(long, default_value = "")]
    pub(super) balance_reference: String,
}

/// Buys shares back.
#[derive(Args, Debug)]
pub(crate) struct RepurchaseArgs {
    #[command(flatten)]
    pub(super) lot: LotArg,
    #[command(flatten)]
    pub(super) quantity: QuantityArg,
    /// The price of one share, such as "5000 KRW", for the history.
    #[arg(long, default_value = "")]
    pub(super) price: String,
    #[command(flatten)]
    pub(super) date: DateArg,
    /// The id in other systems of the lot that keeps the rest.
    #[arg(long, default_value = "")]
    pub(super) balance_reference: String,
}

/// Cancels shares.
#[derive(Args, Debug)]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    pub(super) lot: LotArg,
    #[command(flatten)]
    pub(super) quantity: QuantityArg,
    /// Why.
    #[arg(long, default_value = "")]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) date: DateArg,
    /// The id in other systems of the lot that keeps the rest.
    #[arg(long, default_value = "")]
    pub(super) balance_reference: String,
}

/// Takes an issue back.
#[derive(Args, Debug)]
pub(crate) struct RetractArgs {
    #[command(flatten)]
    pub(super) lot: LotArg,
    /// Why.
    #[arg(long, default_value = "")]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) date: DateArg,
}

/// Locks shares.
#[derive(Args, Debug)]
pub(crate) struct LockArgs {
    #[command(flatten)]
    pub(super) lot: LotArg,
    /// For whom they are locked: who alone can unlock them.
    #[arg(long = "for", value_name = "ACCOUNT")]
    pub(super) locker: String,
    #[command(flatten)]
    pub(super) quantity: QuantityArg,
    /// Let the locker hand the shares over to somebody else too.
    #[arg(long)]
    pub(super) delivery: bool,
}

/// Unlocks shares.
#[derive(Args, Debug)]
pub(crate) struct UnlockArgs {
    #[command(flatten)]
    pub(super) lot: LotArg,
    /// For whom they are locked; as whom you sign unless given.
    #[arg(long = "for", value_name = "ACCOUNT")]
    pub(super) locker: Option<String>,
    /// How many shares.
    #[arg(long, value_name = "SHARES")]
    pub(super) quantity: u64,
}
