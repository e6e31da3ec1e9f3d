//! Securities as the files tell of them: judges each event against those before it.

use std::collections::{BTreeMap, BTreeSet};

use sillok_abi::Date;

use super::entry::{Event, Issuance, What};
use super::step::{Action, Part, Removal};

/// A security whose issuance stands.
#[derive(Clone, Debug)]
struct Security {
    class: String,
    holder: String,
    quantity: u64,
    /// Whether it came to be by an issue, not out of another security.
    issued: bool,
    accepted: bool,
    /// The record that ended it.
    ended_by: Option<String>,
}

/// An issuance record that an event names as its result.
#[derive(Clone, Debug)]
pub(super) struct Announced {
    pub(super) date: Date,
    pub(super) issuance: Issuance,
}

/// The securities so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Classes that stand.
    pub(super) classes: BTreeSet<String>,
    /// People that are known.
    pub(super) people: BTreeSet<String>,
    /// Issuance records by security, for the events that they result from; or why they can't be used.
    pub(super) announced: BTreeMap<String, Result<Announced, String>>,
    /// Refused securities, with the record that was refused.
    pub(super) refused: BTreeMap<String, String>,
    securities: BTreeMap<String, Security>,
}

/// The part of an event's meaning that the three partial endings share.
struct Taking<'a> {
    quantity: u64,
    balance: &'a Option<String>,
}

impl Ledger {
    /// Applies the event of record `id`: what to do on the chain, or why it is refused.
    pub(super) fn apply(&mut self, id: &str, event: &Event) -> Result<Action, String> {
        match &event.what {
            What::Issuance(issuance) => self.issue(event, issuance),
            What::Acceptance => self.accept(event),
            What::Transfer { quantity, results, balance } => {
                self.transfer(id, event, &Taking { quantity: *quantity, balance }, results)
            }
            What::Repurchase { quantity, price, balance } => {
                let held = self.take(id, event, &Taking { quantity: *quantity, balance })?;
                let removal = Removal {
                    security: event.security.clone(),
                    held,
                    quantity: *quantity,
                    balance: balance.clone(),
                };
                Ok(Action::Repurchase { removal, price: price.clone() })
            }
            What::Cancellation { quantity, reason, balance } => {
                let held = self.take(id, event, &Taking { quantity: *quantity, balance })?;
                let removal = Removal {
                    security: event.security.clone(),
                    held,
                    quantity: *quantity,
                    balance: balance.clone(),
                };
                Ok(Action::Cancel { removal, reason: reason.clone() })
            }
            What::Retraction { reason } => self.retract(id, event, reason),
        }
    }

    /// The shares of each holder and class, as the files have it.
    #[cfg(test)]
    pub(super) fn holdings(&self) -> BTreeMap<(String, String), u64> {
        let mut holdings = BTreeMap::new();
        for security in self.securities.values().filter(|security| security.ended_by.is_none()) {
            *holdings.entry((security.holder.clone(), security.class.clone())).or_default() +=
                security.quantity;
        }
        holdings
    }

    fn issue(&mut self, event: &Event, issuance: &Issuance) -> Result<Action, String> {
        self.check_parties(issuance)?;
        self.add(&event.security, issuance, true);
        Ok(Action::Issue {
            security: event.security.clone(),
            class: issuance.class.clone(),
            holder: issuance.holder.clone(),
            quantity: issuance.quantity,
            price: issuance.price.clone(),
        })
    }

    fn accept(&mut self, event: &Event) -> Result<Action, String> {
        self.live(&event.security)?;
        let security = self.securities.get_mut(&event.security);
        match security.map(|security| std::mem::replace(&mut security.accepted, true)) {
            Some(false) => Ok(Action::Accept { security: event.security.clone() }),
            _ => Err(format!("security {} is accepted already", event.security)),
        }
    }

    fn transfer(
        &mut self,
        id: &str,
        event: &Event,
        taking: &Taking,
        results: &[String],
    ) -> Result<Action, String> {
        let source = self.live(&event.security)?.clone();
        let mut parts = Vec::with_capacity(results.len());
        let mut given: u64 = 0;
        for result in results {
            let issuance = &self.result(event, result, &source)?.issuance;
            given = given.checked_add(issuance.quantity).ok_or("the results have more shares than can be")?;
            if issuance.holder == source.holder {
                return Err(format!(
                    "its result {result} goes to {}, who has the shares already",
                    source.holder
                ));
            }
            parts.push(Part {
                security: result.clone(),
                holder: issuance.holder.clone(),
                quantity: issuance.quantity,
            });
        }
        if given != taking.quantity {
            let results = results.join(", ");
            return Err(format!("it transfers {} shares, but {results} have {given}", taking.quantity));
        }
        let held = self.take(id, event, taking)?;
        for part in &parts {
            let (class, holder) = (source.class.clone(), part.holder.clone());
            let issuance = Issuance { class, holder, quantity: part.quantity, price: None, split: None };
            self.add(&part.security, &issuance, false);
        }
        Ok(Action::Transfer {
            security: event.security.clone(),
            held,
            parts,
            balance: taking.balance.clone(),
        })
    }

    fn retract(&mut self, id: &str, event: &Event, reason: &str) -> Result<Action, String> {
        let security = self.live(&event.security)?;
        if security.accepted || !security.issued {
            let why =
                "only an issue that nobody has accepted, and of which nothing was taken, can be retracted";
            return Err(why.to_string());
        }
        let held = security.quantity;
        self.end(id, &event.security);
        Ok(Action::Retract { security: event.security.clone(), held, reason: reason.to_string() })
    }

    /// Ends a security of which `quantity` goes; the balance, if there is one, comes to be. Returns
    /// how many shares it had.
    fn take(&mut self, id: &str, event: &Event, taking: &Taking) -> Result<u64, String> {
        let source = self.live(&event.security)?.clone();
        let (quantity, security) = (taking.quantity, &event.security);
        let left = source
            .quantity
            .checked_sub(quantity)
            .ok_or_else(|| format!("it takes {quantity} of the {} shares of {security}", source.quantity))?;
        match taking.balance {
            None if left > 0 => {
                return Err(format!(
                    "{left} of the {} shares of {security} are left, but it names no balance_security_id",
                    source.quantity
                ));
            }
            None => {}
            Some(balance) => {
                let announced = self.result(event, balance, &source)?.issuance.clone();
                if announced.quantity != left {
                    return Err(format!(
                        "it leaves {left} shares, but its balance {balance} has {}",
                        announced.quantity
                    ));
                }
                if announced.holder != source.holder {
                    return Err(format!("its balance {balance} has another holder than {security}"));
                }
                self.add(balance, &announced, false);
            }
        }
        self.end(id, security);
        Ok(source.quantity)
    }

    /// The issuance of a resulting security, if it agrees with the event.
    fn result(&self, event: &Event, result: &str, source: &Security) -> Result<&Announced, String> {
        let announced = match self.announced.get(result) {
            Some(announced) => announced.as_ref().map_err(Clone::clone)?,
            None => {
                return Err(format!(
                    "its resulting security {result} is issued by no record that can be applied"
                ));
            }
        };
        if announced.issuance.class != source.class {
            return Err(format!(
                "its result {result} is of class {}, not {}",
                announced.issuance.class, source.class
            ));
        }
        if announced.date != event.date {
            return Err(format!("its result {result} is dated {}, the event {}", announced.date, event.date));
        }
        self.check_parties(&announced.issuance)?;
        Ok(announced)
    }

    fn check_parties(&self, issuance: &Issuance) -> Result<(), String> {
        if !self.classes.contains(&issuance.class) {
            return Err(format!("its stock class {} is not in the files, or was refused", issuance.class));
        }
        if !self.people.contains(&issuance.holder) {
            return Err(format!("its stakeholder {} is not in the files, or was refused", issuance.holder));
        }
        Ok(())
    }

    fn live(&self, name: &str) -> Result<&Security, String> {
        if let Some(security) = self.securities.get(name) {
            return match &security.ended_by {
                None => Ok(security),
                Some(record) => Err(format!("security {name} ended with {record}")),
            };
        }
        match self.refused.get(name) {
            Some(record) => Err(format!("its security {name} does not stand, as {record} was refused")),
            None => Err(format!("security {name} does not exist at that date")),
        }
    }

    fn add(&mut self, name: &str, issuance: &Issuance, issued: bool) {
        let security = Security {
            class: issuance.class.clone(),
            holder: issuance.holder.clone(),
            quantity: issuance.quantity,
            issued,
            accepted: false,
            ended_by: None,
        };
        self.securities.insert(name.to_string(), security);
    }

    fn end(&mut self, id: &str, name: &str) {
        if let Some(security) = self.securities.get_mut(name) {
            security.ended_by = Some(id.to_string());
        }
    }
}
