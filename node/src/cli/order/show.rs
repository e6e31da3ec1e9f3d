//! What the market holds: listings, books, orders, trades.

use serde_json::{Value, json};

use super::market::{self, Market};
use super::types::{Depth, Level, OpenOrder, Tape, Trade};
use super::{MarketArg, OrderArgs};
use crate::cli::table::{Align, Table, grouped};
use crate::cli::who::Who;
use crate::cli::{CliError, Result, Session, typed};

pub(super) async fn markets(session: &Session) -> Result<()> {
    let contract = market::contract(session).await?;
    let mut table = Table::new(
        &[
            ("market", Align::Right),
            ("shares", Align::Left),
            ("last price", Align::Right),
            ("trades", Align::Right),
            ("lowest", Align::Right),
            ("highest", Align::Right),
            ("lot", Align::Right),
            ("currency", Align::Left),
            ("status", Align::Left),
        ],
        "nothing is listed yet; `sillok order list-market` lists a class of shares",
    );
    let mut rows = Vec::new();
    for listing in market::listings(session, &contract).await? {
        let market = Market::open(session, contract.clone(), listing).await?;
        let tape: Tape =
            typed::query(session, &contract, "tape", json!({ "listing": market.id() }), None).await?;
        let (listing, currency) = (&market.listing, &market.currency);
        let last = tape.last_price.map_or_else(|| "-".to_string(), |price| currency.number(price));
        table.row([
            listing.id.to_string(),
            market.title(),
            last,
            grouped(tape.trades),
            currency.number(listing.low),
            currency.number(listing.high),
            grouped(listing.lot),
            currency.code.clone(),
            listing.status.to_lowercase(),
        ]);
        rows.push(json!({
            "market": listing.id, "company": market.company.issuer.name, "register": listing.register,
            "class": market.class.name, "class_id": listing.class, "cash": listing.cash,
            "currency": currency.code,
            "lot": listing.lot, "low": listing.low, "high": listing.high, "status": listing.status,
            "trades": tape.trades, "last_price": tape.last_price,
        }));
    }
    session.result(table, json!({ "markets": rows }));
    Ok(())
}

pub(super) async fn book(arg: MarketArg, levels: u32, session: &Session) -> Result<()> {
    let market = Market::find(session, &arg.market).await?;
    let query = json!({ "listing": market.id(), "levels": levels });
    let raw: Value = session.query(&market.contract, "depth", query, None).await?;
    let Depth { bids, asks } = typed::read(&market.contract, "depth", raw.clone())?;
    let mut table = Table::new(
        &[("", Align::Left), ("price", Align::Right), ("shares", Align::Right), ("orders", Align::Right)],
        "no orders wait; `sillok order place` places one",
    );
    // The best prices of both sides meet in the middle.
    for (side, level) in
        asks.iter().rev().map(|level| ("sell", level)).chain(bids.iter().map(|level| ("buy", level)))
    {
        let Level { price, quantity, orders } = level;
        table.row([side.to_string(), market.currency.number(*price), grouped(*quantity), orders.to_string()]);
    }
    let human = format!("{} in {}, market {}\n\n{table}", market.title(), market.currency.code, market.id());
    session.result(human, json!({ "market": market.id(), "depth": raw }));
    Ok(())
}

pub(super) async fn order(args: OrderArgs, session: &Session) -> Result<()> {
    let market = Market::find(session, &args.market.market).await?;
    let query = json!({ "listing": market.id(), "order": args.order });
    let raw: Value = session.query(&market.contract, "order", query, None).await?;
    let order: Option<OpenOrder> = typed::read(&market.contract, "order", raw.clone())?;
    let order = order.ok_or_else(|| no_order(args.order, &market))?;
    let who = Who::load(session).await?;
    let verb = if order.side == "Buy" { "buys" } else { "sells" };
    let from = order.lot.map(|lot| format!(" from lot {lot}")).unwrap_or_default();
    let human = format!(
        "{} {verb} {} shares of {} at {} each{from}; {} are left. Placed {}.",
        who.show(&order.owner),
        grouped(order.quantity),
        market.title(),
        market.currency.show(order.price),
        grouped(order.remaining),
        order.placed
    );
    session.result(human, raw);
    Ok(())
}

/// What is said of an order that does not wait.
pub(super) fn no_order(order: u64, market: &Market<'_>) -> CliError {
    let message = format!(
        "no order {order} waits in market {}: it was filled or cancelled, or never rested",
        market.id()
    );
    CliError::failed("not-found", message)
        .hint(format!("`sillok order trades {}` shows the latest trades", market.id()))
}

pub(super) async fn trades(arg: MarketArg, limit: u32, session: &Session) -> Result<()> {
    let market = Market::find(session, &arg.market).await?;
    let who = Who::load(session).await?;
    let query = json!({ "listing": market.id(), "limit": limit });
    let raw: Vec<Value> = typed::query(session, &market.contract, "latest_trades", query, None).await?;
    let mut table = Table::new(
        &[
            ("no.", Align::Right),
            ("time", Align::Left),
            ("price", Align::Right),
            ("shares", Align::Right),
            ("buyer", Align::Left),
            ("seller", Align::Left),
            ("came by", Align::Left),
            ("new lot", Align::Right),
        ],
        format!("{} has not traded yet", market.title()),
    );
    for value in &raw {
        let trade: Trade = typed::read(&market.contract, "latest_trades", value.clone())?;
        table.row([
            trade.number.to_string(),
            trade.time,
            market.currency.number(trade.price),
            grouped(trade.quantity),
            who.show(&trade.buyer),
            who.show(&trade.seller),
            trade.taker.to_lowercase(),
            trade.lot.to_string(),
        ]);
    }
    session.result(table, json!({ "market": market.id(), "trades": raw }));
    Ok(())
}

pub(super) async fn mine(owner: Option<String>, session: &Session) -> Result<()> {
    let owner = match &owner {
        Some(text) => session.account(text)?.to_string(),
        None => session.signer_account()?.to_string(),
    };
    let contract = market::contract(session).await?;
    let listings = market::listings(session, &contract).await?;
    let raw: Vec<Value> =
        typed::all(session, &contract, "orders_of", json!({ "owner": owner }), None).await?;
    let who = Who::load(session).await?;
    let mut table = Table::new(
        &[
            ("market", Align::Right),
            ("order", Align::Right),
            ("shares", Align::Left),
            ("side", Align::Left),
            ("price", Align::Right),
            ("placed for", Align::Right),
            ("left", Align::Right),
            ("time", Align::Left),
        ],
        format!("no orders of {} wait; `sillok order place` places one", who.show(&owner)),
    );
    for value in &raw {
        let order: OpenOrder = typed::read(&contract, "orders_of", value.clone())?;
        let Some(listing) = listings.iter().find(|listing| listing.id == order.listing) else { continue };
        let market = Market::open(session, contract.clone(), listing.clone()).await?;
        table.row([
            order.listing.to_string(),
            order.order.to_string(),
            market.title(),
            order.side.to_lowercase(),
            market.currency.number(order.price),
            grouped(order.quantity),
            grouped(order.remaining),
            order.placed,
        ]);
    }
    session.result(table, json!({ "owner": owner, "orders": raw }));
    Ok(())
}
