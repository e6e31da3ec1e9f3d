//! Evidence that a validator signed two things: reported from the command line, recorded once.

use std::process::{Command, Output};

use codec::Encode;
use schnorrkel::{ExpansionMode, MiniSecretKey, signing_context};
use serde_json::Value;
use sillok_abi::{Equivocation, Hash, SignedVote, Vote, VoteKind};
use sillok_client::keys::Keypair;

use crate::payments::{Payers, finality};
use crate::process::{BINARY, Folder, Node};

/// A prevote of the dev chain's validator.
fn prevote(chain: &Hash, block: Hash) -> SignedVote {
    let validator: Keypair = "//Validator".parse().unwrap();
    let vote = Vote {
        kind: VoteKind::Prevote,
        height: 1,
        round: 0,
        block: Some(block),
        validator: validator.public(),
    };
    let secret = MiniSecretKey::from_bytes(&validator.seed()).unwrap();
    let keys = secret.expand_to_keypair(ExpansionMode::Ed25519);
    let digest = vote.digest(chain);
    let signature = keys.sign(signing_context(b"sillok/consensus").bytes(&digest)).to_bytes();
    SignedVote { vote, signature }
}

fn gov(node: &Node, arguments: &[&str]) -> (Value, Output) {
    let mut command = Command::new(BINARY);
    let output = command.args(["gov", "--json", "--node", node.url()]).args(arguments).output().unwrap();
    (serde_json::from_slice(&output.stdout).unwrap(), output)
}

#[tokio::test]
async fn evidence_is_reported_and_recorded_once() {
    let folder = Folder::new();
    let node = Node::start(&folder.data(), &[]);
    let payers = Payers::of(&node.client()).await;
    let id = node.client().tx_submit(&payers.payment(0, 0, 1)).await.unwrap();
    finality(&node.client(), &id).await;
    let hex = |one: Hash, other: Hash| {
        let (one, other) = (prevote(&payers.chain, one), prevote(&payers.chain, other));
        format!("0x{}", hex::encode(Equivocation::Votes(one, other).encode()))
    };
    let (recorded, _) = gov(&node, &["report", &hex([1; 32], [2; 32])]);
    assert_eq!(recorded["offence"], 0, "{recorded}");
    assert_eq!(gov(&node, &["status"]).0["offences"], 1);
    let (again, output) = gov(&node, &["report", &hex([1; 32], [2; 32])]);
    assert_eq!(output.status.code(), Some(3), "{again}");
    let (same, output) = gov(&node, &["report", &hex([3; 32], [3; 32])]);
    assert_eq!(output.status.code(), Some(3), "{same}");
    for nonsense in ["0x00", "evidence"] {
        let (error, output) = gov(&node, &["report", nonsense]);
        assert_eq!((&error["error"]["code"], output.status.code()), (&"usage".into(), Some(2)), "{error}");
    }
}
