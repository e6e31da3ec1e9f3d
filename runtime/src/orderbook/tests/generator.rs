//! Random operations, chosen so that rare combinations are frequent: few prices and owners, small quantities,
//! the edges of ticks, bands and steps.

use sillok_abi::{
    Account, BookParams, Collar, Fees, MatchMode, NewOrder, OrderKind, Phase, Price, Quantity, SelfTrade,
    Side, Time, TimeInForce, Volatility, ticks,
};

/// A small generator of its own (xorshift64*, Vigna 2014): a seed is a test case for ever.
#[derive(Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    pub(super) fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

pub(super) const OWNERS: u64 = 5;

pub(super) fn account(number: u64) -> Account {
    match number % 3 {
        0 => Account::Key([number as u8 + 1; 32]),
        1 => Account::Contract(sillok_abi::ContractId([number as u8 + 1; 32])),
        _ => Account::Managed { contract: sillok_abi::ContractId([9; 32]), id: [number as u8; 32] },
    }
}

/// Rules of all kinds.
pub(super) fn rules(random: &mut Random) -> BookParams {
    let fees = Fees { maker: -1_234, taker: 2_345, auction: 777 };
    // Across the edge at which the tick of KRX goes from 1 to 5.
    let krx = BookParams {
        ticks: ticks::krx_2023(),
        lot: Quantity(10),
        reference: Price(2_000),
        fees,
        ..BookParams::simple(1, 10, 1_990, 2_050)
    };
    let guards = Volatility { fixed: 150, moving: 90, millis: 50 };
    match random.below(8) {
        0 => krx,
        1 => BookParams { volatility: guards, ..krx },
        2 => BookParams { collar: Collar { through: 3, away: 8 }, ..krx },
        3 => BookParams { max_open: 6, fees, ..BookParams::simple(1, 1, 1, 25) },
        4 => BookParams {
            // A tenth of 20 and of 30 are whole ticks, so that the very threshold is met.
            volatility: Volatility { fixed: 3_000, moving: 1_000, millis: 9 },
            reference: Price(20),
            ..BookParams::simple(1, 3, 14, 36)
        },
        5 => BookParams { mode: MatchMode::EqualPrice, collar: Collar { through: 5, away: 5 }, ..krx },
        6 => BookParams { mode: MatchMode::Negotiated, ..krx },
        // Two prices, so that midpoints lie at a spread of one tick.
        _ => BookParams { fees, ..BookParams::simple(1, 1, 7, 9) },
    }
}

/// A price of the book, mostly near its middle, and now and then one that breaks a rule.
pub(super) fn price(random: &mut Random, params: &BookParams) -> Price {
    let span = params.high.0 - params.low.0;
    let price = match random.below(40) {
        0 => params.low.0 - 1,
        1 => params.high.0 + 5,
        2..8 => params.low.0,
        8..14 => params.high.0,
        14..30 => params.low.0 + span * (4 + random.below(3)) / 10,
        _ => params.low.0 + random.below(span + 1),
    };
    // Mostly on a tick.
    let tick = params.tick_at(Price(price)).max(1);
    Price(if random.one_in(40) { price } else { price / tick * tick })
}

pub(super) fn quantity(random: &mut Random, params: &BookParams) -> Quantity {
    let lots = if random.one_in(60) { 0 } else { 1 + random.below(6) * random.below(3) };
    let lots = if random.one_in(30) { 300 + random.below(4_000) } else { lots };
    Quantity(lots * params.lot.0 + u64::from(random.one_in(80)))
}

pub(super) fn order(random: &mut Random, params: &BookParams, now: (u64, u64)) -> NewOrder {
    let (price, other) = (price(random, params), price(random, params));
    let kind = match random.below(20) {
        0..8 => OrderKind::Limit { price },
        8 => OrderKind::Market,
        9 => OrderKind::BestLimit,
        10 => OrderKind::TopLimit,
        11 => OrderKind::LimitThenMarket { price },
        12..15 => OrderKind::Midpoint,
        15 => OrderKind::Stop { trigger: price },
        16 => OrderKind::StopLimit { trigger: price, price: other },
        _ => OrderKind::Iceberg { price, peak: quantity(random, params) },
    };
    let time_in_force = match random.below(14) {
        0..6 => TimeInForce::Gtc,
        6 | 7 => TimeInForce::Day,
        8 | 9 => TimeInForce::Ioc,
        10 | 11 => TimeInForce::Fok,
        12 => TimeInForce::Until(Time(now.0 + random.below(40))),
        _ => TimeInForce::UntilHeight(now.1 + random.below(4)),
    };
    let modes = [
        SelfTrade::Allow,
        SelfTrade::CancelNewest,
        SelfTrade::CancelOldest,
        SelfTrade::CancelBoth,
        SelfTrade::Decrement,
    ];
    NewOrder {
        owner: account(random.below(OWNERS)),
        side: side(random),
        kind,
        quantity: quantity(random, params),
        time_in_force,
        post_only: random.one_in(10),
        min_quantity: if random.one_in(10) { quantity(random, params) } else { Quantity(0) },
        self_trade: random.pick(&modes),
        group: random.below(3) as u32,
    }
}

pub(super) fn side(random: &mut Random) -> Side {
    random.pick(&[Side::Buy, Side::Sell])
}

pub(super) fn phase(random: &mut Random) -> Phase {
    use Phase::*;
    random.pick(&[
        Continuous,
        Continuous,
        Continuous,
        OpenCall,
        VolatilityCall,
        CloseCall,
        CloseCall,
        Closed,
        PreOpen,
        Halted,
    ])
}

/// How many steps a call may take: often too few.
pub(super) fn most(random: &mut Random) -> u32 {
    if random.one_in(3) { random.below(5) as u32 } else { 64 }
}
