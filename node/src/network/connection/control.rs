//! The control lane: whether the peer is there, where others are, and the farewell.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use libp2p::Stream;
use libp2p::futures::AsyncWriteExt;
use libp2p::futures::io::WriteHalf;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

use super::inlet::Inlet;
use super::{Ended, write_all};
use crate::limits;
use crate::lock::lock;
use crate::network::frame::seal;
use crate::network::identity::NodeId;
use crate::network::link::Link;
use crate::network::pace::Pace;
use crate::network::roster::Misdeed;
use crate::network::shared::Shared;
use crate::network::wire::Control;

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_millis(300);

/// The ping that has not come back: its number, and when it went.
type Pinged = Arc<Mutex<Option<(u64, Instant)>>>;

pub(super) fn start(inlet: Inlet, outlet: WriteHalf<Stream>, tasks: &mut JoinSet<Ended>) {
    let (shared, link, pinged) = (inlet.shared.clone(), inlet.link.clone(), Pinged::default());
    tasks.spawn(write(link.clone(), outlet));
    tasks.spawn(read(inlet, pinged.clone()));
    tasks.spawn(ping(shared.clone(), link.clone(), pinged));
    tasks.spawn(tell(shared, link));
}

/// Writes what waits, until the connection is to end: then the farewell.
async fn write(link: Arc<Link>, mut stream: WriteHalf<Stream>) -> Ended {
    let why = tokio::select! {
        biased;
        why = link.to_close() => why,
        error = write_waiting(&link, &mut stream) => return Ended::Frame(error.into()),
    };
    let frame = seal(&Control::Goodbye(why));
    let farewell = async {
        stream.write_all(&frame).await?;
        stream.close().await
    };
    // Who does not take it sees the connection end.
    let _ = timeout(FAREWELL, farewell).await;
    Ended::Closed(why)
}

async fn write_waiting(link: &Link, stream: &mut WriteHalf<Stream>) -> std::io::Error {
    loop {
        let first = link.control.next().await;
        if let Err(error) = write_all(link, &link.control, first, stream).await {
            return error;
        }
    }
}

async fn read(mut inlet: Inlet, pinged: Pinged) -> Ended {
    let mut pace = Pace::new(limits::CONTROL_RATE, Instant::now());
    loop {
        if let Err(ended) = read_one(&mut inlet, &mut pace, &pinged).await {
            return ended;
        }
    }
}

async fn read_one(inlet: &mut Inlet, pace: &mut Pace, pinged: &Pinged) -> Result<(), Ended> {
    let frame = inlet.next().await?;
    inlet.pace(pace, 1).await;
    let Some(decoded) = inlet.decode::<Control>(frame).await? else { return Ok(()) };
    match decoded.value {
        Control::Ping(number) => inlet.link.control.push(seal(&Control::Pong(number))),
        Control::Pong(number) => {
            let answered = lock(pinged).take_if(|(sent, _)| *sent == number);
            match answered {
                Some((_, at)) => {
                    let round_trip = u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
                    inlet.link.round_trip_us.store(round_trip, Ordering::Relaxed);
                }
                None => inlet.charge(Misdeed::Unasked).await,
            }
        }
        Control::Addresses(records) => {
            let few = records.len() <= limits::RECORDS_TOLD;
            if !few || !records.into_iter().all(|record| inlet.shared.learn(record)) {
                inlet.charge(Misdeed::Malformed).await;
            }
        }
        Control::Goodbye(why) => return Err(Ended::Told(why)),
        Control::Welcome => inlet.charge(Misdeed::Unasked).await,
    }
    Ok(())
}

/// Pings, one at a time, until one does not come back.
async fn ping(shared: Arc<Shared>, link: Arc<Link>, pinged: Pinged) -> Ended {
    let mut ticks = interval(shared.config.timing.ping_interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut number = 0;
    loop {
        ticks.tick().await;
        let waiting = *lock(&pinged);
        match waiting {
            Some((_, at)) if at.elapsed() > shared.config.timing.ping_timeout => return Ended::Silent,
            Some(_) => {}
            None => {
                number += 1;
                *lock(&pinged) = Some((number, Instant::now()));
                link.control.push(seal(&Control::Ping(number)));
            }
        }
    }
}

/// Tells where nodes are, and again what changes.
async fn tell(shared: Arc<Shared>, link: Arc<Link>) -> Ended {
    let mut news = shared.news.subscribe();
    news.mark_changed();
    let mut told: BTreeMap<NodeId, u64> = BTreeMap::new();
    while news.changed().await.is_ok() {
        let mut records = shared.records();
        let numbers = records.iter().map(|record| (record.node, record.sequence)).collect();
        records.retain(|record| {
            record.node != link.remote.member.node && told.get(&record.node) != Some(&record.sequence)
        });
        for some in records.chunks(limits::RECORDS_TOLD) {
            link.control.push(seal(&Control::Addresses(some.to_vec())));
        }
        told = numbers;
        // What changes meanwhile is told together.
        sleep(limits::TELL_INTERVAL).await;
    }
    Ended::Gone
}
