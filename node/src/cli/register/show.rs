//! What a register holds: companies, classes, holders, lots, history.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use sillok_client::rpc::At;

use super::types::{Class, HistoryEntry, HolderRow, Lot};
use super::{Company, CompanyArg, NamesArg, import};
use crate::cli::moment::parse_at;
use crate::cli::table::{Align, Table, grouped};
use crate::cli::who::Who;
use crate::cli::{CliError, Result, Session};

/// The most entries of a history that are shown unless more are asked for.
const HISTORY_LIMIT: u32 = 100;

/// Shows the cap table.
#[derive(Args, Debug)]
pub(crate) struct HoldersArgs {
    #[command(flatten)]
    company: CompanyArg,
    /// Only this class: its id, reference or name.
    #[arg(long)]
    class: Option<String>,
    /// As of this height, time (2026-03-31T09:00:00Z), or end of this day in Korea (2026-03-31).
    #[arg(long, value_name = "WHEN", value_parser = parse_at)]
    at: Option<At>,
    #[command(flatten)]
    names: NamesArg,
}

/// Shows lots.
#[derive(Args, Debug)]
pub(crate) struct LotsArgs {
    #[command(flatten)]
    company: CompanyArg,
    /// Whose lots; as whom you sign unless given.
    #[arg(long, value_name = "ACCOUNT")]
    holder: Option<String>,
    /// Only this class: its id, reference or name.
    #[arg(long)]
    class: Option<String>,
}

/// Shows the history.
#[derive(Args, Debug)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    company: CompanyArg,
    /// How many of the oldest entries to leave out.
    #[arg(long, value_name = "ENTRIES", default_value_t = 0)]
    skip: u64,
    /// How many entries to show, at most 100.
    #[arg(long, default_value_t = HISTORY_LIMIT)]
    limit: u32,
    #[command(flatten)]
    names: NamesArg,
}

pub(super) async fn list(session: &Session) -> Result<()> {
    let empty = "no company has a register here yet; `sillok register create --name NAME` opens one";
    let columns = [
        ("company", Align::Left),
        ("name", Align::Left),
        ("classes", Align::Right),
        ("register", Align::Left),
    ];
    let mut table = Table::new(&columns, empty);
    let mut rows = Vec::new();
    for company in Company::every(session).await? {
        let classes = company.classes(None).await?.len();
        let id = company.contract.id.to_string();
        // Only contracts of the genesis have names of their own; others are called what they are.
        let named = Some(&company.contract.name).filter(|name| **name != company.contract.metadata.name);
        let name = named.map_or("-", |name| name.as_str());
        table.row([company.issuer.name.clone(), name.to_string(), classes.to_string(), id.clone()]);
        rows.push(
            json!({ "company": company.issuer.name, "sample": company.issuer.sample, "classes": classes,
            "name": named, "register": id }),
        );
    }
    session.result(table, json!({ "companies": rows }));
    Ok(())
}

pub(super) async fn company(company: CompanyArg, session: &Session) -> Result<()> {
    let company = company.find(session).await?;
    let who = Who::load(session).await?;
    let registrar: String = company.query("registrar", json!({})).await?;
    let classes: Value = company.query("classes", json!({ "from": 0, "limit": 100 })).await?;
    let issuer: Value = company.query("issuer", json!({})).await?;
    let mut table = Table::new(
        &[
            ("class", Align::Right),
            ("name", Align::Left),
            ("kind", Align::Left),
            ("authorised", Align::Right),
            ("issued", Align::Right),
            ("outstanding", Align::Right),
            ("votes", Align::Right),
            ("seniority", Align::Right),
            ("par", Align::Right),
            ("reference", Align::Left),
        ],
        "no classes of shares yet; `sillok register add-class` adds one",
    );
    for class in company.classes(None).await? {
        table.row(class_cells(class));
    }
    let facts = &company.issuer;
    let sample = if facts.sample { ", a sample company" } else { "" };
    let formed = facts.formed.as_ref().map(|date| format!(", formed {date}")).unwrap_or_default();
    let identifier =
        if facts.identifier.is_empty() { String::new() } else { format!(", no. {}", facts.identifier) };
    let human = format!(
        "{}{identifier}{formed}{sample}\nregister   {}\nregistrar  {}\n\n{table}",
        facts.name,
        company.contract.id,
        who.show(&registrar)
    );
    let register = company.contract.id.to_string();
    session.result(
        human,
        json!({ "register": register, "issuer": issuer, "registrar": registrar, "classes": classes }),
    );
    Ok(())
}

fn class_cells(class: Class) -> [String; 10] {
    let limit =
        if class.authorised == u64::MAX { "unlimited".to_string() } else { grouped(class.authorised) };
    let kind = class.kind.as_str().unwrap_or_default().to_lowercase();
    [
        class.id.to_string(),
        class.name,
        kind,
        limit,
        grouped(class.issued),
        grouped(class.outstanding),
        class.votes_per_share.to_string(),
        class.seniority.to_string(),
        grouped(class.par),
        class.reference,
    ]
}

pub(super) async fn holders(args: HoldersArgs, session: &Session) -> Result<()> {
    let company = args.company.find(session).await?;
    let only = match &args.class {
        Some(class) => Some(company.class(class).await?.id),
        None => None,
    };
    let who = names(&args.names, &company, session).await?;
    let rows: Vec<HolderRow> = company.all("holders", json!({}), args.at).await?;
    let rows: Vec<_> = rows.into_iter().filter(|row| only.is_none_or(|class| row.class == class)).collect();
    let classes = class_names(&company.classes(args.at).await?);
    let mut table = Table::new(
        &[
            ("holder", Align::Left),
            ("class", Align::Left),
            ("shares", Align::Right),
            ("locked", Align::Right),
            ("%", Align::Right),
        ],
        "nobody holds shares yet; `sillok register issue` issues some",
    );
    let mut json_rows = Vec::new();
    for row in &rows {
        let total: u64 = rows.iter().filter(|other| other.class == row.class).map(|other| other.shares).sum();
        let holder = who.show(&row.holder);
        let class = classes.get(&row.class).cloned().unwrap_or_else(|| row.class.to_string());
        table.row([
            holder.clone(),
            class.clone(),
            grouped(row.shares),
            grouped(row.locked),
            percent(row.shares, total),
        ]);
        json_rows
            .push(json!({ "holder": holder, "account": row.holder, "class": class, "class_id": row.class,
            "shares": row.shares, "locked": row.locked }));
    }
    session.result(table, json!({ "register": company.contract.id.to_string(), "cap_table": json_rows }));
    Ok(())
}

/// Names of development accounts and, if a folder is given, of the holders imported from it.
async fn names(arg: &NamesArg, company: &Company<'_>, session: &Session) -> Result<Who> {
    let mut who = Who::load(session).await?;
    if let Some(folder) = &arg.names {
        for (account, name) in import::holder_names(folder, &company.contract.id)? {
            who.name(&account, &name);
        }
    }
    Ok(who)
}

fn class_names(classes: &[Class]) -> BTreeMap<u32, String> {
    classes.iter().map(|class| (class.id, class.name.clone())).collect()
}

/// Hundredths of a per cent, without floating point.
fn percent(part: u64, whole: u64) -> String {
    let hundredths = u128::from(part) * 10_000 / u128::from(whole.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

pub(super) async fn lots(args: LotsArgs, session: &Session) -> Result<()> {
    let company = args.company.find(session).await?;
    let holder = match &args.holder {
        Some(holder) => session.account(holder)?.to_string(),
        None => session.signer_account()?.to_string(),
    };
    let classes = match &args.class {
        Some(class) => vec![company.class(class).await?],
        None => company.classes(None).await?,
    };
    let who = Who::load(session).await?;
    let mut table = Table::new(
        &[
            ("lot", Align::Right),
            ("class", Align::Left),
            ("shares", Align::Right),
            ("locked", Align::Right),
            ("acquired", Align::Left),
            ("accepted", Align::Left),
            ("reference", Align::Left),
        ],
        format!("{} has no shares of {}", who.show(&holder), company.issuer.name),
    );
    let mut rows = Vec::new();
    for class in classes {
        let query = json!({ "holder": holder, "class": class.id });
        let raw: Vec<Value> = company.all("lots_of", query, None).await?;
        for value in raw {
            let lot: Lot = crate::cli::typed::read(&company.contract, "lots_of", value.clone())?;
            let accepted = lot.accepted.unwrap_or_else(|| "-".to_string());
            table.row([
                lot.id.to_string(),
                class.name.clone(),
                grouped(lot.quantity),
                grouped(lot.locked),
                lot.acquired,
                accepted,
                lot.reference,
            ]);
            rows.push(value);
        }
    }
    session.result(
        table,
        json!({ "register": company.contract.id.to_string(), "holder": holder, "lots": rows }),
    );
    Ok(())
}

pub(super) async fn history(args: HistoryArgs, session: &Session) -> Result<()> {
    if args.limit == 0 || args.limit > HISTORY_LIMIT {
        return Err(CliError::usage(format!("--limit is {}, not from 1 to {HISTORY_LIMIT}", args.limit))
            .hint("go on with --skip"));
    }
    let company = args.company.find(session).await?;
    let who = names(&args.names, &company, session).await?;
    let classes = class_names(&company.classes(None).await?);
    let raw: Vec<Value> = company.query("history", json!({ "from": args.skip, "limit": args.limit })).await?;
    let mut table = Table::new(
        &[
            ("no.", Align::Right),
            ("date", Align::Left),
            ("what", Align::Left),
            ("lot", Align::Right),
            ("class", Align::Left),
            ("shares", Align::Right),
            ("holder", Align::Left),
            ("to or for", Align::Left),
            ("new lots", Align::Left),
            ("entered", Align::Left),
            ("note", Align::Left),
        ],
        "nothing has happened here yet",
    );
    for value in &raw {
        let entry: HistoryEntry = crate::cli::typed::read(&company.contract, "history", value.clone())?;
        table.row(history_cells(entry, &who, &classes));
    }
    session.result(table, json!({ "register": company.contract.id.to_string(), "history": raw }));
    Ok(())
}

fn history_cells(entry: HistoryEntry, who: &Who, classes: &BTreeMap<u32, String>) -> [String; 11] {
    let new_lots: Vec<_> = entry.result.iter().chain(&entry.balance).map(u64::to_string).collect();
    [
        entry.number.to_string(),
        entry.date,
        entry.kind.to_lowercase(),
        entry.lot.to_string(),
        classes.get(&entry.class).cloned().unwrap_or_default(),
        grouped(entry.quantity),
        who.show(&entry.holder),
        entry.counterpart.map(|account| who.show(&account)).unwrap_or_default(),
        new_lots.join(", "),
        entry.time,
        entry.note,
    ]
}
