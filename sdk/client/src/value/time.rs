//! Times as people write them.

use sillok_abi::{Date, Time};

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// Reads `2026-11-23T09:30:00.000Z`; fraction and `Z` may be missing, and a date alone is its first
/// moment. Always UTC.
pub fn parse_time(text: &str) -> Option<Time> {
    let (date, clock) = match text.split_once('T') {
        Some((date, clock)) => (date, Some(clock.strip_suffix('Z').unwrap_or(clock))),
        None => (text, None),
    };
    let days = u64::try_from(date.parse::<Date>().ok()?.0).ok()?;
    Some(Time(days * DAY_MS + clock.map_or(Some(0), milliseconds)?))
}

fn milliseconds(clock: &str) -> Option<u64> {
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = whole.split(':');
    let mut part = |limit: u64| {
        let text = parts.next().filter(|text| text.len() == 2)?;
        text.parse::<u64>().ok().filter(|value| *value < limit)
    };
    let (hour, minute, second) = (part(24)?, part(60)?, part(60)?);
    if parts.next().is_some() || fraction.is_empty() || fraction.len() > 3 {
        return None;
    }
    let fraction = format!("{fraction:0<3}").parse::<u64>().ok()?;
    Some(hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_in_each_form() {
        let cases = [
            ("1970-01-01", Some(0)),
            ("1970-01-02T00:00:00Z", Some(DAY_MS)),
            ("1970-01-01T01:02:03.5", Some(HOUR_MS + 2 * MINUTE_MS + 3_500)),
            ("2026-11-23T09:30:00.000Z", Some(1_795_426_200_000)),
            ("1969-12-31T23:59:59Z", None),
            ("2026-11-23T24:00:00Z", None),
            ("2026-11-23T9:30:00Z", None),
            ("2026-11-23T09:30:00.1234Z", None),
            ("2026-11-23T09:30", None),
            ("soon", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_time(text), expected.map(Time), "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for time in [0, 1, 999, DAY_MS - 1, 1_795_426_200_000, 253_402_300_799_999] {
            assert_eq!(parse_time(&Time(time).to_string()), Some(Time(time)));
        }
    }
}
