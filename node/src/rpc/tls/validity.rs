//! From when until when a certificate is valid (RFC 5280, section 4.1.2.5), read from its DER.
//!
//! Only to warn whoever runs the node: clients decide what they trust. Invariant: bytes that are no certificate
//! give none, and never a panic.

use sillok_abi::{Date, Time};

/// ASN.1's tags.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// When a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    /// From then on.
    pub(crate) from: Time,
    /// Until then.
    pub(crate) until: Time,
}

impl Validity {
    /// What a certificate in DER says of it; none if it can't be read.
    pub(crate) fn of(certificate: &[u8]) -> Option<Self> {
        let mut fields = sequence(sequence(certificate)?)?;
        // The version may be left out; serial number, algorithm and issuer come before the validity.
        if fields.first() == Some(&VERSION) {
            element(&mut fields)?;
        }
        for _serial_algorithm_issuer in 0..3 {
            element(&mut fields)?;
        }
        let mut validity = sequence(fields)?;
        Some(Validity { from: time(&mut validity)?, until: time(&mut validity)? })
    }
}

/// What the sequence that `bytes` begin with holds.
fn sequence(mut bytes: &[u8]) -> Option<&[u8]> {
    match element(&mut bytes)? {
        (SEQUENCE, content) => Some(content),
        _ => None,
    }
}

/// The next element's tag and content.
fn element<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&[tag, short], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match short {
        0..=0x7f => (usize::from(short), rest),
        // So many bytes of length follow; none that fits in memory has more than four.
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(short & 0x7f))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some((tag, content))
}

/// The next element as a time. Certificates' times end in `Z` and have seconds.
fn time(bytes: &mut &[u8]) -> Option<Time> {
    let (tag, content) = element(bytes)?;
    let digits = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = digits.split_at_checked(2)?;
            let year = number(year)?;
            (if year < 50 { 2_000 + year } else { 1_900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = digits.split_at_checked(4)?;
            (number(year)?, rest)
        }
        _ => return None,
    };
    if rest.len() != 10 {
        return None;
    }
    let two = |at: usize| number(rest.get(at..at + 2)?);
    let date = Date::from_civil(i32::try_from(year).ok()?, two(0)?, two(2)?)?;
    let seconds = i64::from(date.0) * 86_400 + i64::from(two(4)? * 3_600 + two(6)? * 60 + two(8)?);
    Some(Time(u64::try_from(seconds).unwrap_or(0) * 1_000))
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    /// A certificate that is valid between these days.
    fn certificate(from: (i32, u8, u8), until: (i32, u8, u8)) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["node.bank.example".into()]).unwrap();
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    fn day((year, month, day): (i32, u8, u8)) -> Time {
        let date = Date::from_civil(year, month.into(), day.into()).unwrap();
        Time(u64::try_from(date.0).unwrap() * 86_400_000)
    }

    #[test]
    fn certificates_say_when_they_are_valid() {
        // UTCTime is for years before 2050, GeneralizedTime for later ones.
        for (from, until) in [
            ((1975, 1, 1), (2024, 2, 29)),
            ((2026, 3, 31), (2049, 12, 31)),
            ((2049, 12, 31), (2050, 1, 1)),
            ((2050, 1, 1), (4096, 1, 1)),
        ] {
            let validity = Validity { from: day(from), until: day(until) };
            assert_eq!(Validity::of(&certificate(from, until)), Some(validity));
        }
    }

    proptest! {
        #[test]
        fn damaged_certificates_are_no_reason_to_panic(at in any::<prop::sample::Index>(), byte: u8, cut: prop::sample::Index) {
            let mut bytes = certificate((2026, 1, 1), (2027, 1, 1));
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = Validity::of(&bytes);
            let _ = Validity::of(&bytes[..cut.index(bytes.len())]);
        }

        #[test]
        fn nor_are_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Validity::of(&bytes);
        }
    }
}
