//! Made-up histories in any order of the file end with the shares that a simple model counts.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{cancellation, issuance, outcome, package, transfer};

/// A choice of what happens next: which security, how many of its shares, what.
#[derive(Clone, Debug)]
struct Choice {
    security: prop::sample::Index,
    share: u64,
    what: u8,
    same_day: bool,
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = (any::<prop::sample::Index>(), 1..=100u64, 0..6u8, any::<bool>());
    let choice =
        choice.prop_map(|(security, share, what, same_day)| Choice { security, share, what, same_day });
    prop::collection::vec(choice, 1..40)
}

/// Which fields of which records are lost.
fn losses() -> impl Strategy<Value = Vec<(prop::sample::Index, prop::sample::Index)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..10)
}

/// Turns choices into a valid history, and counts.
#[derive(Default)]
struct History {
    records: Vec<Value>,
    /// Holder, shares, and whether it was issued rather than the result of something.
    live: BTreeMap<String, (&'static str, u64, bool)>,
    day: u32,
    names: u32,
}

impl History {
    fn name(&mut self) -> String {
        self.names += 1;
        format!("n{}", self.names)
    }

    fn date(&self) -> String {
        format!("20{:02}-01-{:02}", 10 + self.day / 28, self.day % 28 + 1)
    }

    fn issue(&mut self, holder: &'static str, quantity: u64, fresh: bool) -> String {
        let (id, security) = (self.name(), self.name());
        self.records.push(issuance(&id, &self.date(), &security, holder, quantity));
        self.live.insert(security.clone(), (holder, quantity, fresh));
        security
    }

    fn step(&mut self, choice: &Choice) {
        if !choice.same_day {
            self.day += 1;
        }
        let names: Vec<_> = self.live.keys().cloned().collect();
        if choice.what == 0 || names.is_empty() {
            self.issue("ann", choice.share * 10, true);
            return;
        }
        let security = choice.security.get(&names).clone();
        let (holder, held, fresh) = self.live[&security];
        let (id, date) = (self.name(), self.date());
        if choice.what == 1 && fresh {
            let retraction = json!({"id": id, "object_type": "TX_STOCK_RETRACTION", "date": date, "security_id": security});
            self.records.push(retraction);
            self.live.remove(&security);
            return;
        }
        let quantity = (held * choice.share / 100).max(1);
        self.live.remove(&security);
        let balance =
            if held > quantity { self.issue(holder, held - quantity, false) } else { String::new() };
        if choice.what <= 2 {
            self.records.push(cancellation(&id, &date, &security, quantity, &balance));
            return;
        }
        let result = self.issue(if holder == "ann" { "ben" } else { "ann" }, quantity, false);
        self.records.push(transfer(&id, &date, &security, quantity, &[&result], &balance));
    }

    fn holdings(&self) -> BTreeMap<(String, String), u64> {
        let mut holdings = BTreeMap::new();
        for (holder, quantity, _) in self.live.values() {
            *holdings.entry((holder.to_string(), "c".to_string())).or_default() += quantity;
        }
        holdings
    }
}

proptest! {
    #[test]
    fn any_order_of_the_file_gives_the_same_shares(choices in choices(), order in any::<u64>()) {
        let mut history = History::default();
        choices.iter().for_each(|choice| history.step(choice));
        let expected = history.holdings();
        let mut records = history.records;
        // A shuffle that shrinks well: by a hash of the number and the place.
        let key = |place: usize| (place as u64 + 1).wrapping_mul(order | 1).rotate_left(17);
        let mut keyed: Vec<_> = records.drain(..).enumerate().collect();
        keyed.sort_by_key(|(place, _)| key(*place));
        let records: Vec<_> = keyed.into_iter().map(|(_, record)| record).collect();
        let (plan, refused, _) = outcome(&package(&records));
        prop_assert_eq!(refused, Vec::<String>::new());
        prop_assert_eq!(plan.holdings, expected);
    }

    #[test]
    fn records_that_lost_fields_still_end_somewhere(choices in choices(), losses in losses()) {
        let mut history = History::default();
        choices.iter().for_each(|choice| history.step(choice));
        for (record, field) in losses {
            let fields = record.get_mut(&mut history.records).as_object_mut().unwrap();
            let names: Vec<_> = fields.keys().cloned().collect();
            if !names.is_empty() {
                fields.remove(field.get(&names));
            }
        }
        // `outcome` asserts that every record has one end.
        outcome(&package(&history.records));
    }
}
