//! Records of the kinds that the register knows, typed.

use sillok_abi::Date;

use super::Record;
use super::fields::Fields;

/// What a record says, if it is of a kind that the register knows.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// A person or organisation.
    Stakeholder(Stakeholder),
    /// A class of shares.
    Class(StockClass),
    /// Something that happened to a security.
    Event(Event),
}

/// A person or organisation that may hold shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stakeholder {
    /// Its id in the files.
    pub(crate) id: String,
    /// Its legal name.
    pub(crate) name: String,
}

/// A class of shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockClass {
    /// Its id in the files.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Whether it is preferred to common shares.
    pub(crate) preferred: bool,
    /// How many shares may be issued at first.
    pub(crate) authorised: u64,
    /// Votes of one share.
    pub(crate) votes_per_share: u32,
    /// Its rank when the company is wound up; higher is paid first.
    pub(crate) seniority: u32,
    /// The nominal value of one share.
    pub(crate) par: Option<Money>,
}

/// An amount of a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Money {
    /// The amount: a decimal number.
    pub(crate) amount: String,
    /// The currency's ISO 4217 code.
    pub(crate) currency: String,
}

/// Something that happened to a security.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// When.
    pub(super) date: Date,
    /// To which security.
    pub(super) security: String,
    /// What.
    pub(super) what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// It came to be.
    Issuance(Issuance),
    /// Its holder accepted it.
    Acceptance,
    /// It went, whole or in part, to other holders.
    Transfer { quantity: u64, results: Vec<String>, balance: Option<String> },
    /// The company bought it back.
    Repurchase { quantity: u64, price: Option<Money>, balance: Option<String> },
    /// It was cancelled.
    Cancellation { quantity: u64, reason: String, balance: Option<String> },
    /// Its issuance was taken back.
    Retraction { reason: String },
}

impl What {
    /// The securities that this brings about beside the one it happens to, the balance last.
    pub(super) fn results(&self) -> Vec<String> {
        let (results, balance) = match self {
            What::Issuance(_) | What::Acceptance | What::Retraction { .. } => return Vec::new(),
            What::Transfer { results, balance, .. } => (results.as_slice(), balance),
            What::Repurchase { balance, .. } | What::Cancellation { balance, .. } => (&[][..], balance),
        };
        results.iter().chain(balance).cloned().collect()
    }
}

/// A security that comes to be.
#[derive(Clone, Debug)]
pub(super) struct Issuance {
    pub(super) class: String,
    pub(super) holder: String,
    pub(super) quantity: u64,
    pub(super) price: Option<Money>,
    /// The split that this results from.
    pub(super) split: Option<String>,
}

/// Issuances are looked at apart, as other events name them as their results.
pub(super) const ISSUANCE: &str = "TX_STOCK_ISSUANCE";

/// Types a record. `Ok(None)`: the register does not know its kind. `Err`: what is wrong with it.
pub(super) fn parse(record: &Record) -> Result<Option<Entry>, String> {
    let fields = Fields(&record.body);
    let entry = match record.kind.as_str() {
        "STAKEHOLDER" => Entry::Stakeholder(stakeholder(&fields)?),
        "STOCK_CLASS" => Entry::Class(class(&fields)?),
        ISSUANCE => event(&fields, What::Issuance(issuance(&fields)?))?,
        "TX_STOCK_ACCEPTANCE" => event(&fields, What::Acceptance)?,
        "TX_STOCK_TRANSFER" => event(&fields, transfer(&fields)?)?,
        "TX_STOCK_REPURCHASE" => event(&fields, repurchase(&fields)?)?,
        "TX_STOCK_CANCELLATION" => event(&fields, cancellation(&fields)?)?,
        "TX_STOCK_RETRACTION" => event(&fields, retraction(&fields)?)?,
        _ => return Ok(None),
    };
    fields.text("id")?;
    Ok(Some(entry))
}

/// The securities that a record of an unknown kind, or one that is wrong, names as its results:
/// they must not be counted as newly issued.
pub(super) fn named_results(record: &Record) -> Vec<String> {
    let fields = Fields(&record.body);
    let mut results = fields.texts("resulting_security_ids").unwrap_or_default();
    results.extend(fields.optional_text("balance_security_id").ok().flatten());
    results
}

fn event(fields: &Fields, what: What) -> Result<Entry, String> {
    Ok(Entry::Event(Event { date: fields.date("date")?, security: fields.text("security_id")?, what }))
}

fn stakeholder(fields: &Fields) -> Result<Stakeholder, String> {
    let name = fields.0.get("name").and_then(|name| name.as_object()).ok_or("name is missing")?;
    Ok(Stakeholder { id: fields.text("id")?, name: Fields(name).text("legal_name")? })
}

fn class(fields: &Fields) -> Result<StockClass, String> {
    let preferred = match fields.text("class_type")?.as_str() {
        "COMMON" => false,
        "PREFERRED" => true,
        other => return Err(format!("class_type is `{other}`, neither COMMON nor PREFERRED")),
    };
    Ok(StockClass {
        id: fields.text("id")?,
        name: fields.text("name")?,
        preferred,
        authorised: fields.authorised("initial_shares_authorized")?,
        votes_per_share: fields.small_number("votes_per_share")?,
        seniority: fields.small_number("seniority")?,
        par: money(fields, "par_value")?,
    })
}

fn issuance(fields: &Fields) -> Result<Issuance, String> {
    Ok(Issuance {
        class: fields.text("stock_class_id")?,
        holder: fields.text("stakeholder_id")?,
        quantity: fields.shares("quantity")?,
        price: money(fields, "share_price")?,
        split: fields.optional_text("split_transaction_id")?,
    })
}

fn transfer(fields: &Fields) -> Result<What, String> {
    let results = fields.texts("resulting_security_ids")?;
    if results.is_empty() {
        return Err("resulting_security_ids names no security".to_string());
    }
    let balance = fields.optional_text("balance_security_id")?;
    Ok(What::Transfer { quantity: fields.shares("quantity")?, results, balance })
}

fn repurchase(fields: &Fields) -> Result<What, String> {
    let balance = fields.optional_text("balance_security_id")?;
    Ok(What::Repurchase { quantity: fields.shares("quantity")?, price: money(fields, "price")?, balance })
}

fn cancellation(fields: &Fields) -> Result<What, String> {
    let reason = fields.optional_text("reason_text")?.unwrap_or_default();
    let balance = fields.optional_text("balance_security_id")?;
    Ok(What::Cancellation { quantity: fields.shares("quantity")?, reason, balance })
}

fn retraction(fields: &Fields) -> Result<What, String> {
    Ok(What::Retraction { reason: fields.optional_text("reason_text")?.unwrap_or_default() })
}

fn money(fields: &Fields, key: &str) -> Result<Option<Money>, String> {
    Ok(fields.money(key)?.map(|(amount, currency)| Money { amount, currency }))
}
