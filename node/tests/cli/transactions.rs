//! Transactions made elsewhere: replayed, expired, foreign, forged, failing.

use codec::Encode;
use serde_json::json;
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallTree, ContractId, Hash, Time, Transaction, TransactionBody,
};
use sillok_client::keys::Keypair;
use sillok_client::rpc::{from_hex, to_hex};
use sillok_client::transaction::{Nonces, Signer, now, sign};

use crate::dev::{Dev, text};

/// Makes transactions of //Alice for a chain, without the command line.
struct Maker {
    chain: Hash,
    cash: ContractId,
    nonces: Nonces,
    alice: Signer,
}

impl Maker {
    fn of(dev: &Dev) -> Self {
        let chain = from_hex(text(&dev.json(&["status"]), "chain_id")).unwrap();
        let cash = dev.json(&["contract", "inspect", "cash"]);
        Maker {
            chain: chain.try_into().unwrap(),
            cash: text(&cash, "id").parse().unwrap(),
            nonces: Nonces::new(),
            alice: Signer::Key("//Alice".parse::<Keypair>().unwrap()),
        }
    }

    /// A transfer of `amount` from //Alice to //Bob, agreed to by her.
    fn transfer(&self, amount: u64) -> TransactionBody {
        let bob = "//Bob".parse::<Keypair>().unwrap().account();
        let args = (self.alice.account(), bob, amount).encode();
        let call = Call { contract: self.cash, method: "transfer".into(), args };
        let agreed = Authorisation { by: Authoriser::Submitter, tree: CallTree::leaf(call.clone()) };
        TransactionBody {
            chain: self.chain,
            submitter: self.alice.account(),
            nonce: self.nonces.next(),
            expiry: now().plus(60_000),
            gas_limit: 50_000_000,
            call,
            authorisations: vec![agreed],
        }
    }

    fn sign(&self, body: TransactionBody) -> String {
        hex_of(&sign(body, &self.alice))
    }
}

fn hex_of(transaction: &Transaction) -> String {
    to_hex(transaction.encode())
}

#[test]
fn a_signed_transaction_is_sent_from_hexadecimal_or_a_file_once() {
    let dev = Dev::start();
    let maker = Maker::of(&dev);
    let raw = maker.sign(maker.transfer(5));
    let sent = dev.json(&["tx", "send", "--raw", &raw]);
    assert_eq!(sent["events"][0]["name"], json!("Transferred"));
    assert_eq!(dev.error(3, &["tx", "send", "--raw", &raw])["code"], json!("Replayed"));

    for (name, content) in [
        ("plain.hex", maker.sign(maker.transfer(6))),
        ("signed.json", { json!({ "transaction": maker.sign(maker.transfer(7)) }).to_string() }),
    ] {
        std::fs::write(dev.folder().join(name), content).unwrap();
        dev.json(&["tx", "send", "--raw", name]);
    }
    dev.error(2, &["tx", "send", "--raw", "missing.hex"]);
}

#[test]
fn what_can_not_be_in_a_block_is_refused_by_name() {
    let dev = Dev::start();
    let maker = Maker::of(&dev);
    let refused = |raw: &str| text(&dev.error(3, &["tx", "send", "--raw", raw]), "code").to_owned();
    let with = |change: &dyn Fn(&mut TransactionBody)| {
        let mut body = maker.transfer(1);
        change(&mut body);
        maker.sign(body)
    };

    assert_eq!(refused("0x0102"), "Malformed");
    assert_eq!(refused(&with(&|body| body.chain = [1; 32])), "WrongChain");
    assert_eq!(refused(&with(&|body| body.expiry = Time(1))), "Expired");
    assert_eq!(refused(&with(&|body| body.expiry = now().plus(1_000_000_000))), "ExpiryTooFar");
    assert_eq!(refused(&with(&|body| body.gas_limit = u64::MAX)), "GasLimit");
    let bob = "//Bob".parse::<Keypair>().unwrap().account();
    assert_eq!(refused(&with(&|body| body.submitter = bob)), "BadSignature");
    let stranger = "0x0101010101010101010101010101010101010101010101010101010101010101//x";
    let stranger: Keypair = stranger.parse().unwrap();
    let mut body = maker.transfer(1);
    body.submitter = stranger.account();
    assert_eq!(refused(&hex_of(&sign(body, &Signer::Key(stranger)))), "NotAdmitted");
    let padded = with(&|body| body.call.args = vec![0; 800_000]);
    std::fs::write(dev.folder().join("padded"), padded).unwrap();
    assert_eq!(refused("padded"), "TooLarge");
    dev.json(&["tx", "send", "--raw", &with(&|_| {})]);
}

#[test]
fn a_failed_transaction_is_recorded_with_its_reason_and_changes_nothing() {
    let dev = Dev::start();
    let maker = Maker::of(&dev);
    let balance = || dev.json(&["contract", "query", "cash", "balance", "owner=//Alice"])["value"].clone();
    let before = balance();
    type Change = fn(&mut TransactionBody);
    let cases: [(&str, Change); 4] = [
        ("unauthorised", |body| body.authorisations.clear()),
        ("trap.NoMethod", |body| body.call.method = "steal".into()),
        ("trap.BadArguments", |body| body.call.args = vec![1, 2, 3]),
        ("trap.OutOfGas", |body| body.gas_limit = 900_000),
    ];
    for (code, change) in cases {
        let mut body = maker.transfer(1);
        change(&mut body);
        let id = to_hex(body.id());
        assert_eq!(dev.error(3, &["tx", "send", "--raw", &maker.sign(body)])["code"], json!(code));
        let shown = dev.json(&["tx", "show", &id]);
        assert_eq!((&shown["status"], &shown["receipt"]["ok"]), (&json!("final"), &json!(false)));
        assert_eq!(shown["receipt"]["error"]["code"], json!(code));
    }
    assert_eq!(balance(), before);
}

#[test]
fn nobody_signs_for_a_contract() {
    let dev = Dev::start();
    let contract = Account::Contract(ContractId([9; 32])).to_string();
    let to = format!("to={contract}");
    dev.json(&["contract", "call", "cash", "mint", &to, "amount=1", "--from", "//Ferdie"]);
    let from = format!("from={contract}");
    let error = dev.error(3, &["tx", "send", "cash.transfer", &from, "to=//Bob", "amount=1"]);
    assert_eq!(text(&error, "code"), "unauthorised");
    assert!(text(&error, "hint").starts_with("a contract decides"), "{error}");
}
