//! A company's register as the commands see it: found by name or id, asked with types.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sillok_client::rpc::At;

use super::types::{Class, Issuer, Lot};
use crate::cli::session::from_rpc;
use crate::cli::{CallResult, CliError, ContractHandle, Result, Session, typed};

/// The name in the metadata of every register.
const CONTRACT: &str = "register";

/// A company's register.
pub(crate) struct Company<'a> {
    session: &'a Session,
    /// The contract.
    pub(crate) contract: ContractHandle,
    /// The company.
    pub(crate) issuer: Issuer,
}

impl<'a> Company<'a> {
    /// Finds a register by the contract's name or id, or by the company's legal name or identifier.
    pub(crate) async fn find(session: &'a Session, text: &str) -> Result<Self> {
        match session.contract(text).await {
            Ok(contract) => Self::open(session, contract).await,
            Err(error) => match Self::by_name(session, text).await? {
                Some(company) => Ok(company),
                None => Err(error.hint("`sillok register list` shows the companies on this chain")),
            },
        }
    }

    /// The register that this contract is.
    pub(crate) async fn open(session: &'a Session, contract: ContractHandle) -> Result<Self> {
        if contract.metadata.name != CONTRACT {
            let message =
                format!("{} is a contract `{}`, not a register", contract.id, contract.metadata.name);
            return Err(
                CliError::usage(message).hint("`sillok register list` shows the companies on this chain")
            );
        }
        let issuer = typed::query(session, &contract, "issuer", json!({}), None).await?;
        Ok(Company { session, contract, issuer })
    }

    /// The conversation with the node.
    pub(crate) fn session(&self) -> &'a Session {
        self.session
    }

    /// All registers on the chain.
    pub(crate) async fn every(session: &'a Session) -> Result<Vec<Self>> {
        let mut companies = Vec::new();
        for entry in session.client().contract_list().await.map_err(from_rpc)? {
            let contract = session.contract(&entry.id).await?;
            if contract.metadata.name == CONTRACT {
                companies.push(Self::open(session, contract).await?);
            }
        }
        Ok(companies)
    }

    async fn by_name(session: &'a Session, text: &str) -> Result<Option<Self>> {
        let wanted = |company: &Company| {
            let names = [&company.issuer.name, &company.issuer.identifier];
            names.iter().any(|name| !name.is_empty() && name.eq_ignore_ascii_case(text))
        };
        let mut found: Vec<_> = Self::every(session).await?.into_iter().filter(wanted).collect();
        if found.len() > 1 {
            let ids: Vec<_> = found.iter().map(|company| company.contract.id.to_string()).collect();
            let message = format!("{} registers are called `{text}`: {}", found.len(), ids.join(", "));
            return Err(CliError::usage(message).hint("give the id of the one you mean"));
        }
        Ok(found.pop())
    }

    /// Asks the register.
    pub(crate) async fn query<T: DeserializeOwned>(&self, method: &str, args: Value) -> Result<T> {
        typed::query(self.session, &self.contract, method, args, None).await
    }

    /// Asks for all rows of a list, as of a past height or time if one is given.
    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        method: &str,
        args: Value,
        at: Option<At>,
    ) -> Result<Vec<T>> {
        typed::all(self.session, &self.contract, method, args, at).await
    }

    /// Changes the register.
    pub(crate) async fn call(&self, method: &str, args: Value) -> Result<CallResult> {
        self.session.call(&self.contract, method, args).await
    }

    /// All classes of shares.
    pub(crate) async fn classes(&self, at: Option<At>) -> Result<Vec<Class>> {
        self.all("classes", json!({}), at).await
    }

    /// The class of this id, reference or name.
    pub(crate) async fn class(&self, text: &str) -> Result<Class> {
        let classes = self.classes(None).await?;
        let id: Option<u32> = text.parse().ok();
        let named = |class: &&Class| class.reference == text || class.name.eq_ignore_ascii_case(text);
        let found = classes.iter().find(|class| Some(class.id) == id).or_else(|| classes.iter().find(named));
        found.cloned().ok_or_else(|| {
            let known: Vec<_> =
                classes.iter().map(|class| format!("{} ({})", class.id, class.name)).collect();
            let known = if known.is_empty() { "it has no classes yet".to_string() } else { known.join(", ") };
            CliError::failed("not-found", format!("{} has no class `{text}`", self.issuer.name))
                .hint(format!("classes: {known}"))
        })
    }

    /// The live lot of this id or reference.
    pub(crate) async fn lot(&self, text: &str) -> Result<Lot> {
        let unknown = || {
            CliError::failed("not-found", format!("{} has no lot `{text}`", self.issuer.name)).hint(format!(
                "`sillok register lots {} --holder ACCOUNT` shows a holder's lots",
                self.contract.id
            ))
        };
        let id = match text.parse::<u64>() {
            Ok(id) => id,
            Err(_) => self.lot_by_reference(text).await?.ok_or_else(unknown)?,
        };
        let lot: Option<Lot> = self.query("lot", json!({ "lot": id })).await?;
        lot.ok_or_else(|| {
            CliError::failed(
                "not-found",
                format!("nothing is left of lot {text} of {}, or there never was one", self.issuer.name),
            )
            .hint(format!("`sillok register history {}` shows what became of it", self.contract.id))
        })
    }

    /// The id of the lot with this reference, ended lots included.
    pub(crate) async fn lot_by_reference(&self, reference: &str) -> Result<Option<u64>> {
        self.query("lot_by_reference", json!({ "reference": reference })).await
    }
}
