//! A `sillok dev` process on a free port, whose data folder outlives it.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;
use sillok_client::rpc::Client;

use crate::power::Disk;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_sillok");

/// A running node.
pub(crate) struct Node {
    process: Child,
    banner: Value,
}

/// The command that starts the node of a folder.
fn home_command(home: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(["start", "--json"]).arg(home).args(options);
    command.env("RUST_LOG", "warn").stdout(Stdio::piped());
    command
}

/// The command that starts a node on `data`.
fn command(data: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(["dev", "--json", "--data"]).arg(data).args(options);
    if !options.contains(&"--rpc") {
        command.args(["--rpc", "127.0.0.1:0"]);
    }
    command.env("RUST_LOG", "warn").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Node {
    /// Starts a node on `data` and waits until it answers.
    pub(crate) fn start(data: &Path, options: &[&str]) -> Self {
        Node::answering(&mut command(data, options))
    }

    /// Starts the node of a folder and waits until it answers.
    pub(crate) fn start_home(home: &Path, options: &[&str]) -> Self {
        Node::answering(&mut home_command(home, options))
    }

    /// Starts a node on `data`, on a disk that can lose power, and waits until it answers.
    pub(crate) fn start_on(disk: &Disk, data: &Path) -> Self {
        Node::answering(command(data, &[]).envs(disk.environment()))
    }

    /// The same of the node of a folder.
    pub(crate) fn start_home_on(disk: &Disk, home: &Path) -> Self {
        Node::answering(home_command(home, &[]).envs(disk.environment()))
    }

    fn answering(command: &mut Command) -> Self {
        let mut process = command.stderr(Stdio::inherit()).spawn().unwrap();
        let banner = first_object(process.stdout.take().unwrap());
        Node { process, banner }
    }

    /// Starts the node of a folder with its log into a file, and waits until it answers.
    pub(crate) fn start_home_logging(home: &Path, log: Stdio) -> Self {
        let mut process = home_command(home, &[]).stderr(log).spawn().unwrap();
        let banner = first_object(process.stdout.take().unwrap());
        Node { process, banner }
    }

    /// Runs the node of a folder, which can't start; what it says, and its exit code.
    pub(crate) fn fails_home(home: &Path, options: &[&str]) -> (Value, Option<i32>) {
        let output = home_command(home, options).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        (answer["error"].clone(), output.status.code())
    }

    /// Runs the node of a folder, which dies at a fail point before it answers.
    pub(crate) fn dies_home(home: &Path, options: &[&str], point: &str) {
        let mut command = home_command(home, options);
        let status = command.env("SILLOK_FAIL_POINT", point).stderr(Stdio::null()).status().unwrap();
        assert!(status.code().is_none(), "{point}: it did not die, but ended with {status}");
    }

    /// The same, of a node that is to die at a fail point.
    pub(crate) fn start_failing(data: &Path, point: &str) -> Self {
        let mut command = command(data, &[]);
        let mut process = command.env("SILLOK_FAIL_POINT", point).stderr(Stdio::null()).spawn().unwrap();
        let banner = first_object(process.stdout.take().unwrap());
        Node { process, banner }
    }

    /// The same of the node of a folder, with its log into a file.
    pub(crate) fn start_home_failing(home: &Path, point: &str, log: Stdio) -> Self {
        let mut command = home_command(home, &[]);
        let mut process = command.env("SILLOK_FAIL_POINT", point).stderr(log).spawn().unwrap();
        let banner = first_object(process.stdout.take().unwrap());
        Node { process, banner }
    }

    /// Runs the node of a folder, which ends by itself; what it logs and says, and its exit code.
    pub(crate) fn ends_home(home: &Path) -> (String, Option<i32>) {
        let output = home_command(home, &[]).stderr(Stdio::piped()).output().unwrap();
        (String::from_utf8_lossy(&[output.stderr, output.stdout].concat()).into_owned(), output.status.code())
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait(mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// Runs a node that can't start; what it says, and its exit code.
    pub(crate) fn fails(data: &Path, options: &[&str]) -> (Value, Option<i32>) {
        let output = command(data, options).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        (answer["error"].clone(), output.status.code())
    }

    pub(crate) fn url(&self) -> &str {
        self.banner["rpc"].as_str().unwrap_or_else(|| panic!("it did not start: {}", self.banner))
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.url()).unwrap()
    }

    /// What it answers to a GET: all of it.
    pub(crate) fn get(&self, path: &str) -> String {
        let address = self.url().strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Kills it without a word. What it wrote stays, synced or not: for the rest see `power`.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let number = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &number]).status().unwrap().success());
    }

    /// Asks it to stop, with the signal of this name.
    pub(crate) fn stop(mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        self.process.wait().unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // A test that failed leaves no process behind; after `kill` and `stop` there is none.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder for a chain, removed with this value.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("chain")
    }
}

/// The JSON object that a process prints first.
fn first_object(stdout: impl Read) -> Value {
    let mut text = String::new();
    for line in BufReader::new(stdout).lines() {
        text.push_str(&line.unwrap());
        if let Ok(value) = serde_json::from_str(&text) {
            return value;
        }
    }
    panic!("the node ended after printing: {text}");
}
