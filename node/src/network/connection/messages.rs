//! The messages lane: consensus, and nothing else, so that votes never wait behind anything.

use std::time::Instant;

use libp2p::Stream;
use libp2p::futures::io::WriteHalf;
use tokio::task::JoinSet;

use super::inlet::Inlet;
use super::{Ended, pump};
use crate::consensus::Message;
use crate::limits;
use crate::network::config::Event;
use crate::network::pace::Pace;
use crate::network::roster::Misdeed;

pub(super) fn start(inlet: Inlet, outlet: WriteHalf<Stream>, tasks: &mut JoinSet<Ended>) {
    tasks.spawn(pump(inlet.link.clone(), |link| &link.messages, outlet));
    tasks.spawn(read(inlet));
}

async fn read(mut inlet: Inlet) -> Ended {
    let now = Instant::now();
    let mut count = Pace::new(limits::MESSAGE_RATE, now);
    let mut bytes = Pace::new(limits::MESSAGE_BYTE_RATE, now);
    loop {
        if let Err(ended) = read_one(&mut inlet, &mut count, &mut bytes).await {
            return ended;
        }
    }
}

async fn read_one(inlet: &mut Inlet, count: &mut Pace, bytes: &mut Pace) -> Result<(), Ended> {
    let frame = inlet.next().await?;
    match Message::from_wire(&frame.bytes) {
        Ok(message) => inlet.shared.handler.input(Event::Message { from: inlet.link.peer, message }),
        Err(_) => inlet.charge(Misdeed::Malformed).await,
    }
    inlet.pace(count, 1).await;
    inlet.pace(bytes, frame.bytes.len() as u64).await;
    Ok(())
}
