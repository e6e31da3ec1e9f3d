//! Orders that are there to be seen: large, cancelled early and all but unfilled, by somebody who traded on the
//! other side meanwhile or right after. One of these may be a change of mind; several are a finding.

use std::collections::VecDeque;

use sillok_abi::{Account, Side};

use super::Lead;
use crate::surveillance::finding::Kind;
use crate::surveillance::settings::Spoofing;
use crate::surveillance::watch::{Cancelled, Moment, Past, Waiting, Watch, before, percent};

/// An order was cancelled.
pub(in crate::surveillance) fn cancelled(
    watch: &mut Watch,
    settings: &Spoofing,
    at: Moment,
    order: u64,
    waiting: Waiting,
) -> Option<Lead> {
    let large = waiting.average > 0
        && waiting.quantity >= waiting.average.saturating_mul(u64::from(settings.times_average));
    let early = before(at.time, settings.life_s) <= waiting.placed.time;
    let filled = percent(waiting.quantity.saturating_sub(waiting.left), waiting.quantity);
    if !large || !early || filled > u64::from(settings.filled) {
        return None;
    }
    let (group, side) = (waiting.group, waiting.side);
    let on_other_side = |past: &&Past| is_on_other_side(past, &group, side);
    let trade = watch.since(waiting.placed.time).find(on_other_side);
    let trade = trade.map(|past| (past.number, past.at.height));
    let suspect = trade.is_some();
    watch.cancel(Cancelled { order, waiting, ended: at, trade });
    if suspect { repeated(watch, settings, at, group, side) } else { None }
}

/// A trade may make an order suspect that was cancelled just before.
pub(in crate::surveillance) fn after_cancel(
    watch: &mut Watch,
    settings: &Spoofing,
    past: &Past,
) -> Option<Lead> {
    let since = before(past.at.time, settings.after_s);
    let mut suspect = None;
    for cancelled in watch.cancelled.iter_mut().rev().take_while(|it| it.ended.time >= since) {
        let (group, side) = (cancelled.waiting.group, cancelled.waiting.side);
        if cancelled.trade.is_none() && is_on_other_side(past, &group, side) {
            cancelled.trade = Some((past.number, past.at.height));
            suspect = Some((group, side));
        }
    }
    let (group, side) = suspect?;
    repeated(watch, settings, past.at, group, side)
}

fn is_on_other_side(past: &Past, group: &Account, side: Side) -> bool {
    match side {
        Side::Buy => past.sell_group == *group,
        Side::Sell => past.buy_group == *group,
    }
}

/// Whether somebody had enough suspect orders on a side; they count for one finding only.
fn repeated(watch: &mut Watch, settings: &Spoofing, at: Moment, group: Account, side: Side) -> Option<Lead> {
    let since = before(at.time, settings.window_s);
    let suspect = |it: &Cancelled| {
        it.trade.is_some() && it.ended.time >= since && (it.waiting.group, it.waiting.side) == (group, side)
    };
    let count = watch.cancelled.iter().filter(|it| suspect(it)).count() as u64;
    if count < u64::from(settings.repeats) {
        return None;
    }
    let all = std::mem::take(&mut watch.cancelled);
    let (found, others): (VecDeque<Cancelled>, VecDeque<Cancelled>) = all.into_iter().partition(suspect);
    watch.cancelled = others;
    let trades: Vec<(u64, u64)> = found.iter().filter_map(|it| it.trade).collect();
    let least = |figure: fn(&Cancelled) -> u64| found.iter().map(figure).min().unwrap_or(0);
    Some(Lead {
        kind: Kind::Spoofing,
        accounts: found.iter().map(|it| it.waiting.owner).collect(),
        orders: found.iter().map(|it| it.order).collect(),
        trades: trades.iter().map(|trade| trade.0).collect(),
        heights: found
            .iter()
            .flat_map(|it| [it.waiting.placed.height, it.ended.height])
            .chain(trades.iter().map(|trade| trade.1))
            .collect(),
        figures: vec![
            ("cancelled_orders", count),
            ("shares", found.iter().fold(0, |sum, it| it.waiting.quantity.saturating_add(sum))),
            ("least_times_average", least(|it| it.waiting.quantity / it.waiting.average.max(1))),
            ("longest_life_ms", found.iter().map(life).max().unwrap_or(0)),
            ("least_distance_hundredths", least(|it| it.waiting.distance)),
            ("sells", u64::from(side == Side::Sell)),
        ],
    })
}

fn life(cancelled: &Cancelled) -> u64 {
    cancelled.ended.time.0.saturating_sub(cancelled.waiting.placed.time.0)
}
