//! What changes a register: classes, issues, transfers, locks.

use serde_json::{Value, json};

use super::Company;
use super::arguments::{
    AcceptArgs, AddClassArgs, CancelArgs, DateArg, IssueArgs, Kind, LockArgs, QuantityArg, RepurchaseArgs,
    RetractArgs, TransferArgs, UnlockArgs,
};
use super::types::Lot;
use crate::cli::table::grouped;
use crate::cli::who::Who;
use crate::cli::{Result, Session, typed};

pub(super) async fn add_class(args: AddClassArgs, session: &Session) -> Result<()> {
    let company = args.company.find(session).await?;
    let kind = match args.kind {
        Kind::Common => "Common",
        Kind::Preferred => "Preferred",
    };
    let class = json!({
        "reference": args.reference, "name": args.name, "kind": kind, "authorised": args.authorised,
        "votes_per_share": args.votes, "seniority": args.seniority, "par": args.par,
    });
    let result = company.call("add_class", class).await?;
    let human = format!(
        "{} has a new class of shares, {}, of which {} may be issued.\nclass  {}",
        company.issuer.name,
        args.name,
        grouped(args.authorised),
        result.value
    );
    session.result(human, typed::sent(&result, json!({ "class": result.value })));
    Ok(())
}

pub(super) async fn issue(args: IssueArgs, session: &Session) -> Result<()> {
    let company = args.company.find(session).await?;
    let class = company.class(&args.class).await?;
    let who = Who::load(session).await?;
    let holder = session.account(&args.to)?.to_string();
    let issue = json!({
        "class": class.id, "holder": holder, "quantity": args.quantity, "price": args.price,
        "date": args.date.text(), "reference": args.reference,
    });
    let result = company.call("issue", issue).await?;
    let human = format!(
        "Issued {} shares {} of {} to {}.\nlot  {}",
        grouped(args.quantity),
        class.name,
        company.issuer.name,
        who.show(&holder),
        result.value
    );
    session.result(human, typed::sent(&result, json!({ "lot": result.value })));
    Ok(())
}

pub(super) async fn accept(args: AcceptArgs, session: &Session) -> Result<()> {
    let (company, lot) = args.lot.find(session).await?;
    let who = Who::load(session).await?;
    let result = company.call("accept", json!({ "lot": lot.id, "date": args.date.text() })).await?;
    let human =
        format!("{} accepted lot {} of {} shares.", who.show(&lot.holder), lot.id, grouped(lot.quantity));
    session.result(human, typed::sent(&result, json!({ "lot": lot.id })));
    Ok(())
}

pub(super) async fn transfer(args: TransferArgs, session: &Session) -> Result<()> {
    let (company, lot) = args.lot.find(session).await?;
    let who = Who::load(session).await?;
    let (to, quantity) = (session.account(&args.to)?.to_string(), args.quantity.of(&lot));
    let transfer = json!({
        "lot": lot.id, "quantity": quantity, "to": to, "date": args.date.text(),
        "reference": args.reference, "balance_reference": args.balance_reference,
    });
    let result = company.call("transfer", transfer).await?;
    let left = lot.quantity.saturating_sub(quantity);
    let human = format!(
        "{} transferred {} shares of {} to {}; {} are left in the lot.\nlot  {}",
        who.show(&lot.holder),
        grouped(quantity),
        company.issuer.name,
        who.show(&to),
        grouped(left),
        result.value
    );
    session.result(human, typed::sent(&result, json!({ "lot": result.value, "quantity": quantity })));
    Ok(())
}

pub(super) async fn repurchase(args: RepurchaseArgs, session: &Session) -> Result<()> {
    let (company, lot) = args.lot.find(session).await?;
    let note = ("price", args.price);
    remove(
        session,
        &company,
        Removal {
            lot,
            method: "repurchase",
            note,
            verb: "bought back",
            quantity: args.quantity,
            date: args.date,
            balance_reference: args.balance_reference,
        },
    )
    .await
}

pub(super) async fn cancel(args: CancelArgs, session: &Session) -> Result<()> {
    let (company, lot) = args.lot.find(session).await?;
    let note = ("reason", args.reason);
    remove(
        session,
        &company,
        Removal {
            lot,
            method: "cancel",
            note,
            verb: "cancelled",
            quantity: args.quantity,
            date: args.date,
            balance_reference: args.balance_reference,
        },
    )
    .await
}

/// Shares that leave a lot for no other holder.
struct Removal {
    lot: Lot,
    method: &'static str,
    /// The parameter that goes into the history's note, and its text.
    note: (&'static str, String),
    verb: &'static str,
    quantity: QuantityArg,
    date: DateArg,
    balance_reference: String,
}

async fn remove(session: &Session, company: &Company<'_>, removal: Removal) -> Result<()> {
    let (lot, quantity) = (&removal.lot, removal.quantity.of(&removal.lot));
    let who = Who::load(session).await?;
    let (note, text) = &removal.note;
    let args = json!({
        "lot": lot.id, "quantity": quantity, *note: text, "date": removal.date.text(),
        "balance_reference": removal.balance_reference,
    });
    let result = company.call(removal.method, args).await?;
    let rest = match &result.value {
        Value::Null => "nothing is left of the lot.".to_string(),
        balance => format!("{} are left.\nlot  {balance}", grouped(lot.quantity.saturating_sub(quantity))),
    };
    let company = &company.issuer.name;
    let human = format!(
        "{company} {} {} shares of {}; {rest}",
        removal.verb,
        grouped(quantity),
        who.show(&lot.holder)
    );
    session.result(human, typed::sent(&result, json!({ "quantity": quantity, "balance": result.value })));
    Ok(())
}

pub(super) async fn retract(args: RetractArgs, session: &Session) -> Result<()> {
    let (company, lot) = args.lot.find(session).await?;
    let retraction = json!({ "lot": lot.id, "reason": args.reason, "date": args.date.text() });
    let result = company.call("retract", retraction).await?;
    let human = format!(
        "{} took back the issue of {} shares, lot {}.",
        company.issuer.name,
        grouped(lot.quantity),
        lot.id
    );
    session.result(human, typed::sent(&result, json!({ "lot": lot.id })));
    Ok(())
}

pub(super) async fn lock(args: LockArgs, session: &Session) -> Result<()> {
    let (company, lot) = args.lot.find(session).await?;
    let who = Who::load(session).await?;
    let (locker, quantity) = (session.account(&args.locker)?.to_string(), args.quantity.of(&lot));
    let lock = json!({ "lot": lot.id, "quantity": quantity, "locker": locker, "delivery": args.delivery });
    let result = company.call("lock", lock).await?;
    let right = if args.delivery { ", who may hand them over" } else { "" };
    let human =
        format!("Locked {} shares of lot {} for {}{right}.", grouped(quantity), lot.id, who.show(&locker));
    session.result(
        human,
        typed::sent(&result, json!({ "lot": lot.id, "quantity": quantity, "locker": locker })),
    );
    Ok(())
}

pub(super) async fn unlock(args: UnlockArgs, session: &Session) -> Result<()> {
    let (company, lot) = args.lot.find(session).await?;
    let locker = match &args.locker {
        Some(text) => session.account(text)?.to_string(),
        None => session.signer_account()?.to_string(),
    };
    let unlock = json!({ "lot": lot.id, "quantity": args.quantity, "locker": locker });
    let result = company.call("unlock", unlock).await?;
    let human = format!("Unlocked {} shares of lot {}.", grouped(args.quantity), lot.id);
    session.result(
        human,
        typed::sent(&result, json!({ "lot": lot.id, "quantity": args.quantity, "locker": locker })),
    );
    Ok(())
}
