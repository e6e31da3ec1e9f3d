//! Prices that are far from those before them.

use super::Lead;
use crate::surveillance::finding::Kind;
use crate::surveillance::settings::Jump;
use crate::surveillance::watch::{Past, Watch, before, hundredths};

/// Compares a trade, which is not noted yet, with the reference. After a finding, what was before it counts no
/// longer: the same jump is reported once.
pub(in crate::surveillance) fn jump(watch: &mut Watch, settings: &Jump, past: &Past) -> Option<Lead> {
    if past.orders == (0, 0) {
        // What was negotiated is nobody's last price.
        return None;
    }
    let reference = reference(watch, settings, past)?;
    let distance = hundredths(past.price.abs_diff(reference), reference);
    if distance < u64::from(settings.distance) {
        return None;
    }
    watch.reference_from = past.number;
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

/// What shares cost on average within the window, or the last price.
fn reference(watch: &Watch, settings: &Jump, past: &Past) -> Option<u64> {
    let counts = |trade: &&Past| trade.orders != (0, 0) && trade.number >= watch.reference_from;
    let since = before(past.at.time, settings.window_s);
    let (mut value, mut shares) = (0_u128, 0_u128);
    for trade in watch.since(since).filter(counts) {
        value += u128::from(trade.value);
        shares += u128::from(trade.quantity);
    }
    let average = value.checked_div(shares).and_then(|average| u64::try_from(average).ok());
    average.or_else(|| watch.trades.iter().rev().find(counts).map(|trade| trade.price))
}
