//! A listing as the commands see it: found by its number or its company, with its currency.

use serde_json::{Value, json};

use super::types::{Listing, TickZone};
use crate::cli::money::Currency;
use crate::cli::register::{Class, Company};
use crate::cli::{CallResult, CliError, ContractHandle, Result, Session, typed};

/// The genesis contract that is the market.
const MARKET_CONTRACT: &str = "market";

/// The error of a price that is between two.
const OFF_TICK: &str = "market.OffTick";

/// The market's contract.
pub(super) async fn contract(session: &Session) -> Result<ContractHandle> {
    session.contract(MARKET_CONTRACT).await
}

/// The plainest rules of a listing, beside what is listed: one tick, trading without pause, no fees.
pub(crate) fn listing_rules(tick: u64, lot: u64, low: u64, high: u64) -> Value {
    json!({
        "ticks": [{ "from": 0, "tick": tick }], "lot": lot, "low": low, "high": high, "reference": low,
        "band": 0, "first_band": null, "base": "LastPrice", "mode": "Continuous",
        "timetable": { "slots": [], "days": 0 }, "collar": { "through": 0, "away": 0 },
        "volatility": { "fixed": 0, "moving": 0, "millis": 0 },
        "fees": { "maker": 0, "taker": 0, "auction": 0 },
        "limits": { "open_orders": 0, "cash": 0, "holding": 0 }, "tax_class": 0,
    })
}

/// All listings.
pub(super) async fn listings(session: &Session, market: &ContractHandle) -> Result<Vec<Listing>> {
    typed::all(session, market, "listings", json!({}), None).await
}

/// A listing with what is needed to speak of it.
pub(crate) struct Market<'a> {
    pub(super) contract: ContractHandle,
    pub(super) listing: Listing,
    pub(super) company: Company<'a>,
    pub(super) class: Class,
    pub(super) currency: Currency,
}

impl<'a> Market<'a> {
    /// Finds a listing by its number, or by the company if that has one listing only.
    pub(crate) async fn find(session: &'a Session, text: &str) -> Result<Self> {
        let contract = contract(session).await?;
        let listings = listings(session, &contract).await?;
        let number: Option<u64> = text.parse().ok();
        let listing = match number {
            Some(id) => {
                listings.into_iter().find(|listing| listing.id == id).ok_or_else(|| no_listing(text))?
            }
            None => {
                let register = Company::find(session, text).await?.contract.id.to_string();
                let mut of_company: Vec<_> =
                    listings.into_iter().filter(|listing| listing.register == register).collect();
                if of_company.len() > 1 {
                    let ids: Vec<_> = of_company.iter().map(|listing| listing.id.to_string()).collect();
                    return Err(CliError::usage(format!("{text} has several listings: {}", ids.join(", ")))
                        .hint("give the number of the one you mean; `sillok order markets` shows them"));
                }
                of_company.pop().ok_or_else(|| no_listing(text))?
            }
        };
        Self::open(session, contract, listing).await
    }

    /// A listing with its company, class and currency.
    pub(super) async fn open(
        session: &'a Session,
        contract: ContractHandle,
        listing: Listing,
    ) -> Result<Self> {
        let company = Company::find(session, &listing.register).await?;
        let class = company.class(&listing.class.to_string()).await?;
        let currency = Currency::of(session, &session.contract(&listing.cash).await?).await?;
        Ok(Market { contract, listing, company, class, currency })
    }

    /// The listing's number as an argument.
    pub(crate) fn id(&self) -> u64 {
        self.listing.id
    }

    /// Has the market do something. If it refuses a price, the error says which prices there are.
    pub(super) async fn call(&self, session: &Session, method: &str, args: Value) -> Result<CallResult> {
        match session.call(&self.contract, method, args).await {
            Err(error) if error.code == OFF_TICK => match self.ticks(session).await {
                Ok(ticks) => Err(error.hint(format!("prices are multiples of {ticks}"))),
                // That it was refused matters more.
                Err(_) => Err(error),
            },
            called => called,
        }
    }

    /// The steps between prices, in words.
    async fn ticks(&self, session: &Session) -> Result<String> {
        let query = json!({ "listing": self.id() });
        let zones: Vec<TickZone> = typed::query(session, &self.contract, "ticks", query, None).await?;
        let words = zones.iter().map(|TickZone { from, tick }| match from {
            0 => self.currency.show(*tick),
            _ => format!("from {} on of {}", self.currency.show(*from), self.currency.show(*tick)),
        });
        Ok(words.collect::<Vec<_>>().join(", "))
    }

    /// The company and the class.
    pub(super) fn title(&self) -> String {
        format!("{}, {}", self.company.issuer.name, self.class.name)
    }
}

fn no_listing(text: &str) -> CliError {
    CliError::failed("not-found", format!("`{text}` is not listed on the market"))
        .hint("`sillok order markets` shows the listings, `sillok order list-market` lists a class of shares")
}
