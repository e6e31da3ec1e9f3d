//! `market_*`: what surveillance has found, and who has how much of a day's trading. Read models: see
//! `crate::surveillance`.

use std::sync::Arc;

use serde_json::{Value, json};
use sillok_abi::Account;

use super::{Answer, Arguments, Method, RpcFailure};
use crate::chain::Chain;
use crate::surveillance::{Finding, Kind, Surveillance, Wanted};

pub(super) const METHODS: &[Method] = &[
    Method { name: "market_findings", parameters: &["market", "kind", "account", "after"], answer: findings },
    Method { name: "market_day", parameters: &["market"], answer: day },
];

fn surveillance(chain: &Chain) -> Result<&Arc<Surveillance>, RpcFailure> {
    chain.read_models().surveillance().ok_or_else(RpcFailure::no_surveillance)
}

fn findings(chain: &Chain, arguments: &Arguments) -> Answer {
    let wanted = Wanted {
        listing: arguments.optional_number("market")?,
        kind: arguments.optional_text("kind")?.map(kind).transpose()?,
        account: arguments.optional_text("account")?.map(account).transpose()?,
        after: arguments.optional_number("after")?.unwrap_or(0),
    };
    let model = surveillance(chain)?.model();
    let (findings, next) = model.findings(&wanted);
    let findings: Vec<Value> = findings.into_iter().map(Finding::to_json).collect();
    Ok(json!({ "height": model.height(), "findings": findings, "next": next }))
}

fn kind(name: &str) -> Result<Kind, RpcFailure> {
    let names = Kind::ALL.map(Kind::name).join(", ");
    let found = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    found.ok_or_else(|| {
        RpcFailure::parameters(format!("there is no kind `{name}`"), format!("one of {names}"))
    })
}

fn account(text: &str) -> Result<Account, RpcFailure> {
    text.parse().map_err(|_| RpcFailure::malformed("account", "an address"))
}

/// Who bought and sold how much in a listing's day so far, those with the most first.
fn day(chain: &Chain, arguments: &Arguments) -> Answer {
    let missing = || RpcFailure::parameters("the parameter `market` is missing", "");
    let listing = arguments.optional_number("market")?.ok_or_else(missing)?;
    let model = surveillance(chain)?.model();
    let mut rows: Vec<(u64, u64, Account)> = Vec::new();
    let (mut number, mut trades, mut volume) = (0, 0, 0);
    if let Some(day) = model.day(listing) {
        (number, trades, volume) = (day.number, day.trades, day.volume);
        rows.extend(day.tallies.iter().map(|(account, tally)| (tally.bought, tally.sold, *account)));
    }
    rows.sort_by_key(|(bought, sold, account)| (std::cmp::Reverse(bought.saturating_add(*sold)), *account));
    let accounts: Vec<Value> = rows
        .iter()
        .take(MOST_ACCOUNTS)
        .map(|(bought, sold, account)| json!({ "account": account.to_string(), "bought": bought, "sold": sold }))
        .collect();
    let marked = model.settings().concentration.of_class;
    Ok(json!({
        "height": model.height(), "market": listing, "day": number, "trades": trades, "shares": volume,
        "accounts": accounts, "of_class_percent": marked,
    }))
}

/// The most accounts of an answer.
const MOST_ACCOUNTS: usize = 100;
