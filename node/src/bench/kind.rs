//! What one transaction of a workload does, by its number: a workload repeats a short cycle of kinds.

use super::options::Workload;

/// What one transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Moves cash from one account to another.
    Cash,
    /// The same between DIDs: the payer's key is judged by the DID contract.
    Did,
    /// Moves part of a lot of shares.
    Lots,
    /// Places one order.
    Order,
    /// Places many orders at once.
    OrderBatch,
    /// A step of a deal in escrow.
    Deal(Leg),
}

/// The steps of a deal in escrow, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leg {
    /// The seller opens it.
    Open,
    /// The seller puts the shares in.
    Shares,
    /// The buyer puts the cash in, and both are delivered.
    Cash,
}

/// The steps of one deal.
pub(super) const DEAL: [Kind; 3] = [Kind::Deal(Leg::Open), Kind::Deal(Leg::Shares), Kind::Deal(Leg::Cash)];

/// Of twenty: eight transfers of cash, four orders, three transfers of shares, the three steps of a deal in escrow,
/// two transfers of cash between DIDs. Orders are at even and odd places in turn, as sides go by numbers.
const MIXED: [Kind; 20] = [
    Kind::Cash,
    Kind::Order,
    Kind::Lots,
    Kind::Cash,
    Kind::Did,
    Kind::Cash,
    Kind::Order,
    Kind::Cash,
    Kind::Lots,
    Kind::Deal(Leg::Open),
    Kind::Cash,
    Kind::Order,
    Kind::Cash,
    Kind::Deal(Leg::Shares),
    Kind::Lots,
    Kind::Cash,
    Kind::Order,
    Kind::Did,
    Kind::Cash,
    Kind::Deal(Leg::Cash),
];

impl Workload {
    /// The kinds of transactions that come again and again, in this order.
    pub(super) fn cycle(self) -> &'static [Kind] {
        match self {
            Workload::Cash => &[Kind::Cash],
            Workload::Register => &[Kind::Lots],
            Workload::Market => &[Kind::Order],
            Workload::MarketBatch => &[Kind::OrderBatch],
            Workload::Did => &[Kind::Did],
            Workload::Escrow => &DEAL,
            Workload::Mixed => &MIXED,
        }
    }

    /// What the transaction of this number does.
    pub(super) fn kind(self, number: u64) -> Kind {
        let cycle = self.cycle();
        // Below the length, which is a handful.
        cycle[(number % cycle.len() as u64) as usize]
    }

    /// Which cycle the transaction of this number belongs to: all steps of a deal are in one.
    pub(super) fn round(self, number: u64) -> u64 {
        number / self.cycle().len() as u64
    }

    /// Whether some of its transactions do something of which this holds.
    pub(super) fn has(self, what: impl Fn(Kind) -> bool) -> bool {
        self.cycle().iter().any(|kind| what(*kind))
    }
}

impl Kind {
    /// How many orders such a transaction places.
    pub(super) fn orders(self) -> u64 {
        match self {
            Kind::Order => 1,
            Kind::OrderBatch => u64::from(super::market::BATCH_ORDERS),
            Kind::Cash | Kind::Did | Kind::Lots | Kind::Deal(_) => 0,
        }
    }

    /// Whether somebody has to have a lot of shares for it.
    pub(super) fn moves_shares(self) -> bool {
        matches!(self, Kind::Lots | Kind::Order | Kind::OrderBatch | Kind::Deal(_))
    }

    /// Whether key accounts have to have cash for it.
    pub(super) fn moves_cash(self) -> bool {
        matches!(self, Kind::Cash | Kind::Order | Kind::OrderBatch | Kind::Deal(_))
    }

    /// Whether it goes to the market.
    pub(super) fn trades(self) -> bool {
        matches!(self, Kind::Order | Kind::OrderBatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_has_the_shares_that_the_manual_states() {
        let count = |is: fn(&Kind) -> bool| MIXED.iter().filter(|kind| is(kind)).count() * 5;
        assert_eq!(count(|kind| *kind == Kind::Cash), 40);
        assert_eq!(count(|kind| *kind == Kind::Order), 20);
        assert_eq!(count(|kind| *kind == Kind::Lots), 15);
        assert_eq!(count(|kind| matches!(kind, Kind::Deal(_))), 15);
        assert_eq!(count(|kind| *kind == Kind::Did), 10);
    }

    #[test]
    fn the_steps_of_a_deal_come_in_order_within_a_round_and_both_sides_place_orders() {
        for workload in [Workload::Escrow, Workload::Mixed] {
            let legs: Vec<Kind> =
                workload.cycle().iter().copied().filter(|kind| matches!(kind, Kind::Deal(_))).collect();
            assert_eq!(legs, DEAL);
        }
        let sells = (0..200).filter(|number| Workload::Mixed.kind(*number) == Kind::Order && number % 2 == 0);
        assert_eq!(sells.count(), 20);
        assert_eq!((Workload::Mixed.round(39), Workload::Mixed.round(40)), (1, 2));
    }
}
