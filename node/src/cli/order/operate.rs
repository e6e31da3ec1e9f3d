//! `sillok market`: what the market's operator, the companies and those who watch the market do.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use sillok_abi::Date;

use super::market::{self, Market};
use super::types::Today;
use super::{MarketArg, surveillance, talk};
use crate::cli::table::{Align, Table, grouped};
use crate::cli::{CliError, Result, Session, typed};

/// Halt and suspend listings, disclose documents, and see what surveillance has found.
#[derive(Subcommand, Debug)]
pub(crate) enum MarketCommand {
    /// Show where a listing stands within its day.
    Show(MarketArg),
    /// Halt, suspend or delist a listing, or have it trade again, as the market's operator.
    ///
    /// Orders stay through a halt; a suspension releases them. What is delisted stays so.
    Status(StatusArgs),
    /// Disclose a document of the company, as its registrar.
    Disclose(DiscloseArgs),
    /// Show what a company has disclosed.
    Disclosures(MarketArg),
    /// Enter a day without trading, as the market's operator.
    Holiday(HolidayArgs),
    /// Enter a rate of the securities transaction tax from a day to come on, as the tax authority.
    Tax(TaxArgs),
    /// Do what is due in a listing. The chain does so by itself.
    Advance(MarketArg),
    /// Show what surveillance has found: trades with oneself, orders that are there to be seen, jumps of prices.
    Surveillance(surveillance::SurveillanceArgs),
    /// Show who bought and sold how much in a listing's day so far, and holds how much of the class.
    Concentration(MarketArg),
}

/// Whether a listing trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Status {
    /// It trades by its timetable.
    Trading,
    /// It does not trade; orders stay.
    Halted,
    /// It does not trade, and all orders are released.
    Suspended,
    /// It never trades again, and all orders are released.
    Delisted,
}

/// What becomes of a listing.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    market: MarketArg,
    /// What it is from now on.
    #[arg(value_enum)]
    status: Status,
    /// The notice: a file, whose hash goes on the chain, or the hash itself, 0x and 64 hexadecimal digits.
    #[arg(long, value_name = "FILE-OR-HASH")]
    document: Option<String>,
}

/// What is disclosed.
#[derive(Args, Debug)]
pub(crate) struct DiscloseArgs {
    #[command(flatten)]
    market: MarketArg,
    /// What it is, in at most 200 bytes.
    #[arg(long)]
    title: String,
    /// The document: a file, whose hash goes on the chain, or the hash itself, 0x and 64 hexadecimal digits.
    #[arg(long, value_name = "FILE-OR-HASH")]
    document: String,
}

/// Which day.
#[derive(Args, Debug)]
pub(crate) struct HolidayArgs {
    /// The day, in Korea: 2026-12-25.
    #[arg(value_name = "DAY")]
    day: Date,
    /// There is trading after all.
    #[arg(long)]
    open: bool,
}

/// Which rate.
#[derive(Args, Debug)]
pub(crate) struct TaxArgs {
    /// The class of the table; listings name one.
    #[arg(value_name = "CLASS")]
    class: u32,
    /// From which day on, in Korea: 2027-01-01.
    #[arg(long, value_name = "DAY")]
    since: Date,
    /// The rate, in millionths of a sale's value: 1800 are 0.18 percent.
    #[arg(long, value_name = "MILLIONTHS")]
    rate: u32,
}

/// Runs a command.
pub(crate) async fn run(command: MarketCommand, session: &Session) -> Result<()> {
    match command {
        MarketCommand::Show(arg) => show(&arg, session).await,
        MarketCommand::Status(args) => status(args, session).await,
        MarketCommand::Disclose(args) => disclose(args, session).await,
        MarketCommand::Disclosures(arg) => disclosures(&arg, session).await,
        MarketCommand::Holiday(args) => holiday(&args, session).await,
        MarketCommand::Tax(args) => tax(&args, session).await,
        MarketCommand::Advance(arg) => advance(&arg, session).await,
        MarketCommand::Surveillance(args) => surveillance::findings(args, session).await,
        MarketCommand::Concentration(arg) => surveillance::concentration(&arg, session).await,
    }
}

async fn show(arg: &MarketArg, session: &Session) -> Result<()> {
    let market = Market::find(session, &arg.market).await?;
    let query = json!({ "listing": market.id() });
    let raw: Value = session.query(&market.contract, "today", query, None).await?;
    let today: Today = typed::read(&market.contract, "today", raw.clone())?;
    let price = |price: u64| market.currency.number(price);
    let human = format!(
        "{} in {}, market {}\nstatus  {}, {}\nband    {} to {}, around {}\nlast    {}\ntoday   {} trades of {} shares",
        market.title(),
        market.currency.code,
        market.id(),
        today.status.to_lowercase(),
        today.phase.to_lowercase(),
        price(today.low),
        price(today.high),
        price(today.reference),
        today.last.map_or_else(|| "-".to_string(), price),
        grouped(today.trades),
        grouped(today.volume),
    );
    session.result(human, json!({ "market": market.id(), "today": raw }));
    Ok(())
}

async fn status(args: StatusArgs, session: &Session) -> Result<()> {
    let market = Market::find(session, &args.market.market).await?;
    let status = format!("{:?}", args.status);
    let document = talk::document(args.document.as_deref())?;
    let call = json!({ "listing": market.id(), "status": status, "document": document });
    let result = session.call(&market.contract, "set_status", call).await?;
    let rest = match result.value.as_bool() {
        Some(false) => "\nThe chain releases the other orders by itself, within seconds.",
        _ => "",
    };
    let human = format!("{} is {} from now on.{rest}", market.title(), status.to_lowercase());
    session.result(human, typed::sent(&result, json!({ "market": market.id(), "status": status })));
    Ok(())
}

async fn disclose(args: DiscloseArgs, session: &Session) -> Result<()> {
    let market = Market::find(session, &args.market.market).await?;
    let document = talk::document(Some(&args.document))?;
    let call = json!({ "listing": market.id(), "document": document, "title": args.title });
    let result = session.call(&market.contract, "disclose", call).await?;
    let human = format!("Disclosed `{}` of {} as number {}.", args.title, market.title(), result.value);
    let value = json!({ "market": market.id(), "number": result.value, "document": document });
    session.result(human, typed::sent(&result, value));
    Ok(())
}

async fn disclosures(arg: &MarketArg, session: &Session) -> Result<()> {
    let market = Market::find(session, &arg.market).await?;
    let mut table = Table::new(
        &[("no.", Align::Right), ("time", Align::Left), ("title", Align::Left), ("document", Align::Left)],
        format!("{} has disclosed nothing; `sillok market disclose` does", market.title()),
    );
    let mut rows: Vec<Value> = Vec::new();
    loop {
        let query = json!({ "listing": market.id(), "from": rows.len() + 1, "limit": 100 });
        let page: Vec<Value> = typed::query(session, &market.contract, "disclosures", query, None).await?;
        let is_last = page.len() < 100;
        rows.extend(page);
        if is_last {
            break;
        }
    }
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    for row in &rows {
        table.row([row["number"].to_string(), text(row, "time"), text(row, "title"), text(row, "document")]);
    }
    session.result(table, json!({ "market": market.id(), "disclosures": rows }));
    Ok(())
}

async fn holiday(args: &HolidayArgs, session: &Session) -> Result<()> {
    let contract = market::contract(session).await?;
    let day = args.day.to_string();
    let result = session.call(&contract, "set_holiday", json!({ "day": day, "closed": !args.open })).await?;
    let human = match args.open {
        true => format!("There is trading on {day}, where timetables say so."),
        false => format!("There is no trading on {day}."),
    };
    session.result(human, typed::sent(&result, json!({ "day": day, "closed": !args.open })));
    Ok(())
}

async fn tax(args: &TaxArgs, session: &Session) -> Result<()> {
    let contract = market::contract(session).await?;
    let from = args.since.to_string();
    let rate = json!({ "class": args.class, "from": from, "rate": args.rate });
    let result = session.call(&contract, "set_tax", rate.clone()).await?;
    let human =
        format!("Sales of tax class {} are taxed by {} millionths from {from} on.", args.class, args.rate);
    session.result(human, typed::sent(&result, rate));
    Ok(())
}

async fn advance(arg: &MarketArg, session: &Session) -> Result<()> {
    let market = Market::find(session, &arg.market).await?;
    let result = session.call(&market.contract, "advance", json!({ "listing": market.id() })).await?;
    let done = result.value.as_bool().ok_or_else(|| {
        CliError::failed("unexpected-answer", "the market did not say whether something is left to do")
    })?;
    let human = if done { "Nothing is left to do now." } else { "More is left to do: advance again." };
    session.result(human, typed::sent(&result, json!({ "market": market.id(), "done": done })));
    Ok(())
}
