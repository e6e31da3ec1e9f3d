//! The steps of a plan: each is one change of the register, in the words of the files.

use sillok_abi::Date;

use super::entry::{Money, StockClass};

/// One change of the register.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The indices of the records that it applies: the event's own, then those of its results.
    pub(crate) records: Vec<usize>,
    /// The event's day; none for a class.
    pub(crate) date: Option<Date>,
    /// What to do.
    pub(crate) action: Action,
}

/// What a step does. Classes, people and securities go by their ids in the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Adds a class of shares.
    AddClass(StockClass),
    /// Issues a security.
    Issue { security: String, class: String, holder: String, quantity: u64, price: Option<Money> },
    /// The holder accepts a security.
    Accept { security: String },
    /// Parts of a security, which has `held` shares, go to other holders; the rest, if any, becomes
    /// the balance.
    Transfer { security: String, held: u64, parts: Vec<Part>, balance: Option<String> },
    /// The company buys part of a security back.
    Repurchase { removal: Removal, price: Option<Money> },
    /// Part of a security is cancelled.
    Cancel { removal: Removal, reason: String },
    /// The issuance of a security, which has `held` shares, is taken back.
    Retract { security: String, held: u64, reason: String },
}

/// Shares that leave a security for no other holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Removal {
    /// The security.
    pub(crate) security: String,
    /// How many shares it has.
    pub(crate) held: u64,
    /// How many of them leave.
    pub(crate) quantity: u64,
    /// What the rest becomes, if there is one.
    pub(crate) balance: Option<String>,
}

/// A security that results from a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its id.
    pub(crate) security: String,
    /// Who receives it.
    pub(crate) holder: String,
    /// How many shares.
    pub(crate) quantity: u64,
}

impl Action {
    /// The security that must stand before this, if any.
    pub(crate) fn needs(&self) -> Option<&str> {
        match self {
            Action::AddClass(_) | Action::Issue { .. } => None,
            Action::Accept { security }
            | Action::Transfer { security, .. }
            | Action::Retract { security, .. } => Some(security),
            Action::Repurchase { removal, .. } | Action::Cancel { removal, .. } => Some(&removal.security),
        }
    }

    /// The securities that this brings about.
    pub(crate) fn makes(&self) -> Vec<&str> {
        match self {
            Action::AddClass(_) | Action::Accept { .. } | Action::Retract { .. } => Vec::new(),
            Action::Issue { security, .. } => vec![security],
            Action::Transfer { parts, balance, .. } => {
                parts.iter().map(|part| part.security.as_str()).chain(balance.as_deref()).collect()
            }
            Action::Repurchase { removal, .. } | Action::Cancel { removal, .. } => {
                removal.balance.as_deref().into_iter().collect()
            }
        }
    }
}
