//! A validator that computes wrongly: it stops, and leaves what shows why.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::network::{Network, VALIDATORS};
use crate::payments::{Payers, finality};
use crate::process::{BINARY, Node};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_disagrees_stops_and_leaves_what_shows_why() {
    let mut network = Network::prepare();
    (1..VALIDATORS).for_each(|index| network.run(index, &[]));
    let log = network.home(0).join("log");
    let wrong = Node::start_home_failing(
        &network.home(0),
        "deviated@2",
        Stdio::from(std::fs::File::create(&log).unwrap()),
    );
    let payers = Payers::of(&network.client(1)).await;
    for nonce in 0..5 {
        let id = network.client(1).tx_submit(&payers.payment(nonce, nonce as u64, 1)).await.unwrap();
        finality(&network.client(1), &id).await;
    }
    assert_eq!(wrong.wait().code(), Some(1), "it stops by itself");

    // What it said, and what it left.
    let said = std::fs::read_to_string(&log).unwrap();
    let file = std::fs::read_dir(network.home(0).join("data")).unwrap();
    let mut files = file.map(|entry| entry.unwrap().path());
    let file = files.find(|file| file.extension().is_some_and(|extension| extension == "json")).unwrap();
    assert!(said.contains(file.to_str().unwrap()), "{said}");
    let own: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let disagreement = &own["disagreement"];
    assert!(disagreement["reason"].as_str().unwrap().contains("state root"), "{disagreement}");
    assert_eq!(disagreement["state_root"]["own"], own["state_root"]);

    // The same of another node differs in one value, which is the one that was made another.
    let height = own["height"].as_u64().unwrap();
    let out = network.home(0).join("theirs.json");
    let asked = Command::new(BINARY)
        .args(["query", "effects", &height.to_string(), "--node", network.node(1).url(), "--out"])
        .arg(&out)
        .status()
        .unwrap();
    assert!(asked.success());
    let theirs: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(theirs["state_root"], disagreement["state_root"]["theirs"]);
    for same in ["chain", "height", "block", "parent_state_root", "receipts_root", "receipts"] {
        assert_eq!(own[same], theirs[same], "{same}");
    }
    let differ = |list: &str| -> Vec<(Value, Value)> {
        let (own, theirs) = (own[list].as_array().unwrap(), theirs[list].as_array().unwrap());
        assert_eq!(own.len(), theirs.len());
        own.iter().cloned().zip(theirs.iter().cloned()).filter(|(own, theirs)| own != theirs).collect()
    };
    let (changes, fields) = (differ("changes"), differ("fields"));
    assert_eq!((changes.len(), fields.len()), (1, 1), "{changes:#?} {fields:#?}");
    let (own, theirs) = &changes[0];
    assert_eq!((&own["key"], &own["before"]), (&theirs["key"], &theirs["before"]));
    assert_ne!(own["after"], theirs["after"]);

    // Started again it says so again, and does not go on.
    let (error, code) = Node::ends_home(&network.home(0));
    assert_eq!(code, Some(1));
    assert!(error.contains("disagreement-"), "{error}");
}
