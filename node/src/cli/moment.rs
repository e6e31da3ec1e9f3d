//! Points in time as people write them: a while from now, a date with a clock time, a record date, a height.

use sillok_abi::{Date, Time};
use sillok_client::rpc::At;
use sillok_client::transaction::now;
use sillok_client::value::parse_time;

use crate::duration::milliseconds;

/// Reads `10m`, `2h`, `30s`, `7d` from now on, or `2026-11-23T09:30:00Z`; a clap value parser.
pub(crate) fn parse_moment(text: &str) -> Result<Time, String> {
    if let Some(while_ms) = milliseconds(text) {
        return Ok(now().plus(while_ms));
    }
    parse_time(text).ok_or_else(|| {
        "expected a while from now (30s, 10m, 2h, 7d) or a time (2026-11-23T09:30:00Z)".to_string()
    })
}

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// Milliseconds by which Korean time is ahead of UTC.
pub(crate) const KOREA_OFFSET_MS: u64 = 9 * 60 * 60 * 1_000;

/// Reads a height, a time, or a day, which means its end in Korea; a clap value parser.
pub(crate) fn parse_at(text: &str) -> Result<At, String> {
    let height = text.parse().ok().map(At::Height);
    let day = || text.parse().ok().and_then(end_of_day).map(At::Time);
    let time = || parse_time(text).map(At::Time);
    height.or_else(day).or_else(time).ok_or_else(|| {
        "expected a height (1200), a day (2026-03-31) or a time (2026-03-31T09:00:00Z)".to_string()
    })
}

/// The last millisecond of a day in Korea.
fn end_of_day(date: Date) -> Option<Time> {
    let midnight = u64::try_from(date.0).ok()?.checked_add(1)?.checked_mul(DAY_MS)?;
    midnight.checked_sub(KOREA_OFFSET_MS + 1).map(Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_in_korea() {
        assert_eq!(parse_at("1200"), Ok(At::Height(1_200)));
        let end = parse_time("2026-03-31T14:59:59.999Z").unwrap();
        assert_eq!(parse_at("2026-03-31"), Ok(At::Time(end)));
        assert_eq!(parse_at("2026-03-31T14:59:59.999Z"), Ok(At::Time(end)));
        assert!(parse_at("yesterday").is_err());
    }

    #[test]
    fn moments_are_absolute_or_from_now_on() {
        assert_eq!(parse_moment("1970-01-01T00:00:01Z"), Ok(Time(1_000)));
        assert!(parse_moment("10m").unwrap() > now());
        assert!(parse_moment("soon").is_err());
    }
}
