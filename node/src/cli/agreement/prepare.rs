//! Prepares an agreement: has the node simulate, and writes down who has to sign what.

use codec::Encode;
use serde_json::{Value, json};
use sillok_abi::{Account, CallTree, Time, authorisation_digest};
use sillok_client::rpc::to_hex;

use super::party::{Party, Proof, Signatory};
use super::{Agreement, CliError, Result};
use crate::cli::names::DID_CONTRACT;
use crate::cli::{ContractHandle, Session, signing};

/// Prepares what all those have to sign for whom no key at hand does.
///
/// # Errors
/// If the call would fail, if nobody is left to sign, or if it isn't known how somebody does.
pub(crate) async fn prepare(
    session: &Session,
    contract: &ContractHandle,
    method: &str,
    args: Value,
    expiry: Time,
) -> Result<Agreement> {
    let call = session.encode_call(contract, contract.method(method)?, &args)?;
    let trees = session.asked(&call).await?;
    let signers = session.signers().await?;
    let at_hand = |account: &Account| signers.iter().any(|signer| signer.account() == *account);
    let mut parties = Vec::new();
    for (account, tree) in trees.into_iter().filter(|(account, _)| !at_hand(account)) {
        parties.push(party(session, account, tree, expiry).await?);
    }
    if parties.is_empty() {
        return Err(CliError::usage("nobody else has to sign: the keys at hand do for all that are asked")
            .hint("send it with `sillok tx send`"));
    }
    Ok(Agreement {
        chain: to_hex(session.chain()),
        call: to_hex(call.encode()),
        summary: format!("{}.{method} {args}", contract.name),
        parties,
    })
}

async fn party(session: &Session, account: Account, tree: CallTree, expiry: Time) -> Result<Party> {
    let (proof, needed, signers) = signatories(session, account).await?;
    let nonce = session.nonces().next();
    let digest = authorisation_digest(&session.chain(), &account, nonce, expiry, &tree);
    Ok(Party {
        account: account.to_string(),
        proof,
        nonce,
        expiry: expiry.0,
        tree: to_hex(tree.encode()),
        digest: to_hex(digest),
        needed,
        signers,
    })
}

/// How an account's agreement is proven, by how many of whom.
async fn signatories(session: &Session, account: Account) -> Result<(Proof, usize, Vec<Signatory>)> {
    let unknown =
        || CliError::usage(format!("how {account} agrees is for its contract to say, not known here"));
    match account {
        Account::Key(public) => Ok((Proof::Key, 1, vec![Signatory::new("key", "Sr25519", &to_hex(public))])),
        Account::Contract(id) => {
            let board = session.contract_by_id(id).await?;
            let roll = signing::board_roll(session, &board).await?.ok_or_else(unknown)?;
            let director = |director: &(u32, String, String)| {
                Signatory::new(&director.0.to_string(), &director.1, &director.2)
            };
            Ok((Proof::Board, roll.threshold, roll.directors.iter().map(director).collect()))
        }
        Account::Managed { contract, id } => {
            let did = session.contract(DID_CONTRACT).await?;
            if did.id != contract {
                return Err(unknown());
            }
            let document = session.query(&did, "resolve", json!({ "id": to_hex(id) }), None).await?;
            let text = |key: &Value, field: &str| key[field].as_str().unwrap_or_default().to_owned();
            let signatory =
                |key: &Value| Signatory::new(&text(key, "name"), &text(key, "scheme"), &text(key, "public"));
            let keys = document["keys"].as_array().ok_or_else(unknown)?;
            Ok((Proof::Did, 1, keys.iter().map(signatory).collect()))
        }
    }
}
