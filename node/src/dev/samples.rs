//! The contracts of dev chains, two sample companies whose shares can be traded, and a sample board.
//!
//! Names, holders and figures are made up; the registers say so themselves (`sample`).

use serde_json::{Value, json};
use sillok_client::keys::DEV_NAMES;

use crate::cli::listing_rules;

use super::genesis::{ADMIN, Builder, DevGenesisError, key_of};

/// Who stands for the cash of dev chains.
pub(super) const BANK: &str = "Ferdie";
/// How much of it each dev account starts with, in won.
const CASH_EACH: u64 = 1_000_000_000;
/// The directors of the sample board.
const DIRECTORS: [&str; 3] = ["Alice", "Bob", "Charlie"];
/// How many of them have to agree.
const DIRECTORS_TO_AGREE: u32 = 2;
/// The day on which the sample shares were issued and accepted.
const ISSUED: &str = "2026-01-05";

/// The class of the tax on sales that [`add_market`] enters, from this day on, in millionths.
const TAX_CLASS: u32 = 1;
const TAXED_FROM: &str = "2026-11-02";
const TAX_RATE: u32 = 1_800;
/// What each side of a trade pays there, in millionths.
pub(crate) const FEE_RATE: u32 = 100;

/// A sample company.
struct Company {
    /// The name of its register.
    register: &'static str,
    name: &'static str,
    identifier: &'static str,
    formed: &'static str,
    common: Class,
    preferred: Option<Class>,
    /// Tick, and lowest and highest price, of its common shares on the market.
    market: (u64, u64, u64),
}

/// A class of its shares, and who holds how many.
struct Class {
    authorised: u64,
    par: u64,
    price: &'static str,
    holders: &'static [(&'static str, u64)],
}

const COMPANIES: [Company; 2] = [
    Company {
        register: "hanbit",
        name: "Hanbit Robotics Co., Ltd. (SAMPLE)",
        identifier: "SAMPLE-0001",
        formed: "2019-03-04",
        common: Class {
            authorised: 1_000_000,
            par: 500,
            price: "12000 KRW",
            holders: &[("Alice", 60_000), ("Bob", 25_000), ("Charlie", 15_000)],
        },
        preferred: Some(Class {
            authorised: 200_000,
            par: 500,
            price: "20000 KRW",
            holders: &[("Dave", 20_000)],
        }),
        market: (10, 1_000, 100_000),
    },
    Company {
        register: "seorak",
        name: "Seorak Biotech Inc. (SAMPLE)",
        identifier: "SAMPLE-0002",
        formed: "2021-09-13",
        common: Class {
            authorised: 5_000_000,
            par: 100,
            price: "3500 KRW",
            holders: &[("Dave", 400_000), ("Eve", 250_000), ("Alice", 100_000), ("Ferdie", 50_000)],
        },
        preferred: None,
        market: (5, 500, 50_000),
    },
];

/// Adds contracts, companies and cash.
pub(super) fn fill(mut builder: Builder) -> Result<Builder, DevGenesisError> {
    builder.contract("did", sillok_contracts::DID, json!({}))?;
    builder.contract(
        "cash",
        sillok_contracts::CASH,
        json!({ "bank": BANK, "currency": "KRW", "decimals": 0 }),
    )?;
    builder.contract("escrow", sillok_contracts::ESCROW, json!({}))?;
    builder.contract("market", sillok_contracts::MARKET, json!({ "roles": market_roles() }))?;
    builder.contract("board", sillok_contracts::BOARD, board()?)?;
    for name in DEV_NAMES {
        builder.call("cash", "mint", json!({ "to": name, "amount": CASH_EACH }))?;
    }
    for company in &COMPANIES {
        add_company(&mut builder, company)?;
    }
    Ok(builder)
}

/// Who runs the market: the admin, who gets the fees too; the bank sets the tax and gets it.
fn market_roles() -> Value {
    json!({ "operator": ADMIN, "authority": BANK, "fees_to": ADMIN, "tax_to": BANK, "escrow": "escrow" })
}

/// Adds a register of a made-up company with one class of shares, and no holders.
pub(super) fn add_register(
    mut builder: Builder,
    name: &str,
    authorised: u64,
) -> Result<Builder, DevGenesisError> {
    let issuer =
        json!({ "name": format!("{name} (SAMPLE)"), "identifier": name, "sample": true, "formed": null });
    builder.contract(name, sillok_contracts::REGISTER, json!({ "registrar": ADMIN, "issuer": issuer }))?;
    let class = json!({
        "reference": "", "name": "Common shares", "kind": "Common", "authorised": authorised,
        "votes_per_share": 1, "seniority": 1, "par": 0,
    });
    builder.call(name, "add_class", class)?;
    Ok(builder)
}

/// Adds registers of made-up companies without holders, and lists their shares at prices from 1,000 to 100,000
/// won in steps of 10, with fees and the tax on sales.
pub(super) fn add_market(
    mut builder: Builder,
    names: &[String],
    authorised: u64,
) -> Result<Builder, DevGenesisError> {
    let tax = json!({ "class": TAX_CLASS, "from": TAXED_FROM, "rate": TAX_RATE });
    builder.call("market", "set_tax", tax)?;
    for name in names {
        builder = add_register(builder, name, authorised)?;
        let mut new = listing_rules(10, 1, 1_000, 100_000);
        new["register"] = json!(name);
        new["class"] = json!(1);
        new["cash"] = json!("cash");
        new["fees"] = json!({ "maker": FEE_RATE, "taker": FEE_RATE, "auction": FEE_RATE });
        new["tax_class"] = json!(TAX_CLASS);
        builder.call("market", "list", json!({ "new": new }))?;
    }
    Ok(builder)
}

/// A sample board.
fn board() -> Result<Value, DevGenesisError> {
    let mut directors = Vec::new();
    for name in DIRECTORS {
        let public = format!("0x{}", hex::encode(key_of(name)?.public()));
        directors.push(json!({ "scheme": "Sr25519", "public": public }));
    }
    Ok(json!({ "name": "Sample Board (SAMPLE)", "directors": directors, "threshold": DIRECTORS_TO_AGREE }))
}

fn add_company(builder: &mut Builder, company: &Company) -> Result<(), DevGenesisError> {
    let issuer = json!({
        "name": company.name,
        "identifier": company.identifier,
        "sample": true,
        "formed": company.formed,
    });
    let arguments = json!({ "registrar": ADMIN, "issuer": issuer });
    builder.contract(company.register, sillok_contracts::REGISTER, arguments)?;
    let lots = add_class(builder, company, 1, "Common", &company.common, 1)?;
    if let Some(preferred) = &company.preferred {
        add_class(builder, company, 2, "Preferred", preferred, lots)?;
    }
    let (tick, low, high) = company.market;
    let mut new = listing_rules(tick, 1, low, high);
    new["register"] = json!(company.register);
    new["class"] = json!(1);
    new["cash"] = json!("cash");
    builder.call("market", "list", json!({ "new": new }))
}

/// Adds a class, and issues its lots from the one numbered `first_lot` on; returns the next number.
fn add_class(
    builder: &mut Builder,
    company: &Company,
    class: u32,
    kind: &str,
    shares: &Class,
    first_lot: u64,
) -> Result<u64, DevGenesisError> {
    let register = company.register;
    let added = json!({
        "reference": kind.to_lowercase(), "name": format!("{kind} shares"), "kind": kind,
        "authorised": shares.authorised, "votes_per_share": u32::from(class == 1),
        "seniority": class, "par": shares.par,
    });
    builder.call(register, "add_class", added)?;
    let mut lot = first_lot;
    for (holder, quantity) in shares.holders {
        let issue = json!({
            "class": class, "holder": holder, "quantity": quantity,
            "price": shares.price, "date": ISSUED, "reference": format!("{register}-{lot}"),
        });
        builder.call(register, "issue", issue)?;
        builder.call(register, "accept", json!({ "lot": lot, "date": ISSUED }))?;
        lot += 1;
    }
    Ok(lot)
}
