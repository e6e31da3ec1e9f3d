//! A naive order book, written from the rules alone: a list of orders that is searched for everything.
//!
//! It shares no code with the module but the types of `sillok_abi`, knows prices instead of ordinals, and
//! undoes by copying itself. Rules can be broken on purpose, to see that the comparison notices.

mod auction;
mod entry;
mod matching;
mod session;
mod view;

use sillok_abi::{
    Account, BookParams, Fill, OrderState, Phase, Price, Removed, SelfTrade, Side, Tape, TimeInForce,
};

/// A rule that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Planted {
    /// A midpoint between two units is rounded down to a whole one (what stopped a market in 2025).
    TruncatedMidpoint,
    /// A partial fill loses its place.
    FillLosesPlace,
    /// An amendment to less loses its place.
    ShrinkLosesPlace,
    /// Decrementing takes all of an iceberg, not what it shows.
    DecrementHidden,
    /// A fill-or-kill order keeps what it found.
    KeptFills,
    /// Orders of one group trade with each other.
    GroupIgnored,
    /// An expired order still trades.
    ExpiredTrades,
    /// An iceberg's next part keeps its place.
    RefillKeepsPlace,
    /// Of several auction prices the lowest is taken.
    LowestAuctionPrice,
    /// No allotment by size at the limit.
    NoAllotment,
    /// Sales are triggered before purchases.
    SaleStopsFirst,
    /// A fee is rounded up.
    FeeRoundedUp,
    /// The dynamic threshold is exclusive.
    LateInterruption,
    /// A collar is one tick wider.
    WideCollar,
}

#[derive(Clone, Debug)]
pub(super) struct ModelOrder {
    pub(super) id: u64,
    /// Lower is earlier.
    pub(super) place: u64,
    pub(super) owner: Account,
    pub(super) group: u32,
    pub(super) side: Side,
    pub(super) state: OrderState,
    /// Its limit; none for an order at any price.
    pub(super) limit: Option<u64>,
    pub(super) trigger: Option<u64>,
    pub(super) left: u64,
    pub(super) shown: u64,
    pub(super) peak: Option<u64>,
    pub(super) time: TimeInForce,
    pub(super) self_trade: SelfTrade,
    pub(super) at_close: bool,
    pub(super) post_only: bool,
    pub(super) allotted: u64,
}

pub(super) struct Steps {
    pub(super) left: u32,
    pub(super) fills: Vec<Fill>,
    pub(super) removed: Vec<Removed>,
}

impl Steps {
    pub(super) fn new(left: u32) -> Self {
        Steps { left, fills: Vec::new(), removed: Vec::new() }
    }

    pub(super) fn take(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        true
    }
}

#[derive(Clone)]
pub(super) struct Model {
    pub(super) params: BookParams,
    pub(super) planted: Option<Planted>,
    pub(super) now: (u64, u64),
    /// All prices of the book.
    pub(super) prices: Vec<u64>,
    pub(super) orders: Vec<ModelOrder>,
    pub(super) next_id: u64,
    next_place: u64,
    pub(super) phase: Phase,
    pub(super) until: Option<u64>,
    pub(super) low: u64,
    pub(super) high: u64,
    pub(super) reference: u64,
    pub(super) last: Option<u64>,
    pub(super) auction: Option<u64>,
    pub(super) tape: Tape,
    pub(super) running: Option<(u64, u64, Option<Side>)>,
}

impl Model {
    pub(super) fn new(params: BookParams) -> Self {
        let mut prices = vec![params.low.0];
        while let Some(price) = prices.last().copied().filter(|price| *price < params.high.0) {
            prices.push(price + params.tick_at(Price(price)));
        }
        Model {
            planted: None,
            now: (0, 0),
            prices,
            orders: Vec::new(),
            next_id: 1,
            next_place: 0,
            phase: params.phase,
            until: None,
            low: params.low.0,
            high: params.high.0,
            reference: params.reference.0,
            last: None,
            auction: None,
            tape: Tape::default(),
            running: None,
            params,
        }
    }

    pub(super) fn has(&self, planted: Planted) -> bool {
        self.planted == Some(planted)
    }

    pub(super) fn last_or_reference(&self) -> u64 {
        self.last.unwrap_or(self.reference)
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    pub(super) fn place_number(&mut self) -> u64 {
        self.next_place += 1;
        self.next_place
    }

    pub(super) fn find(&self, id: u64) -> Option<usize> {
        self.orders.iter().position(|order| order.id == id)
    }

    /// The order that comes first of those that match.
    pub(super) fn first(&self, test: impl Fn(&ModelOrder) -> bool) -> Option<usize> {
        let found = self.orders.iter().enumerate().filter(|(_, order)| test(order));
        found.min_by_key(|(_, order)| order.place).map(|(at, _)| at)
    }

    pub(super) fn best(&self, side: Side) -> Option<u64> {
        let limits =
            self.orders.iter().filter(|order| order.state == OrderState::Resting && order.side == side);
        let limits = limits.filter_map(|order| order.limit);
        if side == Side::Buy { limits.max() } else { limits.min() }
    }

    /// The ordinal of a price.
    pub(super) fn ordinal(&self, price: u64) -> i64 {
        self.prices.iter().position(|known| *known == price).unwrap() as i64
    }
}
