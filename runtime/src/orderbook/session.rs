//! The session: which phase may follow which, what has to be done first, and the day's band.
//!
//! What has to be done first may take more than one call; the phase or band is set by the call that
//! finishes it. Until then the book is in its old phase, with some of the work done.

use sillok_abi::{BookError, BookEvent, MatchMode, Phase, PhaseSet, Price, Removal, Side, Tape, Time};

use super::answer::Failure;
use super::book::Book;
use super::order::{Family, Flags, NIL, Order, Rung};
use super::steps::Steps;

impl Book {
    /// Sets the phase, once what it requires is done.
    pub(super) fn turn_to(
        &mut self,
        phase: Phase,
        until: Option<Time>,
        steps: &mut Steps,
    ) -> Result<PhaseSet, Failure> {
        self.check_turn(phase)?;
        let done = match phase {
            Phase::CloseCall => self.convert_at_close(steps)?,
            Phase::Closed => self.end_day(steps)?,
            _ => true,
        };
        if done {
            if phase == Phase::PreOpen {
                let day = self.day_mut();
                (day.tape, day.auction) = (Tape::default(), NIL);
            }
            self.set_phase(phase, until);
        }
        Ok(PhaseSet { removed: std::mem::take(&mut steps.answer.removed), done })
    }

    fn check_turn(&self, phase: Phase) -> Result<(), BookError> {
        if self.day.running.is_some() {
            return Err(BookError::Uncrossing);
        }
        if !may_follow(self.day.phase, phase) {
            return Err(BookError::WrongPhase);
        }
        if self.params.mode != MatchMode::Continuous {
            return if phase.is_call() { Err(BookError::WrongMode) } else { Ok(()) };
        }
        // Closing after a halt may leave a call's orders behind: the next day begins with a call.
        let has_to_match = phase == Phase::Continuous || (phase == Phase::Closed && self.day.phase.is_call());
        if has_to_match && self.is_crossed() { Err(BookError::Crossed) } else { Ok(()) }
    }

    /// Whether orders are there that only an auction can match.
    fn is_crossed(&self) -> bool {
        let market = |side| self.head(Rung::new(Family::Market, side, 0)).is_some();
        let crossed = match (self.ladder.best(Side::Buy), self.ladder.best(Side::Sell)) {
            (Some(bid), Some(ask)) => bid.tick() >= ask.tick(),
            _ => false,
        };
        crossed || market(Side::Buy) || market(Side::Sell)
    }

    /// Makes market orders of those that become such in the closing call, the oldest first.
    fn convert_at_close(&mut self, steps: &mut Steps) -> Result<bool, Failure> {
        while let Some((_, slot)) = self.slab.at_close.first().copied() {
            if !steps.take() {
                return Ok(false);
            }
            let order = *self.slab.get(slot)?;
            let rung = Rung::new(Family::Market, order.rung.side(), 0);
            let flags = order.flags.without(Flags::AT_CLOSE).with(Flags::UNLIMITED);
            let priority = self.next_priority()?;
            self.send(slot, Order { priority, rung, flags, ..order })?;
            self.emit_left(&order);
        }
        Ok(true)
    }

    /// Sets the day's reference and band, once no limit order lies outside of it.
    pub(super) fn set_band(
        &mut self,
        reference: Price,
        low: Price,
        high: Price,
        steps: &mut Steps,
    ) -> Result<PhaseSet, Failure> {
        if self.day.running.is_some() {
            return Err(BookError::Uncrossing.into());
        }
        let tick = |price| self.grid.ordinal(price, &self.params).map_err(|_| BookError::BadParams);
        let (base, bottom, top) = (tick(reference)?, tick(low)?, tick(high)?);
        if !(bottom <= base && base <= top) {
            return Err(BookError::BadParams.into());
        }
        while let Some(slot) = self.outside(bottom, top) {
            if !steps.take() {
                return Ok(PhaseSet { removed: std::mem::take(&mut steps.answer.removed), done: false });
            }
            self.expel(slot, Removal::OutsideBand, steps)?;
        }
        let day = self.day_mut();
        (day.reference, day.low, day.high) = (base, bottom, top);
        self.emit(BookEvent::Band { low, high, reference });
        Ok(PhaseSet { removed: std::mem::take(&mut steps.answer.removed), done: true })
    }

    /// A limit order outside of a band: purchases before sales, the lowest before the highest.
    fn outside(&self, low: u32, high: u32) -> Option<u32> {
        [Side::Buy, Side::Sell].into_iter().find_map(|side| {
            let all = Rung::limit(side, 0);
            let below = self.ladder.first(all).filter(|tick| *tick < low);
            let above = || self.ladder.last(all).filter(|tick| *tick > high);
            self.head(Rung::limit(side, below.or_else(above)?))
        })
    }
}

/// Which phase may follow which.
fn may_follow(from: Phase, to: Phase) -> bool {
    use Phase::{CloseCall, Closed, Continuous, Halted, OpenCall, PreOpen, VolatilityCall};
    match from {
        PreOpen => matches!(to, OpenCall | Continuous | Closed | Halted),
        OpenCall => matches!(to, OpenCall | Continuous | CloseCall | Closed | Halted),
        Continuous => matches!(to, OpenCall | VolatilityCall | CloseCall | Closed | Halted),
        VolatilityCall => matches!(to, VolatilityCall | Continuous | CloseCall | Closed | Halted),
        CloseCall => matches!(to, CloseCall | Closed | Halted),
        Closed => matches!(to, PreOpen | OpenCall | Halted),
        Halted => matches!(to, PreOpen | OpenCall | VolatilityCall | Continuous | Closed),
    }
}
