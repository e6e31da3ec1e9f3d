//! Members of a consortium, each on a machine of its own: a folder with its keys and its node. What one has, the
//! others have only if it is sent.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ports;
use crate::process::{BINARY, Node};

/// How long a machine with much else to do may take for anything.
const PATIENCE: Duration = Duration::from_secs(120);

/// A member, with the machine that it works on.
pub(crate) struct Member {
    /// What it calls its key.
    pub(crate) name: &'static str,
    machine: PathBuf,
    /// The ports of requests and of nodes.
    pub(crate) ports: (u16, u16),
    pub(crate) node: Option<Node>,
}

/// What a command ended with.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) value: Value,
}

impl Outcome {
    /// The error's message and hint.
    pub(crate) fn error(&self) -> String {
        format!("{} {}", self.value["error"]["message"], self.value["error"]["hint"])
    }
}

impl Member {
    /// A member with an empty machine, and a password for its keys.
    pub(crate) fn new(all: &Path, name: &'static str) -> Self {
        let machine = all.join(name);
        std::fs::create_dir_all(&machine).unwrap();
        std::fs::write(machine.join("password"), format!("the password of {name}\n")).unwrap();
        private(&machine.join("password"));
        let free = ports::free(2).unwrap();
        Member { name, machine, ports: (free[0], free[1]), node: None }
    }

    /// A file on its machine.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.machine.join(file)
    }

    /// The command line on its machine.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(BINARY);
        command.current_dir(&self.machine).env("SILLOK_KEYS", self.path("keys"));
        command.env("SILLOK_NODE", self.url()).env_remove("SILLOK_PASSWORD");
        command
    }

    /// Where its node answers, whether it does or not.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.0)
    }

    /// Runs a command with `--json`.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.command().args(arguments).arg("--json").output().unwrap();
        let value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        Outcome { code: output.status.code(), value }
    }

    /// Runs a command that has to succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, Some(0), "{}: {arguments:?}: {:#}", self.name, outcome.value);
        outcome.value
    }

    /// Runs a command that has to fail; its error.
    pub(crate) fn fails(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        assert_ne!(outcome.code, Some(0), "{}: {arguments:?}: {:#}", self.name, outcome.value);
        outcome.error()
    }

    /// Sends a file to another member.
    pub(crate) fn send(&self, file: &str, to: &Member) {
        std::fs::copy(self.path(file), to.path(file)).unwrap();
    }

    /// Sends its draft to another member, unless that is itself.
    pub(crate) fn send_draft(&self, to: &Member) {
        if to.name != self.name {
            self.send("genesis.toml", to);
        }
    }

    /// Makes its node's folder, `node`.
    pub(crate) fn init(&self) -> Value {
        let made = self.json(&["init", "./node", "--password-file", "password"]);
        self.settle(&[]);
        made
    }

    /// Writes its node's settings: its ports, and these peers.
    pub(crate) fn settle(&self, peers: &[String]) {
        let (rpc, p2p) = self.ports;
        let settings = format!(
            "rpc = \"127.0.0.1:{rpc}\"\nlisten = [\"/ip4/127.0.0.1/tcp/{p2p}\"]\npeers = {peers:?}\npassword_file = {:?}\n",
            self.path("password")
        );
        std::fs::write(self.path("node/node.toml"), settings).unwrap();
    }

    /// Starts its node.
    pub(crate) fn start(&mut self) {
        self.node = Some(Node::start_home(&self.path("node"), &[]));
    }

    /// Stops its node.
    pub(crate) fn stop(&mut self) {
        let status = self.node.take().unwrap().stop("-TERM");
        assert!(status.success(), "{status}");
    }

    pub(crate) fn height(&self) -> u64 {
        self.json(&["status"])["height"].as_u64().unwrap()
    }

    /// Waits until its node has a block at this height.
    pub(crate) fn reaches(&self, height: u64) {
        self.waits_for("its height", |member| member.height() >= height);
    }

    /// Waits until something is so.
    pub(crate) fn waits_for(&self, what: &str, is_so: impl Fn(&Member) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < PATIENCE, "{} waits for {what}", self.name);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Makes a file its owner's alone.
pub(crate) fn private(path: &Path) {
    mode(path, 0o600);
}

/// Sets who may do what with a file.
pub(crate) fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Members with keys for their organisations, and node folders; the first has written a draft and sent it to all.
pub(crate) fn drafted(all: &Path, names: &[&'static str]) -> Vec<Member> {
    let members: Vec<Member> = names.iter().map(|name| Member::new(all, name)).collect();
    let organisations: Vec<String> = members
        .iter()
        .flat_map(|member| {
            let key = member.json(&["keys", "new", member.name]);
            let address = key["address"].as_str().unwrap().to_owned();
            ["--organisation".to_owned(), format!("{} bank (SAMPLE)={address}", member.name)]
        })
        .collect();
    let organisations: Vec<&str> = organisations.iter().map(String::as_str).collect();
    members[0].json(&[&["genesis", "new", "trial"], &organisations[..]].concat());
    for member in &members {
        member.init();
        members[0].send_draft(member);
    }
    members
}

/// Has a member make its entry, `NAME.entry.toml`.
pub(crate) fn enter(member: &Member) -> String {
    let file = format!("{}.entry.toml", member.name);
    member.json(&["genesis", "add", "genesis.toml", "./node", "--from", member.name, "--out", &file]);
    file
}

/// Members whose entries the first has sealed; the genesis is in each one's folder, and their nodes do not run yet.
pub(crate) fn sealed(all: &Path, names: &[&'static str]) -> Vec<Member> {
    let members = drafted(all, names);
    let entries: Vec<String> = members.iter().map(enter).collect();
    for (member, entry) in members.iter().zip(&entries).skip(1) {
        member.send(entry, &members[0]);
    }
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let sealed = members[0].json(&[&["genesis", "seal", "genesis.toml"], &entries[..]].concat());
    let peers: Vec<String> = serde_json::from_value(sealed["peers"].clone()).unwrap();
    for member in &members {
        if member.name != members[0].name {
            members[0].send("genesis.scale", member);
        }
        std::fs::copy(member.path("genesis.scale"), member.path("node/genesis.scale")).unwrap();
        member.settle(&peers);
    }
    members
}
