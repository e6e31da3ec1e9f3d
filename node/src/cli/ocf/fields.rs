//! Typed access to a record's fields. Each refusal is a sentence that names the field.

use serde_json::{Map, Value};
use sillok_abi::Date;

/// A record's fields.
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl Fields<'_> {
    /// A text that must be there.
    pub(super) fn text(&self, key: &str) -> Result<String, String> {
        self.optional_text(key)?.ok_or_else(|| format!("{key} is missing"))
    }

    /// A text; an empty one or `null` means none.
    pub(super) fn optional_text(&self, key: &str) -> Result<Option<String>, String> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(other) => Err(format!("{key} is `{other}`, not a text")),
        }
    }

    /// Texts; a missing list means none, and so do empty texts in it.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, String> {
        let items = match self.0.get(key) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(other) => return Err(format!("{key} is `{other}`, not a list")),
        };
        let text = |item: &Value| {
            item.as_str().map(str::to_string).ok_or(format!("{key} holds `{item}`, not a text"))
        };
        let texts: Vec<String> = items.iter().map(text).collect::<Result<_, _>>()?;
        Ok(texts.into_iter().filter(|text| !text.is_empty()).collect())
    }

    /// A day.
    pub(super) fn date(&self, key: &str) -> Result<Date, String> {
        self.text(key)?.parse().map_err(|why| format!("{key}: {why}"))
    }

    /// A number of shares: whole and above zero.
    pub(super) fn shares(&self, key: &str) -> Result<u64, String> {
        let number = whole(key, &self.text(key)?, "a whole number of shares")?;
        if number == 0 { Err(format!("{key} is zero")) } else { Ok(number) }
    }

    /// A whole number, as the text the format asks for or as the JSON number that files also hold;
    /// zero if it is missing.
    pub(super) fn small_number(&self, key: &str) -> Result<u32, String> {
        let text = match self.0.get(key) {
            Some(Value::Number(number)) => number.to_string(),
            _ => match self.optional_text(key)? {
                Some(text) => text,
                None => return Ok(0),
            },
        };
        let number = whole(key, &text, "a whole number")?;
        u32::try_from(number).map_err(|_| format!("{key} is `{text}`, more than {}", u32::MAX))
    }

    /// The number of shares that a class may have; `UNLIMITED` and `NOT APPLICABLE` are the most
    /// that a register can count.
    pub(super) fn authorised(&self, key: &str) -> Result<u64, String> {
        match self.text(key)?.as_str() {
            "UNLIMITED" | "NOT APPLICABLE" => Ok(u64::MAX),
            number => whole(key, number, "a whole number of shares"),
        }
    }

    /// An amount of money as `(amount, currency)`, the amount a decimal number as it is written.
    pub(super) fn money(&self, key: &str) -> Result<Option<(String, String)>, String> {
        let fields = match self.0.get(key) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(fields)) => Fields(fields),
            Some(other) => return Err(format!("{key} is `{other}`, not an amount and a currency")),
        };
        let (amount, currency) = (fields.text("amount"), fields.text("currency"));
        let (amount, currency) =
            (amount.map_err(|why| in_field(key, &why))?, currency.map_err(|why| in_field(key, &why))?);
        if is_decimal(&amount) {
            Ok(Some((amount, currency)))
        } else {
            Err(format!("{key} is `{amount}`, not a number"))
        }
    }
}

fn in_field(key: &str, why: &str) -> String {
    format!("{key}: {why}")
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((units, decimals)) => digits(units) && digits(decimals),
        None => digits(text),
    }
}

/// The format's numbers are decimal texts, so `100.00` is whole; `0.5` is not.
fn whole(key: &str, text: &str, what: &str) -> Result<u64, String> {
    let wrong = || format!("{key} is `{text}`, not {what}");
    if !is_decimal(text) {
        return Err(wrong());
    }
    let (units, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.bytes().any(|byte| byte != b'0') {
        return Err(wrong());
    }
    units.parse().map_err(|_| format!("{key} is `{text}`, more than a register can count"))
}
