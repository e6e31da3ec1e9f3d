//! Settling what a book's call led to, whatever call it was: shares to the buyer against cash to the seller,
//! one fill after the other, and the cover of what left the book back to its owner.
//!
//! The register judges each delivery by the company's rules. If it refuses one, that fill is void: nothing
//! changes hands, both sides get back what covered these shares, and the book goes on. The two orders are
//! smaller by the fill all the same, so that no two of them can meet for ever.

use sillok_interfaces::{CashRef, Payment, RegisterRef};
use sillok_sdk::abi::Removed;
use sillok_sdk::prelude::*;

use crate::cover::with_fee;
use crate::desk::Desk;
use crate::event::{FillVoided, OrderRemoved, Traded};
use crate::tax::tax_on;
use crate::trade::{Party, Trade, parties};
use crate::{Error, Market};

impl Market {
    /// Settles fills and removals.
    pub(crate) fn settle(
        &mut self,
        desk: &mut Desk,
        fills: &[Fill],
        removed: &[Removed],
    ) -> Result<(), Error> {
        for fill in fills {
            self.settle_fill(desk, fill)?;
        }
        for removed in removed {
            self.reduce(desk, removed.order.0, removed.quantity.0)?;
            emit(&OrderRemoved {
                listing: desk.listing.id,
                order: removed.order.0,
                owner: removed.owner,
                quantity: removed.quantity.0,
                left: removed.left.0,
                reason: removed.reason,
            });
        }
        Ok(())
    }

    fn settle_fill(&mut self, desk: &mut Desk, fill: &Fill) -> Result<(), Error> {
        let (buyer, seller) = parties(fill);
        let quantity = fill.quantity.0;
        self.reduce(desk, buyer.order, quantity)?;
        self.reduce(desk, seller.order, quantity)?;
        let lot = desk.seat(seller.order)?.lot.ok_or(Error::LotMissing)?;
        if buyer.account == seller.account {
            return self.void(desk, fill, 0);
        }
        let register = RegisterRef::at(desk.listing.register);
        match register.try_deliver(lot, quantity, desk.market, buyer.account) {
            Err(refusal) => self.void(desk, fill, refusal.code),
            Ok(new_lot) => {
                desk.take_shares(lot, quantity)?;
                let tax = self.pay(desk, fill, &buyer, &seller)?;
                self.record_trade(desk, fill, new_lot, tax)
            }
        }
    }

    /// Takes shares off an order, and puts what covered them into the pool. What covers the order that
    /// comes in is there already.
    fn reduce(&self, desk: &mut Desk, order: u64, quantity: u64) -> Result<(), Error> {
        let comes_in = desk.comes_in(order);
        let record = self.record(desk, order)?;
        let left = record.left.checked_sub(quantity).ok_or(Error::NoOrder)?;
        record.left = left;
        if comes_in {
            return Ok(());
        }
        let (owner, lot, worst, held) = (record.owner, record.lot, record.worst, record.held);
        if let Some(lot) = lot {
            return desk.put_shares(lot, quantity);
        }
        let needed = desk.listing.need(worst, left)?;
        desk.seat(order)?.held = needed;
        desk.put_cash(owner, held.checked_sub(needed).ok_or(Error::CashTooLow)?)
    }

    /// Pays a fill out of the pool: the seller what is left of the price after fee and tax, the market its
    /// fees, the tax to where it goes. Returns the tax.
    fn pay(&self, desk: &mut Desk, fill: &Fill, buyer: &Party, seller: &Party) -> Result<u64, Error> {
        let charges = self.charges(desk)?;
        let tax = tax_on(fill.value, charges.tax_rate);
        let owed = seller.fee.checked_neg().ok_or(Error::TooLarge)?;
        let proceeds = with_fee(fill.value, owed)?.checked_sub(tax).ok_or(Error::TooLarge)?;
        let fees = buyer.fee.checked_add(seller.fee).ok_or(Error::TooLarge)?;
        let payments = [
            (seller.account, proceeds),
            (charges.fees_to, u64::try_from(fees).map_err(|_| Error::TooLarge)?),
            (charges.tax_to, tax),
        ];
        desk.take_cash(buyer.account, with_fee(fill.value, buyer.fee)?)?;
        let back = desk.take_back(buyer.account);
        let payments = payments.into_iter().filter(|(_, amount)| *amount > 0);
        let payments = payments.map(|(to, amount)| Payment { to, amount }).collect();
        CashRef::at(desk.listing.cash).settle(buyer.account, desk.market, payments, back);
        Ok(tax)
    }

    fn record_trade(&mut self, desk: &mut Desk, fill: &Fill, lot: u64, tax: u64) -> Result<(), Error> {
        let listing = desk.listing.id;
        let (buyer, seller) = parties(fill);
        let tape = desk.tape.get_or_insert_with(|| self.tapes.get_or_default(&listing));
        let trade = Trade {
            number: tape.next(fill.price.0)?,
            price: fill.price.0,
            quantity: fill.quantity.0,
            value: fill.value,
            buyer: buyer.account,
            seller: seller.account,
            buy_order: buyer.order,
            sell_order: seller.order,
            taker: fill.taker_side,
            lot,
            buyer_fee: buyer.fee,
            seller_fee: seller.fee,
            tax,
            time: block_time(),
        };
        self.trades.insert(&(listing, trade.number), &trade);
        if let Some(incoming) = desk.incoming.as_mut().filter(|incoming| trade.is_of(incoming.order)) {
            incoming.filled = incoming.filled.saturating_add(trade.quantity);
            incoming.traded = incoming.traded.checked_add(trade.value).ok_or(Error::TooLarge)?;
        }
        emit(&Traded { listing, trade });
        Ok(())
    }

    /// Leaves what covered a fill in the pool, from where it goes back.
    fn void(&self, desk: &mut Desk, fill: &Fill, reason: u32) -> Result<(), Error> {
        let (buyer, seller) = parties(fill);
        let quantity = fill.quantity.0;
        let own = |order: u64| order == buyer.order || order == seller.order;
        if let Some(incoming) = desk.incoming.as_mut().filter(|incoming| own(incoming.order)) {
            incoming.void = incoming.void.saturating_add(quantity);
        }
        emit(&FillVoided {
            listing: desk.listing.id,
            buy_order: buyer.order,
            sell_order: seller.order,
            buyer: buyer.account,
            seller: seller.account,
            price: fill.price.0,
            quantity,
            reason,
        });
        Ok(())
    }
}

impl Trade {
    fn is_of(&self, order: u64) -> bool {
        self.buy_order == order || self.sell_order == order
    }
}
