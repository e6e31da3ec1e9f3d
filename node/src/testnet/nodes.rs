//! The processes of a testnet.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::process::Stdio;
use std::time::Duration;

use super::{NodePlace, TestnetError};
use crate::fail_point;
use crate::process::{NodeProcess, ProcessError, Usage};

/// How long a node has to answer once it was started.
const START: Duration = Duration::from_secs(120);

/// What has a validator vote twice, from its fortieth vote on: some twenty blocks after it has started.
const EQUIVOCATES: &str = "equivocated@40";

/// The nodes that run.
pub(crate) struct Nodes {
    nodes: Vec<NodeProcess>,
    /// Whether it was told that a node has ended.
    told: Vec<bool>,
}

impl Nodes {
    /// Starts all nodes, side by side, and waits until they answer. The last one may be one that equivocates.
    ///
    /// # Errors
    /// If one does not start; the others are ended.
    pub(crate) fn start(places: &[NodePlace], equivocates: bool) -> Result<Self, TestnetError> {
        let started: Vec<_> = std::thread::scope(|scope| {
            let environment = |place: &NodePlace| match equivocates && place.number == places.len() {
                true => &[(fail_point::VARIABLE, EQUIVOCATES)][..],
                false => &[],
            };
            let starting: Vec<_> = places
                .iter()
                .map(|place| (place, environment(place)))
                .map(|(place, environment)| scope.spawn(move || start(place, environment)))
                .collect();
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

    /// None: all run elsewhere.
    pub(crate) fn elsewhere() -> Self {
        Nodes { nodes: Vec::new(), told: Vec::new() }
    }

    /// Starts one of them by itself.
    ///
    /// # Errors
    /// If it does not start.
    pub(crate) fn start_one(place: &NodePlace) -> Result<NodeProcess, TestnetError> {
        start(place, &[])
    }

    /// Has this one be the last, which has ended.
    pub(crate) fn replace_last(&mut self, node: NodeProcess) {
        if let Some(last) = self.nodes.last_mut() {
            *last = node;
        }
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

    /// Tells of nodes that have ended, in the log, and answers the number of one of them. The others go on: that is
    /// what they are there for.
    pub(super) fn watch(&mut self) -> Option<usize> {
        let mut ended = None;
        for (index, (node, told)) in self.nodes.iter_mut().zip(&mut self.told).enumerate() {
            if let Some(status) = node.ended().filter(|_| !*told) {
                tracing::error!(node = index + 1, %status, "a node has ended; see the file `log` in its folder");
                *told = true;
                ended = Some(index + 1);
            }
        }
        ended
    }

    /// Kills one without a word: by its index, as everywhere here.
    pub(super) fn kill(&mut self, index: usize) {
        self.told[index] = true;
        self.nodes[index].kill();
    }

    /// Sends one a signal.
    ///
    /// # Errors
    /// If it can't be sent.
    pub(super) fn signal(&self, index: usize, signal: &str) -> Result<(), TestnetError> {
        self.nodes[index].signal(signal).map_err(failed(index + 1))
    }

    /// Asks one to stop, and waits until it has.
    ///
    /// # Errors
    /// If it does not end.
    pub(super) fn stop_one(&mut self, index: usize) -> Result<(), TestnetError> {
        self.told[index] = true;
        let node = &mut self.nodes[index];
        node.interrupt().and_then(|()| node.wait()).map_err(failed(index + 1))
    }

    /// Starts one that has ended, and waits until it answers.
    ///
    /// # Errors
    /// If it does not start.
    pub(super) fn start_again(&mut self, place: &NodePlace) -> Result<(), TestnetError> {
        let index = place.number - 1;
        self.nodes[index] = start(place, &[])?;
        self.told[index] = false;
        Ok(())
    }

    /// Stops all nodes, side by side.
    ///
    /// # Errors
    /// If one does not end.
    pub(crate) fn stop(mut self) -> Result<(), TestnetError> {
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

fn failed(number: usize) -> impl FnOnce(ProcessError) -> TestnetError {
    move |error| TestnetError::Process { number, error }
}

fn start(place: &NodePlace, environment: &[(&str, &str)]) -> Result<NodeProcess, TestnetError> {
    let file = place.home.join("log");
    let log = OpenOptions::new().create(true).append(true).open(&file);
    let log = log.map_err(TestnetError::system(format!("can't write {}", file.display())))?;
    let mut arguments: Vec<OsString> = vec!["start".into(), "--json".into(), "--with-parent".into()];
    arguments.push(place.home.clone().into());
    NodeProcess::start(&arguments, Stdio::from(log), environment, START).map_err(failed(place.number))
}
