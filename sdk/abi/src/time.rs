//! Block time and calendar dates, as whole numbers.

use codec::{Decode, DecodeWithMemTracking, Encode};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking,
)]
pub struct Time(pub u64);

/// Milliseconds in a day.
const DAY_MS: u64 = 86_400_000;

impl Time {
    /// This time `milliseconds` later, stopping at the end of the range.
    pub fn plus(self, milliseconds: u64) -> Time {
        Time(self.0.saturating_add(milliseconds))
    }

    /// The day this falls on in UTC.
    pub fn date(self) -> Date {
        Date(i32::try_from(self.0 / DAY_MS).unwrap_or(i32::MAX))
    }
}

/// A calendar day: days since 1970-01-01, negative before it. Companies are older than computers.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking,
)]
pub struct Date(pub i32);

impl Date {
    /// The proleptic Gregorian year, month and day (Howard Hinnant, "chrono-Compatible Low-Level
    /// Date Algorithms", civil_from_days).
    pub fn civil(self) -> (i32, u32, u32) {
        let shifted = i64::from(self.0) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month as u32, day as u32)
    }

    /// The date of a proleptic Gregorian year, month and day, if there is such a day.
    pub fn from_civil(year: i32, month: u32, day: u32) -> Option<Date> {
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(-9_999..=9_999).contains(&year) {
            return None;
        }
        let shifted_year = year - i32::from(month <= 2);
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let month_index = if month > 2 { month - 3 } else { month + 9 } as i32;
        let day_of_year = (153 * month_index + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let date = Date(era * 146_097 + day_of_era - 719_468);
        (date.civil() == (year, month, day)).then_some(date)
    }
}
