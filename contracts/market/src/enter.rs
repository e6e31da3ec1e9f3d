//! Orders on their way into the book, through it, and out of it.

use sillok_interfaces::RegisterRef;
use sillok_sdk::abi::{OrderState, Removal, SelfTrade};
use sillok_sdk::prelude::*;

use crate::desk::{Desk, Incoming};
use crate::event::{OrderPlaced, OrderRemoved};
use crate::limits::MAX_DURATION_MS;
use crate::order::{Order, OrderRecord, PlacedOrder, fixed_limit};
use crate::{Error, Market};

impl Market {
    /// Judges an order by the listing's limits and the company's rules.
    pub(crate) fn judge(&self, desk: &Desk, owner: &Account, order: &Order) -> Result<(), Error> {
        ensure!(order.self_trade != SelfTrade::Allow, Error::SelfTrade);
        if let TimeInForce::Until(time) = order.time_in_force {
            ensure!(time <= block_time().plus(MAX_DURATION_MS), Error::BadExpiry);
        }
        self.judge_rules(desk, owner, order.side, order.lot, order.quantity)
    }

    /// Judges a purchase or sale of so many shares by the listing's limits and the company's rules.
    fn judge_rules(
        &self,
        desk: &Desk,
        owner: &Account,
        side: Side,
        lot: Option<u64>,
        quantity: u64,
    ) -> Result<(), Error> {
        let listing = &desk.listing;
        let register = RegisterRef::at(listing.register);
        match side {
            Side::Buy => {
                ensure!(lot.is_none(), Error::LotNotNeeded);
                register.check_purchase(listing.class, *owner, quantity);
                let most = listing.limits.holding;
                if most > 0 {
                    let shares = register.holding(listing.class, *owner).shares;
                    ensure!(shares.saturating_add(quantity) <= most, Error::OverLimit);
                }
            }
            Side::Sell => {
                let lot = lot.ok_or(Error::LotMissing)?;
                let offer = register.check_sale(lot, quantity);
                ensure!(offer.holder == *owner, Error::NotOwnersLot);
                ensure!(offer.class == listing.class, Error::WrongClass);
            }
        }
        Ok(())
    }

    /// Takes up what came of an order, new or amended: settles it, and covers what of it is in the book.
    /// The cover is in the pool by now.
    pub(crate) fn take_up(
        &mut self,
        desk: &mut Desk,
        record: OrderRecord,
        placed: &Placed,
        amended: bool,
    ) -> Result<PlacedOrder, Error> {
        let id = placed.order.0;
        let (owner, side, kind, quantity) = (record.owner, record.side, record.kind, record.quantity);
        desk.arrive(id, record);
        self.settle(desk, &placed.fills, &placed.removed)?;
        self.stay(desk, id, placed)?;
        let Incoming { filled, traded, void, .. } = desk.incoming.take().unwrap_or_default();
        let (resting, cancelled) = (placed.resting.0, placed.cancelled.0);
        let summary = PlacedOrder { order: id, filled, traded, void, resting, cancelled };
        let listing = desk.listing.id;
        emit(&OrderPlaced { listing, owner, side, kind, quantity, amended, placed: summary });
        if placed.phase == Phase::VolatilityCall {
            self.wake_after_interruption(listing)?;
        }
        Ok(summary)
    }

    /// Takes from the pool what covers the part of an order that is in the book.
    fn stay(&mut self, desk: &mut Desk, id: u64, placed: &Placed) -> Result<(), Error> {
        let left = placed.resting.0;
        let record = desk.seat(id)?;
        record.left = left;
        let (owner, lot, kind) = (record.owner, record.lot, record.kind);
        if left == 0 {
            return Ok(());
        }
        let view = books::order(desk.book, OrderId(id))?;
        if let TimeInForce::Until(time) = view.time_in_force {
            self.sweep_at(desk.listing.id, time)?;
        }
        if let Some(lot) = lot {
            return desk.take_shares(lot, left);
        }
        let worst = worst_price(desk, &kind, &view)?;
        let held = desk.listing.need(worst, left)?;
        desk.take_cash(owner, held)?;
        let record = desk.seat(id)?;
        (record.worst, record.held) = (worst, held);
        Ok(())
    }

    /// What takes so much of an order that others can see, and not one's own.
    pub(crate) fn taking(
        &self,
        desk: &mut Desk,
        owner: &Account,
        order: u64,
        quantity: u64,
        lot: Option<u64>,
    ) -> Result<Order, Error> {
        let maker = self.record(desk, order)?;
        ensure!(maker.owner != *owner, Error::SelfTrade);
        let side = maker.side.other();
        let price = books::order(desk.book, OrderId(order))?.price.0;
        Ok(Order::taking(side, price, quantity, lot))
    }

    /// Takes an order out of the book; its cover goes into the pool. Returns how many shares were left.
    pub(crate) fn withdraw_order(&mut self, desk: &mut Desk, order: u64) -> Result<u64, Error> {
        let view = books::cancel(desk.book, OrderId(order))?;
        self.record(desk, order)?;
        desk.free(order)?;
        desk.seat(order)?.left = 0;
        let (listing, quantity) = (desk.listing.id, view.quantity.0);
        let (owner, reason) = (view.owner, Removal::Cancelled);
        emit(&OrderRemoved { listing, order, owner, quantity, left: 0, reason });
        Ok(quantity)
    }

    /// Gives an order another limit or quantity; its cover, and what was put in, is in the pool.
    pub(crate) fn change_order(
        &mut self,
        desk: &mut Desk,
        order: u64,
        price: Option<u64>,
        quantity: u64,
    ) -> Result<PlacedOrder, Error> {
        let record = self.record(desk, order)?;
        if quantity > record.left {
            let (owner, side, lot) = (record.owner, record.side, record.lot);
            self.judge_rules(desk, &owner, side, lot, quantity)?;
        }
        let amended = books::amend(desk.book, OrderId(order), price.map(Price), Quantity(quantity))?;
        desk.free(order)?;
        let mut record = desk.seat(order)?.clone();
        if let Some(price) = price.map(Price) {
            record.kind = repriced(record.kind, price);
        }
        (record.quantity, record.left, record.placed) = (quantity, quantity, block_time());
        self.take_up(desk, record, &amended.placed, true)
    }
}

/// The worst price that a purchase in the book may come to trade at.
fn worst_price(desk: &Desk, kind: &OrderKind, view: &OrderView) -> Result<u64, Error> {
    if let Some(limit) = fixed_limit(kind) {
        return Ok(limit);
    }
    let keeps_limit = !matches!(kind, OrderKind::LimitThenMarket { .. });
    if keeps_limit && view.state == OrderState::Resting {
        return Ok(view.price.0);
    }
    // Without a limit it is the end of the band, which a day's orders don't outlive.
    match view.time_in_force {
        TimeInForce::Day => Ok(books::session(desk.book)?.high.0),
        _ => Ok(desk.listing.high),
    }
}

/// The kind of an order at a limit, with another limit.
fn repriced(kind: OrderKind, price: Price) -> OrderKind {
    match kind {
        OrderKind::Iceberg { peak, .. } => OrderKind::Iceberg { price, peak },
        OrderKind::LimitThenMarket { .. } => OrderKind::LimitThenMarket { price },
        _ => OrderKind::Limit { price },
    }
}
