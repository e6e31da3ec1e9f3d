//! What markets tell: trades, and the prices of intervals.

use serde_json::Value;
use sillok_abi::ContractId;

use super::describe::account;
use super::fold::Fold;
use super::keys;
use super::read::Moment;
use super::records::{Candle, Interval, Trade};
use crate::storage::{StorageError, Table};

/// The name of contracts that are markets, and of the event that is a trade.
const MARKET: &str = "market";
const TRADED: &str = "Traded";

/// Takes in an event, if it is a trade.
pub(super) fn take(
    fold: &mut Fold<'_>,
    at: Moment,
    (contract, name): (&ContractId, &str),
    (event, fields): (&str, &Value),
) -> Result<(), StorageError> {
    if (name, event) != (MARKET, TRADED) {
        return Ok(());
    }
    let Some((listing, trade)) = trade(at, fields) else { return Ok(()) };
    fold.put(Table::Trades, keys::numbered(keys::listing(contract, listing), trade.number), &trade);
    if !trade.negotiated {
        for interval in Interval::ALL {
            add(fold, contract, listing, interval, &trade)?;
        }
    }
    Ok(())
}

fn trade(at: Moment, fields: &Value) -> Option<(u64, Trade)> {
    let told = &fields["trade"];
    let number = |field: &str| told[field].as_u64();
    let trade = Trade {
        number: number("number")?,
        height: at.height,
        time: at.time,
        price: number("price")?,
        quantity: number("quantity")?,
        value: number("value")?,
        buyer: account(told, "buyer")?,
        seller: account(told, "seller")?,
        // It has no orders then.
        negotiated: (number("buy_order")?, number("sell_order")?) == (0, 0),
    };
    Some((fields["listing"].as_u64()?, trade))
}

fn add(
    fold: &mut Fold<'_>,
    market: &ContractId,
    listing: u64,
    interval: Interval,
    trade: &Trade,
) -> Result<(), StorageError> {
    let start = interval.start(trade.time);
    let key = keys::numbered(keys::interval(market, listing, interval.seconds()), start.0);
    let candle = match fold.get::<Candle>(Table::Candles, key.clone())? {
        Some(mut candle) => {
            candle.add(trade);
            candle
        }
        None => Candle::of(start, trade),
    };
    fold.put(Table::Candles, key, &candle);
    Ok(())
}
