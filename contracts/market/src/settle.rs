//! Settling fills: shares to the buyer against cash to the seller, one fill after the other.

use sillok_interfaces::{CashRef, RegisterRef};
use sillok_sdk::prelude::*;

use crate::order::Incoming;
use crate::trade::Match;
use crate::{Error, Market, Traded, cover};

impl Market {
    /// Settles all fills of an order that was just placed, records them as trades, and returns what
    /// they cost together.
    pub(crate) fn settle(&mut self, incoming: &Incoming) -> Result<u64, Error> {
        let listing = incoming.listing.id;
        let mut tape = self.tapes.get_or_default(&listing);
        let mut traded = 0_u64;
        for fill in &incoming.placed.fills {
            let amount = cover::cost(fill.price, fill.quantity)?;
            traded = traded.checked_add(amount).ok_or(Error::TooLarge)?;
            self.settle_fill(incoming, fill, amount, tape.next(fill.price.0)?)?;
        }
        if !incoming.placed.fills.is_empty() {
            self.tapes.insert(&listing, &tape);
        }
        Ok(traded)
    }

    /// Pays and delivers, both out of what covers the two orders.
    fn settle_fill(
        &mut self,
        incoming: &Incoming,
        fill: &Fill,
        amount: u64,
        number: u64,
    ) -> Result<(), Error> {
        let (listing, market) = (&incoming.listing, Account::from(this()));
        let met = Match::of(&incoming.order, incoming.placed.order, fill);
        let sold = self.lot_sold(incoming, fill)?;
        CashRef::at(listing.cash).pay(met.buyer, amount, market, met.seller);
        let lot = RegisterRef::at(listing.register).deliver(sold, fill.quantity.0, market, met.buyer);
        let trade = met.settled(number, lot);
        self.trades.insert(&(listing.id, number), &trade);
        emit(&Traded { listing: listing.id, trade });
        if fill.maker_left.0 == 0 {
            self.forget(listing.id, fill.maker.0)?;
        }
        Ok(())
    }

    /// The lot that the shares of a fill come from.
    fn lot_sold(&self, incoming: &Incoming, fill: &Fill) -> Result<u64, Error> {
        let lot = match incoming.order.side {
            Side::Sell => incoming.lot,
            Side::Buy => {
                let key = (incoming.listing.id, fill.maker.0);
                self.orders.get(&key).ok_or(Error::NoOrder)?.lot
            }
        };
        lot.ok_or(Error::LotMissing)
    }
}
