//! Points in time as people write them: a while from now, or a date with a clock time.

use sillok_abi::Time;
use sillok_client::transaction::now;
use sillok_client::value::parse_time;

/// Units of durations, with their milliseconds.
const UNITS: [(char, u64); 4] = [('s', 1_000), ('m', 60_000), ('h', 3_600_000), ('d', 86_400_000)];

/// Reads `10m`, `2h`, `30s`, `7d` from now on, or `2026-11-23T09:30:00Z`; a clap value parser.
pub(crate) fn parse_moment(text: &str) -> Result<Time, String> {
    if let Some(milliseconds) = duration_ms(text) {
        return Ok(now().plus(milliseconds));
    }
    parse_time(text).ok_or_else(|| {
        "expected a while from now (30s, 10m, 2h, 7d) or a time (2026-11-23T09:30:00Z)".to_string()
    })
}

fn duration_ms(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let (_, milliseconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(*milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        let cases = [
            ("10m", Some(600_000)),
            ("2h", Some(7_200_000)),
            ("30s", Some(30_000)),
            ("7d", Some(604_800_000)),
            ("10", None),
            ("m", None),
            ("1.5h", None),
            ("", None),
            ("99999999999999999d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(duration_ms(text), expected, "{text}");
        }
    }

    #[test]
    fn moments_are_absolute_or_from_now_on() {
        assert_eq!(parse_moment("1970-01-01T00:00:01Z"), Ok(Time(1_000)));
        assert!(parse_moment("10m").unwrap() > now());
        assert!(parse_moment("soon").is_err());
    }
}
