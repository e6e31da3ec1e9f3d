//! Orders: what may be asked of a book, and how an order that rests looks.

use codec::{Decode, DecodeWithMemTracking, Encode};

use super::{OrderId, Price, Quantity, Side};
use crate::{Account, Time};

/// What kind of order, and its prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum OrderKind {
    /// 지정가: trades at this price or a better one.
    Limit {
        /// The limit.
        price: Price,
    },
    /// 시장가: trades at any price of the band, within the book's collar. In a call auction it comes
    /// before every limit. What is left after continuous matching rests at the price of the last trade.
    Market,
    /// 최유리지정가: a limit at the best price of the other side when it comes.
    BestLimit,
    /// 최우선지정가: a limit at the best price of its own side when it comes.
    TopLimit,
    /// 조건부지정가: a limit that becomes a market order when the closing call begins.
    LimitThenMarket {
        /// The limit until then.
        price: Price,
    },
    /// 중간가: trades halfway between the best bid and the best ask, unseen.
    Midpoint,
    /// 스톱: waits, and becomes a market order when a trade reaches the trigger.
    Stop {
        /// A purchase is triggered by a trade at this price or above, a sale at it or below.
        trigger: Price,
    },
    /// 스톱지정가: waits, and becomes a limit order when a trade reaches the trigger.
    StopLimit {
        /// As of [`OrderKind::Stop`].
        trigger: Price,
        /// The limit that it then has.
        price: Price,
    },
    /// A limit order that shows a part of its quantity at a time.
    Iceberg {
        /// The limit.
        price: Price,
        /// How many shares it shows.
        peak: Quantity,
    },
}

/// What becomes of what does not trade at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum TimeInForce {
    /// Good till cancelled: it rests.
    Gtc,
    /// Immediate or cancel: it is cancelled.
    Ioc,
    /// Fill or kill: if not all of it trades at once, none does.
    Fok,
    /// It rests until the book closes.
    Day,
    /// It rests until the block time is at or past this.
    Until(Time),
    /// It rests until the block's height is this or above.
    UntilHeight(u64),
}

/// What happens instead of a trade between orders of the same owner, or of the same group. The mode of
/// the order that comes later counts. Nothing is prevented in a call auction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum SelfTrade {
    /// They trade.
    #[default]
    Allow,
    /// The later order's rest is cancelled.
    CancelNewest,
    /// The resting order is cancelled, and the later one goes on.
    CancelOldest,
    /// Both are cancelled.
    CancelBoth,
    /// Both lose the smaller of their quantities: of the resting one, what it shows.
    Decrement,
}

/// An order to place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct NewOrder {
    /// Whose order it is; the book keeps it, and counts it against the owner's cap.
    pub owner: Account,
    /// Buy or sell.
    pub side: Side,
    /// What kind, with its prices.
    pub kind: OrderKind,
    /// How many shares.
    pub quantity: Quantity,
    /// What becomes of the rest.
    pub time_in_force: TimeInForce,
    /// Refused if anything of it would trade at once.
    pub post_only: bool,
    /// If fewer than these trade at once, it is cancelled whole; zero asks for none.
    pub min_quantity: Quantity,
    /// What happens when it meets an order of its own.
    pub self_trade: SelfTrade,
    /// Orders of one group, which is not zero, are each other's own, like those of one owner.
    pub group: u32,
}

impl NewOrder {
    /// A plain limit order, good till cancelled. Other kinds change what they need.
    pub fn limit(owner: Account, side: Side, price: Price, quantity: Quantity) -> Self {
        NewOrder {
            owner,
            side,
            kind: OrderKind::Limit { price },
            quantity,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            min_quantity: Quantity(0),
            self_trade: SelfTrade::Allow,
            group: 0,
        }
    }
}

/// In which queue an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking)]
pub enum OrderState {
    /// At its limit, where everybody sees it.
    Resting,
    /// Waiting for a trade at its trigger.
    Stop,
    /// Halfway between the best prices.
    Midpoint,
    /// In a call auction, before every limit.
    Market,
}

/// An order in a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct OrderView {
    /// Its id.
    pub order: OrderId,
    /// Whose it is.
    pub owner: Account,
    /// Buy or sell.
    pub side: Side,
    /// The worst price at which it may trade: its limit, or the end of the book's prices.
    pub price: Price,
    /// What is left of it, hidden or not.
    pub quantity: Quantity,
    /// How much of that is shown.
    pub shown: Quantity,
    /// Where it stands.
    pub state: OrderState,
    /// Until when it rests: `Gtc`, `Day`, `Until` or `UntilHeight`.
    pub time_in_force: TimeInForce,
}
