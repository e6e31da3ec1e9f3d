//! Signing what a simulation says has to be signed.

use sillok_abi::{
    Account, Authorisation, Authoriser, CallTree, Transaction, TransactionBody, authorisation_digest,
};

use super::{Nonces, Signer};

/// The transaction needs an account's agreement and none of the signers is for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the call `{method}` needs the authority of {account}, and no key at hand signs for it")]
pub struct MissingSigner {
    /// Whose agreement is missing.
    pub account: Account,
    /// The method that asks for it.
    pub method: String,
}

/// Puts an authorisation for each of `trees` into `body`: the submitter's own are covered by the
/// signature over the whole, the others are signed here, with the body's expiry.
pub fn authorise(
    body: &mut TransactionBody,
    trees: Vec<(Account, CallTree)>,
    signers: &[Signer],
    nonces: &Nonces,
) -> Result<(), MissingSigner> {
    for (account, tree) in trees {
        let by = match signers.iter().find(|signer| signer.account() == account) {
            _ if account == body.submitter => Authoriser::Submitter,
            Some(signer) => {
                let (nonce, expiry) = (nonces.next(), body.expiry);
                let digest = authorisation_digest(&body.chain, &account, nonce, expiry, &tree);
                Authoriser::Signer { account, nonce, expiry, credential: signer.credential(&digest) }
            }
            None => return Err(MissingSigner { account, method: innermost(&tree).to_owned() }),
        };
        body.authorisations.push(Authorisation { by, tree });
    }
    Ok(())
}

/// The submitter's signature over the whole.
pub fn sign(body: TransactionBody, submitter: &Signer) -> Transaction {
    let credential = submitter.credential(&body.id());
    Transaction { body, credential }
}

/// The first call that has no calls below it: the one that asked.
fn innermost(tree: &CallTree) -> &str {
    let mut tree = tree;
    while let Some(child) = tree.children.first() {
        tree = child;
    }
    &tree.call.method
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Keypair, verify};
    use sillok_abi::{Call, ContractId, Credential, Time};

    fn call(method: &str) -> Call {
        Call { contract: ContractId([1; 32]), method: method.into(), args: vec![] }
    }

    fn signer(suri: &str) -> Signer {
        Signer::Key(suri.parse::<Keypair>().unwrap())
    }

    fn body(submitter: &Signer) -> TransactionBody {
        TransactionBody {
            chain: [9; 32],
            submitter: submitter.account(),
            nonce: 1,
            expiry: Time(1_000),
            gas_limit: 1,
            call: call("root"),
            authorisations: vec![],
        }
    }

    #[test]
    fn the_submitter_signs_once_and_others_apart() {
        let (alice, bob) = (signer("//Alice"), signer("//Bob"));
        let tree = CallTree { call: call("root"), children: vec![CallTree::leaf(call("inner"))] };
        let mut body = body(&alice);
        let trees = vec![(alice.account(), tree.clone()), (bob.account(), tree.clone())];
        authorise(&mut body, trees, &[alice.clone(), bob.clone()], &Nonces::new()).unwrap();
        assert_eq!(body.authorisations[0].by, Authoriser::Submitter);
        let Authoriser::Signer { account, nonce, expiry, credential: Credential::Sr25519(signature) } =
            &body.authorisations[1].by
        else {
            panic!("Bob's authorisation is not signed by a key");
        };
        let digest = authorisation_digest(&[9; 32], account, *nonce, *expiry, &tree);
        let Account::Key(bob_key) = bob.account() else { unreachable!("a key's account") };
        assert!(verify(&bob_key, &digest, signature));

        let transaction = sign(body, &alice);
        let Credential::Sr25519(signature) = &transaction.credential else { panic!("not a key's signature") };
        let Account::Key(alice_key) = alice.account() else { unreachable!("a key's account") };
        assert!(verify(&alice_key, &transaction.body.id(), signature));
    }

    #[test]
    fn an_account_without_a_key_at_hand_is_named_with_the_call_that_asks() {
        let (alice, bob) = (signer("//Alice"), signer("//Bob"));
        let tree = CallTree { call: call("root"), children: vec![CallTree::leaf(call("inner"))] };
        let trees = vec![(bob.account(), tree)];
        let error = authorise(&mut body(&alice), trees, &[alice], &Nonces::new()).unwrap_err();
        assert_eq!(error, MissingSigner { account: bob.account(), method: "inner".into() });
    }
}
