//! `sillok order talk`: negotiated trades (협의), from the proposal to the escrow that delivers them.

use std::path::Path;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};
use sillok_abi::Time;
use sillok_client::rpc::to_hex;

use super::MarketArg;
use super::market::{self, Market};
use crate::cli::moment::parse_moment;
use crate::cli::table::{Align, Table, grouped};
use crate::cli::who::Who;
use crate::cli::{CliError, ContractHandle, Result, Session, typed};

/// Negotiate a trade outside of the book: proposals, then an escrow of what was accepted.
#[derive(Subcommand, Debug)]
pub(crate) enum TalkCommand {
    /// Propose a trade to another party. Nothing is covered yet.
    Propose(ProposeArgs),
    /// Answer a proposal with another one.
    Counter(CounterArgs),
    /// Accept the proposal that stands: opens an escrow of its terms with your side in it.
    ///
    /// The other party's deposit there (`sillok escrow deposit-cash` or `deposit-shares`) delivers both.
    Accept(TalkArg),
    /// Call it off, as long as nothing is accepted.
    Decline(TalkArg),
    /// Enter a negotiated trade that was delivered into the market's trades.
    Report(TalkArg),
    /// Show a negotiation.
    Show(TalkArg),
    /// List somebody's negotiations, oldest first.
    List {
        /// Whose; as whom you sign unless given.
        #[arg(value_name = "ACCOUNT")]
        party: Option<String>,
    },
}

/// Which negotiation.
#[derive(Args, Debug)]
pub(crate) struct TalkArg {
    /// The negotiation's number.
    #[arg(value_name = "TALK")]
    talk: u64,
}

/// What is proposed.
#[derive(Args, Debug)]
pub(crate) struct TermsArgs {
    /// How many shares.
    #[arg(long, value_name = "SHARES")]
    quantity: u64,
    /// The price of one share, in units of the currency.
    #[arg(long, value_name = "AMOUNT")]
    price: String,
    /// Until when it can be accepted and delivered: a while from now (30s, 10m, 2h, 7d) or a time
    /// (2026-11-23T09:30:00Z).
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    expiry: Time,
    /// The agreement: a file, whose hash goes on the chain, or the hash itself, 0x and 64 hexadecimal digits.
    #[arg(long, value_name = "FILE-OR-HASH")]
    document: Option<String>,
}

/// A first proposal.
#[derive(Args, Debug)]
pub(crate) struct ProposeArgs {
    #[command(flatten)]
    market: MarketArg,
    /// The lot that shares come from: its number, or its reference.
    #[arg(long, value_name = "LOT")]
    lot: String,
    /// Who sells, if it is the other party; the lot's holder otherwise.
    #[arg(long, value_name = "ACCOUNT")]
    seller: Option<String>,
    /// Who buys; as whom you sign unless given.
    #[arg(long, value_name = "ACCOUNT")]
    buyer: Option<String>,
    #[command(flatten)]
    terms: TermsArgs,
}

/// Another proposal.
#[derive(Args, Debug)]
pub(crate) struct CounterArgs {
    #[command(flatten)]
    talk: TalkArg,
    #[command(flatten)]
    terms: TermsArgs,
}

/// A negotiation.
#[derive(Debug, Deserialize)]
struct Talk {
    id: u64,
    listing: u64,
    proposal: Proposal,
    by: String,
    round: u32,
    status: Value,
}

#[derive(Debug, Deserialize)]
struct Proposal {
    seller: String,
    buyer: String,
    lot: u64,
    quantity: u64,
    price: u64,
    expiry: String,
}

/// Runs a command.
pub(super) async fn run(command: TalkCommand, session: &Session) -> Result<()> {
    let contract = market::contract(session).await?;
    match command {
        TalkCommand::Propose(args) => propose(args, session).await,
        TalkCommand::Counter(args) => counter(args, &contract, session).await,
        TalkCommand::Accept(arg) => accept(&arg, &contract, session).await,
        TalkCommand::Decline(arg) => decline(&arg, &contract, session).await,
        TalkCommand::Report(arg) => report(&arg, &contract, session).await,
        TalkCommand::Show(arg) => show(&arg, &contract, session).await,
        TalkCommand::List { party } => list(party, &contract, session).await,
    }
}

async fn propose(args: ProposeArgs, session: &Session) -> Result<()> {
    let market = Market::find(session, &args.market.market).await?;
    let by = session.signer_account()?.to_string();
    let lot = market.company.lot(&args.lot).await?;
    let party = |named: &Option<String>, otherwise: &str| match named {
        Some(text) => Ok(session.account(text)?.to_string()),
        None => Ok(otherwise.to_owned()),
    };
    let (seller, buyer) = (party(&args.seller, &lot.holder)?, party(&args.buyer, &by)?);
    if seller == buyer {
        return Err(CliError::usage("seller and buyer are the same")
            .hint("say with --buyer who buys; the seller is the lot's holder"));
    }
    let proposal = proposal(&market, &args.terms, (&seller, &buyer), lot.id)?;
    let call = json!({ "listing": market.id(), "by": by, "proposal": proposal });
    let result = session.call(&market.contract, "propose", call).await?;
    let human = format!(
        "Proposed {} shares of {} at {} each; the other party's turn.\ntalk    {}\nnext    sillok order talk show {}",
        grouped(args.terms.quantity),
        market.title(),
        args.terms.price,
        result.value,
        result.value
    );
    session.result(human, typed::sent(&result, json!({ "talk": result.value })));
    Ok(())
}

fn proposal(
    market: &Market<'_>,
    terms: &TermsArgs,
    (seller, buyer): (&str, &str),
    lot: u64,
) -> Result<Value> {
    Ok(json!({
        "seller": seller, "buyer": buyer, "lot": lot, "quantity": terms.quantity,
        "price": market.currency.parse(&terms.price)?, "expiry": terms.expiry.to_string(),
        "document": document(terms.document.as_deref())?,
    }))
}

/// The hash of a document: of the file's bytes, or as it is given; zeros if there is none.
pub(crate) fn document(text: Option<&str>) -> Result<String> {
    let Some(text) = text else { return Ok(to_hex([0; 32])) };
    if let Some(digits) = text.strip_prefix("0x") {
        let is_hash = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        return match is_hash {
            true => Ok(text.to_owned()),
            false => Err(CliError::usage(format!("`{text}` is not 0x and 64 hexadecimal digits"))),
        };
    }
    let bytes = std::fs::read(Path::new(text)).map_err(|error| {
        CliError::failed("document", format!("can't read the document {text}: {error}"))
            .hint("give a file, or the hash itself as 0x and 64 hexadecimal digits")
    })?;
    Ok(to_hex(blake3::hash(&bytes).as_bytes()))
}

async fn find(id: u64, contract: &ContractHandle, session: &Session) -> Result<Talk> {
    let found: Option<Talk> = typed::query(session, contract, "talk", json!({ "id": id }), None).await?;
    found.ok_or_else(|| {
        CliError::failed("not-found", format!("there is no negotiation {id}"))
            .hint("`sillok order talk list ACCOUNT` shows somebody's")
    })
}

async fn counter(args: CounterArgs, contract: &ContractHandle, session: &Session) -> Result<()> {
    let talk = find(args.talk.talk, contract, session).await?;
    let market = Market::find(session, &talk.listing.to_string()).await?;
    let by = session.signer_account()?.to_string();
    let parties = (talk.proposal.seller.as_str(), talk.proposal.buyer.as_str());
    let proposal = proposal(&market, &args.terms, parties, talk.proposal.lot)?;
    let call = json!({ "talk": talk.id, "by": by, "round": talk.round, "proposal": proposal });
    let result = session.call(contract, "counter", call).await?;
    let human = format!("Proposed anew, round {}; the other party's turn.", result.value);
    session.result(human, typed::sent(&result, json!({ "talk": talk.id, "round": result.value })));
    Ok(())
}

async fn accept(arg: &TalkArg, contract: &ContractHandle, session: &Session) -> Result<()> {
    let talk = find(arg.talk, contract, session).await?;
    let by = session.signer_account()?.to_string();
    let sells = by == talk.proposal.seller;
    let call = json!({ "talk": talk.id, "by": by, "round": talk.round });
    let result = session.call(contract, "accept", call).await?;
    let escrow = result.value.as_str().unwrap_or_default();
    let (mine, theirs) = if sells { ("shares", "deposit-cash") } else { ("cash", "deposit-shares") };
    let human = format!(
        "Accepted: an escrow is open with your {mine} in it.\nescrow  {escrow}\n\
         next    the other party: sillok escrow {theirs} {escrow}\n\
         then    sillok order talk report {}",
        talk.id
    );
    session.result(human, typed::sent(&result, json!({ "talk": talk.id, "escrow": result.value })));
    Ok(())
}

async fn decline(arg: &TalkArg, contract: &ContractHandle, session: &Session) -> Result<()> {
    let by = session.signer_account()?.to_string();
    let result = session.call(contract, "decline", json!({ "talk": arg.talk, "by": by })).await?;
    session.result(
        format!("Called negotiation {} off.", arg.talk),
        typed::sent(&result, json!({ "talk": arg.talk })),
    );
    Ok(())
}

async fn report(arg: &TalkArg, contract: &ContractHandle, session: &Session) -> Result<()> {
    let result = session.call(contract, "report", json!({ "talk": arg.talk })).await?;
    let human = format!("Entered negotiation {} as trade {}.", arg.talk, result.value);
    session.result(human, typed::sent(&result, json!({ "talk": arg.talk, "trade": result.value })));
    Ok(())
}

/// What a negotiation has come to, in a word.
fn status(value: &Value) -> String {
    let name = value.as_str().map(str::to_owned);
    name.or_else(|| value.as_object()?.keys().next().cloned()).unwrap_or_default().to_lowercase()
}

async fn show(arg: &TalkArg, contract: &ContractHandle, session: &Session) -> Result<()> {
    let raw: Value = session.query(contract, "talk", json!({ "id": arg.talk }), None).await?;
    let talk = find(arg.talk, contract, session).await?;
    let market = Market::find(session, &talk.listing.to_string()).await?;
    let who = Who::load(session).await?;
    let Proposal { seller, buyer, lot, quantity, price, expiry } = &talk.proposal;
    let human = format!(
        "{} sells {} shares of {} from lot {lot} to {} at {} each, until {expiry}.\n\
         status  {}\nround   {}, proposed by {}",
        who.show(seller),
        grouped(*quantity),
        market.title(),
        who.show(buyer),
        market.currency.show(*price),
        status(&talk.status),
        talk.round,
        who.show(&talk.by),
    );
    session.result(human, raw);
    Ok(())
}

async fn list(party: Option<String>, contract: &ContractHandle, session: &Session) -> Result<()> {
    let party = match &party {
        Some(text) => session.account(text)?.to_string(),
        None => session.signer_account()?.to_string(),
    };
    let who = Who::load(session).await?;
    let empty = format!("no negotiations of {}; `sillok order talk propose` begins one", who.show(&party));
    let mut table = Table::new(
        &[
            ("talk", Align::Right),
            ("market", Align::Right),
            ("seller", Align::Left),
            ("buyer", Align::Left),
            ("shares", Align::Right),
            ("price", Align::Right),
            ("status", Align::Left),
        ],
        empty,
    );
    let (mut rows, mut after) = (Vec::new(), Value::Null);
    loop {
        let query = json!({ "party": party, "after": after, "limit": PAGE });
        let page: Vec<Value> = typed::query(session, contract, "talks_of", query, None).await?;
        let is_last = page.len() < PAGE;
        after = page.last().map_or(Value::Null, |talk| talk["id"].clone());
        rows.extend(page);
        if is_last {
            break;
        }
    }
    for value in &rows {
        let talk: Talk = typed::read(contract, "talks_of", value.clone())?;
        let proposal = &talk.proposal;
        table.row([
            talk.id.to_string(),
            talk.listing.to_string(),
            who.show(&proposal.seller),
            who.show(&proposal.buyer),
            grouped(proposal.quantity),
            grouped(proposal.price),
            status(&talk.status),
        ]);
    }
    session.result(table, json!({ "party": party, "talks": rows }));
    Ok(())
}

/// How many negotiations are asked for at a time.
const PAGE: usize = 100;
