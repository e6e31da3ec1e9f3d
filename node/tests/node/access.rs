//! Who may ask a node for what: every role, wrong tokens, batches, WebSockets, and settings that are replaced.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sillok_client::rpc::{Client, ClientOptions, RpcError, Subscriber};

use crate::process::{BINARY, Folder, Node};

/// How long something may take that is sure to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// The folder of the only validator of a chain, and a token of each role.
pub(crate) struct Setting {
    folder: Folder,
    settings: String,
    tokens: Vec<(&'static str, String)>,
}

impl Setting {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let made = Command::new(BINARY)
            .args([
                "testnet",
                "--prepare",
                "--validators",
                "1",
                "--rpc-port",
                "0",
                "--p2p-port",
                "0",
                "--data",
            ])
            .arg(folder.data())
            .output()
            .unwrap();
        assert!(made.status.success());
        let home = folder.data().join("node-1");
        let settings = std::fs::read_to_string(home.join("node.toml")).unwrap();
        let settings = settings.split("[access]").next().unwrap().to_owned();
        let mut setting = Setting { folder, settings, tokens: Vec::new() };
        let lines: Vec<String> = ["read", "submit", "operate"].map(|role| setting.token(role)).into();
        setting.write(&format!("[access]\nanonymous = \"nothing\"\n{}", lines.concat()));
        setting
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.data().join("node-1")
    }

    /// Makes a token of a role; the lines for node.toml.
    fn token(&mut self, role: &'static str) -> String {
        let made =
            Command::new(BINARY).args(["token", "new", role, "--role", role, "--json"]).output().unwrap();
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        self.tokens.push((role, made["token"].as_str().unwrap().to_owned()));
        made["settings"].as_str().unwrap().to_owned()
    }

    /// Writes node.toml with this about access.
    fn write(&self, access: &str) {
        std::fs::write(self.home().join("node.toml"), format!("{}{access}", self.settings)).unwrap();
    }

    /// The token of a role; none is of no role, any other word is a wrong token.
    pub(crate) fn shown(&self, role: &str) -> ClientOptions {
        let known = self.tokens.iter().find(|(name, _)| *name == role).map(|(_, token)| token.clone());
        let token = known.or_else(|| (role != "none").then(|| role.to_owned()));
        ClientOptions { token, authorities: None }
    }

    pub(crate) fn client(&self, node: &Node, role: &str) -> Client {
        Client::with(node.url(), &self.shown(role)).unwrap()
    }
}

/// 0, or the code of a refusal.
fn code<T>(answer: Result<T, RpcError>) -> i32 {
    match answer {
        Ok(_) => 0,
        Err(RpcError::Refused { code, .. }) => code,
        Err(other) => panic!("{other}"),
    }
}

/// What a request over plain HTTP is answered with: all of it.
fn http(node: &Node, role: Option<&str>, setting: &Setting, request: &str, body: &str) -> String {
    let address = node.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let token = role.and_then(|role| setting.shown(role).token);
    let header = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: {address}\r\n{header}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn each_role_may_do_what_it_is_for() {
    let setting = Setting::new();
    let node = Node::start_home(&setting.home(), &[]);
    // What a status, a transaction that is none, and the peers are answered with.
    for (role, read, submit, operate) in [
        ("none", 1050, 1050, 1050),
        ("guessed", 1051, 1051, 1051),
        ("read", 0, 1052, 1052),
        ("submit", 0, 1001, 1052),
        ("operate", 0, 1001, 0),
    ] {
        let client = setting.client(&node, role);
        let codes = [
            code(client.chain_status().await),
            code(client.tx_submit_raw(&[1]).await),
            code(client.node_peers().await),
        ];
        assert_eq!(codes, [read, submit, operate], "{role}");
    }
    let refused = setting.client(&node, "read").node_peers().await.unwrap_err();
    assert!(refused.to_string().contains("`node_peers` needs the role operate"), "{refused}");
    assert!(refused.to_string().contains("`read` has the role read"), "{refused}");
}

#[test]
fn the_calls_of_a_batch_are_judged_one_by_one() {
    let setting = Setting::new();
    let node = Node::start_home(&setting.home(), &[]);
    let call =
        |id: u32, method: &str| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": ["0x01"] });
    let batch = json!([
        call(1, "tx_submit"),
        call(2, "chain_genesis"),
        call(3, "node_peers"),
        call(4, "tx_submitPacked"),
        call(5, "no_such_method"),
        { "jsonrpc": "2.0", "method": "tx_submit", "params": ["0x01"] },
        7,
    ]);
    let codes = |role: Option<&str>| {
        let answer = http(&node, role, &setting, "POST /", &batch.to_string());
        let answers: Vec<Value> = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(answers.len(), 6, "{answers:?}");
        let of = |answer: &Value| answer["error"]["code"].as_i64().unwrap_or(0);
        for id in 1..=5 {
            assert_eq!(answers[id - 1]["id"], id, "answers are in their places: {answers:?}");
        }
        answers.iter().map(of).collect::<Vec<_>>()
    };
    let (unknown, invalid, parameters) = (-32_601, -32_600, -32_602);
    assert_eq!(codes(None), [1050, 1050, 1050, 1050, unknown, invalid]);
    assert_eq!(codes(Some("guessed")), [1051, 1051, 1051, 1051, unknown, invalid]);
    assert_eq!(codes(Some("read")), [1052, parameters, 1052, 1052, unknown, invalid]);
    assert_eq!(codes(Some("submit")), [1001, parameters, 1052, 1032, unknown, invalid]);
    assert_eq!(codes(Some("operate")), [1001, parameters, 0, 1032, unknown, invalid]);
}

#[test]
fn figures_are_for_those_who_operate_and_readiness_for_all() {
    let setting = Setting::new();
    let node = Node::start_home(&setting.home(), &[]);
    let status = |role: Option<&str>, path: &str| {
        let answer = http(&node, role, &setting, &format!("GET {path}"), "");
        if answer.contains(" 401 ") {
            assert!(answer.contains("www-authenticate: Bearer"), "{answer}");
        }
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let metrics = [None, Some("guessed"), Some("read"), Some("submit"), Some("operate")];
    assert_eq!(metrics.map(|role| status(role, "/metrics")), ["401", "401", "403", "403", "200"]);
    assert_eq!([None, Some("guessed")].map(|role| status(role, "/livez")), ["200", "200"]);
    assert_eq!([None, Some("guessed")].map(|role| status(role, "/readyz")), ["200", "200"]);
}

#[tokio::test]
async fn a_websocket_has_the_role_of_its_token_until_that_is_withdrawn() {
    let setting = Setting::new();
    let node = Node::start_home(&setting.home(), &[]);
    let connect = |role: &'static str| {
        let options = setting.shown(role);
        let url = node.url().to_owned();
        async move { Subscriber::connect_with(&url, &options).await.unwrap() }
    };
    assert_eq!(code(connect("none").await.blocks().await), 1050);
    assert_eq!(code(connect("guessed").await.blocks().await), 1051);
    let (socket, client) = (connect("read").await, setting.client(&node, "read"));
    assert_eq!(code(socket.blocks().await), 0);
    // Settings that can't be used change nothing.
    setting.write("[access]\ntokens = 5\n");
    node.signal("-HUP");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(code(client.chain_status().await), 0);
    // All tokens are withdrawn.
    setting.write("[access]\nanonymous = \"nothing\"\n");
    node.signal("-HUP");
    let begun = Instant::now();
    while code(client.chain_status().await) == 0 {
        assert!(begun.elapsed() < PATIENCE, "the token is not withdrawn");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(code(client.chain_status().await), 1051);
    assert_eq!(code(socket.blocks().await), 1051);
}

#[test]
fn the_command_line_shows_a_token_and_says_when_it_needs_one() {
    let setting = Setting::new();
    let node = Node::start_home(&setting.home(), &[]);
    let peers = |role: &str, by_flag: bool| {
        let mut command = Command::new(BINARY);
        command.args(["peers", "--json", "--node", node.url()]).env_remove("SILLOK_TOKEN");
        if let Some(token) = setting.shown(role).token {
            match by_flag {
                true => command.args(["--token", &token]),
                false => command.env("SILLOK_TOKEN", token),
            };
        }
        let output = command.output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), answer["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    for by_flag in [true, false] {
        assert_eq!(peers("operate", by_flag).0, Some(0));
        assert_eq!(peers("submit", by_flag), (Some(3), "RoleTooLow".into()));
        assert_eq!(peers("guessed", by_flag), (Some(3), "TokenUnknown".into()));
    }
    assert_eq!(peers("none", true), (Some(3), "TokenNeeded".into()));
    assert_eq!(peers("two\nlines", true).0, Some(2));
}

#[test]
fn settings_with_a_token_instead_of_its_hash_keep_a_node_from_starting() {
    let setting = Setting::new();
    let (_, token) = &setting.tokens[0];
    setting.write(&format!("[[access.tokens]]\nname = \"a\"\nrole = \"read\"\nhash = \"{token}\"\n"));
    let (error, code) = Node::fails_home(&setting.home(), &[]);
    assert_eq!(code, Some(1));
    assert!(error["message"].as_str().unwrap().contains("this is the token itself"), "{error}");
}
