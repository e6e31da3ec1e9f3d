//! Requests over TLS: whom clients trust, what goes wrong, and certificates that are renewed while a node runs.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use sillok_client::rpc::{Client, ClientOptions, RpcError, Subscriber};

use crate::certificates::Authority;
use crate::payments::{Payers, finality};
use crate::process::{BINARY, Folder, Node};

/// A year in which a certificate is valid.
const LATER: i32 = 2099;
/// How long something may take that is sure to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// An authority, and a node with a certificate of it.
struct Setting {
    folder: Folder,
    authority: Authority,
    node: Node,
}

impl Setting {
    fn new(until: i32) -> Self {
        let (folder, authority) = (Folder::new(), Authority::new());
        let files = authority.sign(folder.data().parent().unwrap(), until);
        let node = Node::start(&folder.data(), &files.flags());
        assert!(node.url().starts_with("https://127.0.0.1:"), "{}", node.url());
        Setting { folder, authority, node }
    }

    fn parent(&self) -> std::path::PathBuf {
        self.folder.data().parent().unwrap().to_owned()
    }
}

/// With trust in one authority.
fn trusting(authority: &Authority) -> ClientOptions {
    ClientOptions { authorities: Some(authority.pem()), token: None }
}

/// Why there is no answer.
fn unreachable<T: std::fmt::Debug>(answer: Result<T, RpcError>) -> String {
    match answer {
        Err(RpcError::Unreachable { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn requests_and_subscriptions_go_over_tls_to_those_who_trust_the_authority() {
    let setting = Setting::new(LATER);
    let (url, trusting) = (setting.node.url(), trusting(&setting.authority));
    let client = Client::with(url, &trusting).unwrap();
    let payers = Payers::of(&client).await;
    let subscriber = Subscriber::connect_with(url, &trusting).await.unwrap();
    let mut blocks = subscriber.blocks().await.unwrap();
    let id = client.tx_submit(&payers.payment(0, 1, 5)).await.unwrap();
    let height = finality(&client, &id).await;
    while blocks.next().await.unwrap().unwrap()["height"] != height {}
    let stranger = ClientOptions { authorities: Some(Authority::new().pem()), token: None };
    for options in [stranger, ClientOptions::default()] {
        let reason = unreachable(Client::with(url, &options).unwrap().chain_status().await);
        assert!(reason.contains("invalid peer certificate"), "{reason}");
        unreachable(Subscriber::connect_with(url, &options).await);
    }
}

#[tokio::test]
async fn an_expired_certificate_does_not_keep_the_node_from_running() {
    let setting = Setting::new(2021);
    let client = Client::with(setting.node.url(), &trusting(&setting.authority)).unwrap();
    let reason = unreachable(client.chain_status().await);
    assert!(reason.contains("xpired"), "{reason}");
}

#[tokio::test]
async fn a_renewed_certificate_is_read_on_sighup_and_a_bad_one_is_not_used() {
    let setting = Setting::new(LATER);
    let (folder, next) = (setting.parent(), Authority::new());
    next.sign(&folder, LATER);
    setting.node.signal("-HUP");
    let begun = Instant::now();
    let renewed = Client::with(setting.node.url(), &trusting(&next)).unwrap();
    while renewed.chain_status().await.is_err() {
        assert!(begun.elapsed() < PATIENCE, "the certificate is not renewed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // A connection each: one that was made before would go on.
    let connect = || Client::with(setting.node.url(), &trusting(&next)).unwrap();
    std::fs::write(folder.join("key.pem"), "nothing").unwrap();
    setting.node.signal("-HUP");
    for _ in 0..20 {
        connect().chain_status().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(setting.node.stop("-INT").success());
}

#[tokio::test]
async fn who_does_not_speak_tls_holds_up_nobody() {
    let setting = Setting::new(LATER);
    let address = setting.node.url().strip_prefix("https://").unwrap();
    let mut strangers: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(address).unwrap()).collect();
    for (index, stranger) in strangers.iter_mut().enumerate() {
        // Some say nothing, some something else, some begin a handshake and go silent.
        match index % 3 {
            0 => {}
            1 => stranger.write_all(b"GET / HTTP/1.1\r\nHost: node\r\n\r\n").unwrap(),
            _ => stranger.write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc]).unwrap(),
        }
    }
    let client = Client::with(setting.node.url(), &trusting(&setting.authority)).unwrap();
    client.chain_status().await.unwrap();
}

/// Runs a command.
fn sillok(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).output().unwrap()
}

/// Its exit code, and what it says to do.
fn failure(arguments: &[&str]) -> (Option<i32>, String) {
    let output = sillok(arguments);
    let error: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), error["error"]["hint"].as_str().unwrap().to_owned())
}

#[test]
fn the_command_line_speaks_tls_and_says_what_is_missing() {
    let setting = Setting::new(LATER);
    let ca = setting.parent().join("ca.pem");
    std::fs::write(&ca, setting.authority.pem()).unwrap();
    let (url, ca) = (setting.node.url(), ca.to_str().unwrap());
    let status = sillok(&["status", "--json", "--node", url, "--ca", ca]);
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    let check = |node: &str, more: &[&str], code: i32, hint: &str| {
        let (exit, said) = failure(&[&["status", "--json", "--node", node], more].concat());
        assert!(exit == Some(code) && said.contains(hint), "{node} {more:?}: {exit:?} {said}");
    };
    check(url, &[], 4, "--ca FILE");
    check(&url.replace("https", "http"), &[], 4, "https://");
    check(&url.replace("127.0.0.1", "127.0.0.2"), &["--ca", ca], 4, "");
    check(url, &["--ca", "/nonexistent"], 1, "PEM");
    check(url, &["--ca", BINARY], 1, "PEM");
    let plain = Node::start(&setting.parent().join("plain"), &[]);
    check(&plain.url().replace("http", "https"), &["--ca", ca], 4, "http://");
}

#[test]
fn certificate_files_that_can_not_be_used_keep_a_node_from_starting() {
    let (folder, other) = (Folder::new(), tempfile::tempdir().unwrap());
    let (data, authority) = (folder.data(), Authority::new());
    let files = authority.sign(data.parent().unwrap(), LATER);
    let refused = |said: &str| {
        let (error, code) = Node::fails(&data, &files.flags());
        assert_eq!(code, Some(1), "{error}");
        assert!(error["message"].as_str().unwrap().contains(said), "{error}");
        assert!(!error["hint"].as_str().unwrap().is_empty(), "{error}");
    };
    let copy = |from: &Path| std::fs::copy(from, &files.key).unwrap();
    copy(&authority.sign(other.path(), LATER).key);
    refused("does not belong to the certificate");
    std::fs::remove_file(&files.key).unwrap();
    refused("can't read the TLS key");
}
