//! The processes of a testnet.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::process::Stdio;
use std::time::Duration;

use super::{NodePlace, TestnetError};
use crate::process::{NodeProcess, ProcessError, Usage};

/// How long a node has to answer once it was started.
const START: Duration = Duration::from_secs(120);

/// The nodes that run.
pub(crate) struct Nodes {
    nodes: Vec<NodeProcess>,
    /// Whether it was told that a node has ended.
    told: Vec<bool>,
}

impl Nodes {
    /// Starts all nodes, side by side, and waits until they answer.
    ///
    /// # Errors
    /// If one does not start; the others are ended.
    pub(crate) fn start(places: &[NodePlace]) -> Result<Self, TestnetError> {
        let started: Vec<_> = std::thread::scope(|scope| {
            let starting: Vec<_> = places.iter().map(|place| scope.spawn(|| start(place))).collect();
            let panicked = || Err(TestnetError::system("can't start a node")(std::io::Error::other("panic")));
            starting.into_iter().map(|started| started.join().unwrap_or_else(|_| panicked())).collect()
        });
        let nodes = started.into_iter().collect::<Result<Vec<NodeProcess>, TestnetError>>()?;
        let told = vec![false; nodes.len()];
        Ok(Nodes { nodes, told })
    }

    /// One node that runs.
    pub(crate) fn one(node: NodeProcess) -> Self {
        Nodes { nodes: vec![node], told: vec![false] }
    }

    /// Kills the last one without a word.
    pub(crate) fn kill_last(&mut self) {
        if let Some(node) = self.nodes.last_mut() {
            node.kill();
        }
    }

    /// What those that run have used so far, together.
    pub(crate) fn usage(&mut self) -> Usage {
        self.nodes.iter_mut().filter_map(|node| node.usage().ok()).fold(Usage::default(), Usage::plus)
    }

    /// The nodes, by number.
    pub(crate) fn all(&self) -> &[NodeProcess] {
        &self.nodes
    }

    /// Tells of nodes that have ended. The others go on: that is what they are there for.
    pub(super) fn watch(&mut self) {
        for (index, (node, told)) in self.nodes.iter_mut().zip(&mut self.told).enumerate() {
            if let Some(status) = node.ended().filter(|_| !*told) {
                tracing::error!(node = index + 1, %status, "a node has ended; see the file `log` in its folder");
                *told = true;
            }
        }
    }

    /// Stops all nodes, side by side.
    ///
    /// # Errors
    /// If one does not end.
    pub(crate) fn stop(mut self) -> Result<(), TestnetError> {
        let failed = |number| move |error: ProcessError| TestnetError::Process { number, error };
        for (index, node) in self.nodes.iter_mut().enumerate() {
            if node.ended().is_none() {
                node.interrupt().map_err(failed(index + 1))?;
            }
        }
        for (index, node) in self.nodes.iter_mut().enumerate() {
            node.wait().map_err(failed(index + 1))?;
        }
        Ok(())
    }
}

fn start(place: &NodePlace) -> Result<NodeProcess, TestnetError> {
    let file = place.home.join("log");
    let log = OpenOptions::new().create(true).append(true).open(&file);
    let log = log.map_err(TestnetError::system(format!("can't write {}", file.display())))?;
    let mut arguments: Vec<OsString> = vec!["start".into(), "--json".into(), "--with-parent".into()];
    arguments.push(place.home.clone().into());
    NodeProcess::start(&arguments, Stdio::from(log), None, START)
        .map_err(|error| TestnetError::Process { number: place.number, error })
}
