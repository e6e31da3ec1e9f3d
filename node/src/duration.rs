//! Lengths of time as people write them: a number and a unit.

/// Units, with their milliseconds.
const UNITS: [(char, u64); 4] = [('s', 1_000), ('m', 60_000), ('h', 3_600_000), ('d', 86_400_000)];

/// The milliseconds of `30s`, `10m`, `2h` or `7d`; none if it is no such text, or too long.
pub(crate) fn milliseconds(text: &str) -> Option<u64> {
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
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
