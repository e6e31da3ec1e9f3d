//! Starting, stopping, going on, and reasons not to start.

use std::fs::{self, File};
use std::time::Duration;

use crate::network::Network;
use crate::payments::{Payers, finality};
use crate::process::{Folder, Node};

#[tokio::test]
async fn it_stops_cleanly_and_goes_on() {
    let folder = Folder::new();
    let node = Node::start(&folder.data(), &[]);
    let client = node.client();
    let payers = Payers::of(&client).await;
    let before = payers.balance(&client, 1, None).await;
    let id = client.tx_submit(&payers.payment(0, 1, 500)).await.unwrap();
    let height = finality(&client, &id).await;
    assert_eq!(node.stop("-INT").code(), Some(0));

    let node = Node::start(&folder.data(), &[]);
    let client = node.client();
    let status = client.chain_status().await.unwrap();
    assert!(status.height >= height);
    assert_eq!(payers.balance(&client, 1, None).await, before + 500);
    assert_eq!(finality(&client, &id).await, height);
    assert_eq!(node.stop("-TERM").code(), Some(0));

    let node = Node::start(&folder.data(), &["--reset"]);
    assert_eq!(payers.balance(&node.client(), 1, None).await, before, "--reset starts afresh");
}

#[test]
fn a_node_of_a_network_closes_its_database() {
    let network = Network::prepare();
    let file = network.home(0).join("log");
    let node = Node::start_home_logging(&network.home(0), File::create(&file).unwrap().into());
    assert_eq!(node.stop("-TERM").code(), Some(0));
    let log = fs::read_to_string(file).unwrap();
    // It would warn.
    assert!(!log.contains("still in use"), "{log}");
}

#[tokio::test]
async fn an_interval_makes_blocks_without_a_reason() {
    let folder = Folder::new();
    let node = Node::start(&folder.data(), &["--block-time", "50"]);
    let client = node.client();
    while client.chain_status().await.unwrap().height < 5 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn what_keeps_it_from_starting_is_said() {
    let check = |data: &std::path::Path, options: &[&str], message: &str| {
        let (error, code) = Node::fails(data, options);
        assert_eq!(code, Some(1), "{error}");
        assert!(error["message"].as_str().unwrap().contains(message), "{error}");
        assert!(!error["hint"].as_str().unwrap().is_empty(), "{error}");
    };
    let folder = Folder::new();
    let node = Node::start(&folder.data(), &[]);
    check(&folder.data(), &[], "is in use by another process");
    check(&folder.data(), &["--reset"], "is in use by another process");
    let address = node.url().strip_prefix("http://").unwrap().to_owned();
    check(&Folder::new().data(), &["--rpc", &address], "can't listen on");

    let strange = Folder::new();
    std::fs::create_dir(strange.data()).unwrap();
    std::fs::write(strange.data().join("thesis.txt"), "years of work").unwrap();
    check(&strange.data(), &["--reset"], "is not a Sillok data folder");
    assert!(strange.data().join("thesis.txt").exists());
}
