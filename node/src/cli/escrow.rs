//! `sillok escrow`: shares against cash between two parties, delivered together or not at all.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use sillok_abi::{Time, digest};
use sillok_client::rpc::to_hex;
use sillok_client::transaction::now;

use super::moment::parse_moment;
use super::money::{CASH_CONTRACT, Currency};
use super::register::Company;
use super::table::{Align, Table, grouped};
use super::who::Who;
use super::{CliError, ContractHandle, Result, Session, typed};

/// The genesis contract that holds escrows.
const ESCROW_CONTRACT: &str = "escrow";

/// Exchange shares against cash, delivered together or not at all.
#[derive(Subcommand, Debug)]
pub(crate) enum EscrowCommand {
    /// Agree terms, as the seller.
    Open(OpenArgs),
    /// Put the shares in, as the seller. If the cash is in, both are delivered at once.
    DepositShares(EscrowArg),
    /// Put the cash in, as the buyer. If the shares are in, both are delivered at once.
    DepositCash(EscrowArg),
    /// Call it off, as the seller or the buyer; what was put in goes back.
    Cancel {
        #[command(flatten)]
        escrow: EscrowArg,
        /// Who calls it off; as whom you sign unless given.
        #[arg(long, value_name = "ACCOUNT")]
        by: Option<String>,
    },
    /// Show an escrow.
    Show(EscrowArg),
    /// List somebody's escrows, oldest first.
    List {
        /// Whose; as whom you sign unless given.
        #[arg(value_name = "ACCOUNT")]
        party: Option<String>,
    },
}

/// Which escrow.
#[derive(Args, Debug)]
pub(crate) struct EscrowArg {
    /// The escrow's id: 0x and 64 hexadecimal digits.
    #[arg(value_name = "ESCROW")]
    id: String,
}

/// The terms.
#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The company whose shares are sold: its register's name or id, or its legal name.
    #[arg(value_name = "COMPANY")]
    company: String,
    /// The lot that they come from: its number, or its reference in other systems.
    #[arg(value_name = "LOT")]
    lot: String,
    /// Who buys.
    #[arg(long, value_name = "ACCOUNT")]
    buyer: String,
    /// How many shares; all that are free unless given.
    #[arg(long, value_name = "SHARES")]
    quantity: Option<u64>,
    /// The price of all of them together, in units of the currency.
    #[arg(long, value_name = "AMOUNT")]
    price: String,
    /// Until when: a while from now (30s, 10m, 2h, 7d) or a time (2026-11-23T09:30:00Z).
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    expiry: Time,
    /// Who sells; as whom you sign unless given.
    #[arg(long, value_name = "ACCOUNT")]
    seller: Option<String>,
    /// The cash contract: its name or id.
    #[arg(long, default_value = CASH_CONTRACT, value_name = "CONTRACT")]
    cash: String,
}

/// An escrow, as far as it is shown.
#[derive(Debug, Deserialize)]
struct Deal {
    id: String,
    terms: Terms,
    status: String,
    history: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Terms {
    seller: String,
    buyer: String,
    register: String,
    lot: u64,
    quantity: u64,
    cash: String,
    price: u64,
    expiry: String,
}

#[derive(Debug, Deserialize)]
struct Step {
    status: String,
    time: String,
    by: Option<String>,
}

/// Runs a command.
pub(crate) async fn run(command: EscrowCommand, session: &Session) -> Result<()> {
    let escrow = session.contract(ESCROW_CONTRACT).await?;
    match command {
        EscrowCommand::Open(args) => open(session, &escrow, args).await,
        EscrowCommand::DepositShares(arg) => deposit(session, &escrow, &arg.id, "deposit_shares").await,
        EscrowCommand::DepositCash(arg) => deposit(session, &escrow, &arg.id, "deposit_cash").await,
        EscrowCommand::Cancel { escrow: arg, by } => cancel(session, &escrow, &arg.id, by).await,
        EscrowCommand::Show(arg) => show(session, &escrow, &arg.id).await,
        EscrowCommand::List { party } => list(session, &escrow, party).await,
    }
}

async fn open(session: &Session, escrow: &ContractHandle, args: OpenArgs) -> Result<()> {
    let company = Company::find(session, &args.company).await?;
    let lot = company.lot(&args.lot).await?;
    let cash = session.contract(&args.cash).await?;
    let currency = Currency::of(session, &cash).await?;
    let seller = match &args.seller {
        Some(text) => session.account(text)?,
        None => session.signer_account()?,
    };
    let (quantity, price) = (args.quantity.unwrap_or_else(|| lot.free()), currency.parse(&args.price)?);
    // Sets the escrow apart from others with the same terms; it has to be new, not secret.
    let salt = digest("sillok/escrow-salt", &(now(), session.nonces().next()));
    let terms = json!({
        "seller": seller.to_string(), "buyer": session.account(&args.buyer)?.to_string(),
        "register": company.contract.id.to_string(), "lot": lot.id, "quantity": quantity,
        "cash": cash.id.to_string(), "price": price, "expiry": args.expiry.to_string(), "salt": to_hex(salt),
        "charges": [], "document": null,
    });
    let result = session.call(escrow, "open", json!({ "terms": terms, "by": seller.to_string() })).await?;
    let id = result.value.as_str().unwrap_or_default();
    let human = format!(
        "{} shares of {} are to go against {} until {}.\nescrow  {id}\n\
         next    sillok escrow deposit-shares {id}   (the seller)\n        \
         sillok escrow deposit-cash {id}   (the buyer)",
        grouped(quantity),
        company.issuer.name,
        currency.show(price),
        args.expiry
    );
    session.result(human, typed::sent(&result, json!({ "escrow": id, "terms": terms })));
    Ok(())
}

async fn find(session: &Session, escrow: &ContractHandle, id: &str) -> Result<Deal> {
    let deal: Option<Deal> = typed::query(session, escrow, "get", json!({ "id": id }), None).await?;
    deal.ok_or_else(|| {
        CliError::failed("not-found", format!("there is no escrow {id}"))
            .hint("`sillok escrow list ACCOUNT` shows somebody's escrows")
    })
}

async fn deposit(session: &Session, escrow: &ContractHandle, id: &str, method: &str) -> Result<()> {
    let deal = find(session, escrow, id).await?;
    let result = session.call(escrow, method, json!({ "id": id })).await?;
    let what = if method == "deposit_cash" { "cash" } else { "shares" };
    let human = match result.value.as_str() {
        Some("Settled") => {
            format!("The {what} came in, and the escrow settled: shares and cash were delivered.")
        }
        _ => {
            let other = if what == "cash" { "shares" } else { "cash" };
            format!("The {what} came in; the escrow waits for the {other} until {}.", deal.terms.expiry)
        }
    };
    session.result(human, typed::sent(&result, json!({ "escrow": id, "status": result.value })));
    Ok(())
}

async fn cancel(session: &Session, escrow: &ContractHandle, id: &str, by: Option<String>) -> Result<()> {
    let by = match &by {
        Some(text) => session.account(text)?,
        None => session.signer_account()?,
    };
    let result = session.call(escrow, "cancel", json!({ "id": id, "by": by.to_string() })).await?;
    let human = "Called the escrow off; what was put in went back.";
    session.result(human, typed::sent(&result, json!({ "escrow": id, "status": "Cancelled" })));
    Ok(())
}

async fn show(session: &Session, escrow: &ContractHandle, id: &str) -> Result<()> {
    let deal = find(session, escrow, id).await?;
    let raw: Value = session.query(escrow, "get", json!({ "id": id }), None).await?;
    let who = Who::load(session).await?;
    let company = Company::find(session, &deal.terms.register).await?;
    let currency = Currency::of(session, &session.contract(&deal.terms.cash).await?).await?;
    let mut steps = Table::new(&[("time", Align::Left), ("what", Align::Left), ("by", Align::Left)], "");
    for step in &deal.history {
        let by = step.by.as_ref().map_or_else(|| "the schedule".to_string(), |account| who.show(account));
        steps.row([step.time.clone(), status_text(&step.status).to_string(), by]);
    }
    let human = format!(
        "{} shares of {} (lot {}) against {}: {}.\nescrow  {}\nseller  {}\nbuyer   {}\nexpiry  {}\n\n{steps}",
        grouped(deal.terms.quantity),
        company.issuer.name,
        deal.terms.lot,
        currency.show(deal.terms.price),
        status_text(&deal.status),
        deal.id,
        who.show(&deal.terms.seller),
        who.show(&deal.terms.buyer),
        deal.terms.expiry
    );
    session.result(human, raw);
    Ok(())
}

async fn list(session: &Session, escrow: &ContractHandle, party: Option<String>) -> Result<()> {
    let party = match &party {
        Some(text) => session.account(text)?.to_string(),
        None => session.signer_account()?.to_string(),
    };
    let who = Who::load(session).await?;
    let deals: Vec<Value> = typed::all(session, escrow, "deals_of", json!({ "party": party }), None).await?;
    let mut table = Table::new(
        &[
            ("shares", Align::Right),
            ("price", Align::Right),
            ("seller", Align::Left),
            ("buyer", Align::Left),
            ("status", Align::Left),
            ("expiry", Align::Left),
            ("escrow", Align::Left),
        ],
        format!("{} has no escrows; `sillok escrow open` opens one", who.show(&party)),
    );
    for value in &deals {
        let Deal { id, terms, status, .. } = typed::read(escrow, "deals_of", value.clone())?;
        let currency = Currency::of(session, &session.contract(&terms.cash).await?).await?;
        let (shares, price) = (grouped(terms.quantity), currency.show(terms.price));
        let (seller, buyer) = (who.show(&terms.seller), who.show(&terms.buyer));
        table.row([shares, price, seller, buyer, status_text(&status).to_string(), terms.expiry, id]);
    }
    session.result(table, json!({ "party": party, "escrows": deals }));
    Ok(())
}

fn status_text(status: &str) -> &str {
    match status {
        "Open" => "open",
        "SharesIn" => "shares in",
        "CashIn" => "cash in",
        "Settled" => "settled",
        "Cancelled" => "called off",
        "Expired" => "expired",
        other => other,
    }
}
