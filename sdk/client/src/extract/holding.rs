//! The statement of one holder: what they hold of each class, their lots and the locks on them. It tells
//! nothing of other holders.

use codec::Encode;
use serde::Deserialize;
use serde_json::Value;
use sillok_abi::Account;

use super::ExtractError;
use super::proven::{Proven, typed};
use super::register::{Class, Lot, Shares, check_sum, live_lots, locks, row};

/// Of what the register counts for a class and holder.
#[derive(Deserialize)]
struct Holding {
    shares: u64,
}

pub(super) fn statement(proven: &Proven<'_>, holder: &Account) -> Result<Value, ExtractError> {
    let name = holder.to_string();
    let mut head = proven.head("holding")?;
    let classes = proven.all("classes")?;
    let mut lots = live_lots(proven.known("lots")?)?;
    lots.retain(|_, lot| lot["holder"] == name.as_str());
    let mut rows = Vec::new();
    for class in &classes {
        let Class { id, .. } = typed(class)?;
        let mut held = Shares::default();
        for lot in lots.values() {
            let lot: Lot = typed(lot)?;
            if lot.class == id {
                held.add(&lot);
            }
        }
        // The register's own count says that no lot is left out.
        let key = (u32::try_from(id).map_err(|_| ExtractError::Layout)?, holder).encode();
        let holding: Option<Holding> = proven.entry("holdings", &key)?.as_ref().map(typed).transpose()?;
        check_sum(id, held.shares, holding.as_ref().map_or(0, |holding| holding.shares))?;
        if holding.is_some() {
            rows.push(row(id, &name, held));
        }
    }
    head.insert("holder".into(), name.into());
    head.insert("classes".into(), classes.into());
    head.insert("holders".into(), rows.into());
    head.insert("locks".into(), locks(proven, lots.keys())?);
    head.insert("lots".into(), lots.into_values().collect());
    Ok(head.into())
}
