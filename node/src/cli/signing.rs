//! Who signs: the keys that the flags name.

use serde_json::{Value, json};
use sillok_abi::Account;
use sillok_client::keys::Keypair;
use sillok_client::transaction::{MissingSigner, Signer};

use super::names::{DID_CONTRACT, Directory, read_key};
use super::{CliError, GlobalOptions, Result, Session};

/// Who submits if no flag says so, on a development chain.
const DEFAULT_SUBMITTER: &str = "//Alice";

/// The key that submits.
pub(super) fn submitter(options: &GlobalOptions, names: &Directory) -> Result<Keypair> {
    match (&options.key, &options.from) {
        (Some(path), _) => read_key(path),
        (None, Some(text)) => names.secret(text),
        (None, None) if names.is_dev() => names.secret(DEFAULT_SUBMITTER),
        (None, None) => Err(CliError::usage("no key to sign with: this is not a development chain")
            .hint("name one with --from (see `sillok keys list`) or --key FILE")),
    }
}

/// As whom the command acts: the DID of `--did`, else the submitter.
pub(super) fn actor(options: &GlobalOptions, names: &Directory) -> Result<Account> {
    match &options.did {
        Some(did) => names.find_account(did),
        None => submitter(options, names).map(|key| key.account()),
    }
}

/// Every key at hand, the submitter's first.
pub(super) async fn signers(session: &Session) -> Result<Vec<Signer>> {
    let (options, names) = (session.options(), session.names());
    let mut signers = vec![Signer::Key(submitter(options, names)?)];
    for text in &options.also {
        signers.push(Signer::Key(names.secret(text)?));
    }
    if let (Some(did), Some(key)) = (&options.did, &options.did_key) {
        signers.push(did_signer(session, did, names.secret(key)?).await?);
    }
    Ok(signers)
}

/// Looks up under which name the DID's document holds the key.
async fn did_signer(session: &Session, did: &str, key: Keypair) -> Result<Signer> {
    let account = session.account(did)?;
    let Account::Managed { id, .. } = account else {
        return Err(
            CliError::usage(format!("`{did}` is not a DID")).hint("a DID is did:sillok: and 64 digits")
        );
    };
    let contract = session.contract(DID_CONTRACT).await?;
    let id = format!("0x{}", hex::encode(id));
    let document = session.query(&contract, "resolve", json!({ "id": id }), None).await?;
    if document.is_null() {
        return Err(CliError::usage(format!("there is no {did} on this chain")));
    }
    let public = format!("0x{}", hex::encode(key.public()));
    let keys = document["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let entry = keys.iter().find(|entry| entry["public"].as_str() == Some(public.as_str()));
    match entry.and_then(|entry| entry["name"].as_str()) {
        Some(name) => Ok(Signer::Did { account, key_name: name.to_owned(), key }),
        None => {
            let known: Vec<_> = keys.iter().filter_map(|entry| entry["name"].as_str()).collect();
            Err(CliError::usage(format!("the key of --did-key ({}) is not one of {did}", key.account()))
                .hint(format!("its document holds: {}", known.join(", "))))
        }
    }
}

/// Says which flag would bring the missing signature.
pub(super) fn missing_signer(missing: &MissingSigner, did_contract: Option<Account>) -> CliError {
    let error = CliError::refused("unauthorised", missing);
    match missing.account {
        Account::Key(_) => {
            error.hint("sign with its key too: --also SURI (or make it the submitter: --from SURI)")
        }
        Account::Managed { contract, id } if Some(Account::Contract(contract)) == did_contract => {
            error.hint(format!("sign as that DID: --did did:sillok:{} --did-key SURI", hex::encode(id)))
        }
        Account::Managed { .. } | Account::Contract(_) => {
            error.hint("a contract decides for that account: call it, or have it authenticate the signature")
        }
    }
}

/// The name, address and secret's whereabouts of a key, without its secret.
pub(super) fn key_json(name: &str, key: &Keypair, place: &str) -> Value {
    let public = format!("0x{}", hex::encode(key.public()));
    json!({ "name": name, "address": key.account().to_string(), "public": public, "place": place })
}
