//! An order on its way in: what it may still trade, and what it becomes when it rests.

use sillok_abi::{Account, NewOrder, Removal, SelfTrade, Side};

use super::order::{Extra, Family, Flags};

/// What an incoming order trades with.
pub(super) struct Taker {
    pub(super) id: u64,
    pub(super) account: Account,
    /// The number of its owner; `u32::MAX` as long as the owner has none.
    pub(super) owner: u32,
    /// Its group; 0 is none.
    pub(super) group: u32,
    pub(super) side: Side,
    pub(super) self_trade: SelfTrade,
    /// Whether it trades halfway between the best prices only.
    pub(super) midpoint: bool,
    /// The ordinal of the worst price at which it may trade.
    pub(super) limit: u32,
    /// What is left to trade.
    pub(super) left: u64,
    /// What it lost to an order of its own.
    pub(super) decremented: u64,
    /// The ordinal of the last price before it came.
    pub(super) before: u32,
}

/// What becomes of an incoming order.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// Where it rests; a market order only in a call auction.
    pub(super) family: Family,
    pub(super) flags: Flags,
    pub(super) extra: Extra,
    /// Whether what is left of it may rest.
    pub(super) rests: bool,
    /// If less than this trades at once, nothing does.
    pub(super) least: u64,
}

/// Why matching ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing is left, or nobody to trade with.
    Done,
    /// The steps of the call are used up.
    StepLimit,
    /// It met an order of its own and has to go.
    Prevented,
    /// Trading was interrupted.
    Interrupted,
}

impl End {
    /// Why what is left of an order that does not rest is cancelled.
    pub(super) fn reason(self) -> Removal {
        match self {
            End::Done | End::Interrupted => Removal::Unfilled,
            End::StepLimit => Removal::StepLimit,
            End::Prevented => Removal::SelfTrade,
        }
    }
}

/// Whether what is left of a new order may rest.
pub(super) fn may_rest(order: &NewOrder) -> bool {
    use sillok_abi::TimeInForce::{Fok, Ioc};
    !matches!(order.time_in_force, Ioc | Fok)
}
