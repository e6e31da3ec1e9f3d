//! Orders that are there: amended, cancelled.

use clap::Args;
use serde_json::{Value, json};

use super::cover::cost;
use super::market::Market;
use super::place::show_placed;
use super::terms::Side;
use super::types::OpenOrder;
use super::{MarketArg, OrderArgs};
use crate::cli::table::grouped;
use crate::cli::{CliError, Result, Session, typed};

/// The most calls of one mass cancel: a book holds more orders than one call may cancel.
const MAX_CALLS: u32 = 1_000;

/// What to change of an order.
#[derive(Args, Debug)]
pub(crate) struct AmendArgs {
    #[command(flatten)]
    order: OrderArgs,
    /// Its new limit price. The same as before unless given.
    #[arg(long, value_name = "AMOUNT")]
    price: Option<String>,
    /// How many shares are to be left of it. As many as before unless given.
    #[arg(long, value_name = "SHARES")]
    quantity: Option<u64>,
    /// What is put in for it beyond its cover: cash, or shares of its lot. What it needs unless given.
    #[arg(long, value_name = "AMOUNT")]
    more: Option<String>,
}

/// Whose orders to cancel.
#[derive(Args, Debug)]
pub(crate) struct MassCancelArgs {
    #[command(flatten)]
    market: MarketArg,
    /// Those of this side alone.
    #[arg(long, value_enum)]
    side: Option<Side>,
    /// Whose; as whom you sign unless given.
    #[arg(long, value_name = "ACCOUNT")]
    owner: Option<String>,
}

pub(super) async fn amend(args: AmendArgs, session: &Session) -> Result<()> {
    if args.price.is_none() && args.quantity.is_none() {
        return Err(CliError::usage("nothing is to be changed").hint("give --price, --quantity or both"));
    }
    let market = Market::find(session, &args.order.market.market).await?;
    let order = find(session, &market, args.order.order).await?;
    let price = args.price.as_deref().map(|price| market.currency.parse(price)).transpose()?;
    let quantity = args.quantity.unwrap_or(order.remaining);
    let side = if order.side == "Buy" { Side::Buy } else { Side::Sell };
    let more = match (&args.more, side) {
        (Some(text), Side::Buy) => market.currency.parse(text)?,
        (Some(text), Side::Sell) => {
            text.parse().map_err(|_| CliError::usage(format!("`{text}` is not a number of shares")))?
        }
        (None, Side::Sell) => quantity.saturating_sub(order.remaining),
        (None, Side::Buy) => {
            let needed = cost(session, &market, price.unwrap_or(order.price), quantity).await?;
            needed.saturating_sub(order.held)
        }
    };
    let change = json!({
        "listing": market.id(), "owner": order.owner, "order": order.order, "price": price,
        "quantity": quantity, "more": more,
    });
    let result = market.call(session, "amend", change).await?;
    show_placed(session, &market, "amend", side, &result, json!({ "more": more }))
}

/// An order that waits.
async fn find(session: &Session, market: &Market<'_>, order: u64) -> Result<OpenOrder> {
    let query = json!({ "listing": market.id(), "order": order });
    let found: Option<OpenOrder> = typed::query(session, &market.contract, "order", query, None).await?;
    found.ok_or_else(|| super::show::no_order(order, market))
}

pub(super) async fn mass_cancel(args: MassCancelArgs, session: &Session) -> Result<()> {
    let market = Market::find(session, &args.market.market).await?;
    let owner = owner(args.owner.as_deref(), session)?;
    let batch = batch(&market, &owner, 0, &[], &[cancel_all(args.side)]);
    let (mut orders, mut shares, mut last) = (0_u64, 0_u64, None);
    for _ in 0..MAX_CALLS {
        let result = session.call(&market.contract, "batch", batch.clone()).await?;
        let removed: Vec<u64> = result
            .events
            .iter()
            .filter(|event| event["name"] == "OrderRemoved")
            .filter_map(|event| event["data"]["quantity"].as_u64())
            .collect();
        orders += removed.len() as u64;
        shares += removed.iter().sum::<u64>();
        last = Some(result);
        let left = waiting(session, &market, &owner).await?;
        if !left.iter().any(|order| args.side.is_none_or(|side| order.side == side.name())) {
            break;
        }
    }
    let human = match orders {
        0 => format!("No orders of {} waited.\nnext    sillok order mine", market.title()),
        _ => format!(
            "Cancelled {} orders; {} shares of {} were left of them.",
            grouped(orders),
            grouped(shares),
            market.title()
        ),
    };
    let value = json!({ "market": market.id(), "cancelled_orders": orders, "cancelled": shares });
    let sent = last.map_or(value.clone(), |result| typed::sent(&result, value));
    session.result(human, sent);
    Ok(())
}

/// The operation that cancels all orders of a side, or of both.
pub(super) fn cancel_all(side: Option<Side>) -> Value {
    json!({ "CancelAll": { "side": side.map(Side::name) } })
}

/// The arguments of `batch`.
pub(super) fn batch(
    market: &Market<'_>,
    owner: &str,
    cash: u64,
    lots: &[(u64, u64)],
    operations: &[Value],
) -> Value {
    json!({
        "listing": market.id(), "owner": owner, "cash": cash, "lots": lots, "operations": operations,
    })
}

/// Whose orders: those named, or as whom one signs.
pub(super) fn owner(named: Option<&str>, session: &Session) -> Result<String> {
    match named {
        Some(text) => Ok(session.account(text)?.to_string()),
        None => Ok(session.signer_account()?.to_string()),
    }
}

/// Somebody's orders in a listing.
pub(super) async fn waiting(session: &Session, market: &Market<'_>, owner: &str) -> Result<Vec<OpenOrder>> {
    let orders: Vec<OpenOrder> =
        typed::all(session, &market.contract, "orders_of", json!({ "owner": owner }), None).await?;
    Ok(orders.into_iter().filter(|order| order.listing == market.id()).collect())
}

/// Whose order it is; as whom one signs if it is gone, so that the market itself says so.
async fn order_owner(market: &Market<'_>, order: u64, session: &Session) -> Result<String> {
    let query = json!({ "listing": market.id(), "order": order });
    let found: Option<OpenOrder> = typed::query(session, &market.contract, "order", query, None).await?;
    match found {
        Some(order) => Ok(order.owner),
        None => Ok(session.signer_account()?.to_string()),
    }
}

pub(super) async fn cancel(args: OrderArgs, session: &Session) -> Result<()> {
    let market = Market::find(session, &args.market.market).await?;
    let owner = order_owner(&market, args.order, session).await?;
    let order = json!({ "listing": market.id(), "owner": owner, "order": args.order });
    let result = session.call(&market.contract, "cancel", order).await?;
    let left = result.value.as_u64().unwrap_or_default();
    let human = format!(
        "Cancelled order {}; {} shares of {} were left of it.",
        args.order,
        grouped(left),
        market.title()
    );
    session.result(
        human,
        typed::sent(&result, json!({ "market": market.id(), "order": args.order, "cancelled": left })),
    );
    Ok(())
}
