//! What the owner of a book can have done beside placing and cancelling, and what can be asked of a book.

use codec::{Decode, DecodeWithMemTracking, Encode};

use super::{OrderId, Phase, Price, Quantity, Side};
use crate::{Account, Time};

/// Something that the owner of a book has done. Each takes at most 64 steps (matches, removals, triggers);
/// what has more to do says that it is not done, and is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum BookAction {
    /// Gives an order another limit, if one is named, and another quantity that is to be left of it; answers
    /// [`Amended`](super::Amended).
    Amend {
        /// The order.
        order: OrderId,
        /// Its new limit.
        price: Option<Price>,
        /// What is to be left of it.
        quantity: Quantity,
    },
    /// Cancels all orders of an owner, of a side, of both, or all; answers [`Cancelled`](super::Cancelled).
    MassCancel {
        /// Whose orders; everybody's if none is named.
        owner: Option<Account>,
        /// Of which side; of both if none is named.
        side: Option<Side>,
    },
    /// Takes out orders whose time has come; answers [`Cancelled`](super::Cancelled).
    Expire,
    /// Sets the phase; answers [`PhaseSet`](super::PhaseSet).
    SetPhase {
        /// The phase.
        phase: Phase,
        /// Until when it is meant to last; only told.
        until: Option<Time>,
    },
    /// Sets the day's reference and band; answers [`PhaseSet`](super::PhaseSet).
    SetBand {
        /// The base price.
        reference: Price,
        /// The lowest price.
        low: Price,
        /// The highest price.
        high: Price,
    },
    /// Takes an auction's next steps; answers [`Uncrossed`](super::Uncrossed).
    Uncross,
    /// Does what is due and was left undone; answers [`Resumed`](super::Resumed).
    Resume,
    /// Takes so much of a named order of a negotiated book; answers [`Placed`](super::Placed).
    Take {
        /// The order.
        order: OrderId,
        /// Who takes it.
        taker: Account,
        /// How much.
        quantity: Quantity,
    },
    /// Notes a trade that two parties agreed on; answers [`Reported`](super::Reported).
    Report {
        /// Its price.
        price: Price,
        /// How many shares.
        quantity: Quantity,
    },
}

/// Something that anybody asks of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum BookQuery {
    /// An owner's orders with ids above `after`, lowest first; answers a list of
    /// [`OrderView`](super::OrderView).
    OrdersOf {
        /// Whose.
        owner: Account,
        /// The last id that is known already; 0 for the first page.
        after: OrderId,
        /// How many at most, of no more than 100.
        limit: u32,
    },
    /// The day so far; answers [`Session`](super::Session).
    Session,
    /// What an auction would do now; answers an [`Auction`](super::Auction), if anything can trade.
    Indication,
}
