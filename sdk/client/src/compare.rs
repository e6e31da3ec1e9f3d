//! What an upgrade changes for those who use a contract, from the metadata of the old and the new code.
//!
//! Breaking is whatever makes a client or contract fail, or read something else, that was written for
//! the old code: calls of a method by its parameters' names and types, results, events, error codes.

use std::fmt;

use sillok_abi::{ErrorSpec, EventSpec, Metadata, MethodKind, MethodSpec};

use crate::rpc::to_hex;
use crate::value::{
    definition, fields_text, kind_name, named_types, reentrancy, same_fields, same_shape, signature,
};

/// A part of what a contract says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A method, the constructor and migrations included.
    Method,
    /// An event.
    Event,
    /// An error.
    Error,
    /// A struct or enum that methods or events speak of.
    Type,
    /// The layout of the storage.
    Storage,
}

/// A difference between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub part: Part,
    /// Its name; an error's is its code.
    pub name: String,
    /// How it reads in the old version; none if it is new.
    pub old: Option<String>,
    /// How it reads in the new version; none if it is gone.
    pub new: Option<String>,
    /// Whether what was written for the old version fails, or reads something else.
    pub breaking: bool,
}

impl Part {
    /// Its name for people and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Part::Method => "method",
            Part::Event => "event",
            Part::Error => "error",
            Part::Type => "type",
            Part::Storage => "storage",
        }
    }
}

impl fmt::Display for Change {
    /// A line for each side: `-` for what was, `+` for what will be.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let breaking = if self.breaking { "   (breaks callers)" } else { "" };
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old == new => {
                write!(formatter, "~ {new}, whose types change{breaking}")
            }
            (Some(old), Some(new)) => write!(formatter, "- {old}\n+ {new}{breaking}"),
            (Some(old), None) => write!(formatter, "- {old}{breaking}"),
            (None, Some(new)) => write!(formatter, "+ {new}{breaking}"),
            (None, None) => Ok(()),
        }
    }
}

/// What differs: methods, events, errors, types, storage, each by name. Documentation doesn't count.
pub fn compare(old: &Metadata, new: &Metadata) -> Vec<Change> {
    let mut changes = Vec::new();
    pairs(
        &old.methods,
        &new.methods,
        |method| method.name.clone(),
        |name, old, new| {
            changes.extend(method_change(name, old, new));
        },
    );
    pairs(
        &old.events,
        &new.events,
        |event| event.name.clone(),
        |name, old, new| {
            changes.extend(event_change(name, old, new));
        },
    );
    pairs(
        &old.errors,
        &new.errors,
        |error| error.code,
        |code, old, new| {
            changes.extend(error_change(code, old, new));
        },
    );
    changes.extend(type_changes(old, new));
    if old.layout != new.layout {
        let layout = |metadata: &Metadata| Some(format!("layout {}", to_hex(metadata.layout)));
        let (old, new) = (layout(old), layout(new));
        changes.push(Change { part: Part::Storage, name: "layout".into(), old, new, breaking: false });
    }
    changes
}

/// Visits what is in either list, by key: in the old one's order, then what is new.
fn pairs<T, K: PartialEq>(
    old: &[T],
    new: &[T],
    key: impl Fn(&T) -> K,
    mut visit: impl FnMut(K, Option<&T>, Option<&T>),
) {
    let find = |list: &'_ [T], wanted: &K| list.iter().position(|entry| key(entry) == *wanted);
    for entry in old {
        let counterpart = find(new, &key(entry)).and_then(|index| new.get(index));
        visit(key(entry), Some(entry), counterpart);
    }
    for entry in new.iter().filter(|entry| find(old, &key(entry)).is_none()) {
        visit(key(entry), None, Some(entry));
    }
}

fn change<T>(
    part: Part,
    name: String,
    old: Option<&T>,
    new: Option<&T>,
    text: impl Fn(&T) -> String,
    breaking: bool,
) -> Change {
    Change { part, name, old: old.map(&text), new: new.map(&text), breaking }
}

fn method_change(name: String, old: Option<&MethodSpec>, new: Option<&MethodSpec>) -> Option<Change> {
    let bare = |method: &MethodSpec| MethodSpec { docs: String::new(), ..method.clone() };
    if old.map(bare) == new.map(bare) {
        return None;
    }
    let breaking = old.is_some_and(|old| is_called(old) && !new.is_some_and(|new| serves(new, old)));
    let text = |method: &MethodSpec| {
        format!("{} {}", kind_name(method.kind), signature(method)) + reentrancy(method)
    };
    Some(change(Part::Method, name, old, new, text, breaking))
}

/// Whether others call the method of a contract that exists.
fn is_called(method: &MethodSpec) -> bool {
    matches!(method.kind, MethodKind::Query | MethodKind::Change)
}

/// Whether a method answers every call that was written for the old one. A query can be called wherever
/// a change can, a re-entrant method wherever another one can.
fn serves(new: &MethodSpec, old: &MethodSpec) -> bool {
    let kind = new.kind == MethodKind::Query || new.kind == old.kind;
    let reentrant = new.reentrant || !old.reentrant;
    kind && reentrant && same_fields(&old.params, &new.params) && same_shape(&old.returns, &new.returns)
}

fn event_change(name: String, old: Option<&EventSpec>, new: Option<&EventSpec>) -> Option<Change> {
    if old.map(|old| &old.fields) == new.map(|new| &new.fields) {
        return None;
    }
    let read = |old: &EventSpec| new.is_some_and(|new| same_fields(&old.fields, &new.fields));
    let breaking = old.is_some_and(|old| !read(old));
    let text = |event: &EventSpec| format!("event {}({})", event.name, fields_text(&event.fields));
    Some(change(Part::Event, name, old, new, text, breaking))
}

fn error_change(code: u32, old: Option<&ErrorSpec>, new: Option<&ErrorSpec>) -> Option<Change> {
    if old.map(|old| &old.name) == new.map(|new| &new.name) {
        return None;
    }
    // An error that never comes again breaks nobody; one that means something else does.
    let breaking = old.is_some() && new.is_some();
    let text = |error: &ErrorSpec| format!("error {} {}", error.code, error.name);
    Some(change(Part::Error, code.to_string(), old, new, text, breaking))
}

/// The types that both versions have and that are made of something else. What only one version has
/// shows in its methods and events.
fn type_changes(old: &Metadata, new: &Metadata) -> Vec<Change> {
    let (old, new) = (for_callers(old), for_callers(new));
    let (old, new) = (named_types(&old), named_types(&new));
    let both = old.iter().filter_map(|(name, old)| Some((*name, *old, *new.get(name)?)));
    both.filter(|(_, old, new)| !same_shape(old, new))
        .map(|(name, old, new)| {
            let text = |ty: &sillok_abi::TypeSpec| format!("type {}", definition(ty));
            change(Part::Type, name.to_owned(), Some(old), Some(new), text, true)
        })
        .collect()
}

/// Without the methods that the node alone calls: their types break nobody.
fn for_callers(metadata: &Metadata) -> Metadata {
    let methods = metadata.methods.iter().filter(|method| is_called(method)).cloned().collect();
    Metadata { methods, ..metadata.clone() }
}

#[cfg(test)]
mod tests;
