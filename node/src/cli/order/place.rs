//! What changes the market: listings, orders placed and cancelled.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::market::{self, Market, listing_rules};
use super::types::{OpenOrder, PlacedOrder};
use super::{MarketArg, OrderArgs};
use crate::cli::money::{CASH_CONTRACT, Currency};
use crate::cli::register::{Company, Lot};
use crate::cli::table::grouped;
use crate::cli::{CliError, Result, Session, typed};

/// What to list.
#[derive(Args, Debug)]
pub(crate) struct ListMarketArgs {
    /// The company: its register's name or id, or its legal name.
    #[arg(value_name = "COMPANY")]
    company: String,
    /// The class of shares: its id, reference or name.
    #[arg(long)]
    class: String,
    /// Prices are multiples of this.
    #[arg(long, value_name = "AMOUNT", default_value = "1")]
    tick: String,
    /// Quantities are multiples of this.
    #[arg(long, value_name = "SHARES", default_value_t = 1)]
    lot: u64,
    /// The lowest price.
    #[arg(long, value_name = "AMOUNT")]
    low: String,
    /// The highest price.
    #[arg(long, value_name = "AMOUNT")]
    high: String,
    /// The cash contract: its name or id.
    #[arg(long, default_value = CASH_CONTRACT, value_name = "CONTRACT")]
    cash: String,
}

/// Which way an order trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// Buys shares.
    Buy,
    /// Sells shares.
    Sell,
}

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
    /// The limit price of one share, in units of the currency.
    #[arg(long, value_name = "AMOUNT")]
    price: String,
    /// Cancel at once what does not trade at once, instead of leaving it in the book.
    #[arg(long)]
    ioc: bool,
    /// The lot to sell from: its number, or its reference. A fitting one unless given.
    #[arg(long, value_name = "LOT")]
    lot: Option<String>,
    /// Whose order; as whom you sign unless given.
    #[arg(long, value_name = "ACCOUNT")]
    owner: Option<String>,
}

pub(super) async fn list(args: ListMarketArgs, session: &Session) -> Result<()> {
    let market = market::contract(session).await?;
    let company = Company::find(session, &args.company).await?;
    let class = company.class(&args.class).await?;
    let cash = session.contract(&args.cash).await?;
    let currency = Currency::of(session, &cash).await?;
    let (low, high) = (currency.parse(&args.low)?, currency.parse(&args.high)?);
    let mut new = listing_rules(currency.parse(&args.tick)?, args.lot, low, high);
    new["register"] = json!(company.contract.id.to_string());
    new["class"] = json!(class.id);
    new["cash"] = json!(cash.id.to_string());
    let result = session.call(&market, "list", json!({ "new": new })).await?;
    let human = format!(
        "{}, {}, is on the market at prices from {} to {}.\nmarket  {}\n\
         next    sillok order place {} sell 10 --price {}",
        company.issuer.name,
        class.name,
        currency.show(low),
        currency.show(high),
        result.value,
        result.value,
        args.low
    );
    session.result(human, typed::sent(&result, json!({ "market": result.value })));
    Ok(())
}

pub(super) async fn place(args: PlaceArgs, session: &Session) -> Result<()> {
    let market = Market::find(session, &args.market.market).await?;
    let owner = match &args.owner {
        Some(text) => session.account(text)?.to_string(),
        None => session.signer_account()?.to_string(),
    };
    let lot = match args.side {
        Side::Buy if args.lot.is_some() => {
            return Err(CliError::usage("--lot is for sales: a purchase makes a new lot"));
        }
        Side::Buy => None,
        Side::Sell => Some(lot_to_sell(&market, &owner, &args).await?),
    };
    let price = market.currency.parse(&args.price)?;
    let cash: u64 = match args.side {
        Side::Sell => 0,
        Side::Buy => {
            let query = json!({ "listing": market.id(), "price": price, "quantity": args.quantity });
            typed::query(session, &market.contract, "cost", query, None).await?
        }
    };
    let order = json!({
        "side": if args.side == Side::Buy { "Buy" } else { "Sell" },
        "kind": { "Limit": { "price": price } }, "quantity": args.quantity, "lot": lot,
        "time_in_force": if args.ioc { "Ioc" } else { "Gtc" },
        "post_only": false, "min_quantity": 0, "self_trade": "CancelNewest",
    });
    let order = json!({ "listing": market.id(), "owner": owner, "order": order, "cash": cash });
    let result = session.call(&market.contract, "place", order).await?;
    let placed: PlacedOrder = typed::read(&market.contract, "place", result.value.clone())?;
    let human = placed_text(&market, args.side, &placed);
    session.result(
        human,
        typed::sent(&result, json!({ "market": market.id(), "placed": result.value, "lot": lot })),
    );
    Ok(())
}

/// The lot named, or the owner's smallest that has enough free shares of the class.
async fn lot_to_sell(market: &Market<'_>, owner: &str, args: &PlaceArgs) -> Result<u64> {
    if let Some(text) = &args.lot {
        return Ok(market.company.lot(text).await?.id);
    }
    let query = json!({ "holder": owner, "class": market.class.id });
    let lots: Vec<Lot> = market.company.all("lots_of", query, None).await?;
    let most = lots.iter().map(Lot::free).max().unwrap_or_default();
    let fitting =
        lots.iter().filter(|lot| lot.free() >= args.quantity).min_by_key(|lot| (lot.free(), lot.id));
    fitting.map(|lot| lot.id).ok_or_else(|| {
        let message = format!(
            "no lot of {} has {} free shares; the largest has {}",
            market.title(),
            grouped(args.quantity),
            grouped(most)
        );
        CliError::usage(message).hint(format!(
            "`sillok register lots {} --holder {owner}` shows the lots; an order sells from one lot",
            market.company.contract.id
        ))
    })
}

fn placed_text(market: &Market<'_>, side: Side, placed: &PlacedOrder) -> String {
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
    format!("{}.\nmarket  {}\norder   {}", parts.join("; "), market.id(), placed.order)
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
