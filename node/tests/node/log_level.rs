//! How much a node logs can be changed while it runs, and never brings out a token.

use std::fs::File;
use std::process::{Command, Stdio};

use serde_json::Value;
use sillok_client::rpc::RpcError;

use crate::access::Setting;
use crate::process::{BINARY, Node};

/// Runs `sillok log-level`; its exit code and what it answers.
fn log_level(node: &Node, setting: &Setting, filter: &str) -> (Option<i32>, Value) {
    let output = Command::new(BINARY)
        .args(["log-level", filter, "--json", "--node", node.url()])
        .env("SILLOK_TOKEN", setting.shown("operate").token.unwrap())
        .output()
        .unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[tokio::test]
async fn a_running_node_logs_more_when_told_to_and_never_a_token() {
    let setting = Setting::new();
    let path = setting.home().join("log");
    let logged = || std::fs::read_to_string(&path).unwrap();
    let node = Node::start_home_logging(&setting.home(), Stdio::from(File::create(&path).unwrap()));
    let client = setting.client(&node, "operate");
    client.chain_status().await.unwrap();
    assert!(!logged().contains("TRACE"), "{}", logged());
    let (code, answer) = log_level(&node, &setting, "trace");
    assert_eq!((code, &answer["filter"], &answer["before"]), (Some(0), &"trace".into(), &"warn".into()));
    for role in ["operate", "read", "none", "guessed"] {
        let _ = setting.client(&node, role).chain_status().await;
    }
    assert!(logged().contains("TRACE"), "{}", logged());
    for role in ["operate", "read"] {
        assert!(!logged().contains(&setting.shown(role).token.unwrap()), "a token is in the log");
    }
    assert!(!logged().contains("guessed"), "a wrong token is in the log");
    let (code, answer) = log_level(&node, &setting, "off");
    assert_eq!((code, &answer["before"]), (Some(0), &"trace".into()));
    let length = logged().len();
    client.chain_status().await.unwrap();
    assert_eq!(logged().len(), length, "nothing is logged any more");
}

#[tokio::test]
async fn what_is_no_filter_changes_nothing_and_is_named() {
    let setting = Setting::new();
    let node = Node::start_home(&setting.home(), &[]);
    let (code, answer) = log_level(&node, &setting, "sillok=loud");
    assert_eq!(code, Some(2));
    assert!(answer["error"]["message"].as_str().unwrap().contains("`sillok=loud`"), "{answer}");
    let client = setting.client(&node, "operate");
    for (filter, said) in
        [("verbose", "`verbose`"), ("", "neither a level"), ("a[{=info", "is no log filter")]
    {
        match client.node_set_log_level(filter).await {
            Err(RpcError::Refused { code: -32_602, message, hint }) => {
                assert!(message.contains(said) && hint.unwrap().contains("trace"), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
    let changed = client.node_set_log_level("error").await.unwrap();
    assert_eq!(changed["before"], "warn");
    match setting.client(&node, "submit").node_set_log_level("trace").await {
        Err(RpcError::Refused { code, .. }) => assert_eq!(code, 1052),
        other => panic!("{other:?}"),
    }
}
