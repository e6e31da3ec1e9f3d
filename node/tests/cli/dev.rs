//! A `sillok dev` process on a free port with a folder of its own, and the binary run against it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_sillok");

/// A running dev chain; it ends with this value.
pub(crate) struct Dev {
    process: Child,
    folder: TempDir,
    url: String,
}

/// What a command ended with.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Dev {
    /// Starts a chain and waits until it answers.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with these options.
    pub(crate) fn start_with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (process, url) = spawn(folder.path(), options);
        Dev { process, folder, url }
    }

    /// Ends it as its operator does; its folder stays.
    pub(crate) fn stop(&mut self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }

    /// Starts it again on what it left.
    pub(crate) fn start_again(&mut self) {
        (self.process, self.url) = spawn(self.folder.path(), &[]);
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command against this chain.
    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        run_at(&self.url, self.folder.path(), args)
    }

    /// Runs a command that has to succeed, with `--json`; its object.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let outcome = self.run(&[args, &["--json"]].concat());
        assert_eq!(outcome.code, 0, "{args:?}: {outcome:?}");
        outcome.json()
    }

    /// Runs a command that has to fail with this exit code, with `--json`; the error's object.
    pub(crate) fn error(&self, exit: i32, args: &[&str]) -> Value {
        let outcome = self.run(&[args, &["--json"]].concat());
        assert_eq!(outcome.code, exit, "{args:?}: {outcome:?}");
        let error = outcome.json()["error"].clone();
        assert!(error["code"].is_string() && error["message"].is_string(), "{args:?}: {outcome:?}");
        error
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Outcome {
    /// Standard output as the one JSON object that it has to be.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn spawn(folder: &Path, options: &[&str]) -> (Child, String) {
    let mut process = Command::new(BINARY)
        .args(["dev", "--json", "--rpc", "127.0.0.1:0", "--data"])
        .arg(folder.join("chain"))
        .args(options)
        .env("RUST_LOG", "warn")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let banner = first_object(process.stdout.take().unwrap());
    let url = banner["rpc"].as_str().unwrap().to_owned();
    (process, url)
}

/// Runs a command against the node at `url`, with its keys kept in `folder`.
pub(crate) fn run_at(url: &str, folder: &Path, args: &[&str]) -> Outcome {
    let output = Command::new(BINARY)
        .args(args)
        .env("SILLOK_NODE", url)
        .env("SILLOK_KEYS", folder.join("keys"))
        .current_dir(folder)
        .output()
        .unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The text of `value[field]`.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no text `{field}` in {value}"))
}

/// The JSON object that a process prints first.
fn first_object(stdout: impl std::io::Read) -> Value {
    let mut text = String::new();
    for line in BufReader::new(stdout).lines() {
        text.push_str(&line.unwrap());
        if let Ok(value) = serde_json::from_str(&text) {
            return value;
        }
    }
    panic!("the node ended after printing: {text}");
}
