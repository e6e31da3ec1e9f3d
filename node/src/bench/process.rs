//! The node as a process of its own, and what it uses of the machine.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use sillok_client::rpc::Client;

use super::BenchError;
use super::stage::Stage;

/// How many ticks of a processor's time the system counts in a second (`sysconf(_SC_CLK_TCK)`, 100 on Linux).
const TICKS: u64 = 100;
/// How long the node has to stop.
const STOP: Duration = Duration::from_secs(60);

/// A node that runs.
pub(super) struct NodeProcess {
    child: Child,
    url: String,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    /// Processor time, in hundredths of a second.
    pub(super) ticks: u64,
    /// Resident memory, in bytes.
    pub(super) rss: u64,
    /// The most that it was.
    pub(super) rss_max: u64,
    /// What was written to disk, in bytes.
    pub(super) written: u64,
}

impl NodeProcess {
    /// Starts this very program as a node on the stage's genesis, and waits until it answers.
    pub(super) fn start(stage: &Stage, longest: Duration) -> Result<Self, BenchError> {
        let program = std::env::current_exe().map_err(BenchError::system("can't find this program"))?;
        let mut child = Command::new(program)
            .args(["dev", "--json", "--reset", "--rpc", "127.0.0.1:0", "--data"])
            .arg(stage.chain_folder())
            .arg("--genesis")
            .arg(stage.genesis())
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(BenchError::system("can't start the node"))?;
        let output = child.stdout.take().ok_or_else(|| BenchError::Node("has no output".into()))?;
        let (send, banner) = mpsc::channel();
        thread::spawn(move || {
            // Nobody listens any more if the node took too long.
            let _ = send.send(first_object(output));
        });
        let banner = banner.recv_timeout(longest).ok().flatten();
        let url = banner.as_ref().and_then(|banner| banner["rpc"].as_str());
        match url {
            Some(url) => Ok(NodeProcess { child, url: url.to_owned() }),
            None => {
                // It is of no use, whether it can be ended or not.
                let _ = child.kill();
                let why = banner.as_ref().and_then(|banner| banner["error"]["message"].as_str());
                Err(BenchError::Node(format!("did not start: {}", why.unwrap_or("it did not say why"))))
            }
        }
    }

    /// A client of it.
    pub(super) fn client(&self) -> Result<Client, BenchError> {
        Ok(Client::new(&self.url)?)
    }

    /// What it has used so far.
    pub(super) fn usage(&mut self) -> Result<Usage, BenchError> {
        if let Ok(Some(status)) = self.child.try_wait() {
            return Err(BenchError::Node(format!("ended: {status}")));
        }
        Ok(usage(&self.child.id().to_string()))
    }

    /// Stops it as Ctrl-C would.
    pub(super) fn stop(&mut self) -> Result<(), BenchError> {
        let failed = || BenchError::system("can't stop the node");
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status().map_err(failed())?;
        let step = Duration::from_millis(50);
        for _ in 0..STOP.as_millis() / step.as_millis() {
            if self.child.try_wait().map_err(failed())?.is_some() {
                return Ok(());
            }
            thread::sleep(step);
        }
        Err(BenchError::Node("does not stop".into()))
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // It has ended already if all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What this process has used so far.
pub(super) fn own_usage() -> Usage {
    usage("self")
}

/// What the system tells of a process; zeros for what it does not.
fn usage(pid: &str) -> Usage {
    let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let (status, io, stat) = (read("status"), read("io"), read("stat"));
    let number = |text: &str, name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    };
    // After the name in brackets, which may hold spaces, user and system time are the 12th and 13th.
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let times = after_name.split_whitespace().skip(11).take(2);
    Usage {
        ticks: times.filter_map(|ticks| ticks.parse::<u64>().ok()).sum(),
        rss: number(&status, "VmRSS:") * 1_024,
        rss_max: number(&status, "VmHWM:") * 1_024,
        written: number(&io, "write_bytes:"),
    }
}

impl Usage {
    /// Processor time since `before`, in milliseconds.
    pub(super) fn cpu_ms_since(&self, before: &Usage) -> u64 {
        self.ticks.saturating_sub(before.ticks) * 1_000 / TICKS
    }
}

/// The JSON object that a process prints first.
fn first_object(output: impl std::io::Read) -> Option<Value> {
    let mut text = String::new();
    for line in BufReader::new(output).lines() {
        text.push_str(&line.ok()?);
        if let Ok(value) = serde_json::from_str(&text) {
            return Some(value);
        }
    }
    None
}
