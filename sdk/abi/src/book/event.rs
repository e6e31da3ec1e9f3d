//! What a book tells everybody: enough to rebuild outside, exactly, what it shows.
//!
//! A book's events are numbered from 0 without gaps. Whoever applies them in order to an empty book has
//! its visible queues: every price, order, shown quantity and place.

use codec::{Decode, DecodeWithMemTracking, Encode};

use super::{OrderId, Phase, Price, Quantity, Removal, Side};

/// Something that happened in a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub enum BookEvent {
    /// An order joined the end of the visible queue at a price. It may have come from another queue, seen
    /// or not, which it has then left.
    Joined {
        /// The order.
        order: OrderId,
        /// Buy or sell.
        side: Side,
        /// Where.
        price: Price,
        /// What it shows.
        quantity: Quantity,
    },
    /// What an order shows has changed; it keeps its place.
    Resized {
        /// The order.
        order: OrderId,
        /// What it shows now.
        quantity: Quantity,
    },
    /// An order has left the book, or the visible part of it, otherwise than by a trade.
    Left {
        /// The order.
        order: OrderId,
    },
    /// Two orders traded: as much less is shown by each that is in a visible queue, and one that shows nothing more
    /// has left it. (An iceberg that shows its next part joins again.)
    Traded {
        /// The order that was there first.
        maker: OrderId,
        /// The order that came later.
        taker: OrderId,
        /// Its side.
        side: Side,
        /// The price, rounded down.
        price: Price,
        /// Whether half a unit comes on top.
        half: bool,
        /// How many shares.
        quantity: Quantity,
    },
    /// Two parties reported a trade that no orders made.
    Reported {
        /// The price.
        price: Price,
        /// How many shares.
        quantity: Quantity,
    },
    /// An order that came in was not taken up whole: so much of it was cancelled.
    Cancelled {
        /// The order.
        order: OrderId,
        /// How many shares.
        quantity: Quantity,
        /// Why.
        reason: Removal,
    },
    /// The phase has changed.
    Phase {
        /// What it is now.
        phase: Phase,
    },
    /// The day's band and reference have changed.
    Band {
        /// The lowest price.
        low: Price,
        /// The highest price.
        high: Price,
        /// The reference.
        reference: Price,
    },
}
