//! A node as a process of its own, and what it uses of the machine.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// How many ticks of a processor's time the system counts in a second (`sysconf(_SC_CLK_TCK)`, 100 on Linux).
const TICKS: u64 = 100;
/// How long a node has to stop.
const STOP: Duration = Duration::from_secs(60);

/// Why a node that is a process of its own is of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// The system does not do what it is asked.
    #[error("{what}: {error}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system says.
        error: std::io::Error,
    },
    /// It did not begin to answer.
    #[error("the node did not start: {0}")]
    NotStarted(String),
    /// It ended.
    #[error("the node ended: {0}")]
    Ended(ExitStatus),
    /// It does not end.
    #[error("the node does not stop")]
    Running,
}

/// A node that runs.
pub(crate) struct NodeProcess {
    child: Child,
    banner: Value,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// Processor time, in hundredths of a second.
    pub(crate) ticks: u64,
    /// Resident memory, in bytes.
    pub(crate) rss: u64,
    /// The most that it was.
    pub(crate) rss_max: u64,
    /// What was written to disk, in bytes.
    pub(crate) written: u64,
}

impl NodeProcess {
    /// Starts this very program with these arguments, `--json` among them, and waits until it says where it
    /// answers. It ends with this process, however that ends, if it is told to by `--with-parent`. It has these
    /// variables in its environment beside those of this process.
    ///
    /// # Errors
    /// If it does not start.
    pub(crate) fn start(
        arguments: &[OsString],
        log: Stdio,
        environment: &[(&str, &str)],
        longest: Duration,
    ) -> Result<Self, ProcessError> {
        let failed = |what| move |error| ProcessError::System { what, error };
        let program = std::env::current_exe().map_err(failed("can't find this program"))?;
        let mut child = Command::new(program)
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(failed("can't start the node"))?;
        let (send, banner) = mpsc::channel();
        let output = child.stdout.take();
        thread::spawn(move || {
            // Nobody listens any more if the node took too long.
            let _ = send.send(output.and_then(first_object));
        });
        let banner = banner.recv_timeout(longest).ok().flatten().unwrap_or_default();
        let mut node = NodeProcess { child, banner };
        if node.banner["rpc"].is_string() {
            return Ok(node);
        }
        // It is of no use, whether it can be ended or not.
        let _ = node.child.kill();
        let why = node.banner["error"]["message"].as_str();
        Err(ProcessError::NotStarted(why.unwrap_or("it did not say why").into()))
    }

    /// What it said when it had started.
    pub(crate) fn banner(&self) -> &Value {
        &self.banner
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        self.banner["rpc"].as_str().unwrap_or_default()
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// What it has used so far.
    ///
    /// # Errors
    /// If it has ended.
    pub(crate) fn usage(&mut self) -> Result<Usage, ProcessError> {
        match self.ended() {
            Some(status) => Err(ProcessError::Ended(status)),
            None => Ok(usage(&self.child.id().to_string())),
        }
    }

    /// Kills it without a word, as a power cut would.
    pub(crate) fn kill(&mut self) {
        // It has ended already, or does now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop, as Ctrl-C would.
    ///
    /// # Errors
    /// If it can't be asked.
    pub(crate) fn interrupt(&self) -> Result<(), ProcessError> {
        self.signal("-INT")
    }

    /// Sends it a signal: `-STOP`.
    ///
    /// # Errors
    /// If it can't be sent.
    pub(crate) fn signal(&self, signal: &str) -> Result<(), ProcessError> {
        let failed = |error| ProcessError::System { what: "can't send the node a signal", error };
        Command::new("kill").args([signal, &self.child.id().to_string()]).status().map_err(failed)?;
        Ok(())
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// If it does not end.
    pub(crate) fn wait(&mut self) -> Result<(), ProcessError> {
        let step = Duration::from_millis(50);
        for _ in 0..STOP.as_millis() / step.as_millis() {
            if self.ended().is_some() {
                return Ok(());
            }
            thread::sleep(step);
        }
        Err(ProcessError::Running)
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What this process has used so far.
pub(crate) fn own_usage() -> Usage {
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
    /// Of two processes together.
    pub(crate) fn plus(self, other: Usage) -> Usage {
        Usage {
            ticks: self.ticks + other.ticks,
            rss: self.rss + other.rss,
            rss_max: self.rss_max + other.rss_max,
            written: self.written + other.written,
        }
    }

    /// Processor time since `before`, in milliseconds.
    pub(crate) fn cpu_ms_since(&self, before: &Usage) -> u64 {
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
