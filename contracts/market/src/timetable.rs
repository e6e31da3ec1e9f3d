//! When a listing's phases begin, by the clock of Korea. Pure, so that its rules can be tested alone.

use sillok_sdk::abi::MatchMode;
use sillok_sdk::prelude::*;

use crate::Error;
use crate::limits::MAX_SLOTS;

/// Korea's distance from UTC, the whole year.
const KOREA_OFFSET_MS: u64 = 9 * 60 * 60 * 1_000;
const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
/// The weekday of 1970-01-01, a Thursday, where Monday is 0.
const FIRST_WEEKDAY: u64 = 3;

/// From a minute on, a phase.
#[data]
#[derive(Copy)]
pub struct Slot {
    /// The minute of the day, from 0 to 1439.
    pub minute: u32,
    /// The phase that begins.
    pub phase: Phase,
}

/// A listing's day. Without slots it trades without pause, and its day never ends.
#[data]
pub struct Timetable {
    /// What begins when; the last slot is the close.
    pub slots: Vec<Slot>,
    /// The weekdays on which there is trading: bit 0 is Monday.
    pub days: u8,
}

/// The day in Korea.
pub(crate) fn today() -> Date {
    block_time().plus(KOREA_OFFSET_MS).date()
}

impl Timetable {
    /// Refuses what is no timetable for a book that matches in this way.
    pub(crate) fn check(&self, mode: MatchMode) -> Result<(), Error> {
        let Some((last, first)) = self.slots.last().zip(self.slots.first()) else { return Ok(()) };
        let rising = self.slots.windows(2).all(|pair| pair[0].minute < pair[1].minute);
        let in_day = last.minute < 24 * 60 && self.slots.len() <= MAX_SLOTS;
        let ends = last.phase == Phase::Closed && self.days & 0x7f != 0;
        let begins = matches!(first.phase, Phase::OpenCall | Phase::Continuous);
        let follows = self.slots.windows(2).all(|pair| may_follow(pair[0].phase, pair[1].phase));
        let calls = self.slots.iter().any(|slot| slot.phase.is_call());
        let fits = mode == MatchMode::Continuous || !calls;
        ensure!(rising && in_day && ends && begins && follows && fits, Error::BadTimetable);
        Ok(())
    }

    /// The phase that a book should be in, if `closed` doesn't say that there is no trading on a day.
    pub(crate) fn phase_at(&self, now: Time, closed: impl Fn(Date) -> bool) -> Phase {
        if self.slots.is_empty() {
            return Phase::Continuous;
        }
        let local = now.plus(KOREA_OFFSET_MS);
        let minute = (local.0 % DAY_MS) / MINUTE_MS;
        let begun = self.slots.iter().rev().find(|slot| u64::from(slot.minute) <= minute);
        match begun {
            Some(slot) if self.trades_on(local.0 / DAY_MS) && !closed(local.date()) => slot.phase,
            _ => Phase::Closed,
        }
    }

    /// When the next slot begins.
    pub(crate) fn next_after(&self, now: Time) -> Option<Time> {
        let today = now.plus(KOREA_OFFSET_MS).0 / DAY_MS;
        let days = (0..=7).map(|ahead| today.saturating_add(ahead)).filter(|day| self.trades_on(*day));
        let times = days.flat_map(|day| self.slots.iter().map(move |slot| begin(day, slot.minute)));
        times.into_iter().find(|time| *time > now)
    }

    fn trades_on(&self, day: u64) -> bool {
        let weekday = day.saturating_add(FIRST_WEEKDAY) % 7;
        self.days & (1 << weekday) != 0
    }
}

/// When a minute of a day in Korea begins.
fn begin(day: u64, minute: u32) -> Time {
    let local = day.saturating_mul(DAY_MS).saturating_add(u64::from(minute).saturating_mul(MINUTE_MS));
    Time(local.saturating_sub(KOREA_OFFSET_MS))
}

/// Which slot may follow which within a day.
fn may_follow(from: Phase, to: Phase) -> bool {
    use Phase::{CloseCall, Closed, Continuous, OpenCall};
    match from {
        OpenCall => matches!(to, Continuous | CloseCall | Closed),
        Continuous => matches!(to, CloseCall | Closed),
        CloseCall => to == Closed,
        _ => false,
    }
}

/// The first whole minute at or after a time.
pub(crate) fn minute_after(time: Time) -> Time {
    Time(time.0.div_ceil(MINUTE_MS).saturating_mul(MINUTE_MS))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "a test")]

    use super::*;

    /// Monday, 23 November 2026, midnight in Korea.
    const MONDAY: u64 = 1_795_359_600_000;

    fn krx() -> Timetable {
        let slot = |hour: u32, minute, phase| Slot { minute: hour * 60 + minute, phase };
        let slots = vec![
            slot(8, 30, Phase::OpenCall),
            slot(9, 0, Phase::Continuous),
            slot(15, 20, Phase::CloseCall),
            slot(15, 30, Phase::Closed),
        ];
        Timetable { slots, days: 0b1_1111 }
    }

    fn at(day: u64, hour: u64, minute: u64) -> Time {
        Time(MONDAY + day * DAY_MS + (hour * 60 + minute) * MINUTE_MS)
    }

    #[test]
    fn phases_follow_the_clock_of_korea() {
        let phase = |day, hour, minute| krx().phase_at(at(day, hour, minute), |_| false);
        assert_eq!(phase(0, 8, 29), Phase::Closed);
        assert_eq!(phase(0, 8, 30), Phase::OpenCall);
        assert_eq!(phase(4, 9, 0), Phase::Continuous);
        assert_eq!(phase(4, 15, 29), Phase::CloseCall);
        assert_eq!(phase(4, 15, 30), Phase::Closed);
        assert_eq!(phase(5, 10, 0), Phase::Closed, "Saturday");
        assert_eq!(krx().phase_at(at(1, 10, 0), |date| date == Date(20_781)), Phase::Closed, "a holiday");
    }

    #[test]
    fn the_next_slot_may_be_days_away() {
        assert_eq!(krx().next_after(at(0, 8, 0)), Some(at(0, 8, 30)));
        assert_eq!(krx().next_after(at(0, 8, 30)), Some(at(0, 9, 0)));
        assert_eq!(krx().next_after(at(4, 15, 30)), Some(at(7, 8, 30)));
        assert_eq!(Timetable { slots: Vec::new(), days: 0 }.next_after(at(0, 0, 0)), None);
    }

    #[test]
    fn what_is_no_timetable_is_refused() {
        let check = |change: &dyn Fn(&mut Timetable), mode| {
            let mut timetable = krx();
            change(&mut timetable);
            timetable.check(mode)
        };
        assert_eq!(check(&|_| {}, MatchMode::Continuous), Ok(()));
        assert_eq!(check(&|_| {}, MatchMode::EqualPrice), Err(Error::BadTimetable), "it has calls");
        let bad: [&dyn Fn(&mut Timetable); 6] = [
            &|table| table.days = 0x80,
            &|table| table.slots[0].minute = 9 * 60,
            &|table| table.slots[3].minute = 24 * 60,
            &|table| table.slots[3].phase = Phase::CloseCall,
            &|table| table.slots[0].phase = Phase::Halted,
            &|table| table.slots[1].phase = Phase::VolatilityCall,
        ];
        for change in bad {
            assert_eq!(check(change, MatchMode::Continuous), Err(Error::BadTimetable));
        }
    }

    #[test]
    fn times_are_rounded_up_to_minutes() {
        assert_eq!(minute_after(Time(60_000)), Time(60_000));
        assert_eq!(minute_after(Time(60_001)), Time(120_000));
    }
}
