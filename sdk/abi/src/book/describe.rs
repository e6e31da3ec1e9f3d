//! How the order book's types describe themselves where contracts have them in their interfaces.

use super::{
    Auction, Collar, Fees, MatchMode, OrderKind, OrderState, Phase, Price, Quantity, Removal, SelfTrade,
    TickZone, Volatility,
};
use crate::describe::{Describe, Field, Type, Variant};

macro_rules! describe_struct {
    ($name:ident { $($field:ident: $ty:ty),* $(,)? }) => {
        impl Describe for $name {
            const TYPE: Type = Type::Struct(
                stringify!($name),
                &[$(Field { name: stringify!($field), ty: &<$ty as Describe>::TYPE }),*],
            );
        }
    };
}

macro_rules! describe_enum {
    ($name:ident { $($index:literal $variant:ident $({ $($field:ident: $ty:ty),* })?),* $(,)? }) => {
        impl Describe for $name {
            const TYPE: Type = Type::Enum(
                stringify!($name),
                &[$(Variant {
                    name: stringify!($variant),
                    index: $index,
                    fields: &[$($(Field { name: stringify!($field), ty: &<$ty as Describe>::TYPE }),*)?],
                }),*],
            );
        }
    };
}

describe_enum!(OrderKind {
    0 Limit { price: Price },
    1 Market,
    2 BestLimit,
    3 TopLimit,
    4 LimitThenMarket { price: Price },
    5 Midpoint,
    6 Stop { trigger: Price },
    7 StopLimit { trigger: Price, price: Price },
    8 Iceberg { price: Price, peak: Quantity },
});
describe_enum!(SelfTrade { 0 Allow, 1 CancelNewest, 2 CancelOldest, 3 CancelBoth, 4 Decrement });
describe_enum!(OrderState { 0 Resting, 1 Stop, 2 Midpoint, 3 Market });
describe_enum!(MatchMode { 0 Continuous, 1 EqualPrice, 2 Negotiated });
describe_enum!(Phase {
    0 PreOpen, 1 OpenCall, 2 Continuous, 3 VolatilityCall, 4 CloseCall, 5 Closed, 6 Halted,
});
describe_enum!(Removal {
    0 Cancelled, 1 SelfTrade, 2 Expired, 3 DayEnded, 4 Unfilled, 5 StepLimit, 6 OutsideBand,
});
describe_struct!(TickZone { from: Price, tick: Price });
describe_struct!(Collar { through: u32, away: u32 });
describe_struct!(Volatility { fixed: u32, moving: u32, millis: u64 });
describe_struct!(Fees { maker: i32, taker: i32, auction: i32 });
describe_struct!(Auction {
    price: Price,
    volume: Quantity,
    unfilled_buys: Quantity,
    unfilled_sells: Quantity,
});

#[cfg(test)]
mod tests {
    //! The variants' indices are those of SCALE.

    use alloc::vec::Vec;

    use codec::Encode;

    use super::*;

    fn check<T: Describe + Encode>(values: Vec<(T, &str)>) {
        let Type::Enum(_, variants) = T::TYPE else { panic!("an enum") };
        assert_eq!(variants.len(), values.len());
        for (variant, (value, name)) in variants.iter().zip(values) {
            assert_eq!((variant.name, Some(&variant.index)), (name, value.encode().first()));
        }
    }

    #[test]
    fn enums_are_described_as_they_are_encoded() {
        let (price, trigger, peak) = (Price(1), Price(1), Quantity(1));
        check(alloc::vec![
            (OrderKind::Limit { price }, "Limit"),
            (OrderKind::Market, "Market"),
            (OrderKind::BestLimit, "BestLimit"),
            (OrderKind::TopLimit, "TopLimit"),
            (OrderKind::LimitThenMarket { price }, "LimitThenMarket"),
            (OrderKind::Midpoint, "Midpoint"),
            (OrderKind::Stop { trigger }, "Stop"),
            (OrderKind::StopLimit { trigger, price }, "StopLimit"),
            (OrderKind::Iceberg { price, peak }, "Iceberg"),
        ]);
        check(alloc::vec![
            (SelfTrade::Allow, "Allow"),
            (SelfTrade::CancelNewest, "CancelNewest"),
            (SelfTrade::CancelOldest, "CancelOldest"),
            (SelfTrade::CancelBoth, "CancelBoth"),
            (SelfTrade::Decrement, "Decrement"),
        ]);
        check(alloc::vec![
            (Phase::PreOpen, "PreOpen"),
            (Phase::OpenCall, "OpenCall"),
            (Phase::Continuous, "Continuous"),
            (Phase::VolatilityCall, "VolatilityCall"),
            (Phase::CloseCall, "CloseCall"),
            (Phase::Closed, "Closed"),
            (Phase::Halted, "Halted"),
        ]);
        check(alloc::vec![
            (Removal::Cancelled, "Cancelled"),
            (Removal::SelfTrade, "SelfTrade"),
            (Removal::Expired, "Expired"),
            (Removal::DayEnded, "DayEnded"),
            (Removal::Unfilled, "Unfilled"),
            (Removal::StepLimit, "StepLimit"),
            (Removal::OutsideBand, "OutsideBand"),
        ]);
    }
}
