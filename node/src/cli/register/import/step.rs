//! One step of an import: compared with what stands, and sent if it does not.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sillok_abi::{ContractId, Date};

use super::conversion::{price, smallest_units};
use super::entered::Entered;
use super::error::{StepError, Stepped, refused};
use super::holder_account;
use crate::cli::ocf::{Action, Money, Part, Removal, Step, StockClass};
use crate::cli::register::Company;
use crate::cli::register::types::{Class, HistoryEntry, Lot};
use crate::cli::typed;

/// Runs steps on a register.
pub(super) struct Importer<'a> {
    company: &'a Company<'a>,
    entered: Entered,
    /// Ids of classes by their ids in the files.
    classes: BTreeMap<String, u32>,
    /// Securities that do not stand, with the record that was refused.
    missing: BTreeMap<String, String>,
    /// How many transactions were sent.
    pub(super) sent: usize,
}

impl<'a> Importer<'a> {
    /// Reads what stands.
    pub(super) async fn load(company: &'a Company<'a>) -> crate::cli::Result<Self> {
        let entered = Entered::load(company).await?;
        Ok(Importer { company, entered, classes: BTreeMap::new(), missing: BTreeMap::new(), sent: 0 })
    }

    /// Notes that a step was refused, as later ones may need what it would have made.
    pub(super) fn give_up(&mut self, step: &Step, record: &str) {
        for security in step.action.makes() {
            self.missing.insert(security.to_string(), record.to_string());
        }
    }

    /// Sees to it that a step stands; looks again if it may have come to stand in between.
    pub(super) async fn run(&mut self, step: &Step) -> Stepped<()> {
        match self.attempt(step).await {
            Err(StepError::Overtaken(_)) => {
                self.entered = Entered::load(self.company).await?;
                self.attempt(step).await
            }
            done => done,
        }
    }

    async fn attempt(&mut self, step: &Step) -> Stepped<()> {
        let missing = step.action.needs().and_then(|security| self.missing.get_key_value(security));
        if let Some((security, record)) = missing {
            return refused(format!("its security {security} does not stand, as {record} was refused"));
        }
        let date = step.date.unwrap_or_default();
        match &step.action {
            Action::AddClass(class) => self.add_class(class).await,
            Action::Issue { security, class, holder, quantity, price } => {
                let issue = Issue { security, class, holder, quantity: *quantity, price };
                self.issue(issue, date).await
            }
            Action::Accept { security } => self.accept(security, date).await,
            Action::Transfer { security, held, parts, balance } => {
                let transfer = Transfer { security, held: *held, parts, balance };
                self.transfer(transfer, date).await
            }
            Action::Repurchase { removal, price: paid } => {
                let note = ("price", price(paid));
                self.remove(removal, Removing { kind: "Repurchase", method: "repurchase", note }, date).await
            }
            Action::Cancel { removal, reason } => {
                let note = ("reason", reason.clone());
                self.remove(removal, Removing { kind: "Cancellation", method: "cancel", note }, date).await
            }
            Action::Retract { security, held, reason } => self.retract(security, *held, reason, date).await,
        }
    }

    fn register(&self) -> &ContractId {
        &self.company.contract.id
    }

    async fn send(&mut self, method: &str, args: Value) -> Stepped<Value> {
        let result = self.company.call(method, args).await?;
        self.sent += 1;
        Ok(result.value)
    }

    /// The lot of a security, which must stand: live or ended.
    async fn lot_id(&self, security: &str) -> Stepped<u64> {
        match self.company.lot_by_reference(security).await? {
            Some(lot) => Ok(lot),
            None => refused(format!("its security {security} is not in the register")),
        }
    }

    /// Makes sure that the lot, or what is left of it, has the shares that the files tell of.
    async fn check_held(&self, lot: u64, security: &str, held: u64) -> Stepped<()> {
        let live: Option<Lot> = self.company.query("lot", json!({ "lot": lot })).await?;
        match live {
            Some(live) if live.quantity == held => Ok(()),
            Some(live) => refused(format!(
                "{security} has {} shares in the register, not {held}: it was changed there otherwise",
                live.quantity
            )),
            None => refused(format!(
                "nothing is left of {security} in the register: it was changed there otherwise"
            )),
        }
    }

    async fn add_class(&mut self, class: &StockClass) -> Stepped<()> {
        let par = class.par.as_ref().map_or(Some(0), smallest_units);
        let kind = if class.preferred { "Preferred" } else { "Common" };
        let by_reference = json!({ "reference": class.id });
        let known: Option<u32> = self.company.query("class_by_reference", by_reference).await?;
        let id = match known {
            Some(id) => {
                let stands: Option<Class> = self.company.query("class", json!({ "class": id })).await?;
                let agrees = |known: &Class| {
                    (known.name.as_str(), known.kind.as_str(), known.authorised, known.par)
                        == (class.name.as_str(), Some(kind), class.authorised, par.unwrap_or_default())
                };
                if !stands.as_ref().is_some_and(agrees) {
                    return refused("the register has a class of this id with other terms");
                }
                id
            }
            None => {
                let args = json!({
                    "reference": class.id, "name": class.name, "kind": kind, "authorised": class.authorised,
                    "votes_per_share": class.votes_per_share, "seniority": class.seniority,
                    "par": par.unwrap_or_default(),
                });
                let id = self.send("add_class", args).await?;
                typed::read(&self.company.contract, "add_class", id)?
            }
        };
        self.classes.insert(class.id.clone(), id);
        Ok(())
    }

    async fn issue(&mut self, issue: Issue<'_>, date: Date) -> Stepped<()> {
        let Some(class) = self.classes.get(issue.class).copied() else {
            return refused(format!("its stock class {} was refused", issue.class));
        };
        let holder = holder_account(self.register(), issue.holder).to_string();
        if let Some(lot) = self.company.lot_by_reference(issue.security).await? {
            let agrees = |entry: &HistoryEntry| {
                (entry.class, entry.holder.as_str(), entry.quantity)
                    == (class, holder.as_str(), issue.quantity)
            };
            return check_entry(self.entered.of_kind(lot, "Issue"), issue.security, date, agrees);
        }
        let args = json!({
            "class": class, "holder": holder, "quantity": issue.quantity, "price": price(issue.price),
            "date": date.to_string(), "reference": issue.security,
        });
        self.send("issue", args).await.map(drop)
    }

    async fn accept(&mut self, security: &str, date: Date) -> Stepped<()> {
        let lot = self.lot_id(security).await?;
        if let Some(entry) = self.entered.of_kind(lot, "Acceptance") {
            return check_entry(Some(entry), security, date, |_| true);
        }
        // A balance lot is accepted when the lot was that it is the rest of.
        let live: Option<Lot> = self.company.query("lot", json!({ "lot": lot })).await?;
        if live.is_some_and(|live| live.accepted.is_some()) {
            return Ok(());
        }
        self.send("accept", json!({ "lot": lot, "date": date.to_string() })).await.map(drop)
    }

    async fn transfer(&mut self, transfer: Transfer<'_>, date: Date) -> Stepped<()> {
        let source = self.lot_id(transfer.security).await?;
        let mut left = transfer.held;
        for (place, part) in transfer.parts.iter().enumerate() {
            let to = holder_account(self.register(), &part.holder).to_string();
            match self.company.lot_by_reference(&part.security).await? {
                Some(lot) => {
                    let agrees = |entry: &HistoryEntry| {
                        entry.kind == "Transfer"
                            && (entry.counterpart.as_deref(), entry.quantity)
                                == (Some(to.as_str()), part.quantity)
                    };
                    check_entry(self.entered.origin(lot), &part.security, date, agrees)?;
                }
                None => {
                    self.check_held(source, transfer.security, left).await?;
                    // What is left between the parts has no name in the files.
                    let is_last = place + 1 == transfer.parts.len();
                    let balance = transfer.balance.as_deref().filter(|_| is_last).unwrap_or_default();
                    let args = json!({
                        "lot": source, "quantity": part.quantity, "to": to, "date": date.to_string(),
                        "reference": part.security, "balance_reference": balance,
                    });
                    self.send("transfer", args).await?;
                }
            }
            left = left.saturating_sub(part.quantity);
        }
        Ok(())
    }

    async fn remove(&mut self, removal: &Removal, how: Removing, date: Date) -> Stepped<()> {
        let lot = self.lot_id(&removal.security).await?;
        if let Some(entry) = self.entered.of_kind(lot, how.kind) {
            return check_entry(Some(entry), &removal.security, date, |entry| {
                entry.quantity == removal.quantity
            });
        }
        self.check_held(lot, &removal.security, removal.held).await?;
        let (note, text) = how.note;
        let args = json!({
            "lot": lot, "quantity": removal.quantity, note: text, "date": date.to_string(),
            "balance_reference": removal.balance.as_deref().unwrap_or_default(),
        });
        self.send(how.method, args).await.map(drop)
    }

    async fn retract(&mut self, security: &str, held: u64, reason: &str, date: Date) -> Stepped<()> {
        let lot = self.lot_id(security).await?;
        if let Some(entry) = self.entered.of_kind(lot, "Retraction") {
            return check_entry(Some(entry), security, date, |entry| entry.quantity == held);
        }
        self.check_held(lot, security, held).await?;
        let args = json!({ "lot": lot, "reason": reason, "date": date.to_string() });
        self.send("retract", args).await.map(drop)
    }
}

/// An issue of the files.
struct Issue<'a> {
    security: &'a str,
    class: &'a str,
    holder: &'a str,
    quantity: u64,
    price: &'a Option<Money>,
}

/// A transfer of the files.
struct Transfer<'a> {
    security: &'a str,
    held: u64,
    parts: &'a [Part],
    balance: &'a Option<String>,
}

/// How shares leave a lot for no other holder.
struct Removing {
    /// What the history calls it.
    kind: &'static str,
    method: &'static str,
    /// The parameter that goes into the history's note, and its text.
    note: (&'static str, String),
}

/// What stands under a security's id must be what the files tell.
fn check_entry(
    entry: Option<&HistoryEntry>,
    security: &str,
    date: Date,
    agrees: impl Fn(&HistoryEntry) -> bool,
) -> Stepped<()> {
    match entry {
        Some(entry) if entry.date == date.to_string() && agrees(entry) => Ok(()),
        _ => refused(format!("the register has {security} with other terms than the files")),
    }
}
