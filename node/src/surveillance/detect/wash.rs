//! Trades that change nothing: with oneself, and back and forth between two.

use sillok_abi::Account;

use super::Lead;
use crate::surveillance::event::FillVoided;
use crate::surveillance::finding::Kind;
use crate::surveillance::limits::PAIRS;
use crate::surveillance::settings::Wash;
use crate::surveillance::watch::{Moment, Past, Watch, before, percent};

/// A trade whose sides belong together.
pub(in crate::surveillance) fn self_dealing(past: &Past) -> Option<Lead> {
    (past.buy_group == past.sell_group).then(|| Lead {
        kind: Kind::SelfDealing,
        accounts: vec![past.buyer, past.seller],
        orders: vec![past.orders.0, past.orders.1],
        trades: vec![past.number],
        heights: vec![past.at.height],
        figures: vec![("price", past.price), ("shares", past.quantity), ("value", past.value)],
    })
}

/// Two orders of the same that met and could not trade.
pub(in crate::surveillance) fn void(at: Moment, voided: &FillVoided) -> Option<Lead> {
    Some(Lead {
        kind: Kind::SelfDealing,
        accounts: vec![voided.buyer, voided.seller],
        orders: vec![voided.buy_order, voided.sell_order],
        trades: Vec::new(),
        heights: vec![at.height],
        figures: vec![("price", voided.price), ("shares", voided.quantity), ("void", 1)],
    })
}

/// What two sold each other.
#[derive(Default)]
struct Exchange<'a> {
    /// Trades each way.
    trades: [Vec<&'a Past>; 2],
    /// Shares each way.
    shares: [u64; 2],
    /// Shares, and in how many trades, that each of them traded with anybody.
    own: [(u64, u64); 2],
}

/// Two that sold each other about the same within a while, and little else. They are reported once in a while.
pub(in crate::surveillance) fn back_and_forth(
    watch: &mut Watch,
    settings: &Wash,
    past: &Past,
) -> Option<Lead> {
    let (one, other) = (past.buy_group.min(past.sell_group), past.buy_group.max(past.sell_group));
    let since = before(past.at.time, settings.window_s);
    watch.pairs.retain(|_, reported| *reported >= since);
    if one == other || watch.pairs.contains_key(&(one, other)) || watch.pairs.len() >= PAIRS {
        return None;
    }
    // Of nearly all pairs this says it already: there are too few trades, whenever they were.
    if watch.sold(&one, &other).min(watch.sold(&other, &one)) < settings.trades {
        return None;
    }
    let exchange = exchange(watch.since(since), one, other);
    let [there, back] = exchange.shares;
    let returned = percent(there.min(back), there.max(back));
    let between = there.saturating_add(back);
    let times: u64 = exchange.trades.iter().map(|trades| trades.len() as u64).sum();
    // By both, so that neither one large trade nor many small ones make it so.
    let own = |(shares, trades): &(u64, u64)| percent(between, *shares).min(percent(times, *trades));
    let of_own = exchange.own.iter().map(own).min()?;
    let enough = exchange.trades.iter().all(|trades| trades.len() as u64 >= u64::from(settings.trades));
    if !enough || returned < u64::from(settings.returned) || of_own < u64::from(settings.of_own) {
        return None;
    }
    let trades: Vec<&Past> = exchange.trades.iter().flatten().copied().collect();
    let lead = Lead {
        kind: Kind::BackAndForth,
        accounts: trades.iter().flat_map(|trade| [trade.buyer, trade.seller]).collect(),
        orders: trades.iter().flat_map(|trade| [trade.orders.0, trade.orders.1]).collect(),
        trades: trades.iter().map(|trade| trade.number).collect(),
        heights: trades.iter().map(|trade| trade.at.height).collect(),
        figures: vec![
            ("shares_there", there),
            ("shares_back", back),
            ("returned_percent", returned),
            ("of_own_trading_percent", of_own),
        ],
    };
    watch.pairs.insert((one, other), past.at.time);
    Some(lead)
}

fn exchange<'a>(trades: impl Iterator<Item = &'a Past>, one: Account, other: Account) -> Exchange<'a> {
    let mut exchange = Exchange::default();
    for trade in trades {
        let ways = [(trade.buy_group, trade.sell_group), (trade.sell_group, trade.buy_group)];
        for (index, who) in [one, other].into_iter().enumerate() {
            if ways.iter().any(|way| way.0 == who) {
                let (shares, trades) = exchange.own[index];
                exchange.own[index] = (shares.saturating_add(trade.quantity), trades + 1);
            }
            if ways[index] == (one, other) {
                exchange.trades[index].push(trade);
                exchange.shares[index] = exchange.shares[index].saturating_add(trade.quantity);
            }
        }
    }
    exchange
}
