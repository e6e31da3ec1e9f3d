//! A transaction's life: authorisations, root call, quota, receipt.

use codec::{Decode, Encode};
use sillok_abi::native::AUTHORISATIONS;
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallTree, Credential, Failure, Hash, Receipt, SignatureScheme,
    Time, TransactionBody, TrapCode, authorisation_digest,
};

use super::authority::Grant;
use super::context::Context;
use super::frame::{CallEnd, Entry, Stop};
use super::schedule::finish;
use crate::fault::Fault;
use crate::state::state_key;
use crate::{crypto, limits, native};

/// A transaction whose submitter has been authenticated.
pub(crate) struct Admitted<'a> {
    pub(crate) body: &'a TransactionBody,
    pub(crate) id: Hash,
    /// Its size on the wire.
    pub(crate) bytes: usize,
    /// The member that admitted the submitter.
    pub(crate) member: u32,
    /// What authenticating the submitter cost.
    pub(crate) authentication_gas: u64,
}

/// Runs a transaction. A failed one leaves nothing behind; the replay guard outside remembers its nonce.
pub(crate) fn run_transaction(context: &mut Context, admitted: &Admitted<'_>) -> Result<Receipt, Fault> {
    let body = admitted.body;
    context.begin(body.gas_limit);
    let mark = context.mark();
    let ended = execute(context, admitted);
    if !matches!(ended, Ok(CallEnd::Returned(_))) {
        context.rollback(mark);
    }
    context.overlay.seal();
    finish(context, admitted.id, &body.call, body.gas_limit, ended)
}

fn execute(context: &mut Context, admitted: &Admitted<'_>) -> Result<CallEnd, Stop> {
    let body = admitted.body;
    let gas = &context.shared.parameters.gas;
    let base = gas.transaction + gas.transaction_byte * admitted.bytes as u64;
    context.charge(base)?;
    context.charge(admitted.authentication_gas)?;
    let mut grants = Vec::with_capacity(body.authorisations.len());
    for authorisation in &body.authorisations {
        check_only_one(&grants, &signatory(body, authorisation))?;
        grants.push(grant(context, body, authorisation)?);
    }
    grants.iter().for_each(|grant| context.authority.grant(grant));
    let end = context.enter(body.call.clone(), None, Entry::Call)?;
    if let CallEnd::Returned(value) = &end {
        if value.len() > limits::MAX_RECEIPT_VALUE_BYTES {
            return Err(TrapCode::SizeLimit.into());
        }
        spend_nonces(context)?;
        native::grow_state(context, admitted.member)?;
    }
    Ok(end)
}

/// Whose authorisation it is.
fn signatory(body: &TransactionBody, authorisation: &Authorisation) -> Account {
    match &authorisation.by {
        Authoriser::Submitter => body.submitter,
        Authoriser::Signer { account, .. } => *account,
    }
}

fn bad_authorisation(account: &Account, reason: &str) -> Stop {
    Failure::BadAuthorisation { account: *account, reason: reason.into() }.into()
}

/// Two agreements to one root call are two agreements to it alone. Together they would let the contract
/// behind it do once what each of them lets it do further down, all under the same root call.
fn check_only_one(grants: &[Grant<'_>], account: &Account) -> Result<(), Stop> {
    match grants.iter().any(|grant| grant.account == *account) {
        true => Err(bad_authorisation(account, "there are two of it: have one signed that holds every call")),
        false => Ok(()),
    }
}

/// Verifies one authorisation.
fn grant<'a>(
    context: &mut Context,
    body: &TransactionBody,
    authorisation: &'a Authorisation,
) -> Result<Grant<'a>, Stop> {
    let tree = &authorisation.tree;
    let Authoriser::Signer { account, nonce, expiry, credential } = &authorisation.by else {
        return Ok(Grant { account: body.submitter, tree, nonce: None });
    };
    let bad = |reason: &str| bad_authorisation(account, reason);
    let now = context.env.time;
    if *expiry <= now {
        return Err(bad("it has expired: have it signed again"));
    }
    if *expiry > now.plus(context.shared.parameters.max_authorisation_lifetime_ms) {
        return Err(bad("it expires too far ahead: sign with an earlier expiry"));
    }
    if context.overlay.get(&nonce_key(account, *nonce))?.is_some() {
        return Err(bad("it was used before: have a new one signed"));
    }
    if let Credential::Sr25519(_) = credential {
        let price = context.shared.parameters.gas.signatures.sr25519.of(size_of::<Hash>());
        context.charge(price)?;
    }
    let digest = authorisation_digest(&context.chain(), account, *nonce, *expiry, tree);
    match authenticate(context, account, &digest, credential)? {
        true => Ok(Grant { account: *account, tree, nonce: Some((*nonce, *expiry)) }),
        false => Err(bad("its signature is not valid for these very calls on this chain")),
    }
}

/// Whether `credential` proves that `account` agreed to `digest`. A contract judges for the accounts it
/// manages in a read-only frame of bounded gas, before any root call.
pub(crate) fn authenticate(
    context: &mut Context,
    account: &Account,
    digest: &Hash,
    credential: &Credential,
) -> Result<bool, Stop> {
    match (account, credential) {
        (Account::Key(key), Credential::Sr25519(signature)) => {
            Ok(crypto::verify(SignatureScheme::Sr25519, key, digest, signature))
        }
        (_, Credential::Contract(credential)) => match account.authenticator() {
            Some((contract, id)) if credential.len() <= limits::MAX_CREDENTIAL_BYTES => {
                let args = (id, digest, credential).encode();
                ask(context, Call { contract, method: "authenticate".into(), args })
            }
            _ => Ok(false),
        },
        _ => Ok(false),
    }
}

/// Asks a contract's `authenticate`. Whatever but a plain yes is a no; but if less gas is left than judging
/// may use, running out of it is a failure of who asks.
fn ask(context: &mut Context, call: Call) -> Result<bool, Stop> {
    let outer = context.gas();
    let allowed = outer.min(limits::AUTHENTICATION_GAS);
    context.set_gas(allowed);
    // Only a query may judge: that it changes nothing is not for the contract to promise.
    let before = context.set_read_only(true);
    let ended = context.enter(call, None, Entry::Call);
    context.set_read_only(before);
    let consumed = ended.as_ref().is_err_and(Stop::consumes_all_gas);
    let left = if consumed { 0 } else { context.gas() };
    context.set_gas(outer - (allowed - left));
    match ended {
        Ok(CallEnd::Returned(answer)) => Ok(answer == true.encode()),
        Err(Stop::Fault(fault)) => Err(fault.into()),
        Err(stop) if stop.is_out_of_gas() && allowed < limits::AUTHENTICATION_GAS => Err(stop),
        _ => Ok(false),
    }
}

/// Used nonces by account and number, holding their expiry.
const NONCE: &[u8] = b"used";
/// The same by expiry, for sweeping.
const EXPIRY: &[u8] = b"ends";

fn nonce_key(account: &Account, nonce: u64) -> Vec<u8> {
    state_key(&AUTHORISATIONS, &[NONCE, &(account, nonce).encode()].concat())
}

fn expiry_key(expiry: Time, suffix: &[u8]) -> Vec<u8> {
    state_key(&AUTHORISATIONS, &[EXPIRY, &expiry.0.to_be_bytes(), suffix].concat())
}

/// Remembers the nonces of the authorisations that covered something.
fn spend_nonces(context: &mut Context) -> Result<(), Stop> {
    for (account, nonce, expiry) in context.authority.used() {
        context.overlay.put(&nonce_key(&account, nonce), Some(expiry.encode()))?;
        context.overlay.put(&expiry_key(expiry, &(account, nonce).encode()), Some(Vec::new()))?;
    }
    Ok(())
}

/// Forgets nonces of authorisations that have expired, a bounded number per block.
pub(crate) fn sweep_nonces(context: &mut Context) -> Result<(), Fault> {
    let end = expiry_key(context.env.time.plus(1), &[]);
    let expired = context.overlay.range(&expiry_key(Time(0), &[]), &end, limits::MAX_SWEPT_PER_BLOCK)?;
    for (key, _) in expired {
        let mut suffix = key.get(32 + EXPIRY.len() + 8..).unwrap_or_default();
        let (account, nonce) = <(Account, u64)>::decode(&mut suffix)
            .map_err(|_| Fault::new("a used authorisation's record does not decode"))?;
        context.overlay.put(&nonce_key(&account, nonce), None)?;
        context.overlay.put(&key, None)?;
    }
    context.overlay.seal();
    Ok(())
}

/// How many calls a tree holds.
pub(crate) fn tree_calls(tree: &CallTree) -> usize {
    1 + tree.children.iter().map(tree_calls).sum::<usize>()
}
