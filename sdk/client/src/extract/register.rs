//! The statement of a whole register: all classes, holders, lots and locks.

use std::collections::BTreeMap;

use codec::Encode;
use serde::Deserialize;
use serde_json::{Value, json};
use sillok_abi::Account;

use super::ExtractError;
use super::proven::{Proven, typed};

/// Of a lot, what sums are made of.
#[derive(Deserialize)]
pub(super) struct Lot {
    pub(super) root: u64,
    pub(super) class: u64,
    pub(super) holder: String,
    pub(super) quantity: u64,
    pub(super) locked: u64,
}

/// Of a class, what lots must come to.
#[derive(Deserialize)]
pub(super) struct Class {
    pub(super) id: u64,
    pub(super) outstanding: u64,
}

/// Shares, and how many of them are locked.
#[derive(Clone, Copy, Default)]
pub(super) struct Shares {
    pub(super) shares: u64,
    pub(super) locked: u64,
}

impl Shares {
    pub(super) fn add(&mut self, lot: &Lot) {
        self.shares = self.shares.saturating_add(lot.quantity);
        self.locked = self.locked.saturating_add(lot.locked);
    }
}

pub(super) fn statement(proven: &Proven<'_>) -> Result<Value, ExtractError> {
    let mut head = proven.head("register")?;
    let classes = proven.all("classes")?;
    let lots = live_lots(proven.all("lots")?)?;
    let holders = holders(&lots)?;
    for class in &classes {
        let class: Class = typed(class)?;
        let of_class = holders.iter().filter(|((id, _), _)| *id == class.id);
        let lots = of_class.fold(0u64, |sum, (_, held)| sum.saturating_add(held.total.shares));
        check_sum(class.id, lots, class.outstanding)?;
    }
    head.insert("classes".into(), classes.into());
    head.insert("holders".into(), holders.iter().map(holder_row).collect());
    head.insert("locks".into(), locks(proven, lots.keys())?);
    head.insert("lots".into(), lots.into_values().collect());
    Ok(head.into())
}

/// Lots that don't come to the total: something was left out.
pub(super) fn check_sum(class: u64, lots: u64, total: u64) -> Result<(), ExtractError> {
    if lots == total { Ok(()) } else { Err(ExtractError::Sum { class, lots, total }) }
}

/// The lots of which something is left, by root.
pub(super) fn live_lots(
    slots: impl IntoIterator<Item = Value>,
) -> Result<BTreeMap<u64, Value>, ExtractError> {
    let live = slots.into_iter().filter_map(|mut slot| slot.get_mut("Live").map(Value::take));
    live.map(|lot| Ok((typed::<Lot>(&lot)?.root, lot))).collect()
}

/// Class and holder with what they hold, in the order of classes, then of accounts' bytes.
fn holders(lots: &BTreeMap<u64, Value>) -> Result<BTreeMap<(u64, Vec<u8>), Held>, ExtractError> {
    let mut holders: BTreeMap<(u64, Vec<u8>), Held> = BTreeMap::new();
    for lot in lots.values() {
        let lot: Lot = typed(lot)?;
        let account: Account = lot.holder.parse().map_err(|_| ExtractError::Layout)?;
        let key = (lot.class, account.encode());
        let held = holders
            .entry(key)
            .or_insert_with(|| Held { holder: lot.holder.clone(), total: Shares::default() });
        held.total.add(&lot);
    }
    Ok(holders)
}

/// A holder's text form, with what they hold of a class.
struct Held {
    holder: String,
    total: Shares,
}

fn holder_row(((class, _), held): (&(u64, Vec<u8>), &Held)) -> Value {
    row(*class, &held.holder, held.total)
}

/// A row of the cap table.
pub(super) fn row(class: u64, holder: &str, held: Shares) -> Value {
    json!({ "class": class, "holder": holder, "shares": held.shares, "locked": held.locked })
}

/// The locks on lots, by the lots' roots; lots without locks are left out.
pub(super) fn locks<'a>(
    proven: &Proven<'_>,
    roots: impl Iterator<Item = &'a u64>,
) -> Result<Value, ExtractError> {
    let mut locks = Vec::new();
    for root in roots {
        let of_lot = proven.entry("locks", &root.encode())?.unwrap_or_default();
        if of_lot.as_array().is_some_and(|list| !list.is_empty()) {
            locks.push(json!({ "lot": root, "locks": of_lot }));
        }
    }
    Ok(locks.into())
}
