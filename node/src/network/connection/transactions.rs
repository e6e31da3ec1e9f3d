//! The transactions lane: batches on their way to validators. What is more than a peer's rate is read later.

use std::time::Instant;

use libp2p::Stream;
use libp2p::futures::io::WriteHalf;
use tokio::task::JoinSet;

use super::inlet::Inlet;
use super::{Ended, pump};
use crate::limits;
use crate::network::config::Event;
use crate::network::pace::Pace;
use crate::network::wire::Batch;

pub(super) fn start(inlet: Inlet, outlet: WriteHalf<Stream>, tasks: &mut JoinSet<Ended>) {
    tasks.spawn(pump(inlet.link.clone(), |link| &link.transactions, outlet));
    tasks.spawn(read(inlet));
}

async fn read(mut inlet: Inlet) -> Ended {
    let mut pace = Pace::new(limits::TRANSACTION_BYTE_RATE, Instant::now());
    loop {
        if let Err(ended) = read_one(&mut inlet, &mut pace).await {
            return ended;
        }
    }
}

async fn read_one(inlet: &mut Inlet, pace: &mut Pace) -> Result<(), Ended> {
    let frame = inlet.next().await?;
    inlet.brake(pace, frame.bytes.len() as u64).await;
    let Some(decoded) = inlet.decode::<Batch>(frame).await? else { return Ok(()) };
    inlet.shared.handler.input(Event::Transactions { from: inlet.link.peer, transactions: decoded.value });
    Ok(())
}
