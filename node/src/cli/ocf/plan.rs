//! Decides what becomes of each record: a step on the chain, a known person, or a refusal.
//!
//! Issuances that an event names as its results are not steps of their own: they are applied with
//! that event, must agree with it, and are refused with it. An issuance that results from a kind of
//! event that the register doesn't know is refused too, as its shares would be counted twice.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{self, Entry, Event, ISSUANCE, Issuance, Stakeholder, What};
use super::ledger::{Announced, Ledger};
use super::order::{Placed, in_order};
use super::step::{Action, Step};
use super::{Package, Record};

/// What becomes of a package's records.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// What to do on the chain, in order.
    pub(crate) steps: Vec<Step>,
    /// People, each with the index of its record.
    pub(crate) people: Vec<(usize, Stakeholder)>,
    /// Why records are refused, by their index.
    pub(crate) refused: BTreeMap<usize, String>,
    /// Shares by stakeholder and class, as the files have it.
    #[cfg(test)]
    pub(super) holdings: BTreeMap<(String, String), u64>,
}

/// Plans the import of a package.
pub(crate) fn plan(package: &Package) -> Plan {
    let mut planner = Planner::new(&package.records);
    planner.sort_out();
    planner.refuse_unknown();
    let events = planner.place_issuances();
    planner.replay(in_order(events));
    #[cfg(test)]
    {
        planner.plan.holdings = planner.ledger.holdings();
    }
    planner.plan
}

/// An issuance record.
struct Issued {
    record: usize,
    event: Event,
    issuance: Issuance,
}

struct Planner<'a> {
    records: &'a [Record],
    plan: Plan,
    ledger: Ledger,
    /// Events other than issuances.
    events: Vec<Placed>,
    /// Issuances by security.
    issued: BTreeMap<String, Issued>,
    /// Which records name a security as their result.
    named_by: BTreeMap<String, Vec<usize>>,
    /// Records of kinds that the register doesn't know.
    unknown: Vec<usize>,
    /// Issuances that are applied with the event at the key.
    results: BTreeMap<usize, Vec<usize>>,
}

impl<'a> Planner<'a> {
    fn new(records: &'a [Record]) -> Self {
        Planner {
            records,
            plan: Plan::default(),
            ledger: Ledger::default(),
            events: Vec::new(),
            issued: BTreeMap::new(),
            named_by: BTreeMap::new(),
            unknown: Vec::new(),
            results: BTreeMap::new(),
        }
    }

    fn refuse(&mut self, record: usize, why: impl Into<String>) {
        if self.records[record].kind == ISSUANCE {
            let security = self.records[record].body.get("security_id").and_then(|id| id.as_str());
            if let Some(security) = security {
                self.ledger.refused.entry(security.to_string()).or_insert(self.records[record].id.clone());
            }
        }
        self.plan.refused.insert(record, why.into());
    }

    /// Types every record and puts it where it belongs.
    fn sort_out(&mut self) {
        let mut seen = BTreeSet::new();
        for (index, record) in self.records.iter().enumerate() {
            if record.has_id() && !seen.insert((&record.kind, &record.id)) {
                self.plan.refused.insert(index, "another record of its kind has the same id".to_string());
                continue;
            }
            match entry::parse(record) {
                Ok(Some(entry)) => self.keep(index, entry),
                Ok(None) => {
                    self.note_results(index, entry::named_results(record));
                    self.unknown.push(index);
                }
                Err(why) => {
                    self.note_results(index, entry::named_results(record));
                    self.refuse(index, why);
                }
            }
        }
    }

    fn note_results(&mut self, record: usize, results: Vec<String>) {
        // An issuance names no results; were one to name its own security, that would refuse it.
        if self.records[record].kind != ISSUANCE {
            for security in results {
                self.named_by.entry(security).or_default().push(record);
            }
        }
    }

    fn keep(&mut self, record: usize, entry: Entry) {
        match entry {
            Entry::Stakeholder(stakeholder) => {
                self.ledger.people.insert(stakeholder.id.clone());
                self.plan.people.push((record, stakeholder));
            }
            Entry::Class(class) => {
                self.ledger.classes.insert(class.id.clone());
                self.plan.steps.push(Step {
                    records: vec![record],
                    date: None,
                    action: Action::AddClass(class),
                });
            }
            Entry::Event(event) => match event.what.clone() {
                What::Issuance(issuance) => self.keep_issuance(Issued { record, event, issuance }),
                _ => {
                    let makes = event.what.results();
                    self.note_results(record, makes.clone());
                    self.events.push(Placed { record, event, makes });
                }
            },
        }
    }

    fn keep_issuance(&mut self, issued: Issued) {
        match self.issued.get(&issued.event.security) {
            Some(first) => {
                let first = &self.records[first.record].id;
                let why = format!("its security {} is issued by {first} already", issued.event.security);
                self.plan.refused.insert(issued.record, why);
            }
            None => {
                self.issued.insert(issued.event.security.clone(), issued);
            }
        }
    }

    /// Refuses the records of unknown kinds, naming results of theirs that no record issues.
    fn refuse_unknown(&mut self) {
        for index in std::mem::take(&mut self.unknown) {
            let record = &self.records[index];
            let mut why = match (record.kind.as_str(), record.body.is_empty()) {
                ("", true) => "it isn't a JSON object with an object_type".to_string(),
                ("", false) => "it has no object_type".to_string(),
                (kind, _) => format!("this register doesn't know {kind} yet"),
            };
            for security in
                entry::named_results(record).iter().filter(|name| !self.issued.contains_key(*name))
            {
                why.push_str(&format!("; its resulting security {security} is issued by no record"));
            }
            self.refuse(index, why);
        }
    }

    /// Decides for each issuance whether it is an event of its own, the result of one, or refused.
    /// Returns all events.
    fn place_issuances(&mut self) -> Vec<Placed> {
        let mut events = std::mem::take(&mut self.events);
        for (security, issued) in std::mem::take(&mut self.issued) {
            let named_by = self.named_by.get(&security).cloned().unwrap_or_default();
            match (named_by.as_slice(), &issued.issuance.split) {
                ([], None) => {
                    let makes = vec![security];
                    events.push(Placed { record: issued.record, event: issued.event, makes });
                }
                ([], Some(split)) => {
                    self.refuse(issued.record, origin_refused(&format!("the split {split}")))
                }
                ([event], _) if self.plan.refused.contains_key(event) => {
                    let record = &self.records[*event];
                    self.refuse(issued.record, origin_refused(&format!("{} {}", record.kind, record.id)));
                }
                ([event], _) => {
                    self.results.entry(*event).or_default().push(issued.record);
                    let announced = Announced { date: issued.event.date, issuance: issued.issuance };
                    self.ledger.announced.insert(security, Ok(announced));
                }
                (several, _) => {
                    let names: Vec<_> =
                        several.iter().map(|event| self.records[*event].id.as_str()).collect();
                    let why = format!(
                        "security {security} is named as a result more than once: by {}",
                        names.join(" and ")
                    );
                    self.refuse(issued.record, why.clone());
                    self.ledger.announced.insert(security, Err(why));
                }
            }
        }
        events
    }

    /// Runs the events through the ledger.
    fn replay(&mut self, events: Vec<Placed>) {
        for placed in events {
            let record = &self.records[placed.record];
            let results = self.results.remove(&placed.record).unwrap_or_default();
            match self.ledger.apply(&record.id, &placed.event) {
                Ok(action) => {
                    let records = std::iter::once(placed.record).chain(results).collect();
                    self.plan.steps.push(Step { records, date: Some(placed.event.date), action });
                }
                Err(why) => {
                    for result in results {
                        let why =
                            format!("it results from {} {}, which is refused: {why}", record.kind, record.id);
                        self.refuse(result, why);
                    }
                    self.refuse(placed.record, why);
                }
            }
        }
    }
}

fn origin_refused(origin: &str) -> String {
    format!(
        "it results from {origin}, which is refused; issued on its own, its shares would be counted twice"
    )
}
