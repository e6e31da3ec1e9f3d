//! Listing a class of shares.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value, json};

use super::market::{self, listing_rules};
use crate::cli::money::{CASH_CONTRACT, Currency};
use crate::cli::register::Company;
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
    /// Further rules: a JSON file with any of the fields of the market's `NewListing`, prices in the smallest unit of
    /// the currency. `sillok contract inspect market` shows them.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The cash contract: its name or id.
    #[arg(long, default_value = CASH_CONTRACT, value_name = "CONTRACT")]
    cash: String,
}

pub(super) async fn list(args: ListMarketArgs, session: &Session) -> Result<()> {
    let market = market::contract(session).await?;
    let company = Company::find(session, &args.company).await?;
    let class = company.class(&args.class).await?;
    let cash = session.contract(&args.cash).await?;
    let currency = Currency::of(session, &cash).await?;
    let (low, high) = (currency.parse(&args.low)?, currency.parse(&args.high)?);
    let mut new = listing_rules(currency.parse(&args.tick)?, args.lot, low, high);
    if let Some(file) = &args.rules {
        for (name, rule) in rules(file)? {
            match new.get_mut(&name) {
                Some(plain) => *plain = rule,
                None => return Err(unknown_rule(&name, &new)),
            }
        }
    }
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

/// The rules that a file holds.
fn rules(file: &Path) -> Result<Map<String, Value>> {
    let failed = |error: &dyn std::fmt::Display| {
        CliError::failed("rules", format!("can't use the rules in {}: {error}", file.display()))
            .hint("the file holds one JSON object, such as {\"band\": 3000, \"fees\": {\"maker\": 100, \"taker\": 200, \"auction\": 100}}")
    };
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}

fn unknown_rule(name: &str, new: &Value) -> CliError {
    let known: Vec<&str> =
        new.as_object().into_iter().flat_map(|new| new.keys()).map(String::as_str).collect();
    CliError::usage(format!("a listing has no rule `{name}`"))
        .hint(format!("its rules: {}", known.join(", ")))
}
