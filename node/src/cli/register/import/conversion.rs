//! From the files' terms to the register's.

use crate::cli::ocf::Money;

/// Currencies whose amounts have no decimals (ISO 4217).
const WITHOUT_DECIMALS: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
    "XPF",
];
/// Currencies whose amounts have three.
const THREE_DECIMALS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// A price for the history: `0.0001 USD`.
pub(super) fn price(money: &Option<Money>) -> String {
    money.as_ref().map(|money| format!("{} {}", money.amount, money.currency)).unwrap_or_default()
}

/// An amount in the smallest unit of its currency; none if it is not a whole number of them.
pub(super) fn smallest_units(money: &Money) -> Option<u64> {
    let decimals = match money.currency.as_str() {
        currency if WITHOUT_DECIMALS.contains(&currency) => 0,
        currency if THREE_DECIMALS.contains(&currency) => 3,
        _ => 2,
    };
    let (units, fraction) = money.amount.split_once('.').unwrap_or((&money.amount, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals {
        return None;
    }
    format!("{units}{fraction:0<decimals$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_become_smallest_units_or_nothing() {
        let cases = [
            ("5000", "KRW", Some(5_000)),
            ("5000.00", "KRW", Some(5_000)),
            ("0.5", "KRW", None),
            ("1.25", "USD", Some(125)),
            ("1.2", "USD", Some(120)),
            ("0.0001", "USD", None),
            ("1.234", "KWD", Some(1_234)),
            ("99999999999999999999", "KRW", None),
        ];
        for (amount, currency, expected) in cases {
            let money = Money { amount: amount.to_string(), currency: currency.to_string() };
            assert_eq!(smallest_units(&money), expected, "{amount} {currency}");
        }
    }
}
