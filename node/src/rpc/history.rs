//! `history_*`: the past of accounts, contracts, listings and holders, newest first. A read model: see
//! `crate::index`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use sillok_abi::{Account, ContractId, Time};
use sillok_runtime::Fault;

use super::contract::resolve;
use super::json::{hex, succeeded};
use super::{Answer, Arguments, Method, RpcFailure};
use crate::chain::{Chain, CommittedBlock};
use crate::index::{Candle, Descriptions, Index, Interval, Position, Subject, Trade, fields};

pub(super) const METHODS: &[Method] = &[
    Method { name: "history_account", parameters: &["account", "before"], answer: of_account },
    Method { name: "history_contract", parameters: &["contract", "before"], answer: of_contract },
    Method { name: "history_trades", parameters: &["market", "before", "contract"], answer: trades },
    Method {
        name: "history_candles",
        parameters: &["market", "interval", "before", "contract"],
        answer: candles,
    },
    Method {
        name: "history_holding",
        parameters: &["contract", "class", "holder", "before"],
        answer: holding,
    },
    Method { name: "history_class", parameters: &["contract", "class", "before"], answer: class },
];

/// The genesis contract that listings are numbered in, unless another is named.
const MARKET: &str = "market";

fn index(chain: &Chain) -> Result<&Arc<Index>, RpcFailure> {
    chain.read_models().past().ok_or_else(RpcFailure::no_index)
}

/// An answer with how far the index has read, and where to ask on if there is more.
fn page(index: &Index, name: &str, entries: Vec<Value>, next: Option<Value>) -> Value {
    json!({ "height": index.height(), name: entries, "next": next })
}

fn of_account(chain: &Chain, arguments: &Arguments) -> Answer {
    past(chain, arguments, Subject::Account(account(arguments, "account")?))
}

fn of_contract(chain: &Chain, arguments: &Arguments) -> Answer {
    past(chain, arguments, Subject::Contract(resolve(chain, arguments.text("contract")?)?))
}

fn past(chain: &Chain, arguments: &Arguments, subject: Subject) -> Answer {
    let index = index(chain)?;
    let before = arguments.optional_text("before")?.map(position).transpose()?;
    let (positions, more) = index.past(subject, before).map_err(Fault::from)?;
    let mut reader = Reader { chain, blocks: BTreeMap::new(), descriptions: Descriptions::default() };
    let entries: Vec<Value> =
        positions.iter().filter_map(|at| reader.entry(*at).transpose()).collect::<Result<_, Fault>>()?;
    let next = positions.last().filter(|_| more).map(|last| Value::from(position_text(*last)));
    Ok(page(index, "entries", entries, next))
}

/// Looks up what is at positions.
struct Reader<'a> {
    chain: &'a Chain,
    blocks: BTreeMap<u64, Arc<CommittedBlock>>,
    descriptions: Descriptions,
}

impl Reader<'_> {
    fn block(&mut self, height: u64) -> Result<Option<Arc<CommittedBlock>>, Fault> {
        if let Some(block) = self.blocks.get(&height) {
            return Ok(Some(block.clone()));
        }
        let block = self.chain.committed(height)?;
        self.blocks.extend(block.clone().map(|block| (height, block)));
        Ok(block)
    }

    /// A call or an event; none if the block is not here.
    fn entry(&mut self, at: Position) -> Result<Option<Value>, Fault> {
        let Some(block) = self.block(at.height)? else { return Ok(None) };
        let Some(receipt) = block.receipts.receipts.get(at.receipt as usize) else { return Ok(None) };
        let scheduled = block.receipts.of_scheduled().len();
        let transaction = (at.receipt as usize).checked_sub(scheduled);
        let body =
            transaction.and_then(|index| block.stored.block.transactions.get(index)).map(|one| &one.body);
        let mut entry = json!({
            "height": at.height, "time": block.header().time.to_string(), "tx": hex(receipt.id),
            "ok": succeeded(receipt), "submitter": body.map(|body| body.submitter.to_string()),
            "event": at.event,
        });
        match at.event.map(|event| receipt.events.get(event as usize)) {
            Some(Some(event)) => {
                let metadata = self.descriptions.of(self.chain, &self.chain.latest(), event.contract)?;
                entry["contract"] = event.contract.to_string().into();
                entry["name"] = event.name.clone().into();
                entry["data"] = hex(&event.data).into();
                entry["fields"] = metadata.and_then(|metadata| fields(&metadata, event)).into();
            }
            Some(None) => return Ok(None),
            None => {
                let Some(body) = body else { return Ok(None) };
                entry["contract"] = body.call.contract.to_string().into();
                entry["name"] = body.call.method.clone().into();
            }
        }
        Ok(Some(entry))
    }
}

fn position_text(at: Position) -> String {
    let event = at.event.map_or_else(String::new, |event| format!(".{event}"));
    format!("{}.{}{event}", at.height, at.receipt)
}

fn position(text: &str) -> Result<Position, RpcFailure> {
    let malformed =
        || RpcFailure::malformed("before", "HEIGHT.RECEIPT or HEIGHT.RECEIPT.EVENT, as `next` has it");
    let mut parts = text.split('.');
    let mut part = || parts.next().map(|part| part.parse::<u64>().map_err(|_| malformed())).transpose();
    let (height, receipt, event) = (part()?, part()?, part()?);
    let small = |number: u64| u32::try_from(number).map_err(|_| malformed());
    if parts.next().is_some() {
        return Err(malformed());
    }
    Ok(Position {
        height: height.ok_or_else(malformed)?,
        receipt: small(receipt.ok_or_else(malformed)?)?,
        event: event.map(small).transpose()?,
    })
}

fn trades(chain: &Chain, arguments: &Arguments) -> Answer {
    let index = index(chain)?;
    let (market, listing) = listing(chain, arguments)?;
    let before = arguments.optional_number("before")?;
    let (trades, more) = index.trades(&market, listing, before).map_err(Fault::from)?;
    let next = trades.last().filter(|_| more).map(|last| last.number.into());
    Ok(page(index, "trades", trades.iter().map(trade).collect(), next))
}

fn trade(trade: &Trade) -> Value {
    json!({
        "number": trade.number, "height": trade.height, "time": trade.time.to_string(), "time_ms": trade.time.0,
        "price": trade.price, "quantity": trade.quantity, "value": trade.value,
        "buyer": trade.buyer.to_string(), "seller": trade.seller.to_string(), "negotiated": trade.negotiated,
    })
}

fn candles(chain: &Chain, arguments: &Arguments) -> Answer {
    let index = index(chain)?;
    let (market, listing) = listing(chain, arguments)?;
    let name = arguments.optional_text("interval")?.unwrap_or(Interval::Day.name());
    let names = Interval::ALL.map(Interval::name).join(", ");
    let unknown =
        || RpcFailure::parameters(format!("there is no interval `{name}`"), format!("one of {names}"));
    let interval = Interval::ALL.into_iter().find(|interval| interval.name() == name).ok_or_else(unknown)?;
    let before = arguments.optional_number("before")?.map(Time);
    let (candles, more) = index.candles(&market, listing, interval, before).map_err(Fault::from)?;
    let next = candles.last().filter(|_| more).map(|last| last.start.0.into());
    Ok(page(index, "candles", candles.iter().map(candle).collect(), next))
}

fn candle(candle: &Candle) -> Value {
    json!({
        "start": candle.start.to_string(), "start_ms": candle.start.0, "open": candle.open, "high": candle.high,
        "low": candle.low, "close": candle.close, "shares": candle.shares, "value": candle.value,
        "trades": candle.trades,
    })
}

fn holding(chain: &Chain, arguments: &Arguments) -> Answer {
    let index = index(chain)?;
    let (register, class) = share_class(chain, arguments)?;
    let (holder, before) = (account(arguments, "holder")?, arguments.optional_number("before")?);
    let (changes, more) = index.holdings(&register, class, &holder, before).map_err(Fault::from)?;
    let next = changes.last().filter(|_| more).map(|(height, ..)| (*height).into());
    let change = |(height, time, shares): &(u64, Time, u64)| json!({ "height": height, "time": time.to_string(), "time_ms": time.0, "shares": shares });
    Ok(page(index, "changes", changes.iter().map(change).collect(), next))
}

fn class(chain: &Chain, arguments: &Arguments) -> Answer {
    let index = index(chain)?;
    let (register, class) = share_class(chain, arguments)?;
    let before = arguments.optional_number("before")?;
    let (changes, more) = index.standings(&register, class, before).map_err(Fault::from)?;
    let next = changes.last().filter(|_| more).map(|(height, _)| (*height).into());
    let change = |(height, standing): &(u64, crate::index::ClassStanding)| {
        json!({
            "height": height, "time": standing.time.to_string(), "time_ms": standing.time.0,
            "holders": standing.holders, "outstanding": standing.outstanding,
        })
    };
    Ok(page(index, "changes", changes.iter().map(change).collect(), next))
}

fn listing(chain: &Chain, arguments: &Arguments) -> Result<(ContractId, u64), RpcFailure> {
    let market = resolve(chain, arguments.optional_text("contract")?.unwrap_or(MARKET))?;
    Ok((market, number(arguments, "market")?))
}

fn share_class(chain: &Chain, arguments: &Arguments) -> Result<(ContractId, u32), RpcFailure> {
    let class = u32::try_from(number(arguments, "class")?);
    let class = class.map_err(|_| RpcFailure::malformed("class", "the number of a class"))?;
    Ok((resolve(chain, arguments.text("contract")?)?, class))
}

fn number(arguments: &Arguments, name: &str) -> Result<u64, RpcFailure> {
    let missing = || RpcFailure::parameters(format!("the parameter `{name}` is missing"), "");
    arguments.optional_number(name)?.ok_or_else(missing)
}

fn account(arguments: &Arguments, name: &str) -> Result<Account, RpcFailure> {
    arguments.text(name)?.parse().map_err(|_| RpcFailure::malformed(name, "an address"))
}
