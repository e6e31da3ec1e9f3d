//! An order as the book keeps it: what matching reads and writes, in one cache line.

use codec::{Decode, Encode};
use sillok_abi::{SelfTrade, Side, Time, TimeInForce};

/// No slot, or no tick: the end of a queue, a price that there is none of.
pub(super) const NIL: u32 = u32::MAX;

/// Where an order waits for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// At its limit, where everybody sees it.
    Limit,
    /// For a trade at its trigger.
    Stop,
    /// Halfway between the best prices.
    Midpoint,
    /// For a call auction, at any price.
    Market,
}

const SIDE_SHIFT: u32 = 29;
const FAMILY_SHIFT: u32 = 30;
/// The bits of an ordinal, of which there are fewer.
const TICK: u32 = (1 << SIDE_SHIFT) - 1;

/// A queue of a book: a family, a side and the ordinal of a price. The highest two bits are the family
/// (0 limit, 1 stop, 2 midpoint, 3 market), the next is set for sales, the rest is the ordinal: of the
/// limit, or of the trigger; 0 where there is only one queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(super) struct Rung(u32);

impl Rung {
    #[inline]
    pub(super) fn new(family: Family, side: Side, tick: u32) -> Self {
        let family = match family {
            Family::Limit => 0,
            Family::Stop => 1,
            Family::Midpoint => 2,
            Family::Market => 3,
        };
        Rung(family << FAMILY_SHIFT | u32::from(side == Side::Sell) << SIDE_SHIFT | tick)
    }

    #[inline]
    pub(super) fn limit(side: Side, tick: u32) -> Self {
        Rung(u32::from(side == Side::Sell) << SIDE_SHIFT | tick & TICK)
    }

    #[inline]
    pub(super) fn family(self) -> Family {
        match self.0 >> FAMILY_SHIFT {
            0 => Family::Limit,
            1 => Family::Stop,
            2 => Family::Midpoint,
            _ => Family::Market,
        }
    }

    #[inline]
    pub(super) fn is_limit(self) -> bool {
        self.0 >> FAMILY_SHIFT == 0
    }

    #[inline]
    pub(super) fn side(self) -> Side {
        if self.0 >> SIDE_SHIFT & 1 == 0 { Side::Buy } else { Side::Sell }
    }

    #[inline]
    pub(super) fn tick(self) -> u32 {
        self.0 & TICK
    }

    /// The queue of the same family and side at another ordinal.
    #[inline]
    pub(super) fn at(self, tick: u32) -> Self {
        Rung(self.0 & !TICK | tick & TICK)
    }

    /// As it is stored.
    pub(super) fn to_bits(self) -> u32 {
        self.0
    }

    /// The number of its family and side, below 8.
    #[inline]
    pub(super) fn half(self) -> usize {
        (self.0 >> SIDE_SHIFT) as usize
    }
}

/// What an order has asked for that outlives its arrival, in bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Flags(pub(super) u32);

impl Flags {
    /// It leaves when the day ends.
    pub(super) const DAY: u32 = 1;
    /// It leaves at the block time in its extra part.
    pub(super) const UNTIL: u32 = 1 << 1;
    /// It leaves at the height in its extra part.
    pub(super) const UNTIL_HEIGHT: u32 = 1 << 2;
    /// It becomes a market order in the closing call.
    pub(super) const AT_CLOSE: u32 = 1 << 3;
    /// It must never take.
    pub(super) const POST_ONLY: u32 = 1 << 4;
    /// It shows its peak at a time.
    pub(super) const ICEBERG: u32 = 1 << 5;
    /// It has an extra part.
    pub(super) const EXTRA: u32 = 1 << 6;
    /// It has no limit: a stop that becomes a market order, or a market order.
    pub(super) const UNLIMITED: u32 = 1 << 7;
    /// Where the mode of preventing self-trades begins, three bits.
    const SELF_TRADE_SHIFT: u32 = 8;
    /// All bits that have a meaning.
    pub(super) const ALL: u32 = (1 << 11) - 1;

    #[inline]
    pub(super) fn has(self, bits: u32) -> bool {
        self.0 & bits != 0
    }

    pub(super) fn with(self, bits: u32) -> Self {
        Flags(self.0 | bits)
    }

    pub(super) fn without(self, bits: u32) -> Self {
        Flags(self.0 & !bits)
    }

    #[inline]
    pub(super) fn of(time_in_force: TimeInForce, self_trade: SelfTrade) -> Self {
        let mode = match self_trade {
            SelfTrade::Allow => 0,
            SelfTrade::CancelNewest => 1,
            SelfTrade::CancelOldest => 2,
            SelfTrade::CancelBoth => 3,
            SelfTrade::Decrement => 4,
        };
        let time = match time_in_force {
            TimeInForce::Gtc | TimeInForce::Ioc | TimeInForce::Fok => 0,
            TimeInForce::Day => Flags::DAY,
            TimeInForce::Until(_) => Flags::UNTIL | Flags::EXTRA,
            TimeInForce::UntilHeight(_) => Flags::UNTIL_HEIGHT | Flags::EXTRA,
        };
        Flags(mode << Flags::SELF_TRADE_SHIFT | time)
    }

    #[inline]
    pub(super) fn self_trade(self) -> SelfTrade {
        match self.0 >> Flags::SELF_TRADE_SHIFT & 7 {
            0 => SelfTrade::Allow,
            1 => SelfTrade::CancelNewest,
            2 => SelfTrade::CancelOldest,
            3 => SelfTrade::CancelBoth,
            _ => SelfTrade::Decrement,
        }
    }

    #[inline]
    pub(super) fn time_in_force(self, expiry: u64) -> TimeInForce {
        match self.0 & (Flags::DAY | Flags::UNTIL | Flags::UNTIL_HEIGHT) {
            Flags::DAY => TimeInForce::Day,
            Flags::UNTIL => TimeInForce::Until(Time(expiry)),
            Flags::UNTIL_HEIGHT => TimeInForce::UntilHeight(expiry),
            _ => TimeInForce::Gtc,
        }
    }
}

/// An order in its slot. Links are slots.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Order {
    /// Its id; 0 if the slot is free.
    pub(super) id: u64,
    /// When it joined its queue, compared with others: lower is earlier.
    pub(super) priority: u64,
    /// What it shows, or would trade next.
    pub(super) shown: u64,
    /// What is left beside that.
    pub(super) hidden: u64,
    /// The price of its queue's ordinal.
    pub(super) price: u64,
    /// Its queue.
    pub(super) rung: Rung,
    /// The order before it in its queue.
    pub(super) prev: u32,
    /// The order behind it in its queue; of a free slot, the next on the free list.
    pub(super) next: u32,
    /// The number of its owner.
    pub(super) owner: u32,
    /// Its group; 0 is none.
    pub(super) group: u32,
    pub(super) flags: Flags,
}

const _: () = assert!(size_of::<Order>() == 64, "an order is a cache line");

impl Order {
    /// A free slot, with the one after it on the free list.
    #[inline]
    pub(super) fn free(next: u32) -> Self {
        Order {
            id: 0,
            priority: 0,
            shown: 0,
            hidden: 0,
            price: 0,
            rung: Rung::default(),
            prev: NIL,
            next,
            owner: NIL,
            group: 0,
            flags: Flags(0),
        }
    }

    #[inline]
    pub(super) fn is_live(&self) -> bool {
        self.id != 0
    }

    /// All that is left of it, which is no more than one order may ask for.
    #[inline]
    pub(super) fn total(&self) -> u64 {
        self.shown.wrapping_add(self.hidden)
    }
}

/// What few orders have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Extra {
    /// How much an iceberg shows at a time.
    pub(super) peak: u64,
    /// The block time or height at which it leaves.
    pub(super) expiry: u64,
    /// The ordinal of the limit that a stop gets when it is triggered.
    pub(super) limit: u32,
    /// What the running auction gives it by size.
    pub(super) allotted: u64,
}

impl Extra {
    pub(super) const NONE: Extra = Extra { peak: 0, expiry: 0, limit: 0, allotted: 0 };
}
