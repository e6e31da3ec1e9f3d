//! Text forms of accounts, ids, dates and times, for people and JSON.
//!
//! A key is its SS58 address (prefix 42, so that any Substrate wallet shows the same text); a contract
//! is `0x` and 64 hexadecimal digits; a managed account is `contract:id`, both in that form.

use std::fmt;
use std::str::FromStr;

use blake2::{Blake2b512, Digest};

use crate::{Account, ContractId, Date, PublicKey, Time};

/// The SS58 prefix of addresses that belong to no one Substrate chain.
const SS58_PREFIX: u8 = 42;

/// Why a text is not what it should be; says what would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(pub String);

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for ContractId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{}", hex::encode(self.0))
    }
}

impl FromStr for ContractId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        hex32(text).map(ContractId)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::Key(key) => formatter.write_str(&ss58_encode(key)),
            Account::Contract(contract) => contract.fmt(formatter),
            Account::Managed { contract, id } => write!(formatter, "{contract}:0x{}", hex::encode(id)),
        }
    }
}

impl FromStr for Account {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if let Some((contract, id)) = text.split_once(':') {
            return Ok(Account::Managed { contract: contract.parse()?, id: hex32(id)? });
        }
        if text.starts_with("0x") {
            return text.parse().map(Account::Contract);
        }
        ss58_decode(text).map(Account::Key)
    }
}

fn hex32(text: &str) -> Result<[u8; 32], ParseError> {
    let expected = || ParseError(format!("`{text}` is not 0x and 64 hexadecimal digits"));
    let digits = text.strip_prefix("0x").ok_or_else(expected)?;
    let bytes = hex::decode(digits).map_err(|_| expected())?;
    bytes.try_into().map_err(|_| expected())
}

fn ss58_checksum(payload: &[u8]) -> [u8; 2] {
    let hash = Blake2b512::new().chain_update(b"SS58PRE").chain_update(payload).finalize();
    [hash[0], hash[1]]
}

fn ss58_encode(key: &PublicKey) -> String {
    let mut bytes = vec![SS58_PREFIX];
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(&ss58_checksum(&bytes));
    bs58::encode(bytes).into_string()
}

fn ss58_decode(text: &str) -> Result<PublicKey, ParseError> {
    let wrong = |why: &str| ParseError(format!("`{text}` is not an address: {why}"));
    let bytes = bs58::decode(text).into_vec().map_err(|_| wrong("expected an SS58 address or 0x…"))?;
    let bytes: [u8; 35] = bytes.try_into().map_err(|_| wrong("an SS58 address here has 35 bytes"))?;
    let (payload, checksum) = bytes.split_at(33);
    if ss58_checksum(payload) != checksum {
        return Err(wrong("its checksum does not match; a character is mistyped"));
    }
    if payload[0] != SS58_PREFIX {
        return Err(wrong("it is of another network (prefix 42 expected)"));
    }
    payload[1..].try_into().map_err(|_| wrong("an SS58 address here has 35 bytes"))
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || ParseError(format!("`{text}` is not a date of the form 2026-11-23"));
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().ok_or_else(wrong);
        let (year, month, day) = (next()?, next()?, next()?);
        let date = Date::from_civil(
            year.parse().map_err(|_| wrong())?,
            month.parse().map_err(|_| wrong())?,
            day.parse().map_err(|_| wrong())?,
        );
        date.filter(|_| year.len() == 4 && month.len() == 2 && day.len() == 2).ok_or_else(wrong)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0 / 1_000 % 86_400;
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        write!(formatter, "{}T{hour:02}:{minute:02}:{:02}.{:03}Z", self.date(), second % 60, self.0 % 1_000)
    }
}
