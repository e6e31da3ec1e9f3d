//! Sending: batches at their planned times, a few at once, and how long some of the transactions take.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use codec::{Compact, Decode, Encode};
use sillok_abi::{Hash, Time, Transaction};
use sillok_client::rpc::{Client, PackedAnswer, TxStatus};
use sillok_client::transaction::now;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::BenchError;
use super::absence::{Absence, Return};
use super::options::BenchOptions;
use super::ramp::{Mark, Outcome, Step};
use super::signed::SignedFile;
use crate::lock::lock;
use crate::process::{Usage, own_usage};
use crate::testnet::Nodes;

/// How many batches are on their way at once.
const AT_ONCE: usize = 4;
/// How long a batch that the node has no room for waits.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a transaction is waited for.
const PATIENCE_MS: u64 = 60_000;
/// How long the node has to work off what waits at the end.
const DRAIN: Duration = Duration::from_secs(120);
/// The codes of what the node has no room for: in all, of a submitter, of a member.
const NO_ROOM: [i32; 3] = [1020, 1021, 1025];

/// How often what the nodes use is read.
const USAGE_EVERY_MS: u64 = 1_000;
/// How long it may take until it is looked whether it is time for that.
const TICK: Duration = Duration::from_millis(200);

/// What came of sending. Times are milliseconds since the first request was due.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// When the first request was due.
    pub(super) began: Time,
    /// Which transactions the node accepted, by number.
    pub(super) accepted: Vec<bool>,
    /// When it accepted how many.
    pub(super) submissions: Vec<(u64, u64)>,
    /// How often it had no room.
    pub(super) pauses: u64,
    /// Why it refused others: code and how many.
    pub(super) refused: Vec<(i32, u64)>,
    /// How long some transactions took.
    pub(super) latencies: Vec<Latency>,
    /// For how long was sent and worked off, in milliseconds.
    pub(super) milliseconds: u64,
    /// What the nodes had used when.
    pub(super) usage: Vec<(u64, Usage)>,
    /// How a validator came back that had been killed, if one did.
    pub(super) returned: Option<Return>,
    /// The processor time of this process while it sent, in milliseconds.
    pub(super) own_cpu_ms: u64,
}

/// How long a transaction took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Latency {
    /// When it was due.
    pub(super) due: u64,
    /// From then to its being known as final, in microseconds.
    pub(super) micros: u64,
}

impl Load {
    /// How long it is since the first request was due.
    fn elapsed(&self) -> u64 {
        now().0.saturating_sub(self.began.0)
    }

    /// Makes room for a step's transactions, of which the first is due then.
    fn begin(&mut self, step: &Step, start: Time) {
        if self.usage.is_empty() {
            self.began = start;
        }
        self.accepted.resize(usize::try_from(step.end()).unwrap_or(usize::MAX), false);
    }

    /// Notes what the nodes use, if it is time.
    fn watch(&mut self, nodes: &mut Nodes) {
        let elapsed = self.elapsed();
        if self.usage.last().is_none_or(|(last, _)| elapsed >= last + USAGE_EVERY_MS) {
            self.usage.push((elapsed, nodes.usage()));
        }
    }
}

/// Sends all that the file holds, and waits until the node has worked it off.
pub(super) async fn run(
    clients: &[Client],
    (nodes, absence): (&mut Nodes, &mut Absence),
    file: SignedFile,
    (step, options): (&Step, &BenchOptions),
    load: &Arc<Mutex<Load>>,
) -> Result<Outcome, BenchError> {
    let own_before = own_usage();
    let mark = Mark::of(&lock(load));
    lock(load).begin(step, file.start);
    let elapsed = lock(load).elapsed();
    lock(load).usage.push((elapsed, nodes.usage()));
    // The one that is to be killed, or breaks the rules, is asked nothing.
    let faulty = (options.kill_after.is_some() || options.equivocate) && clients.len() > 1;
    let asked = &clients[..clients.len() - usize::from(faulty)];
    let (begun, mut tasks) = send_all(asked, (nodes, absence), file, (step, options), load).await?;
    // All is sent before it is asked whether all is worked off.
    while !tasks.is_empty() {
        if let Ok(Some(done)) = tokio::time::timeout(TICK, tasks.join_next()).await {
            ended(done)?;
        }
        lock(load).watch(nodes);
    }
    for client in asked {
        drain(client, nodes, load).await?;
    }
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let returned = absence.end(nodes).await?;
    let mut load = lock(load);
    load.returned = load.returned.or(returned);
    let elapsed = load.elapsed();
    load.usage.push((elapsed, nodes.usage()));
    load.milliseconds += milliseconds;
    load.own_cpu_ms += own_usage().cpu_ms_since(&own_before);
    Ok(Outcome::of(step, milliseconds, &mark, &load))
}

/// What sends batches, and waits for some of their transactions.
type Tasks = JoinSet<Result<(), BenchError>>;

/// Sends each batch when it is due. Answers when the first was, and what is still on its way.
async fn send_all(
    clients: &[Client],
    (nodes, absence): (&mut Nodes, &mut Absence),
    mut file: SignedFile,
    (step, options): (&Step, &BenchOptions),
    load: &Arc<Mutex<Load>>,
) -> Result<(Instant, Tasks), BenchError> {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let (mut tasks, mut number, size) = (Tasks::new(), 0, options.per_request(step.rate));
    wait_until(file.start).await;
    let begun = Instant::now();
    while let Some(batch) = file.next()? {
        let planned = file.start.plus(number * size * 1_000 / u64::from(step.rate));
        wait_until(planned).await;
        absence.turn(begun.elapsed(), nodes, &clients[0]);
        // Latency counts from when it was to be sent: that others are slow is what it is to show.
        let due = Instant::now().checked_sub(Duration::from_millis(now().0.saturating_sub(planned.0)));
        let due = (due.unwrap_or_else(Instant::now), planned.0.saturating_sub(lock(load).began.0));
        // Never closed.
        let place = room.clone().acquire_owned().await.ok();
        let (client, load_too) = (clients[number as usize % clients.len()].clone(), load.clone());
        let first = step.first + number * size;
        tasks.spawn(async move {
            let sampled = send(&client, batch, first, &load_too).await?;
            drop(place);
            if let Some(id) = sampled {
                sample(&client, &id, due, &load_too).await?;
            }
            Ok::<_, BenchError>(())
        });
        number += 1;
        while let Some(done) = tasks.try_join_next() {
            ended(done)?;
        }
        lock(load).watch(nodes);
    }
    Ok((begun, tasks))
}

fn ended(task: Result<Result<(), BenchError>, tokio::task::JoinError>) -> Result<(), BenchError> {
    task.unwrap_or_else(|_| Err(BenchError::Node("was not asked: a task panicked".into())))
}

async fn wait_until(time: Time) {
    tokio::time::sleep(Duration::from_millis(time.0.saturating_sub(now().0))).await;
}

/// Sends a batch, of which this is the first transaction's number, again what the node had no room for. Answers the
/// id of one that was accepted.
async fn send(
    client: &Client,
    mut batch: Vec<u8>,
    first_number: u64,
    load: &Mutex<Load>,
) -> Result<Option<Hash>, BenchError> {
    let mut places: Vec<usize> =
        (0..).map(|place| place + first_number as usize).take(count(&batch)).collect();
    let first = first_id(&batch);
    loop {
        let answer = client.tx_submit_packed(&batch).await?;
        note(&answer, &places, &mut lock(load));
        let full: Vec<usize> =
            answer.refused.iter().filter(|it| NO_ROOM.contains(&it.code)).map(|it| it.index).collect();
        if full.is_empty() {
            let taken = places.first().is_some_and(|place| lock(load).accepted[*place]);
            return Ok(first.filter(|_| taken));
        }
        tokio::time::sleep(PAUSE).await;
        (batch, places) = only(&batch, &places, &full);
    }
}

/// Notes which of the transactions with these numbers were accepted, and why others were not.
fn note(answer: &PackedAnswer, places: &[usize], load: &mut Load) {
    let mut accepted = vec![true; places.len()];
    for refused in &answer.refused {
        if let Some(accepted) = accepted.get_mut(refused.index) {
            *accepted = false;
        }
        if !NO_ROOM.contains(&refused.code) {
            count_refusal(&mut load.refused, refused.code);
        }
    }
    load.pauses += u64::from(answer.refused.iter().any(|refused| NO_ROOM.contains(&refused.code)));
    let elapsed = load.elapsed();
    load.submissions.push((elapsed, accepted.iter().filter(|accepted| **accepted).count() as u64));
    for (place, accepted) in places.iter().zip(accepted) {
        load.accepted[*place] |= accepted;
    }
}

/// How many transactions a batch has.
fn count(batch: &[u8]) -> usize {
    Compact::<u32>::decode(&mut &*batch).map_or(0, |count| count.0 as usize)
}

fn first_id(batch: &[u8]) -> Option<Hash> {
    let mut rest = batch;
    Compact::<u32>::decode(&mut rest).ok()?;
    Transaction::decode(&mut rest).ok().map(|transaction| transaction.body.id())
}

/// The part of a batch that stands at these indexes.
fn only(batch: &[u8], places: &[usize], indexes: &[usize]) -> (Vec<u8>, Vec<usize>) {
    let all = Vec::<Transaction>::decode(&mut &*batch).unwrap_or_default();
    let kept: Vec<&Transaction> = indexes.iter().filter_map(|index| all.get(*index)).collect();
    (kept.encode(), indexes.iter().filter_map(|index| places.get(*index).copied()).collect())
}

fn count_refusal(refused: &mut Vec<(i32, u64)>, code: i32) {
    match refused.iter_mut().find(|(known, _)| *known == code) {
        Some((_, count)) => *count += 1,
        None => refused.push((code, 1)),
    }
}

/// Waits until a transaction is final, and notes how long that took since it was due.
async fn sample(
    client: &Client,
    id: &Hash,
    (since, due): (Instant, u64),
    load: &Mutex<Load>,
) -> Result<(), BenchError> {
    if let TxStatus::Final { .. } = client.tx_wait(id, PATIENCE_MS).await? {
        let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        lock(load).latencies.push(Latency { due, micros });
    }
    Ok(())
}

/// Waits until nothing waits at a node.
async fn drain(client: &Client, nodes: &mut Nodes, load: &Mutex<Load>) -> Result<(), BenchError> {
    let begun = Instant::now();
    while begun.elapsed() < DRAIN {
        if client.chain_status().await?.mempool.transactions == 0 {
            return Ok(());
        }
        lock(load).watch(nodes);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(BenchError::Node(format!("still has waiting transactions after {} s", DRAIN.as_secs())))
}
