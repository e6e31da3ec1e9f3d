//! Prices that are far from those before them.

use super::Lead;
use crate::surveillance::finding::Kind;
use crate::surveillance::reference::Reference;
use crate::surveillance::settings::Jump;
use crate::surveillance::watch::{Past, Watch, before, hundredths};

/// Compares a trade, which is not noted yet, with the reference. After a finding, what was before it counts no
/// longer: the same jump is reported once.
pub(in crate::surveillance) fn jump(watch: &mut Watch, settings: &Jump, past: &Past) -> Option<Lead> {
    if past.orders == (0, 0) {
        // What was negotiated is nobody's last price.
        return None;
    }
    let reference = watch.reference.price(before(past.at.time, settings.window_s))?;
    let distance = hundredths(past.price.abs_diff(reference), reference);
    if distance < u64::from(settings.distance) {
        return None;
    }
    watch.reference = Reference::default();
    Some(Lead {
        kind: Kind::PriceJump,
        accounts: vec![past.buyer, past.seller],
        orders: vec![past.orders.0, past.orders.1],
        trades: vec![past.number],
        heights: vec![past.at.height],
        figures: vec![
            ("price", past.price),
            ("reference", reference),
            ("distance_hundredths", distance),
            ("shares", past.quantity),
        ],
    })
}
