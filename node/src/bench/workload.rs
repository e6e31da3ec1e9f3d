//! What a bench's transactions do, who signs them, and how much gas they may use.

use codec::Encode;
use sillok_abi::{
    Authorisation, Authoriser, Call, CallTree, Credential, Date, Time, Transaction, TransactionBody,
    authorisation_digest,
};
use sillok_client::transaction::did_credential;

use super::accounts::Numbers;
use super::deal;
use super::did::KEY_NAME;
use super::kind::Kind;
use super::stage::Stage;

/// How much a transfer moves.
const TRADED: u64 = 1;

/// What a transaction does, and who agrees. Accounts are numbers.
pub(super) struct Work {
    /// Who submits it.
    pub(super) by: u32,
    /// Whether as the DID of their key.
    pub(super) did: bool,
    /// Who agrees to its calls, and signs apart; the submitter unless another one.
    pub(super) agrees: Option<u32>,
    /// The calls that are agreed to.
    pub(super) tree: CallTree,
}

impl Work {
    /// What a key account does by itself.
    fn own(by: u32, tree: CallTree) -> Self {
        Work { by, did: false, agrees: None, tree }
    }
}

/// What the transaction of this number does: with random accounts, the same each time.
pub(super) fn work(stage: &Stage, number: u64) -> Work {
    let (kind, market) = (stage.workload.kind(number), stage.scene.market.as_ref());
    match (kind, market) {
        (Kind::Deal(leg), _) => deal::step(stage, stage.workload.round(number), leg),
        (Kind::Order, Some(venue)) => {
            let (from, tree) = venue.order(number, &stage.addresses);
            Work::own(from, tree)
        }
        (Kind::OrderBatch, Some(venue)) => {
            let (from, tree) = venue.batch(number, &stage.addresses);
            Work::own(from, tree)
        }
        (Kind::Lots, _) => share_transfer(stage, number),
        (kind, _) => cash_transfer(stage, number, kind == Kind::Did),
    }
}

/// Part of an account's lot for another one.
fn share_transfer(stage: &Stage, number: u64) -> Work {
    let (from, to) = Numbers::of(number).two_below(stage.accounts);
    let (contract, lot) = stage.scene.lot(from);
    let payee = &stage.addresses[to as usize];
    let args = (lot, TRADED, payee, Date(20_000), String::new(), String::new()).encode();
    Work::own(from, CallTree::leaf(Call { contract, method: "transfer".into(), args }))
}

/// Cash of an account for another one; of a DID for another one if so.
fn cash_transfer(stage: &Stage, number: u64, did: bool) -> Work {
    let (from, to) = Numbers::of(number).two_below(stage.accounts);
    let accounts = if did { &stage.dids } else { &stage.addresses };
    let args = (&accounts[from as usize], &accounts[to as usize], TRADED).encode();
    let call = Call { contract: stage.scene.cash, method: "transfer".into(), args };
    Work { did, ..Work::own(from, CallTree::leaf(call)) }
}

/// The body of the transaction of this number that does this.
pub(super) fn body(stage: &Stage, work: &Work, number: u64, expiry: Time, gas_limit: u64) -> TransactionBody {
    let accounts = if work.did { &stage.dids } else { &stage.addresses };
    let tree = work.tree.clone();
    let by = match work.agrees {
        None => Authoriser::Submitter,
        Some(other) => {
            let account = stage.addresses[other as usize];
            // A transaction has one of them at most, so that its number serves for both.
            let digest = authorisation_digest(&stage.chain, &account, number, expiry, &tree);
            let credential = Credential::Sr25519(stage.keys[other as usize].sign(&digest));
            Authoriser::Signer { account, nonce: number, expiry, credential }
        }
    };
    TransactionBody {
        chain: stage.chain,
        submitter: accounts[work.by as usize],
        nonce: number,
        expiry,
        gas_limit,
        call: tree.call.clone(),
        authorisations: vec![Authorisation { by, tree }],
    }
}

/// The transaction, signed by who does this.
pub(super) fn signed(stage: &Stage, work: &Work, body: TransactionBody) -> Transaction {
    let signature = stage.keys[work.by as usize].sign(&body.id());
    let credential = match work.did {
        true => did_credential(KEY_NAME, &signature),
        false => Credential::Sr25519(signature),
    };
    Transaction { body, credential }
}
