//! Placing an order, and taking one of a market that matches nothing by itself.

use clap::Args;
use serde_json::{Value, json};

use super::MarketArg;
use super::cover::{cash_for, cost, lot_to_sell};
use super::market::Market;
use super::terms::{Side, TermsArgs};
use super::types::{OpenOrder, PlacedOrder};
use crate::cli::table::grouped;
use crate::cli::{CallResult, CliError, Result, Session, typed};

/// The order.
#[derive(Args, Debug)]
pub(crate) struct PlaceArgs {
    #[command(flatten)]
    market: MarketArg,
    /// Buy or sell.
    #[arg(value_enum)]
    side: Side,
    /// How many shares.
    #[arg(value_name = "SHARES")]
    quantity: u64,
    #[command(flatten)]
    terms: TermsArgs,
    #[command(flatten)]
    cover: CoverArgs,
}

/// Which order to take.
#[derive(Args, Debug)]
pub(crate) struct TakeArgs {
    #[command(flatten)]
    market: MarketArg,
    /// The order's number.
    #[arg(value_name = "ORDER")]
    order: u64,
    /// How many shares of it.
    #[arg(value_name = "SHARES")]
    quantity: u64,
    #[command(flatten)]
    cover: CoverArgs,
}

/// Whose order it is, and what covers it.
#[derive(Args, Debug)]
pub(crate) struct CoverArgs {
    /// The lot to sell from: its number, or its reference. A fitting one unless given.
    #[arg(long, value_name = "LOT")]
    lot: Option<String>,
    /// The most that a purchase may cost, fees included. What its limit may cost unless given; without a limit what
    /// the highest price may cost, or all that its owner has if that is less.
    #[arg(long, value_name = "AMOUNT")]
    cash: Option<String>,
    /// Whose order; as whom you sign unless given.
    #[arg(long, value_name = "ACCOUNT")]
    owner: Option<String>,
}

impl CoverArgs {
    /// Whose order it is.
    fn owner(&self, session: &Session) -> Result<String> {
        match &self.owner {
            Some(text) => Ok(session.account(text)?.to_string()),
            None => Ok(session.signer_account()?.to_string()),
        }
    }

    /// Refuses what the other side needs.
    fn check(&self, side: Side) -> Result<()> {
        match side {
            Side::Buy if self.lot.is_some() => {
                Err(CliError::usage("--lot is for sales: a purchase makes a new lot"))
            }
            Side::Sell if self.cash.is_some() => {
                Err(CliError::usage("--cash is for purchases: a sale is covered by the shares of its lot"))
            }
            _ => Ok(()),
        }
    }
}

pub(super) async fn place(args: PlaceArgs, session: &Session) -> Result<()> {
    args.cover.check(args.side)?;
    let market = Market::find(session, &args.market.market).await?;
    let owner = args.cover.owner(session)?;
    // Before anything is asked: what contradicts itself needs no lot.
    args.terms.order(args.side, args.quantity, None, &market.currency)?;
    let (lot, cash) = match args.side {
        Side::Sell => {
            (Some(lot_to_sell(&market, &owner, args.cover.lot.as_deref(), args.quantity).await?), 0)
        }
        Side::Buy => {
            let given = args.cover.cash.as_deref();
            (None, cash_for(session, &market, &owner, &args.terms, args.quantity, given).await?)
        }
    };
    let order = args.terms.order(args.side, args.quantity, lot, &market.currency)?;
    let order = json!({ "listing": market.id(), "owner": owner, "order": order, "cash": cash });
    let result = market.call(session, "place", order).await?;
    show_placed(session, &market, "place", args.side, &result, json!({ "lot": lot, "cash": cash }))
}

pub(super) async fn take(args: TakeArgs, session: &Session) -> Result<()> {
    let market = Market::find(session, &args.market.market).await?;
    let owner = args.cover.owner(session)?;
    let query = json!({ "listing": market.id(), "order": args.order });
    let maker: Option<OpenOrder> = typed::query(session, &market.contract, "order", query, None).await?;
    let maker = maker.ok_or_else(|| super::show::no_order(args.order, &market))?;
    let side = if maker.side == "Buy" { Side::Sell } else { Side::Buy };
    args.cover.check(side)?;
    let (lot, cash) = match (side, &args.cover.cash) {
        (Side::Sell, _) => {
            (Some(lot_to_sell(&market, &owner, args.cover.lot.as_deref(), args.quantity).await?), 0)
        }
        (Side::Buy, Some(text)) => (None, market.currency.parse(text)?),
        (Side::Buy, None) => (None, cost(session, &market, maker.price, args.quantity).await?),
    };
    let order = json!({
        "listing": market.id(), "owner": owner, "order": args.order, "quantity": args.quantity, "lot": lot,
        "cash": cash,
    });
    let result = session.call(&market.contract, "take", order).await?;
    show_placed(session, &market, "take", side, &result, json!({ "lot": lot, "cash": cash }))
}

/// Shows what an order led to.
pub(super) fn show_placed(
    session: &Session,
    market: &Market<'_>,
    method: &str,
    side: Side,
    result: &CallResult,
    more: Value,
) -> Result<()> {
    let placed: PlacedOrder = typed::read(&market.contract, method, result.value.clone())?;
    let mut value = json!({ "market": market.id(), "placed": result.value });
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    let text = placed_text(market, side, &placed);
    let human = format!("{text}.\nmarket  {}\norder   {}", market.id(), placed.order);
    session.result(human, typed::sent(result, value));
    Ok(())
}

/// What an order led to, in a sentence without its full stop.
pub(super) fn placed_text(market: &Market<'_>, side: Side, placed: &PlacedOrder) -> String {
    let verb = if side == Side::Buy { "Bought" } else { "Sold" };
    let mut parts = Vec::new();
    if placed.filled > 0 {
        let traded = market.currency.show(placed.traded);
        parts.push(format!("{verb} {} shares of {} for {traded}", grouped(placed.filled), market.title()));
    }
    if placed.void > 0 {
        parts.push(format!("{} shares met an order that they may not trade with", grouped(placed.void)));
    }
    if placed.resting > 0 {
        parts.push(format!("{} shares wait in the book of {}", grouped(placed.resting), market.title()));
    }
    if placed.cancelled > 0 {
        parts.push(format!("{} shares found no match and were cancelled", grouped(placed.cancelled)));
    }
    if parts.is_empty() {
        return format!("Nothing of the order for {} traded or waits", market.title());
    }
    parts.join("; ")
}
