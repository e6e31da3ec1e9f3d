//! Negotiated trades (협의): somebody takes a named order, or two parties report what they agreed.

use sillok_abi::{Account, BookError, BookEvent, MatchMode, OrderId, Phase, Price, Quantity, SelfTrade};

use super::answer::Failure;
use super::book::Book;
use super::entry::Fate;
use super::fees::{Halves, fee};
use super::matching::Meeting;
use super::order::NIL;
use super::steps::Steps;
use super::taker::Taker;

impl Book {
    /// `account` takes so much of a named order, at its price.
    pub(super) fn take(
        &mut self,
        id: OrderId,
        account: Account,
        quantity: Quantity,
        steps: &mut Steps,
    ) -> Result<(), Failure> {
        let slot = self.slot_of(id)?;
        if self.day.phase != Phase::Continuous {
            return Err(BookError::WrongPhase.into());
        }
        if self.params.mode != MatchMode::Negotiated {
            return Err(BookError::WrongMode.into());
        }
        let maker = *self.slab.get(slot)?;
        if self.has_expired(slot, &maker) {
            return Err(BookError::BadOrder.into());
        }
        self.grid.check_quantity(quantity)?;
        if quantity.0 > maker.total() {
            return Err(BookError::OffLot.into());
        }
        let tick = maker.rung.tick();
        let mut taker = Taker {
            id: self.next_id()?,
            account,
            owner: NIL,
            group: 0,
            side: maker.rung.side().other(),
            self_trade: SelfTrade::Allow,
            midpoint: false,
            limit: tick,
            left: quantity.0,
            decremented: 0,
            before: self.day.last_or_reference(),
        };
        let meeting = Meeting { slot, price: Halves::whole(self.grid.price(tick)), tick };
        self.trade_once(meeting, &maker, &mut taker, steps)?;
        self.conclude(taker.id, quantity.0, Fate::resting(0), steps)
    }

    /// Notes a trade that two parties agreed on; answers its value and what each side owes. It is no last
    /// price, and interrupts nothing.
    pub(super) fn report_trade(&mut self, price: Price, quantity: Quantity) -> Result<(u64, i64), Failure> {
        if self.day.running.is_some() {
            return Err(BookError::Uncrossing.into());
        }
        if self.day.phase != Phase::Continuous {
            return Err(BookError::WrongPhase.into());
        }
        self.tick_of(price)?;
        self.grid.check_quantity(quantity)?;
        let value = Halves::whole(price.0).value(quantity.0);
        let tape = &mut self.day_mut().tape;
        tape.trades = tape.trades.saturating_add(1);
        tape.volume = tape.volume.saturating_add(quantity.0);
        tape.value = tape.value.saturating_add(u128::from(value));
        self.emit(BookEvent::Reported { price, quantity });
        Ok((value, fee(value, self.params.fees.taker)))
    }
}
