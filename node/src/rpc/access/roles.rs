//! The role that each method needs. A method that is not listed keeps the server from starting.

use super::Role::{self, Operate, Read, Submit};

/// Every method, with the role that it needs.
const ROLES: &[(&str, Role)] = &[
    ("chain_status", Read),
    ("chain_genesis", Read),
    ("chain_block", Read),
    ("chain_validatorChanges", Read),
    ("chain_subscribeBlocks", Read),
    ("chain_unsubscribeBlocks", Read),
    ("events_subscribe", Read),
    ("events_unsubscribe", Read),
    ("tx_simulate", Read),
    ("tx_get", Read),
    ("tx_wait", Read),
    ("tx_submit", Submit),
    ("tx_submitBatch", Submit),
    ("tx_submitPacked", Submit),
    ("state_query", Read),
    ("state_storage", Read),
    ("state_proof", Read),
    ("contract_info", Read),
    ("contract_list", Read),
    ("history_account", Read),
    ("history_candles", Read),
    ("history_class", Read),
    ("history_contract", Read),
    ("history_holding", Read),
    ("history_trades", Read),
    ("market_findings", Read),
    ("market_day", Read),
    ("node_consensus", Read),
    ("node_effects", Operate),
    ("node_peers", Operate),
    ("node_setLogLevel", Operate),
];

/// The methods that are served and those that are listed are not the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RoleError {
    /// This one is served.
    #[error("the method {0} has no role in node/src/rpc/access/roles.rs")]
    Unlisted(&'static str),
    /// This one is listed.
    #[error("the method {0} has a role and is not served")]
    Unserved(&'static str),
}

/// The role that a method needs; none if there is no such method.
pub(super) fn role(method: &str) -> Option<Role> {
    ROLES.iter().find(|(name, _)| *name == method).map(|(_, role)| *role)
}

/// Whether these methods are the listed ones.
///
/// # Errors
/// The first that is not.
pub(crate) fn check(served: &[&'static str]) -> Result<(), RoleError> {
    if let Some(name) = served.iter().find(|name| role(name).is_none()) {
        return Err(RoleError::Unlisted(name));
    }
    match ROLES.iter().find(|(name, _)| !served.contains(name)) {
        Some((name, _)) => Err(RoleError::Unserved(name)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_without_a_role_is_found_and_a_role_without_a_method_too() {
        let all: Vec<&'static str> = ROLES.iter().map(|(name, _)| *name).collect();
        assert_eq!(check(&all), Ok(()));
        assert_eq!(check(&[&all[..], &["node_stop"]].concat()), Err(RoleError::Unlisted("node_stop")));
        assert_eq!(check(&all[1..]), Err(RoleError::Unserved("chain_status")));
        let unique: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(unique.len(), all.len(), "a method is listed twice");
    }
}
