//! Amounts of a currency: people write `12.50`, contracts count 1250 of the smallest unit.

use serde::Deserialize;
use serde_json::json;

use super::table::grouped;
use super::{CliError, ContractHandle, Result, Session, typed};

/// The genesis contract that holds cash.
pub(crate) const CASH_CONTRACT: &str = "cash";

/// The currency of a cash contract.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Currency {
    /// Its code, such as `KRW`.
    pub(crate) code: String,
    /// How many decimals an amount has.
    pub(crate) decimals: u8,
}

impl Currency {
    /// The currency of a cash contract.
    pub(crate) async fn of(session: &Session, cash: &ContractHandle) -> Result<Self> {
        if cash.metadata.name != CASH_CONTRACT {
            let message = format!("{} is a contract `{}`, not cash", cash.id, cash.metadata.name);
            return Err(CliError::usage(message).hint("give the name or id of a cash contract"));
        }
        typed::query(session, cash, "currency", json!({}), None).await
    }

    /// Reads an amount: `1000`, `1,000` or, with decimals, `12.50`.
    pub(crate) fn parse(&self, text: &str) -> Result<u64> {
        let decimals = usize::from(self.decimals);
        let plain = text.replace([',', '_'], "");
        let (units, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let dangling = plain.ends_with('.');
        if units.is_empty()
            || dangling
            || !is_number(units)
            || !is_number(fraction)
            || fraction.len() > decimals
        {
            let message = format!("`{text}` is not an amount of {}", self.code);
            let hint = match decimals {
                0 => format!("{} has no decimals: write 1000", self.code),
                _ => format!(
                    "{} has {decimals} decimals: write 1000 or 12.{}",
                    self.code,
                    "5".repeat(decimals)
                ),
            };
            return Err(CliError::usage(message).hint(hint));
        }
        let too_large = || CliError::usage(format!("`{text}` is more {} than there can be", self.code));
        format!("{units}{fraction:0<decimals$}").parse().map_err(|_| too_large())
    }

    /// An amount for people: `1,000 KRW`, `12.50 USD`.
    pub(crate) fn show(&self, amount: u64) -> String {
        format!("{} {}", self.number(amount), self.code)
    }

    /// The same without the currency's code.
    pub(crate) fn number(&self, amount: u64) -> String {
        let decimals = usize::from(self.decimals);
        // No power: the currency has so many decimals that any amount is below one unit.
        let unit = 10_u64.checked_pow(u32::from(self.decimals));
        let (units, fraction) = unit.map_or((0, amount), |unit| (amount / unit, amount % unit));
        if decimals == 0 { grouped(units) } else { format!("{}.{fraction:0>decimals$}", grouped(units)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(decimals: u8) -> Currency {
        Currency { code: "KRW".to_string(), decimals }
    }

    #[test]
    fn amounts_read_and_show() {
        let cases = [
            (0, "1,000", 1_000, "1,000"),
            (2, "12.5", 1_250, "12.50"),
            (2, "1000", 100_000, "1,000.00"),
            (3, "0.001", 1, "0.001"),
        ];
        for (decimals, text, amount, shown) in cases {
            assert_eq!(currency(decimals).parse(text).unwrap(), amount, "{text}");
            assert_eq!(currency(decimals).number(amount), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "1e3", "0.5", "18446744073709551616"] {
            assert!(currency(0).parse(text).is_err(), "{text}");
        }
        assert!(currency(2).parse("1.234").is_err());
    }
}
