//! The blocks lane: bodies that are pushed, and bodies that are asked for by id.

use std::sync::Arc;
use std::time::Instant;

use libp2p::Stream;
use libp2p::futures::io::WriteHalf;
use sillok_abi::{Block, Hash};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::inlet::Inlet;
use super::{Ended, pump};
use crate::limits::{self, Rate};
use crate::network::config::Event;
use crate::network::frame::seal;
use crate::network::link::Link;
use crate::network::pace::Pace;
use crate::network::roster::Misdeed;
use crate::network::shared::Shared;
use crate::network::wire::BlockFrame;

/// How much of each may come.
struct Paces {
    frames: Pace,
    pushed_bytes: Pace,
}

pub(super) fn start(inlet: Inlet, outlet: WriteHalf<Stream>, tasks: &mut JoinSet<Ended>) {
    let (wanted, to_serve) = mpsc::channel(limits::REQUESTS);
    tasks.spawn(pump(inlet.link.clone(), |link| &link.blocks, outlet));
    tasks.spawn(serve(inlet.shared.clone(), inlet.link.clone(), to_serve));
    tasks.spawn(read(inlet, wanted));
}

async fn read(mut inlet: Inlet, wanted: mpsc::Sender<Hash>) -> Ended {
    let (now, largest) = (Instant::now(), inlet.shared.sizes.block as u64);
    let Rate { per_second, burst } = limits::BLOCK_BYTE_RATE;
    let bytes = Rate { per_second: per_second * largest, burst: burst * largest };
    let (frames, pushed_bytes) = (Pace::new(limits::BLOCK_RATE, now), Pace::new(bytes, now));
    let mut paces = Paces { frames, pushed_bytes };
    loop {
        if let Err(ended) = read_one(&mut inlet, &mut paces, &wanted).await {
            return ended;
        }
    }
}

async fn read_one(inlet: &mut Inlet, paces: &mut Paces, wanted: &mpsc::Sender<Hash>) -> Result<(), Ended> {
    let frame = inlet.next().await?;
    let bytes = frame.bytes.len() as u64;
    inlet.pace(&mut paces.frames, 1).await;
    let Some(decoded) = inlet.decode::<BlockFrame>(frame).await? else { return Ok(()) };
    // Its share of the room is given back when the node has taken the block.
    match &decoded.value {
        BlockFrame::Push(block) => {
            arrived(inlet, block);
            inlet.pace(&mut paces.pushed_bytes, bytes).await;
        }
        BlockFrame::Found(block) => match inlet.link.answered(&block.header.id(), true) {
            true => arrived(inlet, block),
            false => inlet.charge(Misdeed::Unasked).await,
        },
        BlockFrame::Missing(block) if inlet.link.answered(block, false) => {}
        BlockFrame::Missing(_) => inlet.charge(Misdeed::Unasked).await,
        BlockFrame::Fetch(block) => {
            if wanted.try_send(*block).is_err() {
                inlet.link.blocks.push(seal(&BlockFrame::Missing(*block)));
            }
        }
    }
    Ok(())
}

fn arrived(inlet: &Inlet, block: &Arc<Block>) {
    inlet.shared.fetches.end(&block.header.id());
    inlet.shared.handler.input(Event::Block { from: inlet.link.peer, block: block.clone() });
}

/// Answers what the peer wants, one after the other.
async fn serve(shared: Arc<Shared>, link: Arc<Link>, mut wanted: mpsc::Receiver<Hash>) -> Ended {
    while let Some(id) = wanted.recv().await {
        let handler = shared.handler.clone();
        let limit = shared.sizes.block;
        let found = shared.serving.run(move || {
            let block = handler.block(&id)?;
            let frame = seal(&BlockFrame::Found(block));
            (frame.len() <= limit).then_some(frame)
        });
        let frame = found.await.flatten().unwrap_or_else(|| seal(&BlockFrame::Missing(id)));
        link.blocks.push(frame);
    }
    Ended::Gone
}
