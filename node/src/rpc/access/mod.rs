//! Who may ask for what: a role for each method, a role for each access token, and one for callers without.
//!
//! | what | where |
//! |---|---|
//! | roles, settings, and which role a caller has | here |
//! | the role that each method needs | `roles` |
//! | tokens, and what is kept of them | `token` |
//! | who calls, by the headers of a request | `caller` |
//! | requests that are refused | `guard` |
//!
//! Invariants: a method that is not in the table is not served; no token is kept, logged or compared but by its
//! hash, in constant time.

mod caller;
mod guard;
mod roles;
#[cfg(test)]
mod tests;
mod token;

use std::fmt;
use std::sync::{Arc, Mutex};

use clap::ValueEnum;
use jsonrpsee::core::server::Extensions;
use prometheus_client::metrics::counter::Counter;
use serde::{Deserialize, Serialize};

use super::RpcFailure;
use crate::limits;
use crate::lock::lock;
pub(super) use caller::Caller;
pub(super) use guard::GuardLayer;
pub(super) use roles::{RoleError, check as check_roles};
pub(crate) use token::{Token, TokenHash};

/// What someone may do; each role may also do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Queries, subscriptions, proofs.
    Read,
    /// Submit transactions.
    Submit,
    /// See figures and peers, and change what is logged.
    Operate,
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Role::Read => "read",
            Role::Submit => "submit",
            Role::Operate => "operate",
        })
    }
}

/// What callers without a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Anonymous {
    /// Nothing.
    Nothing,
    /// As the role `read`.
    Read,
    /// As the role `submit`.
    Submit,
    /// As the role `operate`.
    Operate,
}

impl Anonymous {
    fn role(self) -> Option<Role> {
        match self {
            Anonymous::Nothing => None,
            Anonymous::Read => Some(Role::Read),
            Anonymous::Submit => Some(Role::Submit),
            Anonymous::Operate => Some(Role::Operate),
        }
    }
}

/// Who may ask for what, as settings say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AccessConfig {
    /// What callers without a token may do. Unless said: as the role `submit` if requests are answered on this
    /// machine alone, else nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) anonymous: Option<Anonymous>,
    /// The tokens.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tokens: Vec<TokenConfig>,
}

/// An access token, as settings have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenConfig {
    /// Who has it, for the node's operator.
    pub(crate) name: String,
    /// What it allows.
    pub(crate) role: Role,
    /// What is kept of it.
    pub(crate) hash: TokenHash,
}

/// Why such settings can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AccessError {
    /// Two tokens have the same name.
    #[error("two access tokens have the name `{0}`")]
    Name(String),
    /// Two entries are of one token.
    #[error("`{0}` and `{1}` are the same access token")]
    Same(String, String),
    /// There are more than a node takes.
    #[error("there are {0} access tokens; a node takes {max}", max = limits::ACCESS_TOKENS)]
    TooMany(usize),
}

/// Decides who may ask for what. Settings can be replaced while requests are answered; they hold from the next
/// request on, on open connections too.
pub(super) struct Gate {
    access: Mutex<Arc<Access>>,
    refusals: Counter,
}

/// Who may ask for what.
#[derive(Debug)]
struct Access {
    anonymous: Option<Role>,
    tokens: Vec<TokenConfig>,
}

impl AccessConfig {
    /// Whether the settings can be used.
    ///
    /// # Errors
    /// If two tokens are one, or have one name, or there are too many.
    pub(crate) fn check(&self) -> Result<(), AccessError> {
        if self.tokens.len() > limits::ACCESS_TOKENS {
            return Err(AccessError::TooMany(self.tokens.len()));
        }
        for (index, token) in self.tokens.iter().enumerate() {
            for other in &self.tokens[..index] {
                if other.name == token.name {
                    return Err(AccessError::Name(token.name.clone()));
                }
                if other.hash == token.hash {
                    return Err(AccessError::Same(other.name.clone(), token.name.clone()));
                }
            }
        }
        Ok(())
    }

    /// The same for who listens on an address that only this machine reaches, or others too.
    fn of(self, local: bool) -> Access {
        let usual = if local { Anonymous::Submit } else { Anonymous::Nothing };
        Access { anonymous: self.anonymous.unwrap_or(usual).role(), tokens: self.tokens }
    }
}

impl Gate {
    /// A gate with these settings. `local` says that only this machine can reach it; `refusals` counts.
    pub(super) fn new(config: AccessConfig, local: bool, refusals: Counter) -> Self {
        Gate { access: Mutex::new(Arc::new(config.of(local))), refusals }
    }

    /// Replaces the settings.
    pub(super) fn replace(&self, config: AccessConfig, local: bool) {
        *lock(&self.access) = Arc::new(config.of(local));
    }

    /// Whether the caller of a request may call this method. One that there is not is nobody's business here.
    pub(super) fn check(&self, method: &str, extensions: &Extensions) -> Result<(), RpcFailure> {
        let Some(needed) = roles::role(method) else { return Ok(()) };
        // Without the layer that puts it there, nobody is known.
        let caller = extensions.get().unwrap_or(&Caller::Anonymous);
        self.admit(caller, needed, method)
    }

    /// Whether this caller has this role, for `what` it asks for.
    ///
    /// # Errors
    /// What to tell it.
    pub(super) fn admit(&self, caller: &Caller, needed: Role, what: &str) -> Result<(), RpcFailure> {
        let admitted = lock(&self.access).clone().admit(caller, needed, what);
        if admitted.is_err() {
            self.refusals.inc();
        }
        admitted
    }
}

impl Access {
    fn admit(&self, caller: &Caller, needed: Role, what: &str) -> Result<(), RpcFailure> {
        match caller {
            Caller::Anonymous if self.anonymous >= Some(needed) => Ok(()),
            Caller::Anonymous => Err(RpcFailure::token_needed(what, needed)),
            Caller::Unclear => Err(RpcFailure::token_unknown()),
            Caller::Token(hash) => {
                let token = self.token(hash).ok_or_else(RpcFailure::token_unknown)?;
                let refused = || RpcFailure::role_too_low(what, needed, &token.name, token.role);
                (token.role >= needed).then_some(()).ok_or_else(refused)
            }
        }
    }

    /// The token with this hash. All are compared, each in constant time.
    fn token(&self, hash: &TokenHash) -> Option<&TokenConfig> {
        self.tokens.iter().fold(None, |found, token| if token.hash == *hash { Some(token) } else { found })
    }
}
