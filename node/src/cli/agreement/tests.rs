//! Agreements without a node: what is signed is what is shown.

use codec::Encode;
use sillok_abi::{Account, Authoriser, ContractId, Time, authorisation_digest};
use sillok_client::keys::Keypair;
use sillok_client::rpc::to_hex;

use super::party::{Proof, Signatory};
use super::*;

fn key(name: &str) -> Keypair {
    format!("//{name}").parse().unwrap()
}

/// Two of Alice, Bob and Charlie have to sign for a board.
fn agreement() -> Agreement {
    let board = Account::Contract(ContractId([9; 32]));
    let call = Call { contract: ContractId([8; 32]), method: "transfer".into(), args: vec![1, 2] };
    let tree = CallTree::leaf(call.clone());
    let digest = authorisation_digest(&[7; 32], &board, 5, Time(6), &tree);
    let signer = |(number, name): (u32, &str)| {
        Signatory::new(&number.to_string(), "Sr25519", &to_hex(key(name).public()))
    };
    let party = Party {
        account: board.to_string(),
        proof: Proof::Board,
        nonce: 5,
        expiry: 6,
        tree: to_hex(tree.encode()),
        digest: to_hex(digest),
        needed: 2,
        signers: (1..).zip(["Alice", "Bob", "Charlie"]).map(signer).collect(),
    };
    Agreement {
        chain: to_hex([7; 32]),
        call: to_hex(call.encode()),
        summary: String::new(),
        parties: vec![party],
    }
}

#[test]
fn as_many_sign_as_have_to_and_copies_come_together() {
    let (mut first, mut second) = (agreement(), agreement());
    assert!(!first.parties[0].sign(&key("Eve")).unwrap(), "Eve is not asked");
    assert!(first.parties[0].sign(&key("Charlie")).unwrap());
    assert_eq!(
        (first.parties[0].missing(), first.authorisations().unwrap_err().code.as_str()),
        (1, "unsigned")
    );
    assert!(second.parties[0].sign(&key("Alice")).unwrap());
    first.merge(&second).unwrap();
    let authorisation = first.authorisations().unwrap().remove(0);
    let Authoriser::Signer { credential, nonce: 5, expiry: Time(6), .. } = authorisation.by else {
        panic!("signed apart")
    };
    let sillok_abi::Credential::Contract(credential) = credential else { panic!("a contract judges") };
    let approvals = Vec::<(u32, [u8; 64])>::decode_all(&mut credential.as_slice()).unwrap();
    assert_eq!(approvals.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn no_more_sign_than_have_to() {
    let mut all = agreement();
    for name in ["Alice", "Bob", "Charlie"] {
        assert!(all.parties[0].sign(&key(name)).unwrap());
    }
    assert_eq!(all.parties[0].missing(), 0);
    let authorisation = all.authorisations().unwrap().remove(0);
    let Authoriser::Signer { credential: sillok_abi::Credential::Contract(bytes), .. } = authorisation.by
    else {
        panic!("a contract judges")
    };
    assert_eq!(bytes.len(), 1 + 2 * 68, "the board takes two approvals, not three");
}

#[test]
fn a_signature_from_elsewhere_has_to_fit() {
    let mut agreement = agreement();
    let party = &mut agreement.parties[0];
    let digest = party.digest().unwrap();
    let public = to_hex(key("Bob").public());
    assert!(!party.put(&public, &key("Bob").sign(&[0; 32])).unwrap(), "of something else");
    assert!(!party.put(&public, &key("Alice").sign(&digest)).unwrap(), "of another key");
    assert!(party.put(&public, &key("Bob").sign(&digest)).unwrap());
    party.signers[1].signature = Some(to_hex([1; 64]));
    assert!(party.sign(&key("Alice")).unwrap());
    assert_eq!(agreement.authorisations().unwrap_err().code, "usage", "put into the file by hand");
}

#[test]
fn a_file_that_shows_one_thing_and_has_another_signed_is_refused() {
    assert!(agreement().check().is_ok());
    let other_call = Call { contract: ContractId([8; 32]), method: "transfer".into(), args: vec![1, 3] };
    let spoils: [&dyn Fn(&mut Agreement); 6] = [
        &|agreement| agreement.call = to_hex(other_call.encode()),
        &|agreement| agreement.parties[0].tree = to_hex(CallTree::leaf(other_call.clone()).encode()),
        &|agreement| agreement.parties[0].digest = to_hex([1; 32]),
        &|agreement| agreement.parties[0].expiry += 1,
        &|agreement| agreement.parties[0].nonce += 1,
        &|agreement| agreement.chain = to_hex([1; 32]),
    ];
    for (index, spoil) in spoils.iter().enumerate() {
        let mut agreement = agreement();
        spoil(&mut agreement);
        assert!(agreement.check().is_err(), "{index}");
    }
}
