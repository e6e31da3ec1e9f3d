//! Who bought or sold much of what a listing traded in a day.

use super::Lead;
use crate::surveillance::finding::Kind;
use crate::surveillance::settings::Concentration;
use crate::surveillance::watch::{Past, Watch, percent};

/// Looks at both sides of a trade, which is noted already; each is reported once a day for each way.
pub(in crate::surveillance) fn concentration(
    watch: &mut Watch,
    settings: &Concentration,
    past: &Past,
) -> [Option<Lead>; 2] {
    [true, false].map(|buys| one(watch, settings, past, buys))
}

fn one(watch: &mut Watch, settings: &Concentration, past: &Past, buys: bool) -> Option<Lead> {
    let day = &mut watch.day;
    let (group, account) = if buys { (past.buy_group, past.buyer) } else { (past.sell_group, past.seller) };
    let tally = day.tallies.get_mut(&group)?;
    let (shares, reported) =
        if buys { (tally.bought, &mut tally.reported.0) } else { (tally.sold, &mut tally.reported.1) };
    let share = percent(shares, day.volume);
    if *reported || day.trades < settings.trades || share < u64::from(settings.share) {
        return None;
    }
    *reported = true;
    let (sells, figures) = (u64::from(!buys), (day.volume, day.trades));
    Some(Lead {
        kind: Kind::Concentration,
        accounts: vec![account, group],
        orders: vec![if buys { past.orders.0 } else { past.orders.1 }],
        trades: vec![past.number],
        heights: vec![past.at.height],
        figures: vec![
            ("shares", shares),
            ("of_shares", figures.0),
            ("percent", share),
            ("trades_of_the_day", figures.1),
            ("sells", sells),
        ],
    })
}
