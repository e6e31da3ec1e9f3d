//! A market maker's quotes: purchases and sales at once, in place of the orders that are there.

use std::str::FromStr;

use clap::Args;
use serde_json::{Value, json};

use super::MarketArg;
use super::change::{batch, cancel_all, owner, waiting};
use super::cover::{available, cost, lot_to_sell};
use super::market::Market;
use super::place::placed_text;
use super::terms::Side;
use super::types::{OpenOrder, PlacedOrder};
use crate::cli::{Result, Session, typed};

/// A market maker's quotes.
#[derive(Args, Debug)]
pub(crate) struct QuoteArgs {
    #[command(flatten)]
    market: MarketArg,
    /// A purchase: PRICE:SHARES. Can be given several times.
    #[arg(long, value_name = "PRICE:SHARES", required_unless_present = "ask")]
    bid: Vec<Quote>,
    /// A sale: PRICE:SHARES. Can be given several times.
    #[arg(long, value_name = "PRICE:SHARES")]
    ask: Vec<Quote>,
    /// The lot to sell from: its number, or its reference. A fitting one unless given.
    #[arg(long, value_name = "LOT")]
    lot: Option<String>,
    /// Keep the orders that are there; otherwise the quotes replace them.
    #[arg(long)]
    keep: bool,
    /// Let quotes trade at once; otherwise all are refused if one would.
    #[arg(long)]
    may_trade: bool,
    /// Whose; as whom you sign unless given.
    #[arg(long, value_name = "ACCOUNT")]
    owner: Option<String>,
}

/// A price and so many shares.
#[derive(Clone, Debug)]
pub(crate) struct Quote {
    price: String,
    shares: u64,
}

impl FromStr for Quote {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let parts = text.rsplit_once(':').and_then(|(price, shares)| Some((price, shares.parse().ok()?)));
        match parts {
            Some((price, shares)) if shares > 0 => Ok(Quote { price: price.to_owned(), shares }),
            _ => Err("expected a price and a number of shares: 4990:100".to_owned()),
        }
    }
}

pub(super) async fn quote(args: QuoteArgs, session: &Session) -> Result<()> {
    let market = Market::find(session, &args.market.market).await?;
    let owner = owner(args.owner.as_deref(), session)?;
    let offered: u64 = args.ask.iter().map(|quote| quote.shares).sum();
    let before = if args.keep { Vec::new() } else { waiting(session, &market, &owner).await? };
    let lot = match offered {
        0 => None,
        _ => Some(quoted_lot(&market, &owner, &args, &before, offered).await?),
    };
    let mut operations: Vec<Value> = if args.keep { Vec::new() } else { vec![cancel_all(None)] };
    let mut cash: u64 = 0;
    for quote in &args.bid {
        let price = market.currency.parse(&quote.price)?;
        cash = cash.saturating_add(cost(session, &market, price, quote.shares).await?);
        operations.push(place(Side::Buy, price, quote.shares, None, !args.may_trade));
    }
    for quote in &args.ask {
        let price = market.currency.parse(&quote.price)?;
        operations.push(place(Side::Sell, price, quote.shares, lot, !args.may_trade));
    }
    // What cancelled orders free covers the new ones: it is needed only if there is no more.
    if cash > available(session, &market, &owner).await? {
        cash = cash.saturating_sub(before.iter().map(|order| order.held).sum());
    }
    let freed: u64 = before.iter().filter(|order| order.lot == lot).map(|order| order.remaining).sum();
    let locks: Vec<(u64, u64)> =
        lot.map(|lot| (lot, offered.saturating_sub(freed))).into_iter().filter(|lock| lock.1 > 0).collect();
    let batch = batch(&market, &owner, cash, &locks, &operations);
    let result = market.call(session, "batch", batch).await?;
    let placed: Vec<Option<PlacedOrder>> = typed::read(&market.contract, "batch", result.value.clone())?;
    let placed = placed.into_iter().flatten();
    let sides = args.bid.iter().map(|_| Side::Buy).chain(args.ask.iter().map(|_| Side::Sell));
    let lines: Vec<String> = sides
        .zip(placed)
        .map(|(side, placed)| format!("order {:<8} {}", placed.order, placed_text(&market, side, &placed)))
        .collect();
    let orders: Vec<&Value> =
        result.value.as_array().into_iter().flatten().filter(|order| !order.is_null()).collect();
    session.result(
        lines.join("\n"),
        typed::sent(&result, json!({ "market": market.id(), "placed": orders, "cash": cash, "lot": lot })),
    );
    Ok(())
}

/// The lot that quotes sell from: the one named, the one that the orders before sell from, or a fitting one.
async fn quoted_lot(
    market: &Market<'_>,
    owner: &str,
    args: &QuoteArgs,
    before: &[OpenOrder],
    offered: u64,
) -> Result<u64> {
    match before.iter().find_map(|order| order.lot).filter(|_| args.lot.is_none()) {
        Some(lot) => Ok(lot),
        None => lot_to_sell(market, owner, args.lot.as_deref(), offered).await,
    }
}

fn place(side: Side, price: u64, quantity: u64, lot: Option<u64>, post_only: bool) -> Value {
    json!({ "Place": {
        "side": side.name(), "kind": { "Limit": { "price": price } }, "quantity": quantity, "lot": lot,
        "time_in_force": "Gtc", "post_only": post_only, "min_quantity": 0, "self_trade": "CancelNewest",
    } })
}
