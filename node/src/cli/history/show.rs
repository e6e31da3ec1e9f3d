//! The past as tables.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{ClassArgs, Interval, PageArgs, account_or_own, class, entries};
use crate::cli::order::Market;
use crate::cli::table::{Align, Table, grouped};
use crate::cli::who::Who;
use crate::cli::{Result, Session};

/// A number of an entry, with its thousands apart.
fn number(row: &Value, field: &str) -> String {
    row[field].as_u64().map_or_else(String::new, grouped)
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_default()
}

fn nothing(height: &Value) -> String {
    format!("nothing in the blocks up to {height}")
}

pub(super) async fn past(session: &Session, of: &str, wanted: Value, page: &PageArgs) -> Result<()> {
    let (rows, height) = entries(session, of, "entries", wanted, page.limit).await?;
    let who = Who::load(session).await?;
    let columns = [
        ("block", Align::Right),
        ("time", Align::Left),
        ("contract", Align::Left),
        ("what", Align::Left),
        ("by", Align::Left),
        ("fields", Align::Left),
    ];
    let mut table = Table::new(&columns, nothing(&height));
    for row in &rows {
        let contract = text(row, "contract");
        let named = match contract.parse() {
            Ok(id) => session.contract_by_id(id).await.map_or_else(|_| contract.into(), |found| found.name),
            Err(_) => contract.to_owned(),
        };
        let call = if row["event"].is_null() { "call " } else { "" };
        let failed = if row["ok"].as_bool() == Some(false) { ", failed" } else { "" };
        table.row([
            number(row, "height"),
            text(row, "time").to_owned(),
            named,
            format!("{call}{}{failed}", text(row, "name")),
            who.show(text(row, "submitter")),
            told(&row["fields"], &who),
        ]);
    }
    session.result(table, json!({ "height": height, "entries": rows }));
    Ok(())
}

/// An event's fields in a line.
fn told(fields: &Value, who: &Who) -> String {
    let Some(fields) = fields.as_object() else { return String::new() };
    let fields = fields.iter().filter(|(_, value)| !value.is_null() && value.as_str() != Some(""));
    let fields: Vec<String> =
        fields.map(|(name, value)| format!("{} {}", name.replace('_', " "), shown(value, who))).collect();
    fields.join(", ")
}

fn shown(value: &Value, who: &Who) -> String {
    match value {
        Value::String(text) => who.show(text),
        Value::Object(_) => format!("({})", told(value, who)),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(item, who)).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

pub(super) async fn trades(session: &Session, market: &str, page: &PageArgs) -> Result<()> {
    let market = Market::find(session, market).await?.id();
    let (rows, height) =
        entries(session, "trades", "trades", json!({ "market": market }), page.limit).await?;
    let who = Who::load(session).await?;
    let columns = [
        ("no.", Align::Right),
        ("time", Align::Left),
        ("price", Align::Right),
        ("shares", Align::Right),
        ("value", Align::Right),
        ("buyer", Align::Left),
        ("seller", Align::Left),
        ("", Align::Left),
    ];
    let mut table = Table::new(&columns, nothing(&height));
    for row in &rows {
        table.row([
            number(row, "number"),
            text(row, "time").to_owned(),
            number(row, "price"),
            number(row, "quantity"),
            number(row, "value"),
            who.show(text(row, "buyer")),
            who.show(text(row, "seller")),
            if row["negotiated"].as_bool() == Some(true) { "negotiated".into() } else { String::new() },
        ]);
    }
    session.result(table, json!({ "height": height, "trades": rows }));
    Ok(())
}

pub(super) async fn candles(
    session: &Session,
    market: &str,
    interval: Interval,
    page: &PageArgs,
) -> Result<()> {
    let market = Market::find(session, market).await?.id();
    let interval = interval.to_possible_value().map(|value| value.get_name().to_owned());
    let wanted = json!({ "market": market, "interval": interval });
    let (rows, height) = entries(session, "candles", "candles", wanted, page.limit).await?;
    let figures = ["open", "high", "low", "close", "shares", "value", "trades"];
    let mut columns = vec![("from", Align::Left)];
    columns.extend(figures.map(|figure| (figure, Align::Right)));
    let mut table = Table::new(&columns, nothing(&height));
    for row in &rows {
        let start = std::iter::once(text(row, "start").to_owned());
        table.row(start.chain(figures.map(|figure| number(row, figure))));
    }
    session.result(table, json!({ "height": height, "candles": rows }));
    Ok(())
}

pub(super) async fn holding(
    session: &Session,
    args: &ClassArgs,
    holder: Option<String>,
    page: &PageArgs,
) -> Result<()> {
    let holder = account_or_own(session, holder.as_deref())?;
    let (company, class) = class(session, args).await?;
    let wanted = json!({ "contract": company.contract.id.to_string(), "class": class.id, "holder": holder });
    changes(session, "holding", wanted, &["shares"], page).await
}

pub(super) async fn standings(session: &Session, args: &ClassArgs, page: &PageArgs) -> Result<()> {
    let (company, class) = class(session, args).await?;
    let wanted = json!({ "contract": company.contract.id.to_string(), "class": class.id });
    changes(session, "class", wanted, &["holders", "outstanding"], page).await
}

async fn changes(
    session: &Session,
    of: &str,
    wanted: Value,
    figures: &[&'static str],
    page: &PageArgs,
) -> Result<()> {
    let (rows, height) = entries(session, of, "changes", wanted, page.limit).await?;
    let mut columns = vec![("block", Align::Right), ("time", Align::Left)];
    columns.extend(figures.iter().map(|figure| (*figure, Align::Right)));
    let mut table = Table::new(&columns, nothing(&height));
    for row in &rows {
        let at = [number(row, "height"), text(row, "time").to_owned()];
        table.row(at.into_iter().chain(figures.iter().map(|figure| number(row, figure))));
    }
    session.result(table, json!({ "height": height, "changes": rows }));
    Ok(())
}
