//! A listing's day, driven by scheduled calls: each does what is due by now, and has the next one made.
//!
//! Every step of the work is bounded; what is left is done by the next call, a second later. Doing what is
//! due twice does no harm, so that anybody may call.

use sillok_sdk::abi::{MatchMode, Session};
use sillok_sdk::prelude::*;

use crate::desk::Desk;
use crate::event::{DayBegun, PhaseChanged};
use crate::limits::{ADVANCE_GAS, CONTINUE_MS, ENOUGH_MOVED, MAX_ADVANCES};
use crate::listing::{Base, Days, Status};
use crate::timetable::{minute_after, today};
use crate::{Error, Market};

/// When a listing is woken next, and whether its first day has begun.
#[data]
#[derive(Default)]
pub struct Agenda {
    /// When the earliest scheduled call is made.
    pub next: Time,
    /// The day that has begun last, in Korea; the first one's band is that of the listing.
    pub begun: Option<Date>,
}

/// What one step of the work did.
enum Step {
    /// There is more to do.
    More {
        /// How many fills and removals it settled.
        moved: usize,
    },
    /// Nothing is due.
    Idle,
}

impl Market {
    /// Does what is due in a listing; answers whether nothing is left of it.
    pub(crate) fn do_due(&mut self, listing: u64) -> Result<bool, Error> {
        let listed = self.listings.get(&listing).ok_or(Error::NoListing)?;
        let mut desk = Desk::new(listed, None);
        let days = self.days.get(&listing).ok_or(Error::NoListing)?;
        let (mut moved, mut idle) = (0_usize, false);
        for _ in 0..MAX_ADVANCES {
            match self.step(&mut desk, &days)? {
                Step::Idle => idle = true,
                Step::More { moved: more } => moved = moved.saturating_add(more),
            }
            if idle || moved >= ENOUGH_MOVED {
                break;
            }
        }
        let status = desk.listing.status;
        self.put_away(desk);
        self.wake_again(listing, &days, status, idle)?;
        Ok(idle)
    }

    /// The next step towards where the book should be.
    fn step(&mut self, desk: &mut Desk, days: &Days) -> Result<Step, Error> {
        let session = books::session(desk.book)?;
        if self.expiries.prefix(&desk.listing.id).range(..=block_time()).next().is_some() {
            return self.expire(desk, &session);
        }
        let status = desk.listing.status;
        if status != Status::Trading {
            if session.phase != Phase::Halted {
                return self.turn(desk, &session, Phase::Halted);
            }
            return if status.releases() { self.release_all(desk) } else { Ok(Step::Idle) };
        }
        let begun = self.agendas.get_or_default(&desk.listing.id).begun;
        // A day that nobody closed in its time ends before the next one begins.
        let over = !days.timetable.slots.is_empty() && begun.is_some_and(|begun| begun < today());
        let target = match session.phase {
            phase if over && phase != Phase::Closed => Phase::Closed,
            _ => days.timetable.phase_at(block_time(), |date| self.holidays.contains(&date)),
        };
        self.step_to(desk, days, &session, target)
    }

    fn step_to(
        &mut self,
        desk: &mut Desk,
        days: &Days,
        session: &Session,
        target: Phase,
    ) -> Result<Step, Error> {
        let calls = desk.listing.mode == MatchMode::Continuous;
        match session.phase {
            phase if phase == target => self.resume(desk, target),
            Phase::VolatilityCall if target == Phase::Continuous && waits(session) => Ok(Step::Idle),
            Phase::Closed => self.begin_day(desk, days, session),
            // Orders may cross after a halt: a call matches them.
            Phase::Halted if calls && matches!(target, Phase::Continuous | Phase::CloseCall) => {
                self.turn(desk, session, Phase::VolatilityCall)
            }
            Phase::OpenCall | Phase::VolatilityCall if target == Phase::CloseCall => {
                self.turn(desk, session, target)
            }
            phase if phase.is_call() => self.close_call(desk, session, target),
            _ => self.turn(desk, session, target),
        }
    }

    /// Trades what a call collected, and when that is done ends it.
    fn close_call(&mut self, desk: &mut Desk, session: &Session, next: Phase) -> Result<Step, Error> {
        let crossed = books::uncross(desk.book)?;
        self.settle(desk, &crossed.fills, &crossed.removed)?;
        let moved = crossed.fills.len().saturating_add(crossed.removed.len());
        if !crossed.done || moved >= ENOUGH_MOVED {
            return Ok(Step::More { moved: moved.max(1) });
        }
        self.turn(desk, session, next)
    }

    /// Sets the phase; an auction under way is finished first.
    fn turn(&mut self, desk: &mut Desk, session: &Session, phase: Phase) -> Result<Step, Error> {
        let set = match books::set_phase(desk.book, phase, None) {
            Err(BookError::Uncrossing) => {
                let crossed = books::uncross(desk.book)?;
                self.settle(desk, &crossed.fills, &crossed.removed)?;
                return Ok(Step::More { moved: crossed.fills.len() });
            }
            set => set?,
        };
        self.settle(desk, &[], &set.removed)?;
        if set.done && session.phase != phase {
            emit(&PhaseChanged { listing: desk.listing.id, phase });
        }
        Ok(Step::More { moved: set.removed.len() })
    }

    /// Draws the day's band, which takes out what lies outside of it, and opens the day.
    fn begin_day(&mut self, desk: &mut Desk, days: &Days, session: &Session) -> Result<Step, Error> {
        let listing = desk.listing.id;
        // Those whose time is a height have no call of their own.
        let expired = books::expire(desk.book)?;
        self.settle(desk, &[], &expired.removed)?;
        if !expired.done {
            return Ok(Step::More { moved: expired.removed.len() });
        }
        let mut agenda = self.agendas.get_or_default(&listing);
        if agenda.begun.is_some() && days.band > 0 {
            let params = books::params(desk.book)?;
            let base = base(days.base, &params, session);
            let (low, high) = band(&params, base, days.band);
            let set = books::set_band(desk.book, base, low, high)?;
            self.settle(desk, &[], &set.removed)?;
            if !set.done {
                return Ok(Step::More { moved: set.removed.len() });
            }
            emit(&DayBegun { listing, reference: base.0, low: low.0, high: high.0 });
        }
        agenda.begun = Some(today());
        self.agendas.insert(&listing, &agenda);
        self.turn(desk, session, Phase::PreOpen)
    }

    /// Stops and midpoint orders that were left over.
    fn resume(&mut self, desk: &mut Desk, phase: Phase) -> Result<Step, Error> {
        if phase != Phase::Continuous {
            return Ok(Step::Idle);
        }
        let resumed = books::resume(desk.book)?;
        self.settle(desk, &resumed.fills, &resumed.removed)?;
        let moved = resumed.fills.len().saturating_add(resumed.removed.len());
        if resumed.done { Ok(Step::Idle) } else { Ok(Step::More { moved }) }
    }

    /// Takes out orders whose time has come.
    fn expire(&mut self, desk: &mut Desk, session: &Session) -> Result<Step, Error> {
        let expired = match books::expire(desk.book) {
            // An auction takes out itself what has expired, and is finished first.
            Err(BookError::Uncrossing) => return self.close_call(desk, session, session.phase),
            expired => expired?,
        };
        self.settle(desk, &[], &expired.removed)?;
        if expired.done {
            let listing = desk.listing.id;
            let past: Vec<Time> = self.expiries.prefix(&listing).range(..=block_time()).take(64).collect();
            past.iter().for_each(|time| {
                self.expiries.remove(&(listing, *time));
            });
        }
        Ok(Step::More { moved: expired.removed.len() })
    }

    /// Releases all orders: purchases first, as money needs no register to go back.
    fn release_all(&mut self, desk: &mut Desk) -> Result<Step, Error> {
        for side in [Side::Buy, Side::Sell] {
            let cancelled = books::mass_cancel(desk.book, None, Some(side))?;
            self.settle(desk, &[], &cancelled.removed)?;
            if !cancelled.done || !cancelled.removed.is_empty() {
                return Ok(Step::More { moved: cancelled.removed.len() });
            }
        }
        Ok(Step::Idle)
    }

    /// Has the listing woken when something is due next.
    fn wake_again(&mut self, listing: u64, days: &Days, status: Status, idle: bool) -> Result<(), Error> {
        if !idle {
            self.wake(listing, block_time().plus(CONTINUE_MS));
            return Ok(());
        }
        let session = books::session(BookId(listing))?;
        let until = session.until.filter(|_| session.phase == Phase::VolatilityCall);
        let slot = days.timetable.next_after(block_time()).filter(|_| status == Status::Trading);
        let expiry = self.expiries.prefix(&listing).first();
        if let Some(next) = [until, slot, expiry].into_iter().flatten().min() {
            self.wake(listing, next);
        }
        Ok(())
    }

    /// Has the listing woken at a time, unless that is seen to.
    fn wake(&mut self, listing: u64, at: Time) {
        let mut agenda = self.agendas.get_or_default(&listing);
        let now = block_time();
        if agenda.next > now && agenda.next <= at {
            return;
        }
        agenda.next = at.max(now.plus(1));
        schedule(agenda.next, ADVANCE_GAS, "advance", &(listing,));
        self.agendas.insert(&listing, &agenda);
    }

    /// Has the book opened again when its interruption is over.
    pub(crate) fn wake_after_interruption(&mut self, listing: u64) -> Result<(), Error> {
        if let Some(until) = books::session(BookId(listing))?.until {
            self.wake(listing, until);
        }
        Ok(())
    }

    /// Has orders taken out in the minute in which their time comes.
    pub(crate) fn sweep_at(&mut self, listing: u64, time: Time) -> Result<(), Error> {
        let minute = minute_after(time);
        let key = (listing, minute);
        if !self.expiries.contains(&key) {
            self.expiries.insert(&key);
            self.wake(listing, minute);
        }
        Ok(())
    }
}

/// Whether an interruption is not over yet.
fn waits(session: &Session) -> bool {
    session.until.is_some_and(|until| until > block_time())
}

/// The base of a day that follows this one.
fn base(by: Base, params: &BookParams, session: &Session) -> Price {
    let last = session.last.unwrap_or(session.reference);
    let average = session.tape.value.checked_div(u128::from(session.tape.volume));
    let price = match (by, average.and_then(|average| u64::try_from(average).ok())) {
        (Base::AveragePrice, Some(average)) => on_tick(params, average),
        (Base::AveragePrice, None) => session.reference,
        (Base::LastPrice, _) => last,
    };
    price.max(params.low).min(params.high)
}

/// A price rounded down to its tick.
fn on_tick(params: &BookParams, price: u64) -> Price {
    let over = price.checked_rem(params.tick_at(Price(price))).unwrap_or(0);
    Price(price.saturating_sub(over))
}

/// The band around a base, within the book's prices.
pub(crate) fn band(params: &BookParams, base: Price, width: u32) -> (Price, Price) {
    let (low, high) = params.band(base, width);
    (low.max(params.low), high.min(params.high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_s_base_is_on_a_tick_and_its_band_within_the_book() {
        let params = BookParams { ticks: books::ticks::krx_2023(), ..BookParams::simple(1, 1, 100, 50_000) };
        assert_eq!(on_tick(&params, 2_004), Price(2_000));
        assert_eq!(on_tick(&params, 1_999), Price(1_999));
        assert_eq!(band(&params, Price(1_000), 3_000), (Price(700), Price(1_300)));
        assert_eq!(band(&params, Price(120), 3_000), (Price(100), Price(156)));
        assert_eq!(band(&params, Price(45_000), 3_000), (Price(31_500), Price(50_000)));
    }
}
