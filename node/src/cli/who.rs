//! Accounts as people call them: `//Alice` on a development chain, `did:sillok:…`, else the address.

use std::collections::BTreeMap;

use sillok_abi::{Account, ContractId};
use sillok_client::keys::{DEV_NAMES, Keypair};

use super::{Result, Session};

/// How many hexadecimal digits of an id are shown where the whole is too long for a table.
const SHORT_DIGITS: usize = 12;

/// Knows what accounts are called on this chain.
pub(crate) struct Who {
    names: BTreeMap<String, String>,
    did: Option<ContractId>,
}

impl Who {
    /// What the session knows: development accounts on a development chain, and the DID contract.
    pub(crate) async fn load(session: &Session) -> Result<Self> {
        let mut names = BTreeMap::new();
        if session.is_dev() {
            for name in DEV_NAMES {
                let suri = format!("//{name}");
                if let Ok(key) = suri.parse::<Keypair>() {
                    names.insert(key.account().to_string(), suri);
                }
            }
        }
        let did = session.contract("did").await.ok().map(|contract| contract.id);
        Ok(Who { names, did })
    }

    /// Adds a name for an account.
    pub(crate) fn name(&mut self, account: &Account, name: &str) {
        self.names.insert(account.to_string(), name.to_string());
    }

    /// The account's name if it has one, else its text form; ids of managed accounts are cut short.
    pub(crate) fn show(&self, account: &str) -> String {
        if let Some(name) = self.names.get(account) {
            return name.clone();
        }
        match account.parse() {
            Ok(Account::Managed { contract, id }) if Some(contract) == self.did => {
                format!("did:sillok:{}", hex::encode(id))
            }
            Ok(Account::Managed { contract, id }) => format!("{}:{}", short(&contract.0), short(&id)),
            _ => account.to_string(),
        }
    }
}

fn short(id: &[u8; 32]) -> String {
    let digits = hex::encode(id);
    format!("0x{}…", &digits[..SHORT_DIGITS])
}
