//! What covers an order: the lot that a sale sells from, and the cash that a purchase puts in.

use serde::Deserialize;
use serde_json::json;

use super::market::Market;
use super::terms::TermsArgs;
use super::types::Today;
use crate::cli::register::Lot;
use crate::cli::table::grouped;
use crate::cli::{CliError, Result, Session, typed};

/// What somebody has of the listing's currency.
#[derive(Deserialize)]
struct Balance {
    available: u64,
}

/// The lot named, or the owner's smallest that has enough free shares of the class.
pub(super) async fn lot_to_sell(
    market: &Market<'_>,
    owner: &str,
    named: Option<&str>,
    quantity: u64,
) -> Result<u64> {
    if let Some(text) = named {
        return Ok(market.company.lot(text).await?.id);
    }
    let query = json!({ "holder": owner, "class": market.class.id });
    let lots: Vec<Lot> = market.company.all("lots_of", query, None).await?;
    let most = lots.iter().map(Lot::free).max().unwrap_or_default();
    let fitting = lots.iter().filter(|lot| lot.free() >= quantity).min_by_key(|lot| (lot.free(), lot.id));
    fitting.map(|lot| lot.id).ok_or_else(|| {
        let message = format!(
            "no lot of {} has {} free shares; the largest has {}",
            market.title(),
            grouped(quantity),
            grouped(most)
        );
        CliError::usage(message).hint(format!(
            "`sillok register lots {} --holder {owner}` shows the lots; an order sells from one lot",
            market.company.contract.id
        ))
    })
}

/// The cash that a purchase puts in: what is given, or what its limit may cost; without a limit what the worst price
/// of its time may cost, or all that its owner has if that is less. What it does not need goes back at once.
pub(super) async fn cash_for(
    session: &Session,
    market: &Market<'_>,
    owner: &str,
    terms: &TermsArgs,
    quantity: u64,
    given: Option<&str>,
) -> Result<u64> {
    if let Some(text) = given {
        return market.currency.parse(text);
    }
    if let Some(limit) = terms.limit(&market.currency)? {
        return cost(session, market, limit, quantity).await;
    }
    let worst = match terms.is_for_the_day() {
        true => {
            let query = json!({ "listing": market.id() });
            typed::query::<Today>(session, &market.contract, "today", query, None).await?.high
        }
        false => market.listing.high,
    };
    let most = cost(session, market, worst, quantity).await?;
    Ok(most.min(available(session, market, owner).await?))
}

/// The cash that a purchase at a limit has to put in.
pub(super) async fn cost(session: &Session, market: &Market<'_>, price: u64, quantity: u64) -> Result<u64> {
    let query = json!({ "listing": market.id(), "price": price, "quantity": quantity });
    typed::query(session, &market.contract, "cost", query, None).await
}

/// What somebody has available of the listing's currency.
pub(super) async fn available(session: &Session, market: &Market<'_>, owner: &str) -> Result<u64> {
    let cash = session.contract(&market.listing.cash).await?;
    let balance: Balance = typed::query(session, &cash, "balance", json!({ "owner": owner }), None).await?;
    Ok(balance.available)
}
