//! A validator that is killed while the others go on, and comes back.

use std::time::{Duration, Instant};

use sillok_client::rpc::{Client, ClientOptions};
use tokio::task::{JoinHandle, spawn_blocking};

use super::BenchError;
use super::options::BenchOptions;
use crate::process::NodeProcess;
use crate::testnet::{NodePlace, Nodes};

/// How often it is looked whether it is level.
const LOOK: Duration = Duration::from_millis(20);
/// How long it has to come level.
const LONGEST: Duration = Duration::from_secs(300);

/// The last validator, which is killed and started again when it is time.
pub(super) struct Absence {
    kill_at: Option<Duration>,
    return_at: Option<Duration>,
    place: Option<NodePlace>,
    reach: ClientOptions,
    returning: Option<JoinHandle<Result<(NodeProcess, Return), BenchError>>>,
}

/// How long coming back took, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Return {
    /// From its start until it answered.
    pub(super) started: u64,
    /// From its start until it had the block that another one had last.
    pub(super) level: u64,
}

impl Absence {
    /// As the options have it, of the validator with this place.
    pub(super) fn of(options: &BenchOptions, place: Option<NodePlace>, reach: &ClientOptions) -> Self {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let kill_at = options.kill_after.map(seconds);
        let return_at =
            kill_at.zip(options.return_after.map(seconds)).map(|(killed, absent)| killed + absent);
        Absence { kill_at, return_at, place, reach: reach.clone(), returning: None }
    }

    /// Does what is due after this time.
    pub(super) fn turn(&mut self, elapsed: Duration, nodes: &mut Nodes, other: &Client) {
        if self.kill_at.take_if(|at| elapsed >= *at).is_some() {
            nodes.kill_last();
        }
        if self.return_at.take_if(|at| elapsed >= *at).is_some()
            && let Some(place) = self.place.clone()
        {
            self.returning = Some(tokio::spawn(come_back(place, other.clone(), self.reach.clone())));
        }
    }

    /// Waits until it is back, if it was to come back.
    pub(super) async fn end(&mut self, nodes: &mut Nodes) -> Result<Option<Return>, BenchError> {
        let Some(returning) = self.returning.take() else { return Ok(None) };
        let panicked = |_| BenchError::Node("was not started again: a task panicked".into());
        let (node, took) = returning.await.map_err(panicked)??;
        nodes.replace_last(node);
        Ok(Some(took))
    }
}

async fn come_back(
    place: NodePlace,
    other: Client,
    reach: ClientOptions,
) -> Result<(NodeProcess, Return), BenchError> {
    let begun = Instant::now();
    let elapsed = || u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let panicked = |_| BenchError::Node("was not started again: a thread panicked".into());
    let node = spawn_blocking(move || Nodes::start_one(&place)).await.map_err(panicked)??;
    let (started, client) = (elapsed(), Client::with(node.url(), &reach)?);
    while begun.elapsed() < LONGEST {
        let wanted = other.chain_status().await?.height;
        if client.chain_status().await?.height >= wanted {
            return Ok((node, Return { started, level: elapsed() }));
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(BenchError::Node(format!("is not level {} s after it came back", LONGEST.as_secs())))
}
