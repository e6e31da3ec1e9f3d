//! `sillok market surveillance` and `concentration`: what the node's read model has found.

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::MarketArg;
use super::market::Market;
use crate::cli::session::from_rpc;
use crate::cli::table::{Align, Table, grouped};
use crate::cli::who::Who;
use crate::cli::{CliError, Result, Session};

/// Which findings.
#[derive(Args, Debug)]
pub(crate) struct SurveillanceArgs {
    /// Of this listing alone: its number, or the company if that has one listing only.
    #[arg(value_name = "MARKET")]
    market: Option<String>,
    /// Of this kind alone.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Those that name this account, or one that belongs to it.
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Those after the one of this number.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
}

/// What surveillance looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Both sides of a trade belong to the same.
    SelfDealing,
    /// Two sell each other the same shares.
    BackAndForth,
    /// Large orders that were cancelled around trades on the other side.
    Spoofing,
    /// A price far from those before it.
    PriceJump,
    /// Somebody has much of a day's trading.
    Concentration,
}

/// A finding, as far as it is shown.
#[derive(Deserialize)]
struct Finding {
    number: u64,
    kind: String,
    market: u64,
    height: u64,
    time: String,
    accounts: Vec<String>,
    orders: Vec<u64>,
    trades: Vec<u64>,
    figures: Map<String, Value>,
}

pub(super) async fn findings(args: SurveillanceArgs, session: &Session) -> Result<()> {
    let market = match &args.market {
        Some(text) => Some(Market::find(session, text).await?.id()),
        None => None,
    };
    let account = args.account.as_deref().map(|text| session.account(text)).transpose()?;
    let mut wanted = json!({
        "market": market, "account": account.map(|account| account.to_string()), "after": args.after,
        "kind": args.kind.and_then(|kind| kind.to_possible_value()).map(|kind| kind.get_name().to_owned()),
    });
    let mut rows = Vec::new();
    let height = loop {
        let answer = session.client().market_findings(wanted.clone()).await.map_err(from_rpc)?;
        rows.extend(answer["findings"].as_array().into_iter().flatten().cloned());
        if answer["next"].is_null() {
            break answer["height"].clone();
        }
        wanted["after"] = answer["next"].clone();
    };
    let who = Who::load(session).await?;
    let mut table = Table::new(
        &[
            ("no.", Align::Right),
            ("block", Align::Right),
            ("time", Align::Left),
            ("market", Align::Right),
            ("found", Align::Left),
            ("accounts", Align::Left),
            ("orders", Align::Left),
            ("trades", Align::Left),
            ("figures", Align::Left),
        ],
        format!("nothing was found in the blocks up to {height}"),
    );
    for row in &rows {
        let finding: Finding = serde_json::from_value(row.clone()).map_err(unexpected)?;
        let accounts: Vec<String> = finding.accounts.iter().map(|account| who.show(account)).collect();
        let figures: Vec<String> = finding
            .figures
            .iter()
            .map(|(name, figure)| format!("{} {figure}", name.replace('_', " ")))
            .collect();
        table.row([
            finding.number.to_string(),
            finding.height.to_string(),
            finding.time,
            finding.market.to_string(),
            finding.kind,
            accounts.join(" "),
            numbers(&finding.orders),
            numbers(&finding.trades),
            figures.join(", "),
        ]);
    }
    session.result(table, json!({ "height": height, "findings": rows }));
    Ok(())
}

fn unexpected(error: serde_json::Error) -> CliError {
    CliError::network("unexpected-answer", format!("the node answered in an unexpected form: {error}"))
        .hint("is it a Sillok node, and of this version?")
}

/// Numbers in a line; many are cut short.
fn numbers(numbers: &[u64]) -> String {
    const MOST: usize = 6;
    let mut text: Vec<String> = numbers.iter().take(MOST).map(u64::to_string).collect();
    if numbers.len() > MOST {
        text.push(format!("and {} more", numbers.len() - MOST));
    }
    text.join(" ")
}

/// A day's trading, as the node answers it.
#[derive(Deserialize)]
struct Day {
    trades: u64,
    shares: u64,
    of_class_percent: u64,
    accounts: Vec<Traded>,
}

#[derive(Deserialize)]
struct Traded {
    account: String,
    bought: u64,
    sold: u64,
}

/// What somebody holds of a class.
#[derive(Deserialize)]
struct Holding {
    shares: u64,
}

pub(super) async fn concentration(arg: &MarketArg, session: &Session) -> Result<()> {
    let market = Market::find(session, &arg.market).await?;
    let mut raw = session.client().market_day(market.id()).await.map_err(from_rpc)?;
    let day: Day = serde_json::from_value(raw.clone()).map_err(unexpected)?;
    let who = Who::load(session).await?;
    let outstanding = market.class.outstanding;
    let mut table = Table::new(
        &[
            ("account", Align::Left),
            ("bought", Align::Right),
            ("of all", Align::Right),
            ("sold", Align::Right),
            ("of all", Align::Right),
            ("holds", Align::Right),
            ("of the class", Align::Right),
            ("", Align::Left),
        ],
        format!("{} has not traded today", market.title()),
    );
    for (index, row) in day.accounts.iter().enumerate() {
        let query = json!({ "class": market.class.id, "holder": row.account });
        let holding: Holding = market.company.query("holding", query).await?;
        let of_class = share(holding.shares, outstanding);
        let large = of_class >= day.of_class_percent * 100;
        raw["accounts"][index]["holds"] = json!(holding.shares);
        raw["accounts"][index]["of_class_hundredths"] = json!(of_class);
        table.row([
            who.show(&row.account),
            grouped(row.bought),
            percent(share(row.bought, day.shares)),
            grouped(row.sold),
            percent(share(row.sold, day.shares)),
            grouped(holding.shares),
            percent(of_class),
            if large { "large".to_string() } else { String::new() },
        ]);
    }
    raw["outstanding"] = json!(outstanding);
    let human = format!(
        "{}, market {}: {} trades of {} shares today\n\n{table}",
        market.title(),
        market.id(),
        grouped(day.trades),
        grouped(day.shares)
    );
    session.result(human, raw);
    Ok(())
}

/// A part of a whole in hundredths of a percent.
fn share(part: u64, whole: u64) -> u64 {
    let share = (u128::from(part) * 10_000).checked_div(u128::from(whole)).unwrap_or(0);
    u64::try_from(share).unwrap_or(u64::MAX)
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}
